"""Settings that all recipes share: dataclasses whose fields are command-line flags.

Nothing here imports TensorFlow or Keras, so bad flags are refused at once.
"""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from tyro.conf import Suppress

from common.sizes import nearest
from data.errors import Refused
from data.jitter import Jitter
from data.reading import Fit, Layout, Reading, Splitting
from data.resize import Size, height_and_width
from data.samples import SampleSet, UnpairedSet
from data.source import Source

# The largest whole number: what TensorFlow counts and measures shapes with has 31 bits and a sign.
_MOST = 2**31 - 1

Precision = Literal["auto", "float32", "mixed_bfloat16"]
#: Ways to double a map (`common.layers.upsample`).
Upsampling = Literal["transposed", "resize", "subpixel"]


@dataclass(kw_only=True)
class Config:
    """Settings that the training of every recipe has."""

    data: str = "houses"
    """Training data: a world (houses), a set (mnist), a folder, an .npz or .h5 file."""
    pictures: int = 20_000
    """How many pictures of a world to draw; a folder or set is used whole."""
    image_size: int | None = None
    """Pixels a side; None: what suits the world and the recipe, or the pictures' own size."""
    layout: Layout = "auto"
    """What a folder holds; auto: what its folders' names and the pictures' shapes say."""
    fit: Fit = "crop"
    """Pictures of another shape: cut to the middle, or padded with white."""
    levels: str = "full"
    """What is black and white: full (all that the depth allows), auto (the set's own), LOW,HIGH."""
    splitting: Suppress[Splitting] = "hash"
    """How samples are held out of a set that has no splits; runs of before 0.3 have "place"."""
    strict: bool = False
    """Refuse a folder for a single picture that cannot be used."""
    jitter: float = 0.0
    """Load pictures larger by this share, and crop at random at every use (Pix2Pix: .117)."""
    flip: bool = False
    """Mirror pictures horizontally, each with probability ½ at every use."""
    balance: str | None = None
    """A factor (label) whose values training shows equally often; small classes are repeated."""
    kind: Suppress[Literal["pictures", "points", "voxels"]] = "pictures"
    """Kind of a sample: the data's own."""
    channels: Suppress[int | None] = None
    """Colour channels of a sample, or coordinates of a point: the data's own."""
    std: Suppress[float] = 1.0
    """Standard deviation of a point's coordinates: the data's own."""
    words: Suppress[dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Factor -> the words for its values, for factors that have words: the data's own."""

    steps: int = 1000
    """Total number of training steps, also with --resume; pretraining is not counted."""
    batch_size: int = 32
    """Samples per training step."""
    beta_1: float = 0.5
    """Adam's decay rate of the mean gradient (its momentum)."""
    beta_2: float = 0.999
    """Adam's decay rate of the mean squared gradient."""
    decay_from: int = 0
    """Step at which each learning rate starts to decay, if --decay-steps is above 0. Updates of a
    network's pretraining are counted, too."""
    decay_steps: int = 0
    """Steps over which the learning rates decay (0: they are constant)."""
    decay: Literal["cosine", "linear"] = "cosine"
    """Course of the decay: half a cosine down to a hundredth, or a straight line down to 0."""
    seed: int = 0
    """Seed of everything random: samples, their order, latents, initial weights."""
    precision: Precision = "auto"
    """Arithmetic; auto: mixed_bfloat16 where the processor or GPU has it, else float32."""
    deterministic: bool = False
    """Also choose deterministic GPU kernels (slower); on one CPU runs repeat exactly anyway."""

    averaging: float = 0.0
    """Decay of the moving average (EMA) of the weights that are sampled and saved (0: off)."""
    sample_every: int = 500
    """Steps between sheets of samples."""
    sample_count: int = 64
    """Samples on a sheet; their latents or inputs stay the same throughout."""
    checkpoint_every: int = 1000
    """Steps between checkpoints, the most that a crash can cost; after 10 minutes there is one."""
    log_every: int = 50
    """Steps between rows of metrics.csv."""
    watchdog: Literal["stop", "warn", "off"] = "stop"
    """What to do when D has won or G has collapsed (NaN always stops the training)."""

    #: Image size for worlds that have no usual one, where the flag is not set.
    world_size: ClassVar[int] = 64
    #: The kinds of data (`Source.kind`) that the recipe can learn from; with pairs,
    #: the pictures alone are used.
    learns_from: ClassVar[tuple[str, ...]] = ("pictures", "pairs")
    #: Samples that a batch needs at least.
    least_batch: ClassVar[int] = 1
    #: A factor by which samples are grouped: a batch then holds groups of `group_size` different
    #: samples of one value ("identity": two pictures of one person); None: single samples.
    grouped_by: ClassVar[str | None] = None
    group_size: ClassVar[int] = 2
    #: Why samples that were loaded are not learned from, where there are some, in words.
    unlearned: ClassVar[str] = "as the settings ask"

    def legal_sizes(self) -> list[int]:
        """Return the image sizes that the recipe's networks support, ascending."""
        raise NotImplementedError

    def check(self) -> None:
        """Validate the settings; a recipe adds its own checks.

        Raises:
            Refused: with the flag and what is legal, in one line.
        """
        for name, value in vars(self).items():
            if isinstance(value, int) and name != "seed" and value > _MOST:
                raise Refused(f"{flag(name)} {value}: legal is up to {_MOST}")
        for name in ("pictures", "batch_size", "sample_every", "checkpoint_every", "log_every"):
            self._at_least(1, name)
        for name in ("steps", "decay_from", "decay_steps"):
            self._at_least(0, name)
        for name in self.rates():
            self._within(name, 0, 1)
        for name in ("beta_1", "beta_2", "averaging"):
            self._within(name, 0, 1, open_above=True)
        self._within("seed", 0, 2**32 - 1)
        self._within("sample_count", 1, 1024)
        self._within("jitter", 0, 1)
        last = self.decay_from + self.decay_steps
        if self.decay_steps and self.decay == "linear" and self.steps > last:
            raise Refused(
                f"--steps {self.steps}: the rates are 0 from {last} on; legal is up to {last}, "
                "or more with a larger --decay-from or --decay-steps"
            )
        if self.image_size is not None:
            self._check_size(self.image_size)

    def adapted_to(self, source: Source) -> Config:
        """Return this configuration with kind, size, channels and words settled for a source.

        Raises:
            Refused: the recipe cannot learn from this kind of data, or the pictures are too
                small for any size that the networks support.
        """
        self.check_kind(source)
        words = {name: tuple(words) for name, words in source.factors.items() if words}
        settled = dataclasses.replace(self, channels=source.channels, words=words)
        if source.kind == "points":
            for name in ("image_size", "jitter", "flip"):
                value = getattr(self, name)
                if value:
                    raise Refused(f"{flag(name)} {value}: {source.name} gives points")
            settled = dataclasses.replace(settled, kind="points", std=source.std)
            settled.check()
            return settled
        size = self.image_size
        if size is None and source.sizes is None:
            fits = source.usual_size in self.legal_sizes()
            size = source.usual_size if fits else self.world_size
        elif size is None:
            # The shorter side of the smallest picture: by default nothing is enlarged.
            shortest = min(source.sizes[0])
            fitting = [legal for legal in self.legal_sizes() if self._loaded(legal) <= shortest]
            if not fitting:
                raise Refused(
                    f"{source.name}: pictures {source.describe_sizes()}; the smallest size that "
                    f"this network makes is {self.legal_sizes()[0]} (--image-size)"
                )
            size = fitting[-1]
        kind = "voxels" if source.kind == "voxels" else "pictures"
        for name in ("jitter", "flip"):
            if kind == "voxels" and getattr(self, name):
                raise Refused(f"{flag(name)}: legal with pictures; {source.name} gives voxels")
        settled = dataclasses.replace(settled, kind=kind, image_size=size)
        settled.check()
        return settled

    def accepts(self, **changes) -> bool:
        """Return whether the recipe has settings of these names, and the values are legal."""
        hints = typing.get_type_hints(type(self))
        for name, value in changes.items():
            if name not in hints or value not in _literals(hints[name], value):
                return False
        try:
            dataclasses.replace(self, **changes).check()
        except Refused:
            return False
        return True

    @classmethod
    def rates(cls) -> list[str]:
        """Return the names of the settings that are learning rates."""
        return [f.name for f in dataclasses.fields(cls) if f.name.endswith("_rate")]

    @classmethod
    def changeable(cls) -> list[str]:
        """Return the names of the settings that may change where a run is gone on with."""
        return [*cls.rates(), "precision", "watchdog"]

    def changed(self, **changes) -> Config:
        """Return the configuration with which a run of this one goes on, after changes.

        Raises:
            Refused: a value is illegal, or is that of other networks.
        """
        changed = dataclasses.replace(self, **changes)
        changed.check()
        return changed

    @property
    def settled(self) -> bool:
        """Whether everything about the data that the networks depend on is known."""
        sized = self.kind == "points" or self.image_size is not None
        return self.channels is not None and sized

    @property
    def together(self) -> int:
        """How many neighbours of a batch are compared, and so must be on one device."""
        return 1

    @property
    def pretraining(self) -> int:
        """Number of pretraining steps."""
        return 0

    def training_set(self, loaded: SampleSet | UnpairedSet) -> SampleSet | UnpairedSet:
        """Return the part of a loaded split that the recipe learns from; here, not the inputs."""
        if isinstance(loaded, UnpairedSet):
            return loaded
        return dataclasses.replace(loaded, inputs=None, derive=None)

    def informed_by(self, learned: SampleSet | UnpairedSet) -> Config:
        """Return this configuration with what only the loaded training set tells; here, nothing."""
        return self

    def examples_of(self, source: Source, samples):
        """Return a few samples to show beside generated ones; here, training samples."""
        return samples.take(np.arange(min(self.sample_count, len(samples))))

    def notes(self, source: Source, samples) -> dict:
        """Return further facts about the data, to be recorded in config.yaml.

        Args:
            source: A loaded one, which knows its pictures' levels.
        """
        return {"levels": {n: list(v) for n, v in source.levels.items()}} if source.levels else {}

    @property
    def reading(self) -> Reading:
        """The settings that say how the data is read."""
        names = {field.name for field in dataclasses.fields(Reading)}
        settings = {f.name for f in dataclasses.fields(self)} & names
        return Reading(**{name: getattr(self, name) for name in settings})

    @property
    def jittering(self) -> Jitter | None:
        """Random cropping and mirroring of pictures; None: there is none."""
        return Jitter(self.jitter, self.flip) if self.jitter or self.flip else None

    @property
    def loaded_size(self) -> Size:
        """Size at which pictures are loaded: larger than `image_size` where jitter crops them."""
        return self._loaded(self.image_size)

    def _loaded(self, size: Size) -> Size:
        return self.jittering.loaded_size(size) if self.jittering else size

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample: (H, W, C) of a picture, (D,) of a point, (S, S, S, 1) of voxels."""
        if self.kind == "points":
            return (self.channels,)
        if self.kind == "voxels":
            return (self.image_size,) * 3 + (self.channels,)
        return (*height_and_width(self.image_size), self.channels)

    def check_kind(self, source: Source) -> None:
        """Refuse data of a kind that this recipe, or this run of it, cannot learn from."""
        if source.kind not in self.learns_from:
            raise Refused(_unfit(source, self.learns_from))
        kind = source.kind if source.kind in ("points", "voxels") else "pictures"
        if self.settled and kind != self.kind:
            raise Refused(f"--data {source.name} gives {source.kind}; this run makes {self.kind}")

    def _check_size(self, size: Size) -> None:
        for side in height_and_width(size):
            if side not in self.legal_sizes():
                told = size if isinstance(size, int) else " ".join(map(str, size))
                sides = "" if isinstance(size, int) else f"; of {side}"
                raise Refused(
                    f"--image-size {told}: this network makes "
                    f"{nearest(side, self.legal_sizes())} (nearest legal sizes{sides})"
                )

    def _at_least(self, least: float, name: str) -> None:
        if not getattr(self, name) >= least:
            raise Refused(f"{flag(name)} {getattr(self, name)}: legal is {least} or more")

    def _within(self, name: str, low: float, high: float, open_above: bool = False) -> None:
        value = getattr(self, name)
        if not low <= value <= high or (open_above and value == high):
            words = "to below" if open_above else "to"
            raise Refused(f"{flag(name)} {value}: legal is {low:.10g} {words} {high:.10g}")


def flag(name: str) -> str:
    """Return the command-line flag of a setting: batch_size -> --batch-size."""
    return "--" + name.replace("_", "-")


#: What data of a kind looks like, for recipes that single pictures are not enough for.
_WAYS = {
    "pairs": "from pairs: two pictures side by side in each file, folders A and B with the same "
    "names, or single pictures with --pairs",
    "domains": "from two sets of pictures: folders A and B, or two folders with a comma between",
}


def _unfit(source: Source, learns_from: tuple[str, ...]) -> str:
    """Why a recipe cannot learn from a source, and what it can learn from."""
    if source.kind == "domains" and "pictures" in learns_from:
        return source.ask_for_one()
    wanted = _WAYS.get(learns_from[0], learns_from[0])
    # How the same folder can be read otherwise.
    hints = [remark for remark in source.remarks if "--layout pairs" in remark]
    return "; ".join([f"--data {source.name} gives {source.kind}", *hints]) + (
        f"; this recipe learns {wanted}"
    )


def _literals(hint, value) -> tuple:
    """The values that a type allows, if it lists them; else the value itself."""
    return typing.get_args(hint) if typing.get_origin(hint) is Literal else (value,)
