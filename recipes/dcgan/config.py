"""DCGAN's settings: the small configuration, and the published one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common import config
from data.errors import Refused


@dataclass(kw_only=True)
class Config(config.Config):
    """Settings of a DCGAN (Radford et al. 2016, section 4); the defaults are the small one."""

    # Settled by trials on two cores, told in the chapter: at these rates and widths a
    # picture of 40 pixels has walls, roofs and windows after 3,200 steps.
    steps: int = 3200
    generator_rate: float = 1e-3
    discriminator_rate: float = 5e-4
    averaging: float = 0.998
    sample_every: int = 200
    world_size = 40

    latent_size: int = 100
    """Numbers in a latent vector."""
    prior: Literal["uniform", "normal"] = "uniform"
    """Where latents come from: uniform in [-1, 1] as in the paper's code, or N(0, 1)."""
    width: int = 48
    """Channels next to the picture; each map of half the size has twice as many (at most 8×)."""
    kernel: int = 4
    """Pixels a side of the kernels."""
    upsampling: Literal["transposed", "resize"] = "transposed"
    """Transposed convolutions as in the paper, or nearest neighbour and a 3×3 convolution."""
    loss: Literal[
        "minimax", "non-saturating", "least-squares", "wasserstein", "hinge", "relativistic"
    ] = "non-saturating"
    """The adversarial loss."""
    r1: float = 0.0
    """Weight γ of the R1 penalty; above 0 the discriminator goes without batch normalisation."""
    gradient_penalty: float = 0.0
    """Weight λ of WGAN-GP's penalty (10 in its paper); the same holds."""

    def legal_sizes(self) -> list[int]:
        """4, 5, 6 or 7 pixels, doubled once or more, up to 256."""
        return config.doubled_sizes()

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("latent_size", "width"):
            self._at_least(1, name)
        self._within("kernel", 2, 11)
        for name in ("r1", "gradient_penalty"):
            self._within(name, 0, 1e6)
        if self.r1 and self.gradient_penalty:
            raise Refused("--r1 and --gradient-penalty: legal is one of them, not both")
        if self.loss == "wasserstein" and not self.penalised:
            raise Refused("--loss wasserstein: legal with --gradient-penalty 10 (or --r1) only")

    @property
    def penalised(self) -> bool:
        """Whether a gradient penalty rules batch normalisation out of the discriminator."""
        return bool(self.r1 or self.gradient_penalty)


PRESETS = {
    "small": Config(),
    # Section 4 and the authors' code for faces: 64×64, 5×5 kernels, 128 channels next to
    # the picture, batches of 128, Adam at 2e-4 with β1 .5, no averaging. Their 25 epochs of
    # 350,000 faces are 68,000 batches, on which the two networks take turns.
    "paper": Config(
        image_size=64,
        width=128,
        kernel=5,
        batch_size=128,
        steps=34_000,
        pictures=100_000,
        averaging=0.0,
        generator_rate=2e-4,
        discriminator_rate=2e-4,
        sample_every=1000,
        checkpoint_every=2000,
    ),
}
