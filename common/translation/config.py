"""Settings that all translators share."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np
from tyro.conf import Suppress

from common.adversarial import AdversarialConfig
from data.labels import palette_of
from data.samples import SampleSet, UnpairedSet
from data.source import Source

#: Seed of the test pictures of an endless world: others than on sample sheets.
TEST_SEED = 2_016_112
# Largest size in training; larger pictures are translated in parts.
_LARGEST = 1024


@dataclass(kw_only=True)
class TranslatorConfig(AdversarialConfig):
    """Settings of a recipe that translates pictures."""

    image_size: int | tuple[int, int] | None = 64
    """Pixels a side, or height and width; None: the pictures' own size."""
    pictures: int = 4000
    """How many pictures of a world to draw (of each domain); a folder or set is used whole."""
    batch_size: int = 1
    """Pictures per update, of each domain."""
    sample_count: int = 8
    """Pictures of the test split that are translated for each sheet of samples."""
    patch_layers: Literal[0, 1, 2, 3] = 3
    """Strided layers of D, for patches of 16, 34 or 70 pixels a side; 0: single pixels."""
    input_channels: Suppress[int | None] = None
    """Colour channels of the inputs: the data's own."""

    @property
    def multiple(self) -> int:
        """Number of which the height and width of training pictures must be multiples."""
        raise NotImplementedError

    @property
    def padded_to(self) -> int:
        """Number to whose multiples a trained network's inputs are padded."""
        return self.multiple

    def legal_sizes(self) -> list[int]:
        """Return the multiples of `multiple` up to 1024 for which D has at least one logit."""
        # Each strided layer halves; the two others, 4×4 with one pixel around, take one away.
        least = 3 * 2**self.patch_layers if self.patch_layers else 1
        sizes = range(self.multiple, _LARGEST + 1, self.multiple)
        return [size for size in sizes if size >= least]

    def adapted_to(self, source: Source) -> TranslatorConfig:
        """As `common.config.Config.adapted_to`, with the inputs' channels."""
        settled = super().adapted_to(source)
        before, after = source.channels, source.channels
        if source.kind == "pairs":
            before = source.input_channels
        elif source.kind == "domains":
            before, after = (domain.channels for domain in source.domains.values())
        return dataclasses.replace(settled, input_channels=before, channels=after)

    @property
    def settled(self) -> bool:
        """As `Config.settled`, with the channels of the inputs."""
        return super().settled and self.input_channels is not None

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input picture."""
        return (*self.sample_shape[:2], self.input_channels)

    def training_set(self, loaded: SampleSet | UnpairedSet) -> SampleSet | UnpairedSet:
        """Return everything: pictures with their inputs, or both domains."""
        return loaded

    def examples_of(self, source: Source, samples):
        """Return pictures of the test split or, of a set too small for one, training pictures."""
        kept = source.load("test", self.loaded_size, self.sample_count, self.seed)
        some = kept if len(kept) else samples
        return some.take(np.arange(min(self.sample_count, len(some))))

    def notes(self, source: Source, samples) -> dict:
        """As `Config.notes`: whether inputs are halves of files, and of label maps the colours."""
        labels = palette_of(samples.inputs) if "inputs" in source.label_maps else None
        own = {"halves": source.halves} | ({} if labels is None else {"labels": labels})
        return super().notes(source, samples) | own
