"""CGAN's settings: the small configuration, and the published one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from tyro.conf import Suppress

from common.conditions import ConditionalConfig
from common.config import flag
from common.sizes import doubled_sizes
from data.errors import Refused
from data.source import Source


@dataclass(kw_only=True)
class Config(ConditionalConfig):
    """Settings of a CGAN (Mirza and Osindero 2014); the defaults are the small one."""

    data: str = "digits"
    """Training data with labels: a world (digits, houses), a set (mnist), class folders, .npz."""
    pictures: int = 60_000
    # In trials on digits, class coverage was .40 with half the steps, a third of the pictures, β1
    # .5 and β2 .999; .49 with all steps, .51 with all pictures as well, and .56 with these β. That
    # was under constant noise. Falling, it costs digits, which have a grain, a little (.52), but on
    # houses, which have none, the Fréchet distance is 1.26 and not 5.36.
    steps: int = 6000
    batch_size: int = 64
    """Samples per training step."""
    generator_rate: float = 1e-3
    discriminator_rate: float = 5e-4
    beta_1: float = 0.0
    beta_2: float = 0.99
    instance_noise: float = 0.2
    instance_noise_steps: int = 4500
    averaging: float = 0.998
    decay_from: int = 3000
    """Step at which each learning rate starts to decay, if --decay-steps is above 0."""
    decay_steps: int = 3000
    """Steps over which the learning rates decay (0: they are constant)."""
    sample_every: int = 250
    sample_count: int = 80
    """Samples on a sheet; their latents and conditions stay the same throughout."""

    world_size = 32

    network: Literal["convolutional", "dense"] = "convolutional"
    """Networks: of convolutions, with Adam; or the paper's dense ones, with its SGD, whose rate
    begins at .1 there."""
    latent_size: int = 64
    """Numbers in a latent vector."""
    prior: Literal["unit", "uniform", "normal"] = "normal"
    """Distribution of the latents: uniform in [0, 1] as in the paper, in [-1, 1], or N(0, 1)."""
    width: int = 32
    """Channels next to the picture; each map of half the size has twice as many (at most 8×)."""

    rises: Suppress[int | None] = None
    """Steps over which the dense networks' momentum rises: half of the run's at its beginning."""

    def adapted_to(self, source: Source) -> Config:
        """As `ConditionalConfig.adapted_to`; more steps later do not change the momentum."""
        settled = super().adapted_to(source)
        return settled if settled.rises is not None else replace(settled, rises=settled.steps // 2)

    def legal_sizes(self) -> list[int]:
        """Return the sizes that doubling reaches, or 8 to 64 for dense networks."""
        return doubled_sizes() if self.network == "convolutional" else list(range(8, 65))

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("latent_size", "width"):
            self._at_least(1, name)
        if self.network == "dense":
            # The course of its rates and its momentum are the paper's.
            for name in ("beta_1", "beta_2", "decay", "decay_from", "decay_steps"):
                if getattr(self, name) not in (0, getattr(Config, name)):
                    raise Refused(f"{flag(name)}: legal with --network convolutional only")


PRESETS = {
    "small": Config(),
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
        sample_count=20,
        checkpoint_every=3,
    ),
    # Section 4.1, for MNIST (--data mnist): dense networks, batches of 100, SGD from .1 down to
    # 1e-6. That rate is reached after 287,800 steps; the authors stopped by validation.
    "paper": Config(
        network="dense",
        image_size=28,
        latent_size=100,
        prior="unit",
        batch_size=100,
        pictures=60_000,
        steps=288_000,
        generator_rate=0.1,
        discriminator_rate=0.1,
        instance_noise=0.0,
        instance_noise_steps=0,
        decay_from=0,
        decay_steps=0,
        averaging=0.0,
        sample_every=5000,
        checkpoint_every=10_000,
        log_every=500,
    ),
}

#: Trainable parameters of the paper's networks for 28×28 pictures of ten classes, added up from
#: the layers that section 4.1 names.
PARAMETERS = {"generator": 2_413_984, "discriminator": 1_224_351}
