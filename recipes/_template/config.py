"""Template's settings: the small configuration, and the smallest."""

from __future__ import annotations

from dataclasses import dataclass

from common.adversarial import AdversarialConfig
from common.sizes import doubled_sizes


@dataclass(kw_only=True)
class Config(AdversarialConfig):
    """Settings of Template: each is a flag, and the string below it its help."""

    # CHANGE: what is learned from, and how. Settings that every recipe has get other defaults
    # here; what they mean is in common/config.py and common/adversarial.py, or
    # `python -m recipes._template.train --help`.
    data: str = "digits"
    steps: int = 2500
    generator_rate: float = 1e-3
    discriminator_rate: float = 5e-4
    averaging: float = 0.99
    sample_every: int = 250
    #: Latents come from N(0, 1); the other choice is "uniform".
    prior = "normal"

    # CHANGE: settings of these networks alone.
    latent_size: int = 64
    """Numbers in a latent vector."""
    width: int = 32
    """Channels next to the picture; each map of half the size has twice as many (at most 8×)."""

    def legal_sizes(self) -> list[int]:
        """Return the sizes that doubling 4 to 7 pixels reaches, up to 256."""
        return doubled_sizes()

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        # CHANGE: refuse illegal values; see also `_within`.
        for name in ("latent_size", "width"):
            self._at_least(1, name)


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
    # CHANGE: more configurations: `python -m recipes._template.train NAME`.
}
