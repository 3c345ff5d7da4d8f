"""SimGAN's settings: the small configuration, and the published one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from tyro.conf import Suppress

from common.translation.config import TranslatorConfig
from data.errors import Refused
from data.reading import Layout
from data.source import Source


@dataclass(kw_only=True)
class Config(TranslatorConfig):
    """Settings of a SimGAN (Shrivastava et al. 2017): A is simulated, B is real."""

    data: str = "eyes"
    layout: Layout = "domains"
    image_size: int | tuple[int, int] | None = (35, 55)

    optimizer: Literal["adam", "sgd"] = "adam"
    """Optimizer of both networks; the paper's is plain gradient descent."""
    width: int = 64
    """Channels of the refiner."""
    blocks: int = 4
    """Residual blocks of the refiner."""
    discriminator_width: int = 96
    """Channels of D's first layer; the later ones have two thirds and a third of it."""
    regularisation: float = 10.0
    """Weight λ of the self-regularisation, the L1 distance of refined and simulated (0: off)."""
    features: Literal["pixels", "derivatives"] = "pixels"
    """What that distance is of: the pixels, or their differences to the right and downwards."""
    reduction: Literal["mean", "sum"] = "mean"
    """Both losses over a picture: means over D's locations and over pixels, or sums."""
    history: int = 512
    """Refined pictures that are kept to train D on (0: none)."""
    refiner_steps: int = 2
    """K_g, updates of the refiner in a step, each on new pictures; K_d is --critic-steps."""
    pretrain_refiner: int = 300
    """Updates of the refiner on the self-regularisation alone, before everything else."""
    patch_layers: Suppress[Literal[0, 1, 2, 3]] = 2
    """D halves a picture twice."""

    learns_from = ("domains",)

    @property
    def multiple(self) -> int:
        """1: the refiner changes no size."""
        return 1

    @property
    def pretraining(self) -> int:
        """Number of pretraining steps, of the refiner and then of the discriminator."""
        return self.pretrain_refiner + self.pretrain_discriminator

    def adapted_to(self, source: Source) -> Config:
        """As `TranslatorConfig.adapted_to`; both sets must have as many channels."""
        settled = super().adapted_to(source)
        before, after = settled.input_channels, settled.channels
        if before != after:
            raise Refused(
                f"--data {source.name}: the simulated pictures have {before} "
                f"channel{'s' * (before > 1)} and the real ones {after}; legal are as many in both"
            )
        return settled

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        self._at_least(1, "width")
        self._within("refiner_steps", 1, 1000)
        self._at_least(3, "discriminator_width")
        self._at_least(0, "pretrain_refiner")
        self._within("blocks", 0, 20)
        self._within("history", 0, 100_000)
        self._within("regularisation", 0, 1e6)
        if self.optimizer == "sgd" and (self.beta_1, self.beta_2) != (0.5, 0.999):
            raise Refused("--beta-1 and --beta-2: legal with --optimizer adam only")
        if self.history and not 2 <= self.batch_size <= self.history:
            raise Refused(
                f"--batch-size {self.batch_size}: legal is 2 to {self.history} (--history), or "
                "another number with --history 0"
            )


_SMALL = Config(
    width=16,
    discriminator_width=48,
    # The light is free, and lids and lashes may be drawn; an iris that moved would cost.
    features="derivatives",
    regularisation=3.0,
    # The grain of photographs is the first thing that D would tell by, and the one thing that a
    # refiner without noise of its own cannot make. Beneath more noise D looks at the rest.
    instance_noise=0.15,
    batch_size=32,
    steps=1400,
    decay_from=500,
    decay_steps=900,
    pretrain_discriminator=100,
    generator_rate=1e-3,
    discriminator_rate=1e-3,
    averaging=0.99,
    sample_every=100,
    checkpoint_every=200,
)

PRESETS = {
    "small": _SMALL,
    # Seconds, to see that everything runs: all that the small one does, on 24 pictures of each.
    "tiny": replace(
        _SMALL,
        image_size=32,
        width=4,
        blocks=1,
        discriminator_width=6,
        history=8,
        pretrain_refiner=1,
        pretrain_discriminator=1,
        batch_size=4,
        pictures=24,
        steps=6,
        decay_from=3,
        decay_steps=3,
        log_every=1,
        sample_every=3,
        sample_count=4,
        checkpoint_every=3,
    ),
    # What each part is worth is seen beside the game without it: labels that nothing keeps, a
    # refiner that may change nothing, a discriminator that forgets, or that sees every grain.
    "no-regularisation": replace(_SMALL, regularisation=0.0, pretrain_refiner=0),
    "strong-regularisation": replace(_SMALL, regularisation=1000.0),
    "no-history": replace(_SMALL, history=0),
    "no-noise": replace(_SMALL, instance_noise=0.0),
    # Sections 2 and 3: the refiner's 1,000 and the discriminator's 200 updates before the game,
    # gradient descent at .001, batches of 512. K_g is 2 in the paper's first version and 50 in
    # the proceedings (--refiner-steps 50). The weight λ and the size of the history are in
    # neither.
    "paper": Config(
        optimizer="sgd",
        reduction="sum",
        regularisation=0.5,
        batch_size=512,
        history=25_600,
        pretrain_refiner=1000,
        pretrain_discriminator=200,
        generator_rate=1e-3,
        discriminator_rate=1e-3,
        steps=10_000,
        pictures=200_000,
        sample_every=500,
        checkpoint_every=1000,
    ),
}

#: Trainable parameters of the paper's networks, added up from its layers.
PARAMETERS = {"generator": 296_129, "discriminator": 75_906}
