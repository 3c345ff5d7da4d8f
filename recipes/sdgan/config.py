"""SD-GAN's settings: the small configurations, the controls, and the published ones."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import Literal

from common.adversarial import AdversarialConfig
from common.batches import rng_for
from common.config import flag
from common.groups import GroupedConfig, numbered
from common.sizes import doubled_sizes
from data.errors import Refused
from data.samples import SampleSet

#: Observations of each identity on a sheet: the columns of figure 1.
OBSERVATIONS = 8
# Settings that one of the games has no place for: BEGAN's discriminator gives no logit.
_OF_GAME = {
    "dcgan": (
        *("loss", "r1", "r2", "gradient_penalty", "spectral_norm", "label_smoothing", "augment"),
        *("instance_noise", "instance_noise_steps", "stop_at_equilibrium", "towers", "kernel"),
    ),
    "began": ("balance_target", "balance_rate", "halve_every"),
}


@dataclass(kw_only=True)
class Config(GroupedConfig, AdversarialConfig):
    """Settings of an SD-GAN (Donahue et al. 2018); the defaults are the small one's."""

    data: str = "faces"
    image_size: int | None = 64
    sample_count: int = 48

    game: Literal["dcgan", "began"] = "dcgan"
    """dcgan: D tells real pairs from fake ones; began: D is an autoencoder of pairs (BEGAN)."""
    identity_size: int = 50
    """Numbers of the identity code, which both pictures of a pair share."""
    observation_size: int = 50
    """Numbers of the observation code, which each picture has for itself."""
    width: int = 24
    """Channels next to the picture (began: of all maps)."""
    kernel: int = 4
    """Pixels a side of the kernels (paper: 5; began: always 3)."""
    towers: Literal["siamese", "stacked", "single"] = "siamese"
    """How D sees a pair: by two towers that share weights, as one picture of twice the channels, or
    (a control: a plain DCGAN) each picture by itself."""
    strangers: bool = False
    """A control: deal the pictures to the identities at random, so that real pairs show two."""
    balance_target: float = 0.5
    """began: γ, the error of fake pairs that is aimed at, over that of real ones."""
    balance_rate: float = 1e-3
    """began: λ, how fast the balance k between both errors moves."""
    halve_every: int = 0
    """began: updates after which the learning rates are halved, down to a quarter (0: never)."""

    def legal_sizes(self) -> list[int]:
        """Return the sizes that doubling reaches from 4 to 7 pixels, or with began from 8 alone."""
        return [16, 32, 64, 128] if self.game == "began" else doubled_sizes()

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("identity_size", "observation_size", "width"):
            self._within(name, 1, 4096)
        self._within("kernel", 2, 11)
        self._within("balance_target", 0, 1)
        self._within("balance_rate", 0, 1e6)
        self._at_least(0, "halve_every")
        other = {"dcgan": "began", "began": "dcgan"}[self.game]
        for setting in dataclasses.fields(self):
            name = setting.name
            if name in _OF_GAME[other] and getattr(self, name) != setting.default:
                raise Refused(f"{flag(name)}: legal with --game {other} only")
        if self.halve_every and self.decay_steps:
            raise Refused("--halve-every and --decay-steps: legal is one of them")

    @classmethod
    def rates(cls) -> list[str]:
        """As `common.config.Config.rates`; the balance moves at its own."""
        return [name for name in super().rates() if name != "balance_rate"]

    def training_set(self, loaded: SampleSet) -> SampleSet:
        """As `GroupedConfig.training_set`; of strangers, with identities dealt out at random."""
        learned = super().training_set(loaded)
        if not self.strangers:
            return learned
        numbers = numbered(learned, self.grouped_by)
        dealt = rng_for(self.seed, "strangers").permutation(numbers)
        return dataclasses.replace(learned, factors=learned.factors | {self.grouped_by: dealt})


# A pair gives D much to tell by. In trials of 500 steps at 32 pixels, with rates of 4e-4 for both,
# it was soon sure; with these the faces were clearer, and rows showed one person as early. Noise on
# all that D sees gave rows far more variety after 2,000 steps; spectral norm, blurred faces.
_SMALL = Config(
    batch_size=16,
    steps=6000,
    decay_from=3000,
    decay_steps=3000,
    generator_rate=1e-3,
    discriminator_rate=3e-4,
    instance_noise=0.2,
    averaging=0.998,
    sample_every=500,
    checkpoint_every=500,
)
# Sections 4 and A: batches of 16 pairs, Adam at 2e-4 with β1 .5, kernels of 5×5.
_PAPER = Config(
    width=64,
    kernel=5,
    batch_size=16,
    steps=500_000,
    pictures=100_000,
    sample_every=2000,
    checkpoint_every=5000,
)

PRESETS = {
    "small": _SMALL,
    # Seconds, to see that everything runs: all that the small one does, on 24 pictures.
    "tiny": replace(
        _SMALL,
        image_size=16,
        width=4,
        identity_size=3,
        observation_size=3,
        batch_size=4,
        pictures=24,
        instance_noise=0.0,
        steps=6,
        log_every=1,
        sample_every=3,
        sample_count=16,
        checkpoint_every=3,
    ),
    # BEGAN's maps are as wide near the picture as elsewhere: at 64 pixels, a step takes four times
    # as long.
    "began": replace(
        _SMALL,
        game="began",
        image_size=32,
        width=16,
        beta_1=0.9,
        generator_rate=2e-4,
        discriminator_rate=2e-4,
        instance_noise=0.0,
        steps=5000,
        decay_from=2500,
        decay_steps=2500,
    ),
    # Controls, which must fail: who is seen is not asked for, or nothing says it.
    "single": replace(_SMALL, towers="single"),
    "strangers": replace(_SMALL, strangers=True),
    # The authors' own ablation.
    "stacked": replace(_SMALL, towers="stacked"),
    "paper": _PAPER,
    "paper-began": replace(
        _PAPER,
        game="began",
        kernel=4,
        width=128,
        beta_1=0.9,
        generator_rate=8e-5,
        discriminator_rate=8e-5,
        halve_every=100_000,
    ),
}

#: Trainable parameters of the published networks, added up from the authors' code.
PARAMETERS = {"generator": 5_135_363, "discriminator": 9_030_529}
