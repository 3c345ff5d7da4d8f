"""StyleGAN's settings: the small configurations, and the published one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from common.adversarial import AdversarialConfig
from common.config import flag
from data.errors import Refused
from data.source import Source

#: Pixels a side of the pictures that there are networks for.
SIZES = (16, 32, 64, 128, 256, 512, 1024)
#: The size at which networks that grow begin.
FIRST_LEVEL = 8
#: The layers in which styles are truncated, in pictures to look at (appendix B).
TRUNCATED = 8
#: The largest style or latent, and the widest map.
_MOST = 4096


@dataclass(kw_only=True)
class Config(AdversarialConfig):
    """Settings of a StyleGAN (Karras et al. 2019) or a StyleGAN2 (--generation 2)."""

    data: str = "faces"
    """Training data: a world (faces), a set, a folder, a file of arrays."""
    generation: Literal[0, 1, 2] = 1
    """1: instance normalisation, then styles; 2: styles in the kernels, skips, lazy penalties;
    0: a DCGAN, to compare with."""
    latent_size: int = 512
    """Numbers in a latent z, and in what the mapping network makes of it, w."""
    prior: Literal["normal"] = "normal"
    """Distribution of the latents: N(0, 1)."""
    mapping_layers: int = 8
    """Layers of the mapping network (0: styles come from the latent itself)."""
    mapping_multiplier: float = 0.01
    """How much more slowly the mapping network learns than the others."""
    width: int = 16384
    """A map has this many channels over its pixels a side, at most --widest."""
    widest: int = 512
    """Most channels of a map."""
    mixing: float = 0.9
    """Share of the steps in which two latents' styles are mixed, above and below a cut."""
    noise: bool = True
    """Add noise to every map, as strong as is learned."""
    styles: Literal["all", "first"] = "all"
    """The layers that a style controls; first: that of the constant alone, as a control."""
    deviation_group: int = 4
    """Samples whose deviation D is told."""
    truncation: float = 0.7
    """ψ of the sheets of samples, in the first 8 layers: how far styles keep from their mean."""

    growth: bool = False
    """Grow both networks from 8 pixels on, level by level."""
    growth_pictures: int = 600_000
    """Pictures that a new level is faded in with, and as many that it is then learned with."""

    r1: float | None = None
    """Weight γ of the R1 penalty; None: .0002·pixels²/batch, or 0 with another penalty."""
    r1_every: int | None = None
    """Updates of D between two of that penalty; None: 1, and 16 with --generation 2."""
    path_length: float | None = None
    """Weight of the path length penalty; None: 0, and 2 with --generation 2."""
    path_length_every: int = 4
    """Updates of G between two of that penalty."""
    beta_1: float = 0.0
    beta_2: float = 0.99
    generator_rate: float = 1e-3
    discriminator_rate: float = 1e-3

    unfit: ClassVar[dict[str, str]] = {
        "spectral_norm": "kernels are scaled anyway, where they are used",
    }

    def legal_sizes(self) -> list[int]:
        """Return the powers of two from 16 to 1024."""
        return list(SIZES)

    def adapted_to(self, source: Source) -> Config:
        """As `Config.adapted_to`; settles the penalties that follow from size and generation."""
        settled = super().adapted_to(source)
        second = settled.generation == 2
        rule = 0.0 if settled.gradient_penalty or not settled.generation else pixel_rule(settled)
        chosen = {"r1": rule}
        chosen |= {"r1_every": 16 if second else 1, "path_length": 2.0 if second else 0.0}
        open_ones = {n: v for n, v in chosen.items() if getattr(settled, n) is None}
        return replace(settled, **open_ones)

    def check(self) -> None:
        """As `common.config.Config.check`."""
        # What is open yet, is legal.
        super(Config, replace(self, r1=self.r1 or 0.0)).check()
        for name in ("latent_size", "width", "widest"):
            self._within(name, 1, 2**20 if name == "width" else _MOST)
        self._within("mapping_layers", 0, 64)
        self._within("mapping_multiplier", 1e-6, 1)
        self._within("mixing", 0, 1)
        self._within("truncation", 0, 2)
        for name in ("r1_every", "path_length", "path_length_every"):
            if getattr(self, name) is not None:
                self._within(name, 0 if name == "path_length" else 1, 1e6)
        self._within("deviation_group", 1, 1024)
        if self.batch_size % self.deviation_group:
            raise Refused(
                f"--batch-size {self.batch_size}: legal is a multiple of {flag('deviation_group')} "
                f"{self.deviation_group}"
            )
        self._at_least(1, "growth_pictures")
        if self.growth and self.generation != 1:
            raise Refused("--growth: legal with --generation 1, which the others do without")
        together = [("decay_steps", 0), ("critic_steps", 1), ("instance_noise", 0)]
        for name, off in together if self.growth else ():
            if getattr(self, name) != off:
                raise Refused(f"{flag(name)} and --growth: legal is one of them")
        if self.path_length and self.generation != 2:
            raise Refused("--path-length: legal with --generation 2, whose penalty it is")
        if not self.generation and (self.r1_every or 1) > 1:
            raise Refused("--r1-every: legal with a StyleGAN; a DCGAN's R1 is of every step")
        if self.generation == 2 and self.styles == "first":
            raise Refused("--styles first: legal with --generation 1, whose layers can do without")

    @property
    def is_lazy(self) -> bool:
        """Whether R1 has updates of its own, and with them a state in each checkpoint."""
        return bool(self.r1) and self.r1_every > 1

    def changed(self, **changes) -> Config:
        """As `AdversarialConfig.changed`; a lazy penalty stays one."""
        changed = super().changed(**changes)
        if changed.is_lazy != self.is_lazy:
            raise Refused(
                f"--r1 {changed.r1:g}: with --resume legal is "
                f"{'more than 0' if self.is_lazy else '0'}, as a checkpoint holds what R1's own "
                "updates need; start a new run"
            )
        return changed

    @property
    def settled(self) -> bool:
        """As `Config.settled`; the penalties, too."""
        return super().settled and None not in (self.r1, self.r1_every, self.path_length)

    @property
    def together(self) -> int:
        """As `common.config.Config.together`: a group of the minibatch deviation."""
        # Of the path length every other sample is taken.
        group = self.deviation_group if self.generation else 1
        return math.lcm(group, 2 if self.path_length else 1)

    @property
    def style_layers(self) -> int:
        """Number of layers with a style of their own: two a level, from 4 pixels on."""
        return 2 * int(math.log2(self.image_size)) - 2

    @property
    def map_sizes(self) -> list[int]:
        """Pixels a side of each layer's map; each of the layers has noise of that size."""
        if self.generation == 2:
            # The last style is that of the colours alone.
            return [4 * 2 ** ((index + 1) // 2) for index in range(self.style_layers - 1)]
        return [4 * 2 ** (index // 2) for index in range(self.style_layers)]

    @property
    def noise_size(self) -> int:
        """Number of random values that a picture takes: a map for each layer."""
        return sum(size * size for size in self.map_sizes)

    @property
    def resolutions(self) -> list[int]:
        """Sizes from 4 pixels to the picture's, each twice the one before."""
        return [4 * 2**k for k in range(int(math.log2(self.image_size)) - 1)]

    def width_at(self, size: int) -> int:
        """Return the channels of a map of that many pixels a side."""
        return max(1, min(self.width // size, self.widest))


def pixel_rule(config: Config) -> float:
    """R1's weight γ as it suits a size and a batch: .0002·pixels²/batch (Karras et al. 2020b)."""
    return 0.0002 * config.image_size**2 / config.batch_size


_SMALL = Config(
    # Of as many steps with the same rates, those at 32 pixels make faces, those at 64 masks with
    # eyes of blocks; and one of 64 pixels takes twice as long.
    image_size=32,
    latent_size=64,
    # Eight layers that learn a hundred times more slowly, as published, hardly move in so few
    # steps. Of first weights, 64 wide, they leave w a few directions, and so there were few kinds
    # of faces: recall was .02, and with these two layers .21.
    mapping_layers=2,
    mapping_multiplier=0.1,
    # So narrow, and in so small batches, that two cores take 18,000 steps in about 17 minutes, by
    # the processor's time; with a width of 768 and batches of 32, heads had no features after
    # 1,200 steps.
    width=512,
    widest=64,
    batch_size=16,
    steps=18_000,
    decay_from=9000,
    decay_steps=9000,
    # Four times the pixel rule. Tried together with the width and the falling rates, not apart.
    r1=0.05,
    # The paper's .001 is for 25 million pictures. In trials of 400 steps at 16 pixels that gave
    # blobs, .004 for both networks heads on shoulders, and .01 for the generator grain on top.
    generator_rate=5e-3,
    discriminator_rate=4e-3,
    # Nearly the same is learned as with a penalty at every update.
    r1_every=4,
    # Half of an average is of the last 10,000 pictures, as in the authors' code.
    averaging=0.5 ** (16 / 10_000),
    sample_every=500,
    checkpoint_every=1000,
)
# About as many parameters in both networks together, and as many seconds: 2.2 steps, of twice as
# many pictures, in the time of one, measured by the processor's time.
_DCGAN = replace(
    _SMALL,
    generation=0,
    width=480,
    widest=120,
    batch_size=32,
    noise=False,
    mixing=0.0,
    steps=39_000,
    decay_from=19_500,
    decay_steps=19_500,
    beta_1=0.5,
    beta_2=0.999,
    generator_rate=1e-3,
    discriminator_rate=5e-4,
    averaging=0.998,
    r1=0.0,
    r1_every=1,
    # Towards its end D tells all real pictures from all fakes, and it would be stopped.
    watchdog="warn",
)
_PAPER = Config(
    image_size=1024,
    growth=True,
    batch_size=32,
    steps=781_250,
    r1=10.0,
    averaging=0.5 ** (32 / 10_000),
    sample_every=2000,
    sample_count=16,
    checkpoint_every=2000,
)

PRESETS = {
    "small": _SMALL,
    # Seconds, to see that everything runs, on 24 faces.
    "tiny": replace(
        _SMALL,
        image_size=16,
        latent_size=8,
        width=64,
        widest=8,
        deviation_group=2,
        batch_size=4,
        pictures=24,
        steps=6,
        decay_from=0,
        decay_steps=0,
        r1=None,
        r1_every=1,
        averaging=0.9,
        log_every=1,
        sample_every=3,
        sample_count=4,
        checkpoint_every=3,
    ),
    "second": replace(_SMALL, generation=2, r1_every=16),
    # What the parts are worth is seen beside a training without them.
    "no-mapping": replace(_SMALL, mapping_layers=0),
    "no-noise": replace(_SMALL, noise=False),
    "one-style": replace(_SMALL, styles="first"),
    "no-mixing": replace(_SMALL, mixing=0.0),
    "dcgan": _DCGAN,
    "paper": _PAPER,
    # Karras et al. 2020, configuration F.
    "paper-second": replace(
        _PAPER,
        generation=2,
        growth=False,
        width=32_768,
        generator_rate=2e-3,
        discriminator_rate=2e-3,
    ),
}

#: Trainable parameters of the paper's networks, as added up from their layers.
PARAMETERS = {"generator": 26_219_627, "discriminator": 23_087_249}
