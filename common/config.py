"""The settings that every recipe has: a dataclass whose fields are the command line's flags.

Nothing here imports TensorFlow or Keras, so that flags are read, and refused, at once.
"""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from tyro.conf import Suppress

from data.errors import Refused
from data.imageset import ImageSet, PointSet, Source, UnpairedSet
from data.jitter import Jitter
from data.reading import Fit, Layout, Reading
from data.resize import Size, height_and_width

Loaded = ImageSet | PointSet | UnpairedSet
Precision = Literal["auto", "float32", "mixed_bfloat16"]


@dataclass(kw_only=True)
class Config:
    """Settings of a training."""

    data: str = "houses"
    """What to learn from: a world (houses), a set (mnist), a folder, an .npz or .h5 file."""
    pictures: int = 20_000
    """How many pictures of a world to draw; a folder or set is used whole."""
    image_size: int | None = None
    """Pixels a side; None: what suits the world and the recipe, or the pictures' own size."""
    layout: Layout = "auto"
    """What a folder holds; auto: what its folders' names and the pictures' shapes say."""
    fit: Fit = "crop"
    """Pictures of another shape: cut to the middle, or padded with white."""
    strict: bool = False
    """Refuse a folder for a single picture that cannot be used."""
    jitter: float = 0.0
    """Load pictures larger by this share, and cut each out anew at every use (Pix2Pix: .117)."""
    flip: bool = False
    """Mirror pictures, left and right, each with a chance of ½ at every use."""
    channels: Suppress[int | None] = None
    """Colour channels, 1 or 3, or coordinates of a point: the data's own."""
    spread: Suppress[float] = 1.0
    """Standard deviation of a point's coordinates: the data's own."""

    steps: int = 1000
    """Updates of the generator in all (with --resume, too; pretraining is not counted)."""
    batch_size: int = 32
    """Pictures an update."""
    generator_rate: float = 2e-4
    """The generator's learning rate."""
    discriminator_rate: float = 2e-4
    """The discriminator's learning rate."""
    beta_1: float = 0.5
    """Adam's momentum."""
    beta_2: float = 0.999
    """Adam's memory of squared gradients."""
    decay_from: int = 0
    """Each player's update at which its rate begins to fall, if --decay-steps is above 0."""
    decay_steps: int = 0
    """Updates over which they fall (0: they stay)."""
    decay: Literal["cosine", "linear"] = "cosine"
    """How they fall: along half a cosine to a hundredth, or in a straight line to nothing."""
    pretrain_discriminator: int = 0
    """Updates of the discriminator alone, before the generator's first."""
    seed: int = 0
    """Decides everything random: pictures, their order, latents, first weights."""
    precision: Precision = "auto"
    """Arithmetic; auto: mixed_bfloat16 where the processor or GPU has it, else float32."""
    deterministic: bool = False
    """Also choose deterministic GPU kernels (slower); on one CPU runs repeat exactly anyway."""

    stop_at_equilibrium: float = 0.0
    """Stop once D has lost its lead: ranks (real, made) right in ½ + this at most (0: off)."""
    averaging: float = 0.0
    """Decay of the generator's running average, which is what is shown and kept (0: off)."""
    sample_every: int = 500
    """Steps between grids of samples."""
    sample_count: int = 64
    """Pictures in a grid; their latents stay the same throughout."""
    checkpoint_every: int = 1000
    """Steps between checkpoints: what a crash can cost at most."""
    log_every: int = 50
    """Steps between rows of metrics.csv."""
    watchdog: Literal["stop", "warn", "off"] = "stop"
    """What to do when the training has gone wrong for good (NaN always stops it)."""

    #: Image size for worlds where none is asked for and the world has none of its own.
    world_size = 64
    #: The kinds of data (`Source.kind`) that the recipe can learn from; of pairs, it
    #: learns the pictures.
    learns_from = ("pictures", "pairs")

    def legal_sizes(self) -> list[int]:
        """The image sizes that the recipe's networks can make, ascending."""
        raise NotImplementedError

    def check(self) -> None:
        """Refuse values that cannot be; a recipe adds its own checks.

        Raises:
            Refused: with the flag and what is legal, in one line.
        """
        for name in ("pictures", "batch_size", "sample_every", "checkpoint_every"):
            self._at_least(1, name)
        self._at_least(1, "log_every")
        for name in ("steps", "pretrain_discriminator", "decay_from", "decay_steps"):
            self._at_least(0, name)
        for name in ("generator_rate", "discriminator_rate"):
            self._within(name, 0, 1)
        for name in ("beta_1", "beta_2"):
            self._within(name, 0, 1, open_above=True)
        self._within("seed", 0, 2**32 - 1)
        self._within("sample_count", 1, 1024)
        self._within("averaging", 0, 1, open_above=True)
        self._within("stop_at_equilibrium", 0, 0.1)
        self._within("jitter", 0, 1)
        last = self.decay_from + self.decay_steps
        if self.decay_steps and self.decay == "linear" and self.steps > last:
            raise Refused(
                f"--steps {self.steps}: the rates are 0 from {last} on; legal is up to {last}, "
                "or more with a larger --decay-from or --decay-steps"
            )
        if self.image_size is not None:
            self._check_size(self.image_size)

    def fitted_to(self, source: Source) -> Config:
        """This configuration with size and channels settled for the data.

        Raises:
            Refused: it is no data for this recipe, or its pictures are too small for any
                size that the networks make.
        """
        self.check_kind(source)
        if source.kind == "points":
            for name in ("image_size", "jitter", "flip"):
                value = getattr(self, name)
                if value:
                    raise Refused(f"{_flag(name)} {value}: {source.name} gives points")
            return dataclasses.replace(self, channels=source.channels, spread=source.spread)
        size = self.image_size
        if size is None and source.sizes is None:
            fits = source.usual_size in self.legal_sizes()
            size = source.usual_size if fits else self.world_size
        elif size is None:
            # The shorter side of the smallest picture: nothing is enlarged unasked.
            shortest = min(source.sizes[0])
            fitting = [legal for legal in self.legal_sizes() if self._loaded(legal) <= shortest]
            if not fitting:
                raise Refused(
                    f"{source.name}: pictures {source.describe_sizes()}; the smallest size that "
                    f"this network makes is {self.legal_sizes()[0]} (--image-size)"
                )
            size = fitting[-1]
        settled = dataclasses.replace(self, image_size=size, channels=source.channels)
        settled.check()
        return settled

    def lessons(self, loaded: Loaded) -> np.ndarray | Loaded:
        """What this recipe learns from, of a split as it was loaded: here the samples alone."""
        return loaded.samples

    def examples_of(self, source: Source, samples) -> np.ndarray | Loaded:
        """A few samples to be shown beside what is made, as they were loaded: here learned ones."""
        return samples[: self.sample_count]

    def notes(self, source: Source, samples) -> dict:
        """What else is to be remembered of the data, in config.yaml."""
        return {}

    @property
    def reading(self) -> Reading:
        """How the data is to be read: those of the settings that say so."""
        names = {field.name for field in dataclasses.fields(Reading)}
        settings = {f.name for f in dataclasses.fields(self)} & names
        return Reading(**{name: getattr(self, name) for name in settings})

    @property
    def jittering(self) -> Jitter | None:
        """How pictures are jittered; None: they are not."""
        return Jitter(self.jitter, self.flip) if self.jitter or self.flip else None

    @property
    def loaded_size(self) -> Size:
        """The size at which pictures are loaded: larger, where jitter cuts them out."""
        return self._loaded(self.image_size)

    def _loaded(self, size: Size) -> Size:
        return self.jittering.loaded_size(size) if self.jittering else size

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample: a picture's (size, size, C), a point's (coordinates,)."""
        if not self.makes_pictures:
            return (self.channels,)
        return (*height_and_width(self.image_size), self.channels)

    def check_kind(self, source: Source) -> None:
        """Refuse data of a kind that this recipe, or this run of it, does not learn from."""
        if source.kind not in self.learns_from:
            raise Refused(_unfit(source, self.learns_from))
        # Once the data has settled them, channels are known.
        if self.channels and (source.kind == "points") == self.makes_pictures:
            made = "pictures" if self.makes_pictures else "points"
            raise Refused(f"--data {source.name} gives {source.kind}; this run makes {made}")

    def _check_size(self, size: Size) -> None:
        for side in height_and_width(size):
            if side not in self.legal_sizes():
                told = size if isinstance(size, int) else " ".join(map(str, size))
                sides = "" if isinstance(size, int) else f"; of {side}"
                raise Refused(
                    f"--image-size {told}: this network makes "
                    f"{_nearest(side, self.legal_sizes())} (nearest legal sizes{sides})"
                )

    @property
    def makes_pictures(self) -> bool:
        """Whether samples are pictures, and not points."""
        return self.image_size is not None

    def _at_least(self, least: float, name: str) -> None:
        if not getattr(self, name) >= least:
            raise Refused(f"{_flag(name)} {getattr(self, name)}: legal is {least} or more")

    def _within(self, name: str, low: float, high: float, open_above: bool = False) -> None:
        value = getattr(self, name)
        if not low <= value <= high or (open_above and value == high):
            words = "to below" if open_above else "to"
            raise Refused(f"{_flag(name)} {value}: legal is {low} {words} {high}")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


#: How to come by data of a kind, where single pictures are not enough.
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
    return f"--data {source.name} gives {source.kind}; this recipe learns {wanted}"


def _nearest(size: int, legal: list[int]) -> str:
    """The legal sizes on either side of `size`, in words."""
    below = [s for s in legal if s < size][-2:]
    above = [s for s in legal if s > size][:2]
    return ", ".join(str(s) for s in below + above)


def doubled_sizes(smallest: int = 4, largest: int = 256) -> list[int]:
    """Picture sizes that doubling reaches from a map of 4 to 7 pixels: 8, 10, 12, 14, 16, …"""
    sizes = [seed * 2**k for seed in range(smallest, 2 * smallest) for k in range(1, 8)]
    return sorted(size for size in sizes if size <= largest)


def from_dict(kind: type[Config], values: dict[str, Any]) -> Config:
    """The configuration that `dataclasses.asdict` turned into `values`.

    Raises:
        Refused: a name that this recipe's configuration does not have.
    """
    known = {field.name for field in dataclasses.fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise Refused(f"config.yaml has settings that this version does not know: {unknown}")
    for name, hint in typing.get_type_hints(kind).items():
        legal = typing.get_args(hint) if typing.get_origin(hint) is Literal else None
        if legal and values.get(name, legal[0]) not in legal:
            raise Refused(f"config.yaml: {name} {values[name]}: legal are {', '.join(legal)}")
    # YAML knows no tuples.
    return kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in values.items()})
