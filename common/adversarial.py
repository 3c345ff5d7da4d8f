"""Settings of what is trained against a discriminator."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Literal

from common.config import Config, flag
from data.errors import Refused
from data.source import Source

LossName = Literal[
    "minimax", "non-saturating", "least-squares", "wasserstein", "hinge", "relativistic"
]
#: The losses whose discriminator aims at a target of 1 for real samples.
SMOOTHED = ("minimax", "non-saturating", "least-squares")


@dataclass(kw_only=True)
class AdversarialConfig(Config):
    """Settings of a recipe with a discriminator.

    Stabilisers are part of `common.network.Discriminator`, not of an architecture, so a recipe
    need not mention them; only a discriminator with batch normalisation must leave that out
    where `penalised` is true.
    """

    generator_rate: float = 2e-4
    """The generator's learning rate."""
    discriminator_rate: float = 2e-4
    """The discriminator's learning rate."""
    loss: LossName = "non-saturating"
    """The adversarial loss."""
    pretrain_discriminator: int = 0
    """Updates of the discriminator before the first one of the generator."""
    stop_at_equilibrium: float = 0.0
    """Stop when D's pairwise accuracy stays within 0.5 + this, after it had a lead (0: off)."""
    critic_steps: int = 1
    """Updates of D per update of G, each on new samples (WGAN-GP: 5)."""
    r1: float = 0.0
    """Weight γ of the R1 penalty, on D's gradient at real samples; D is then without batch
    normalisation (0: off)."""
    r2: float = 0.0
    """Weight γ of the R2 penalty, on D's gradient at fake samples; as --r1 (0: off)."""
    gradient_penalty: float = 0.0
    """Weight λ of WGAN-GP's penalty, on D's gradient between real and fake; as --r1 (paper: 10;
    0: off)."""
    spectral_norm: bool = False
    """Divide each of D's kernels by its largest singular value; D is then without normalisation
    of activations."""
    augment: bool = False
    """Augment all samples that D sees: colours, shifts, cutouts (DiffAugment)."""
    instance_noise: float = 0.0
    """Standard deviation of noise on the samples that D sees, in units of [-1, 1] (0: off)."""
    instance_noise_steps: int = 0
    """Updates of D over which that noise falls linearly to 0 (0: it is constant)."""
    label_smoothing: float = 0.0
    """How far D's target for real samples lies below 1 (one-sided; usual: .1; 0: off)."""

    #: Settings that the recipe does not have: name -> why.
    unfit: ClassVar[dict[str, str]] = {}

    @classmethod
    def changeable(cls) -> list[str]:
        """As `Config.changeable`, and what D's loss and what it sees depend on."""
        names = ("r1", "r2", "gradient_penalty", "instance_noise", "label_smoothing")
        return super().changeable() + [name for name in names if name not in cls.unfit]

    def changed(self, **changes) -> AdversarialConfig:
        """As `Config.changed`; penalties must not decide over batch normalisation."""
        changed = super().changed(**changes)
        if changed.penalised != self.penalised:
            names = [n for n in ("r1", "r2", "gradient_penalty") if n in changes]
            without = "with" if self.penalised else "without"
            raise Refused(
                f"{' '.join(map(flag, names))}: with --resume legal where the discriminator stays "
                f"{without} penalty, as its layers depend on that; start a new run"
            )
        return changed

    @property
    def penalised(self) -> bool:
        """Whether batch normalisation is to be left out of the discriminator.

        It ties the gradient at one sample to the others of its batch. (A spectral norm is undone
        by instance normalisation, too, which a recipe must then leave out.)
        """
        return bool(self.r1 or self.r2 or self.gradient_penalty or self.spectral_norm)

    @property
    def pretraining(self) -> int:
        """Number of pretraining steps, which update the discriminator alone."""
        return self.pretrain_discriminator

    def adapted_to(self, source: Source) -> AdversarialConfig:
        """As `Config.adapted_to`; refuses augmentation of anything but pictures."""
        settled = super().adapted_to(source)
        if self.augment and settled.kind != "pictures":
            raise Refused(f"--augment: legal with pictures; {source.name} gives {source.kind}")
        return settled

    def check(self) -> None:
        """As `Config.check`."""
        super().check()
        self._at_least(0, "pretrain_discriminator")
        self._at_least(0, "instance_noise_steps")
        # So many batches are drawn at once.
        self._within("critic_steps", 1, 1000)
        self._within("stop_at_equilibrium", 0, 0.1)
        for name in ("r1", "r2", "gradient_penalty", "instance_noise"):
            self._within(name, 0, 1e6)
        self._within("label_smoothing", 0, 0.5)
        for name, why in self.unfit.items():
            if getattr(self, name) != _default(type(self), name):
                raise Refused(f"{flag(name)}: not available in this recipe, as {why}")
        if self.gradient_penalty and (self.r1 or self.r2):
            name = "r1" if self.r1 else "r2"
            raise Refused(f"{flag(name)} and --gradient-penalty: legal is one of them, not both")
        # R2 bounds the slope at fakes alone.
        bounded = self.gradient_penalty or self.r1 or self.spectral_norm
        if self.loss == "wasserstein" and not bounded:
            raise Refused(
                "--loss wasserstein: legal with --gradient-penalty 10 (or --r1, or "
                "--spectral-norm) only"
            )
        # A recipe's own number of steps says nothing where its noise is turned off.
        own = _default(type(self), "instance_noise_steps")
        if self.instance_noise_steps not in (0, own) and not self.instance_noise:
            raise Refused("--instance-noise-steps: legal with --instance-noise only")
        if self.label_smoothing and self.loss not in SMOOTHED:
            raise Refused(f"--label-smoothing: legal with --loss {', '.join(SMOOTHED)} only")


def _default(kind: type[Config], name: str):
    (setting,) = (f for f in dataclasses.fields(kind) if f.name == name)
    return setting.default
