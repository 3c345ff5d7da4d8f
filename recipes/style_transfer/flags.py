"""Command-line flags of style transfer's infer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from common.commands.infer import InferFlags
from common.config import flag
from common.run.loaded import LoadedRun
from common.translation.outputs import check_out
from data.errors import Refused
from data.listing import printable
from data.pictures import Unreadable, decode

from . import style
from .config import PRESETS, Config, Features, Method

# Steps with VGG, of about a second each for a picture of 256 pixels on two cores.
_VGG_STEPS = 40
#: Flags of a training, where there is none yet.
TRAINED_WITH = ("steps", "content_weight")


#: The preset of each method as published, with VGG.
_PUBLISHED = {"optimise": "gatys", "feedforward": "johnson", "adain": "huang"}


@dataclass
class Flags(InferFlags):
    """Paint pictures in the manner of a painting, with a run or without one."""

    run: Path | None = None
    """A run folder; None: the picture itself is trained, or the run that --method needs is looked
    for in runs/, and made if there is none."""
    seed: int = 0
    """Seed of everything random."""
    out: Path | None = None
    """A folder; of one picture also a file, or - for standard output; None: painted/, or a folder
    in the run."""
    content: str | None = None
    """A picture, a folder, or - for standard input; None: the run's test pictures."""
    style: tuple[str, ...] = ()
    """The painting: a file, or a world as in paintings:strokes; several are blended."""
    shares: tuple[float, ...] = ()
    """How much each of several paintings counts; none: all alike."""
    method: Method = "optimise"
    """How, where there is no run: see `train --help`."""
    features: Features = "random"
    """What a perceptual loss sees with, where there is no run."""
    vgg: str | None = None
    """VGG's weights, as Keras has them (.h5); download: fetched; None: those in Keras' cache."""
    strength: float = 1.0
    """How far to go: 0 is the content, 1 the painting's manner."""
    colours: Literal["style", "content"] = "style"
    """Whose colours the result has."""
    mask: Path | None = None
    """A grey picture: white parts are painted, black ones stay (of two paintings: the first one
    where it is white, the second where it is black)."""
    steps: int | None = None
    """Steps in which a picture is trained, or that a new run has; None: the method's own."""
    content_weight: float | None = None
    """Weight of the content in the training; None: the method's own."""
    whole: int = 320
    """Longest side in pixels up to which a picture is trained whole; larger ones in tiles."""
    data: str | None = None
    """Where the run's pictures are now, if they have moved."""

    def check(self, loaded: LoadedRun | None) -> None:
        """As `InferFlags.check`; without a run, content and style must be given."""
        super().check(loaded)
        if loaded is None:
            for name, legal in (("content", "a picture or a folder"), ("style", "a painting")):
                if not getattr(self, name):
                    raise Refused(f"--{name}: legal without --run is {legal}")
        elif self.content is None:
            for name in ("style", "shares", "mask", "strength", "colours"):
                if getattr(self, name) != getattr(Flags, name):
                    raise Refused(f"--{name}: legal with --content only")
        if loaded is not None:
            for name in ("method", "features", "vgg", *TRAINED_WITH):
                if getattr(self, name) != getattr(Flags, name):
                    raise Refused(f"{flag(name)}: legal without --run only, which has its own")
        self._check_styles(loaded)
        for name, low, high in (("strength", 0, 1), ("whole", 64, 1024)):
            if not low <= getattr(self, name) <= high:
                raise Refused(f"--{name} {getattr(self, name)}: legal is {low} to {high}")
        if self.mask is not None and not self.mask.is_file():
            raise Refused(f"--mask {printable(str(self.mask))}: no such file")
        check_out(self.content, self.out, "--content")
        if self.out is not None and self.content is not None and self.out.is_file():
            content = Path(self.content).expanduser()
            if content.is_file() and self.out.samefile(content):
                raise Refused(f"--out {self.out}: would be written over what is read")

    def _check_styles(self, loaded: LoadedRun | None) -> None:
        config = self.settings if loaded is None else loaded.config
        method = config.method
        if loaded is not None and self.style and method != "adain":
            raise Refused(
                f"--style: {self.run} has learned its own ({method}); legal with runs of adain, or "
                "without --run"
            )
        if loaded is not None and not self.style and method == "adain" and self.content:
            raise Refused("--style: legal with a run of adain is a painting")
        if len(self.style) > 1 and method not in ("optimise", "adain"):
            raise Refused("--style: several are legal with --method optimise or adain")
        if self.shares:
            if len(self.shares) != len(self.style):
                raise Refused(
                    f"--shares: legal are as many as paintings, {len(self.style)}, not "
                    f"{len(self.shares)}"
                )
            if min(self.shares) < 0 or not sum(self.shares):
                raise Refused("--shares: legal are 0 or more, and not all 0")
            if self.mask is not None:
                raise Refused("--shares and --mask: legal is one of them")
        if len(self.style) > 2 and self.mask is not None:
            raise Refused("--mask: legal with one painting or two")
        for each in self.style:
            style.check(each, config.style_reach)
        if loaded is None and config.features != "random":
            config.weights()

    @property
    def settings(self) -> Config:
        """The configuration of a method without a run, from its preset.

        Raises:
            Refused: an illegal setting.
        """
        config = PRESETS["small" if self.method == "adversarial" else self.method]
        changes = {"features": self.features, "vgg": self.vgg, "seed": self.seed}
        if self.features != "random" and self.method in _PUBLISHED:
            # Statistics of trained features say more than patches of pixels.
            published = PRESETS[_PUBLISHED[self.method]]
            names = (
                *("statistic", "sliced_share", "gram_loss"),
                *("style_weight", "content_weight", "beta_1"),
                *(("blocks",) if self.method == "adain" else ()),
            )
            changes |= {name: getattr(published, name) for name in names}
            if self.method == "optimise":
                # In the painting's colours a picture is on its way already.
                changes |= {"steps": _VGG_STEPS, "generator_rate": 0.03}
        changes |= {name: getattr(self, name) for name in self.asked}
        if self.style and self.method != "adain":
            changes["style"] = self.style[0]
        found = replace(config, **changes)
        found.check()
        return found

    @property
    def asked(self) -> list[str]:
        """The settings of the training that are given."""
        return [name for name in TRAINED_WITH if getattr(self, name) is not None]

    @property
    def parts(self) -> tuple[float, ...]:
        """How much each painting counts, 1 in all."""
        shares = self.shares or (1.0,) * len(self.style)
        return tuple(share / sum(shares) for share in shares)

    def mask_for(self, size: tuple[int, int]) -> np.ndarray:
        """Read the mask at a height and width: float32 H×W×1, from 0 to 1.

        Raises:
            Refused: it cannot be read.
        """
        try:
            grey = decode(self.mask, 1)
        except (Unreadable, OSError) as reason:
            raise Refused(f"--mask {printable(str(self.mask))}: {reason}") from None
        return np.asarray(grey.resize(size[::-1]), np.float32)[..., None] / 255
