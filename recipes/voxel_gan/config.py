"""3D-GAN's settings: the small configurations, and the published ones."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from tyro.conf import Suppress

from common.adversarial import AdversarialConfig
from data.errors import Refused
from data.reading import Up
from data.resize import all_fitted
from data.samples import SampleSet, UnpairedSet
from data.source import Source

#: Sides of a grid that doubling reaches from 4 cells.
SIZES = (8, 16, 32, 64, 128)
# Sides of a view, in pixels.
_SMALLEST_VIEW, _LARGEST_VIEW = 32, 512


@dataclass(kw_only=True)
class Config(AdversarialConfig):
    """Settings of a 3D-GAN or, with --encoder, of a 3D-VAE-GAN (Wu et al. 2016)."""

    data: str = "furniture"
    """Training data: a world (furniture, furniture:views), a set (modelnet10), a file of arrays."""
    image_size: int | None = None
    """Cells a side of a grid; None: what suits the world, or the data's own, padded."""
    split_by: str | None = None
    """A factor of whose values each is in one split alone: views of one chair, say."""
    up: Up = "auto"
    """Which axis of files with shapes points up; auto: y of .binvox and glTF, z of all others."""

    encoder: bool = False
    """Also learn to encode a picture, from pairs of a view and a shape: a 3D-VAE-GAN."""
    latent_size: int = 200
    """Numbers in a latent vector."""
    prior: Literal["unit", "normal"] = "unit"
    """Distribution of the latents: uniform in [0, 1], or N(0, 1), which --encoder needs."""
    width: int = 64
    """Channels next to the grid; each map of half the size has twice as many (at most 8×)."""
    gate: float = 0.8
    """D is updated where it told at most this share of its last batch rightly (1: always)."""
    mirror: bool = False
    """D is also given each shape's mirror image, along the first axis, as a second channel."""
    encoder_width: int = 64
    """Channels of the encoder's first map; each map of half the size has twice as many."""
    encoder_rate: float = 1e-3
    """The encoder's learning rate."""
    reconstruction: Literal["occupancy", "distance"] = "occupancy"
    """Distance of predicted and true shapes: weighted cross-entropy, or the paper's norm."""
    reconstruction_weight: float = 1.0
    """Weight of that distance."""
    occupied_weight: float = 0.9
    """Weight of occupied voxels in the cross-entropy; empty ones have the rest (.5: equal)."""
    divergence_weight: float = 5.0
    """Weight of the KL divergence of the encoder's codes from the prior."""
    input_channels: Suppress[int | None] = None
    """Colour channels of a view: the data's own."""
    input_size: Suppress[tuple[int, int] | None] = None
    """Height and width of a view: the data's own."""

    learns_from = ("voxels",)
    world_size = 32
    unfit: ClassVar[dict[str, str]] = {"augment": "colours, shifts and cutouts are of pictures"}

    def legal_sizes(self) -> list[int]:
        """Return the sides that doubling reaches from 4 cells."""
        return list(SIZES)

    def adapted_to(self, source: Source) -> Config:
        """As `Config.adapted_to`; grids are padded to a legal side, views keep their size."""
        self.check_kind(source)
        settled = self
        if self.encoder:
            if source.input_channels is None:
                raise Refused(
                    f"--encoder: {source.name} gives shapes without views; legal are pairs of "
                    "both, as in furniture:views"
                )
            view = source.input_size
            if not all(_SMALLEST_VIEW <= side <= _LARGEST_VIEW for side in view):
                raise Refused(
                    f"{source.name} has views of {view[1]}×{view[0]} pixels; legal are "
                    f"{_SMALLEST_VIEW} to {_LARGEST_VIEW} a side"
                )
            settled = replace(self, input_channels=source.input_channels, input_size=tuple(view))
        if self.image_size is None and source.sizes is not None and max(source.sizes[1]):
            side = max(source.sizes[1])
            larger = [size for size in SIZES if size >= side]
            settled = replace(settled, image_size=larger[0] if larger else SIZES[-1])
        return super(Config, settled).adapted_to(source)

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("latent_size", "width", "encoder_width"):
            self._within(name, 1, 4096)
        self._within("gate", 0.5, 1)
        if self.gate < 1 and self.loss in ("wasserstein", "relativistic"):
            raise Refused(
                f"--gate {self.gate:g}: legal with --loss {self.loss} is 1, as its scores say "
                "what is more real, and not what is"
            )
        self._within("occupied_weight", 0, 1)
        for name in ("reconstruction_weight", "divergence_weight"):
            self._within(name, 0, 1e6)
        if self.encoder and self.prior != "normal":
            raise Refused(f"--prior {self.prior}: with --encoder legal is normal")

    @property
    def settled(self) -> bool:
        """As `Config.settled`, with the size of the views where they are encoded."""
        return super().settled and (not self.encoder or self.input_size is not None)

    @property
    def input_shape(self) -> tuple[int, ...] | None:
        """Shape of one view, (H, W, C); None: none are encoded."""
        return (*self.input_size, self.input_channels) if self.encoder else None

    def training_set(self, loaded: SampleSet | UnpairedSet) -> SampleSet | UnpairedSet:
        """Return the shapes; with --encoder also their views, at the encoder's size."""
        if not self.encoder:
            return super().training_set(loaded)
        views = all_fitted(loaded.inputs, self.input_size, self.fit)
        return dataclasses.replace(loaded, inputs=views)

    def examples_of(self, source: Source, samples):
        """Return training shapes; with --encoder, of the test split, as far as there is one."""
        if not self.encoder:
            return super().examples_of(source, samples)
        kept = source.load("test", self.image_size, self.sample_count, self.seed)
        some = self.training_set(kept) if len(kept) else samples
        return some.take(np.arange(min(self.sample_count, len(some))))


