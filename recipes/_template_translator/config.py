"""Template's settings: the small configuration, and the smallest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common.translation.config import TranslatorConfig


@dataclass(kw_only=True)
class Config(TranslatorConfig):
    """Settings of Template: each is a flag, and the string below it its help."""

    # CHANGE: what is learned from, and how. Settings that every translator has get other
    # defaults here; what they mean is in common/translation/config.py and common/config.py, or
    # `python -m recipes._template_translator.train --help`.
    data: str = "facades"
    steps: int = 2000
    batch_size: int = 4
    patch_layers: Literal[0, 1, 2, 3] = 2
    generator_rate: float = 1e-3
    discriminator_rate: float = 4e-4
    averaging: float = 0.99
    sample_every: int = 250
    #: Pairs, each an input and the picture that belongs to it. For two sets of pictures without
    #: pairs, ("domains",): see recipes/cyclegan.
    learns_from = ("pairs",)

    # CHANGE: settings of these networks alone.
    width: int = 32
    """Channels of the first layer of either network; later ones have up to eight times as many."""
    halvings: int = 3
    """Number of times that the picture is halved, and doubled again."""
    l1: float = 100.0
    """Weight of the distance to the real picture."""

    @property
    def multiple(self) -> int:
        """Number of which height and width must be multiples; other pictures are padded."""
        return 2**self.halvings

    def check(self) -> None:
        """As `common.config.Config.check`."""
        # CHANGE: refuse illegal values. Legal sizes depend on the halvings: first of all.
        self._within("halvings", 1, 8)
        super().check()
        self._at_least(1, "width")
        self._within("l1", 0, 1e6)


PRESETS = {
    "small": Config(),
    # Seconds, for trying things out; what it makes is not worth looking at.
    "tiny": Config(
        image_size=32,
        pictures=24,
        batch_size=4,
        width=4,
        halvings=2,
        steps=6,
        sample_every=3,
        checkpoint_every=3,
        log_every=1,
        sample_count=4,
    ),
    # CHANGE: more configurations: `python -m recipes._template_translator.train NAME`.
}
