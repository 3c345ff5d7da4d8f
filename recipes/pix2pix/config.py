"""Pix2Pix's settings: the small configuration, the published one, and the one without a GAN."""

from __future__ import annotations

from dataclasses import dataclass, replace

from common.config import Upsampling
from common.translation.config import TranslatorConfig
from data.reading import Direction, LabelMaps, Pairs
from data.resize import height_and_width


@dataclass(kw_only=True)
class Config(TranslatorConfig):
    """Settings of a Pix2Pix (Isola et al. 2017)."""

    data: str = "facades"
    jitter: float = 30 / 256
    flip: bool = True

    direction: Direction = "AtoB"
    """Which half of pairs is the input: A is the left one, or the one in A/."""
    label_maps: LabelMaps = "auto"
    """Which half of pairs holds classes as colours, never to be mixed."""
    pairs: Pairs | None = None
    """Make inputs from single pictures: edges, grey, coarse blocks, a hole."""
    width: int = 64
    """Channels of the first layer of either network; later ones have up to eight times as many."""
    depth: int | None = None
    """Number of times that the picture is halved; None: as its size allows, at most 8."""
    upsampling: Upsampling = "transposed"
    """How a map is doubled: as in the paper, by nearest neighbour first, or by pixel shuffling."""
    dropout: float = 0.5
    """Dropout rate, which is the noise, in the decoder's first three blocks."""
    l1: float = 100.0
    """Weight λ of the distance to the real picture."""
    adversarial: float = 1.0
    """Weight of the adversarial term; 0: the generator learns from the distance alone."""

    learns_from = ("pairs",)

    @property
    def halvings(self) -> int:
        """Number of times that the picture is halved."""
        if self.depth is not None:
            return self.depth
        if self.image_size is None:
            return _SHALLOWEST
        sides = height_and_width(self.image_size)
        return min(8, *((side & -side).bit_length() - 1 for side in sides))

    @property
    def multiple(self) -> int:
        """2^depth; 32 where the depth follows from the size."""
        return 2 ** (self.depth or _SHALLOWEST)

    @property
    def padded_to(self) -> int:
        """2^halvings, as pictures of any size are halved `halvings` times."""
        return 2**self.halvings

    def check(self) -> None:
        """As `common.config.Config.check`."""
        if self.depth is not None:
            # First: legal sizes depend on it.
            self._within("depth", 2, 8)
        super().check()
        self._at_least(1, "width")
        self._within("dropout", 0, 1, open_above=True)
        for name in ("l1", "adversarial"):
            self._within(name, 0, 1e6)


# Below, the bottleneck would see too little of the picture.
_SHALLOWEST = 5

# Settled by trials: at the paper's rates minutes are too short.
_SMALL = Config(
    width=32,
    patch_layers=2,
    batch_size=4,
    generator_rate=1e-3,
    discriminator_rate=4e-4,
    averaging=0.99,
    steps=4000,
    sample_every=250,
)

PRESETS = {
    "small": _SMALL,
    # Seconds, to see that everything runs: all that the small one does, on 24 pairs.
    "tiny": replace(
        _SMALL,
        image_size=32,
        width=4,
        depth=4,
        batch_size=2,
        pictures=24,
        steps=6,
        log_every=1,
        sample_every=3,
        sample_count=2,
        checkpoint_every=3,
    ),
    # The same without the adversarial term: what that is worth is seen beside it.
    "l1": replace(_SMALL, adversarial=0.0),
    # Section 6.2 and the authors' code for façades: 400 pairs of 256 pixels, cut from 286, one
    # at a time, for 200 epochs.
    "paper": Config(
        image_size=256,
        pictures=400,
        steps=80_000,
        sample_every=1000,
        checkpoint_every=4000,
    ),
}

#: Trainable parameters of the paper's networks, as its authors' code has them.
PARAMETERS = {"generator": 54_413_955, "discriminator": 2_768_705}
