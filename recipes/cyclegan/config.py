"""CycleGAN's settings: the small configuration, the published one, and one without a cycle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from common.adversarial import LossName
from common.config import Upsampling
from common.translation.config import TranslatorConfig
from data.errors import Refused
from data.reading import Layout
from data.source import Source


@dataclass(kw_only=True)
class Config(TranslatorConfig):
    """Settings of a CycleGAN (Zhu et al. 2017)."""

    data: str = "seasons"
    layout: Layout = "domains"
    jitter: float = 30 / 256
    flip: bool = True
    decay: Literal["cosine", "linear"] = "linear"
    loss: LossName = "least-squares"

    width: int = 64
    """Channels of the first layer of each network; the residual blocks have four times as many."""
    blocks: int = 6
    """Residual blocks of a translator (the paper: 6 for 128 pixels, 9 for 256)."""
    upsampling: Upsampling = "transposed"
    """How a map is doubled: as in the paper, by nearest neighbour first, or by pixel shuffling."""
    cycle: float = 10.0
    """Weight λ of the cycle-consistency loss (0: off)."""
    identity: float = 5.0
    """Weight of the identity loss, on pictures that are in the target domain already (0: off)."""
    pool: int = 50
    """Earlier translations of each domain that are kept to train D on (0: none)."""

    learns_from = ("domains",)

    @property
    def multiple(self) -> int:
        """4, as pictures are halved twice."""
        return 4

    def legal_sizes(self) -> list[int]:
        """As `TranslatorConfig.legal_sizes`, from 16 on: below, maps are too small to reflect."""
        return [size for size in super().legal_sizes() if size >= 16]

    def adapted_to(self, source: Source) -> Config:
        """As `common.config.Config.adapted_to`; with an identity loss, channels must agree."""
        settled = super().adapted_to(source)
        before, after = settled.input_channels, settled.channels
        if self.identity and before != after:
            raise Refused(
                f"--identity {self.identity:g}: {source.name} has {before} channel"
                f"{'s' * (before > 1)} on one side and {after} on the other, so neither "
                "translator can be given what it makes; legal is 0"
            )
        return settled

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        self._at_least(1, "width")
        self._within("blocks", 0, 20)
        self._within("pool", 0, 1000)
        for name in ("cycle", "identity"):
            self._within(name, 0, 1e6)


# Settled by trials: at the paper's rates ten minutes are too short.
_SMALL = Config(
    width=24,
    patch_layers=2,
    batch_size=2,
    generator_rate=1e-3,
    discriminator_rate=4e-4,
    averaging=0.99,
    steps=3000,
    decay_from=1500,
    decay_steps=1500,
    sample_every=250,
    checkpoint_every=500,
)

PRESETS = {
    "small": _SMALL,
    # Seconds, to see that everything runs: all that the small one does, on 24 pictures a domain.
    "tiny": replace(
        _SMALL,
        image_size=32,
        width=4,
        blocks=1,
        patch_layers=1,
        pool=3,
        batch_size=2,
        pictures=24,
        steps=6,
        decay_from=3,
        decay_steps=6,
        log_every=1,
        sample_every=3,
        sample_count=2,
        checkpoint_every=3,
    ),
    # The same with nothing but the adversarial term: what the cycle is worth is seen beside it.
    "gan-alone": replace(_SMALL, cycle=0.0, identity=0.0),
    # Section 4 and appendix 7.1: 256 pixels cut from 286, 9 blocks, one picture at a time, 100
    # epochs at 2e-4 and 100 falling to 0; an epoch is here 1,000 pictures, as of horses.
    "paper": Config(
        image_size=256,
        blocks=9,
        pictures=1000,
        steps=200_000,
        decay_from=100_000,
        decay_steps=100_000,
        sample_every=2000,
        checkpoint_every=5000,
    ),
}

#: Trainable parameters of the paper's networks, as its authors' code has them.
PARAMETERS = {
    "generator": 11_378_179,
    "generator_back": 11_378_179,
    "discriminator_a": 2_764_737,
    "discriminator_b": 2_764_737,
}
