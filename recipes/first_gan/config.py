"""The first GAN's settings: the small configuration, and Goodfellow's without any help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tyro.conf import Suppress

from common import config
from common.adversarial import AdversarialConfig


@dataclass(kw_only=True)
class Config(AdversarialConfig):
    """Settings of the first GAN; the defaults are the small configuration."""

    data: str = "ring"
    """Training data: points (ring, grid), or small pictures (digits, mnist, a folder)."""
    pictures: int = 100_000
    """How many points or pictures of a world to draw; a folder or set is used whole."""
    steps: int = 36_000
    batch_size: int = 256
    """Samples per update."""
    generator_rate: float = 1e-3
    discriminator_rate: float = 1e-3
    beta_1: float = 0.0
    beta_2: float = 0.99
    # Blur and rates fall together: with the blur gone before the steps are small, the
    # networks overtake each other, and modes are lost.
    decay_steps: int = 36_000
    averaging: float = 0.999
    sample_every: int = 1000
    sample_count: int = 1000
    """Samples on a sheet; their latents stay the same throughout."""
    checkpoint_every: int = 5000
    log_every: int = 100
    # bfloat16 has 8 bits: the number after 1 is 1.008, and a mode of the ring is .01 wide.
    precision: config.Precision = "float32"
    world_size = 32
    learns_from = ("points", "pictures", "pairs")
    #: Latents come from N(0, 1).
    prior = "normal"

    latent_size: int = 2
    """Numbers in a latent vector."""
    width: int = 128
    """Units of a hidden layer."""
    depth: int = 3
    """Hidden layers of each network."""
    loss: Literal["non-saturating", "minimax"] = "non-saturating"
    """The generator's loss: −E log σ(D(G(z))), or (minimax) E log(1 − σ(D(G(z))))."""
    magnification: float = 4.0
    """Standard deviation to which the networks scale points; pictures are not scaled."""
    blur: float = 0.22
    """Initial standard deviation of the noise on what D sees, in units of the data's own."""
    blur_steps: int = 24_000
    """Steps over which that noise falls linearly to 0."""
    kind: Suppress[Literal["pictures", "points", "voxels"]] = "points"

    unfit = {
        "instance_noise": "it has its own (--blur)",
        "instance_noise_steps": "it has its own (--blur-steps)",
        "label_smoothing": "its loss is written out on one page",
    }

    @property
    def zoom(self) -> float:
        """Factor by which the networks scale samples."""
        return self.magnification / self.std if self.kind == "points" else 1.0

    def legal_sizes(self) -> list[int]:
        """Return the sizes from 8 to 64 pixels; more are too many numbers for dense layers."""
        return list(range(8, 65))

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("latent_size", "width", "blur_steps"):
            self._at_least(1, name)
        self._within("depth", 1, 64)
        self._within("magnification", 1e-3, 1e3)
        self._within("blur", 0, 1e3)


PRESETS = {
    "small": Config(),
    # Seconds, to see that everything runs: all that the small one does, on 64 points.
    "tiny": Config(
        width=8,
        depth=2,
        batch_size=8,
        pictures=64,
        steps=6,
        log_every=1,
        sample_every=3,
        sample_count=16,
        checkpoint_every=3,
    ),
    # Pictures have more to say than two numbers, and fewer of them fill a sheet.
    "digits": Config(
        data="digits",
        pictures=20_000,
        latent_size=64,
        width=256,
        batch_size=64,
        steps=12_000,
        beta_1=0.5,
        decay_from=6000,
        decay_steps=6000,
        blur=0.5,
        blur_steps=6000,
        sample_every=500,
        sample_count=64,
        precision="auto",
    ),
    # The bare game: no blur, no falling rates, no average, points as they are, Adam as it
    # comes. It is the control that the small configuration is measured against.
    "vanilla": Config(
        beta_1=0.9,
        beta_2=0.999,
        decay_steps=0,
        averaging=0.0,
        magnification=1.0,
        blur=0.0,
    ),
}
