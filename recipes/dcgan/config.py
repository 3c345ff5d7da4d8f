"""DCGAN's settings: the small configuration, and the published one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common import config
from common.adversarial import AdversarialConfig
from common.sizes import doubled_sizes


@dataclass(kw_only=True)
class Config(AdversarialConfig):
    """Settings of a DCGAN (Radford et al. 2016, section 4); the defaults are small networks."""

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
    """Distribution of the latents: uniform in [-1, 1] as in the paper's code, or N(0, 1)."""
    width: int = 48
    """Channels next to the picture; each map of half the size has twice as many (at most 8×)."""
    kernel: int = 4
    """Pixels a side of the kernels."""
    upsampling: config.Upsampling = "transposed"
    """How a map is doubled: as in the paper, by nearest neighbour first, or by pixel shuffling."""

    def legal_sizes(self) -> list[int]:
        """Return the sizes that doubling 4, 5, 6 or 7 pixels reaches, up to 256."""
        return doubled_sizes()

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("latent_size", "width"):
            self._at_least(1, name)
        self._within("kernel", 2, 11)


PRESETS = {
    # Rates that fall to a hundredth in the second half make lines straighter.
    "small": Config(steps=5000, decay_from=2500, decay_steps=2500),
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

#: Trainable parameters of the paper's networks, added up from its authors' code.
PARAMETERS = {"generator": 18_885_760, "discriminator": 17_232_768}
