"""TraVeLGAN's settings: small, published, and the variant with a single discriminator."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from tyro.conf import Suppress

from common.config import Upsampling, flag
from common.sizes import doubled_sizes
from common.translation.config import TranslatorConfig
from data.errors import Refused
from data.reading import Layout
from data.source import Source

# Sides of the smallest maps of the generators, and of the networks that look at pictures.
_INNERMOST, _LAST = 8, 4


@dataclass(kw_only=True)
class Config(TranslatorConfig):
    """Settings of a TraVeLGAN (Amodio and Krishnaswamy 2019): each is a flag."""

    data: str = "fruit"
    layout: Layout = "domains"
    jitter: float = 0.25
    flip: bool = True
    batch_size: int = 16
    """Pictures per update, of each domain; all their differences are compared."""

    single: bool = False
    """One discriminator, whose vectors say how real and what, in place of the discriminators and
    the Siamese network; translates A to B only."""
    width: int = 64
    """Channels of the first layer of the generators and of the Siamese network; the discriminators
    have twice as many. Each map of half the size has twice as many (at most 4× and 8×)."""
    upsampling: Upsampling = "transposed"
    """How a map is doubled: as in the paper, by nearest neighbour first, or by pixel shuffling."""
    vec_len: int = 1000
    """Numbers in a vector, of the Siamese network or of the single discriminator."""
    siamese_weight: float = 10.0
    """Weight λ of what keeps the content (0: GAN alone)."""
    margin: float = 10.0
    """Squared length that differences of original pictures' vectors should have at least."""
    euclidean: bool = True
    """Differences of vectors must keep their lengths, and not only their directions."""
    floor: float = 1e-6
    """Least length that differences are divided by for their cosine."""
    radius: float = 1.0
    """With --single: how far from the origin the discriminator pushes the vectors of fakes."""
    patch_layers: Suppress[Literal[0, 1, 2, 3]] = 0
    """There are no patches: the discriminators give one answer a picture."""

    learns_from = ("domains",)
    least_batch = 2

    @property
    def halvings(self) -> int:
        """Number of times that a generator halves a picture: down to 8 to 15 pixels."""
        return int(math.log2(min(self.sample_shape[:2]) // _INNERMOST))

    @property
    def multiple(self) -> int:
        """Number of which height and width must be multiples; other pictures are padded."""
        return 2**self.halvings

    def legal_sizes(self) -> list[int]:
        """Return the sizes from 16 to 256 that doubling 4, 5, 6 or 7 pixels reaches."""
        return [size for size in doubled_sizes(_LAST) if size >= 2 * _INNERMOST]

    def adapted_to(self, source: Source) -> Config:
        """As `TranslatorConfig.adapted_to`; a single discriminator wants as many channels."""
        settled = super().adapted_to(source)
        before, after = settled.input_channels, settled.channels
        if self.single and before != after:
            raise Refused(
                f"--data {source.name}: one set has {before} channel{'s' * (before > 1)} and the "
                f"other {after}; with --single legal are as many in both"
            )
        return settled

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        if self.batch_size < self.least_batch:
            raise Refused(
                f"--batch-size {self.batch_size}: legal is 2 or more, as the differences of "
                "pictures are compared"
            )
        if self.single and (self.loss != "non-saturating" or self.label_smoothing):
            name = "loss" if self.loss != "non-saturating" else "label_smoothing"
            raise Refused(f"{flag(name)}: not with --single, whose loss is one of vectors")
        self._at_least(1, "width")
        self._within("vec_len", 1, 4096)
        self._within("siamese_weight", 0, 1e6)
        for name in ("margin", "radius"):
            if not 0 < getattr(self, name) <= 1e6:
                value = getattr(self, name)
                raise Refused(f"{flag(name)} {value:g}: legal is more than 0, up to 1e6")
        # The square of a smaller one would be 0 in float32.
        self._within("floor", 1e-12, 1e6)


# Trials of 300 steps at 32 pixels: with equal rates the discriminators were always right.
_SMALL = Config(
    image_size=64,
    width=24,
    vec_len=128,
    generator_rate=1e-3,
    discriminator_rate=2e-4,
    averaging=0.99,
    steps=2400,
    decay_from=1200,
    decay_steps=1200,
    sample_every=250,
    checkpoint_every=500,
)
# One discriminator: spectral norm, and a rate of its own for each network. In trials of 300 steps
# with a weight of 10, the terms of content left the adversarial one little to say.
_ONE = replace(
    _SMALL,
    single=True,
    spectral_norm=True,
    siamese_weight=1.0,
    euclidean=False,
    floor=0.1,
    generator_rate=6e-4,
    discriminator_rate=1.2e-3,
    beta_1=0.0,
    beta_2=0.9,
    margin=1.0,
)

PRESETS = {
    "small": _SMALL,
    # Seconds, to see that everything runs: all that the small one does, on 24 pictures a domain.
    "tiny": replace(
        _SMALL,
        image_size=32,
        width=4,
        vec_len=8,
        batch_size=4,
        pictures=24,
        steps=6,
        decay_from=3,
        decay_steps=6,
        log_every=1,
        sample_every=3,
        sample_count=2,
        checkpoint_every=3,
    ),
    # The variant of Pasini's article.
    "one": _ONE,
    # The same with nothing but the adversarial term: what the vectors are worth is seen beside it.
    "gan-alone": replace(_SMALL, siamese_weight=0.0),
    "one-gan-alone": replace(_ONE, siamese_weight=0.0),
    # Without a floor under the length of differences, as in the published network.
    "no-floor": replace(_ONE, floor=1e-6),
    # Section 4 and the authors' code: 128 pixels cut from 160, batches of 16, Adam at 2e-4 with
    # β1 .5, a constant rate, 200,000 steps.
    "paper": Config(
        image_size=128,
        steps=200_000,
        sample_every=2000,
        checkpoint_every=5000,
    ),
}

#: Trainable parameters of the paper's networks, as its authors' code has them.
PARAMETERS = {
    "generator": 4_074_691,
    "generator_back": 4_074_691,
    "discriminator_a": 27_815_553,
    "discriminator_b": 27_815_553,
    "siamese": 15_148_904,
}
