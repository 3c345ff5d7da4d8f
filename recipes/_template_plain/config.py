"""Template's settings: the small configuration, and the smallest."""

from __future__ import annotations

from dataclasses import dataclass

from common import config
from common.sizes import doubled_sizes


@dataclass(kw_only=True)
class Config(config.Config):
    """Settings of Template: each is a flag, and the string below it its help."""

    # CHANGE: what is learned from, and how. Settings that every recipe has get other defaults
    # here; what they mean is in common/config.py, or
    # `python -m recipes._template_plain.train --help`.
    data: str = "digits"
    steps: int = 2500
    beta_1: float = 0.9
    averaging: float = 0.99
    sample_every: int = 250
    sample_count: int = 24
    #: Latents come from N(0, 1).
    prior = "normal"

    # CHANGE: settings of this network alone. NAME_rate is the rate of the network NAME.
    autoencoder_rate: float = 1e-3
    """Learning rate of the autoencoder."""
    latent_size: int = 16
    """Numbers in a latent vector."""
    width: int = 32
    """Channels next to the picture; each map of half the size has twice as many (at most 8×)."""
    beta: float = 1.0
    """Weight of the latents' divergence from N(0, 1)."""

    def legal_sizes(self) -> list[int]:
        """Return the sizes that doubling 4 to 7 pixels reaches, up to 256."""
        return doubled_sizes()

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        # CHANGE: refuse illegal values.
        for name in ("latent_size", "width"):
            self._at_least(1, name)
        self._within("beta", 0, 1e6)


PRESETS = {
    "small": Config(),
    # Seconds, for trying things out; what it makes is not worth looking at.
    "tiny": Config(
        image_size=16,
        pictures=24,
        batch_size=4,
        width=4,
        latent_size=8,
        steps=6,
        sample_every=3,
        checkpoint_every=3,
        log_every=1,
        sample_count=4,
    ),
    # CHANGE: more configurations: `python -m recipes._template_plain.train NAME`.
}
