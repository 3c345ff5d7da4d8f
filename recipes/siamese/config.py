"""Settings of Siamese networks: small, tiny, the published network, and other losses."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np
from tyro.conf import Suppress

from common.groups import GroupedConfig
from data.errors import Refused
from data.samples import SampleSet
from data.source import Source

LossName = Literal["contrastive", "squared", "triplet", "cross-entropy", "classifier"]
#: Trainable parameters of the models of `paper` (Koch et al. 2015): 38,951,745 in all.
PARAMETERS = {"encoder": 38_947_648, "head": 4097}
# Pixels a side below which Koch's four layers leave nothing of a picture.
_KOCH_LEAST = 65


@dataclass(kw_only=True)
class Config(GroupedConfig):
    """Settings of Siamese networks: each is a flag, and the string below it its help."""

    data: str = "faces"
    image_size: int | None = 32
    steps: int = 1500
    batch_size: int = 64
    beta_1: float = 0.9
    averaging: float = 0.99
    sample_every: int = 250
    sample_count: int = 24

    encoder_rate: float = 1e-3
    """Learning rate of the encoder."""
    loss: LossName = "triplet"
    """contrastive (Hadsell et al.), squared (its distance squared once more), triplet (FaceNet's),
    cross-entropy (Koch et al.); classifier: of the training classes, to be compared with."""
    margin: float | None = None
    """How far apart different pictures are pushed: their distance in contrastive losses (up to 2;
    None: 1); of triplets, how much farther than equal ones, as a difference of squared distances
    (None: 0.2)."""
    distortion: float = 0.0
    """Distort pictures at every use, after Koch et al.: 1 turns them by up to 10°, shears by up to
    .3, scales by a fifth and shifts by 2 % of a side, each with probability ½ (0: off)."""
    quarter_turns: bool = False
    """Learn pictures turned by a quarter, a half and three quarters as classes of their own: four
    times as many classes, where what is turned is something else, as characters are."""
    architecture: Literal["plain", "koch"] = "plain"
    """plain: convolutions of 3×3 and an embedding of length 1; koch: the published network."""
    width: int = 32
    """Channels of the first map; each map of half the size has twice as many (at most 8×)."""
    embedding_size: int = 64
    """Numbers of an embedding."""
    classes: Suppress[int] = 0
    """Classes of the training set: the data's own."""

    def legal_sizes(self) -> list[int]:
        """Return the sizes from the smallest of which a map is left, up to 256."""
        return list(range(_KOCH_LEAST if self.architecture == "koch" else 16, 257))

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("width", "embedding_size"):
            self._at_least(1, name)
        self._within("distortion", 0, 4)
        if self.margin == 0:
            raise Refused("--margin 0.0: legal is more than 0, or nothing is pushed apart")
        if self.margin is not None:
            self._within("margin", 0, 4 if self.loss == "triplet" else 2)
        if self.batch_size % 2:
            raise Refused(
                f"--batch-size {self.batch_size}: legal is an even number, as neighbours are "
                "compared"
            )

    @property
    def together(self) -> int:
        """As `common.config.Config.together`: pairs of two classes are of neighbours."""
        return 2

    @property
    def margin_used(self) -> float:
        """The margin; where none is set, the one that suits the loss."""
        if self.margin is not None:
            return self.margin
        return 0.2 if self.loss == "triplet" else 1.0

    def examples_of(self, source: Source, samples: SampleSet) -> SampleSet:
        """Return pictures of classes that are never trained on, those of a class together."""
        tests = source.load("test", self.loaded_size, self.sample_count, self.seed)
        if len(tests) < 2:
            return super().examples_of(source, samples)
        order = np.argsort(tests.factors[self.grouped_by], kind="stable")
        return tests.take(order[: self.sample_count])

    def training_set(self, loaded: SampleSet) -> SampleSet:
        """As `GroupedConfig.training_set`, with turned pictures as further classes."""
        learned = super().training_set(loaded)
        return turned(learned, self.grouped_by) if self.quarter_turns else learned

    def informed_by(self, learned: SampleSet) -> Config:
        """Return this configuration with the number of classes, which a classifier needs."""
        return dataclasses.replace(self, classes=int(learned.factors[self.grouped_by].max()) + 1)


def turned(samples: SampleSet, factor: str) -> SampleSet:
    """Return a set with its pictures in all four quarter turns, each turn of a class as another.

    Args:
        samples: Square pictures.
        factor: Their classes, numbered from 0.

    Raises:
        Refused: the pictures are not square, or are more than fit into memory.
    """
    pictures, numbers = samples.samples, samples.factors[factor]
    if pictures.shape[1] != pictures.shape[2]:
        size = "×".join(map(str, pictures.shape[2:0:-1]))
        raise Refused(f"--quarter-turns: legal with square pictures; these are {size}")
    if isinstance(pictures, np.memmap):
        raise Refused("--quarter-turns: legal with pictures that fit into memory; leave it out")
    factors = {name: np.concatenate([values] * 4) for name, values in samples.factors.items()}
    count = int(numbers.max()) + 1
    factors[factor] = np.concatenate([numbers + turn * count for turn in range(4)])
    whole = np.concatenate([np.rot90(pictures, turn, (1, 2)) for turn in range(4)])
    return SampleSet(whole, factors)


_SMALL = Config(decay_from=750, decay_steps=750)
PRESETS = {
    "small": _SMALL,
    # Seconds, for trying things out; what it learns is little.
    "tiny": Config(
        image_size=16,
        pictures=40,
        batch_size=4,
        width=4,
        embedding_size=8,
        loss="contrastive",
        steps=6,
        sample_every=3,
        checkpoint_every=3,
        log_every=1,
        sample_count=8,
    ),
    # The other losses with the same encoder, on the same pictures, for as many steps.
    "contrastive": dataclasses.replace(_SMALL, loss="contrastive"),
    "squared": dataclasses.replace(_SMALL, loss="squared"),
    "cross-entropy": dataclasses.replace(_SMALL, loss="cross-entropy"),
    "classifier": dataclasses.replace(_SMALL, loss="classifier"),
    # Handwritten characters, for which Koch et al. made it. Their learning rates and momenta,
    # one a layer, were searched for; Adam is ours. Their rate falls by a hundredth an epoch. MNIST
    # stands in for Omniglot, which `--data` names: they are grey, too.
    "paper": dataclasses.replace(
        _SMALL,
        data="mnist",
        architecture="koch",
        loss="cross-entropy",
        image_size=105,
        # 128 pairs: 64 of one class, and as many of two.
        batch_size=64,
        encoder_rate=6e-5,
        distortion=1.0,
        averaging=0.0,
        embedding_size=4096,
        steps=200_000,
        decay_from=0,
        decay_steps=200_000,
    ),
}
