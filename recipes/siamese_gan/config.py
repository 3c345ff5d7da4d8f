"""The Siamese GAN's settings: small, and the games that it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from common import config
from common.adversarial import AdversarialConfig
from common.sizes import doubled_sizes
from data.errors import Refused

LossName = Literal["anchored", "triplet", "contrastive", "non-saturating", "least-squares"]
#: The losses of vectors; the others are of a single number, the logit.
OF_VECTORS = ("anchored", "triplet", "contrastive")


@dataclass(kw_only=True)
class Config(AdversarialConfig):
    """Settings of a Siamese GAN: each is a flag, and the string below it its help."""

    steps: int = 4000
    generator_rate: float = 1e-3
    discriminator_rate: float = 5e-4
    averaging: float = 0.998
    sample_every: int = 100
    world_size = 32

    loss: LossName = "anchored"
    """contrastive: pairs of real and fake pictures; anchored: real ones to a point, fake ones at
    least a margin away; triplet: fake ones farther from it than real ones. non-saturating: DCGAN;
    least-squares: LSGAN."""
    vec_len: int = 2
    """Numbers in the discriminator's vector."""
    # Trials of 400 steps with seed 0: with a margin of 1, hardly more than the vectors that first
    # weights give, the Fréchet distance was 89; with 5, 20 and 50 it was 27, 15 and 17. DCGAN: 28.
    margin: float = 20.0
    """How far from the point (or from real pictures) fake ones are pushed; of triplets, how much
    farther than real ones, in squared distance, as with --squared."""
    anchor: float = 0.0
    """How far from the origin the point lies that real pictures are pulled to."""
    squared: bool = False
    """Push by max(0, margin - distance²)² in place of max(0, margin - distance)²."""
    latent_size: int = 100
    """Numbers in a latent vector."""
    prior: Literal["uniform", "normal"] = "uniform"
    """Distribution of the latents: uniform in [-1, 1], or N(0, 1)."""
    width: int = 32
    """Channels next to the picture; each map of half the size has twice as many (at most 8×)."""

    @property
    def together(self) -> int:
        """As `common.config.Config.together`: pairs are of neighbours."""
        return 2 if self.loss == "contrastive" else 1

    def legal_sizes(self) -> list[int]:
        """Return the sizes that doubling 4, 5, 6 or 7 pixels reaches, up to 256."""
        return doubled_sizes()

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("latent_size", "width"):
            self._at_least(1, name)
        self._within("vec_len", 1, 4096)
        self._within("anchor", 0, 1e6)
        if not 1e-6 <= self.margin <= 1e6:
            raise Refused(
                f"--margin {self.margin:g}: legal is from 1e-6 to 1e6, as nothing else pushes fake "
                "pictures away"
            )
        if self.loss not in OF_VECTORS and self.vec_len != 1:
            raise Refused(f"--loss {self.loss}: it is of a single number, legal with --vec-len 1")
        if self.squared and self.loss not in ("anchored", "contrastive"):
            raise Refused("--squared: legal with --loss anchored, contrastive only")
        if self.loss == "contrastive":
            self._check_pairs()

    def _check_pairs(self) -> None:
        """Refuse what pairs cannot be made of, or what needs a point."""
        if self.batch_size % 2:
            raise Refused(
                f"--batch-size {self.batch_size}: with --loss contrastive legal is an even number, "
                "as neighbours are pairs"
            )
        for name in ("anchor", "r1", "r2", "gradient_penalty"):
            if getattr(self, name):
                raise Refused(
                    f"{config.flag(name)}: legal with --loss anchored, triplet, as contrastive "
                    "has no fixed point to measure from"
                )


_SMALL = Config(decay_from=2000, decay_steps=2000)

PRESETS = {
    "small": _SMALL,
    # Seconds, to see that everything runs: all that the small one does, on 24 pictures.
    "tiny": Config(
        image_size=16,
        width=4,
        latent_size=8,
        batch_size=4,
        pictures=24,
        steps=6,
        log_every=1,
        sample_every=3,
        sample_count=4,
        checkpoint_every=3,
    ),
    # The other forms of the same game, with the same networks.
    "contrastive": replace(_SMALL, loss="contrastive"),
    # Their margins are of squared distances: 20².
    "triplet": replace(_SMALL, loss="triplet", margin=400.0),
    "squared": replace(_SMALL, squared=True, margin=400.0),
    # Games of a single number, but for the last layer with the same networks.
    "dcgan": replace(_SMALL, loss="non-saturating", vec_len=1),
    "lsgan": replace(_SMALL, loss="least-squares", vec_len=1),
    # One setting at a time.
    "length-1": replace(_SMALL, vec_len=1),
    "length-8": replace(_SMALL, vec_len=8),
    "length-64": replace(_SMALL, vec_len=64),
    # With a small margin D tells every picture before the end, and the training would be stopped.
    "margin-1": replace(_SMALL, margin=1.0, watchdog="warn"),
    "margin-5": replace(_SMALL, margin=5.0, watchdog="warn"),
    "margin-100": replace(_SMALL, margin=100.0, watchdog="warn"),
    # What must fail: a point that no picture comes near, so that no fake one is ever pushed away.
    # (One at 1,000 was reached after 1,000 steps.)
    "far-anchor": replace(_SMALL, anchor=1e5),
}