# Trials of 400 to 900 steps: with normal latents, equal rates and noise, shapes of 16 cells a side
# hold together after 400 steps; with uniform latents, or at the paper's ratio of rates, hardly
# anything was above ½ by then, and at 32 cells a side that takes a thousand. Where the noise stays,
# shapes of 5,000 steps are in one piece and symmetric more often than where it fades; a penalty
# (--r1) in its place did less. At 16 cells a side and 48 channels, 7,000 steps take as long, and
# came out whole and symmetric a little more often. The mirror took the symmetry from .60 to .79,
# and under noise of .3, with the gate, the coverage from .70 to .58; without the gate it was .73,
# under noise of .5 with it .72, and with both changes .75.
_SMALL = Config(
    image_size=32,
    width=16,
    latent_size=64,
    prior="normal",
    batch_size=32,
    steps=6500,
    decay_from=3250,
    decay_steps=3250,
    generator_rate=5e-4,
    discriminator_rate=5e-4,
    instance_noise=0.5,
    gate=1.0,
    mirror=True,
    averaging=0.995,
    sample_every=250,
    sample_count=25,
    checkpoint_every=500,
)
_VIEWS = replace(
    _SMALL,
    data="furniture:views",
    encoder=True,
    encoder_width=32,
    pictures=10_000,
    steps=6000,
    generator_rate=2e-3,
    discriminator_rate=2e-4,
    instance_noise=0.0,
    gate=0.8,
    mirror=False,
    decay_from=3000,
    decay_steps=3000,
    sample_count=12,
    # Of occupancies that are uncertain, those above a quarter make the IoU the best: at it, an
    # occupied voxel's share of the weight makes ½. With .9 and 2,600 steps the IoU was .32.
    occupied_weight=0.75,
    reconstruction_weight=20.0,
    divergence_weight=0.02,
)
# Sections 3.2 and 4: 64 cells a side, batches of 100, G at .0025 and D at 1e-5, and D updated
# where it was right about at most 80 % of the last batch.
_PAPER = Config(
    image_size=64,
    batch_size=100,
    generator_rate=2.5e-3,
    discriminator_rate=1e-5,
    steps=100_000,
    pictures=20_000,
    sample_every=1000,
    sample_count=25,
    checkpoint_every=2000,
)

PRESETS = {
    "small": _SMALL,
    "views": _VIEWS,
    # Seconds, to see that everything runs: all three networks, on 24 pieces of furniture.
    "tiny": replace(
        _VIEWS,
        image_size=16,
        width=4,
        encoder_width=4,
        latent_size=8,
        batch_size=4,
        pictures=24,
        steps=6,
        log_every=1,
        sample_every=3,
        sample_count=4,
        checkpoint_every=3,
    ),
    # What the parts are worth is seen beside a training with or without them.
    "gate": replace(_SMALL, gate=0.8),
    "no-mirror": replace(_SMALL, mirror=False),
    "no-weights": replace(_VIEWS, occupied_weight=0.5),
    "paper": _PAPER,
    # Section 3.3: views of 256 pixels; the weights 5 of the divergence and 1e-4 of the distance,
    # which is a norm. The encoder's rate is not told.
    "paper-views": replace(
        _PAPER,
        data="furniture:views:256",
        encoder=True,
        prior="normal",
        reconstruction="distance",
        reconstruction_weight=1e-4,
    ),
}

#: Trainable parameters of the paper's 3D-GAN, added up from its layers.
PARAMETERS = {"generator": 17_569_664, "discriminator": 11_048_704}
#: Those of its encoder of views of 256 pixels in colour.
ENCODER_PARAMETERS = 17_433_152
