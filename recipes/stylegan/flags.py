"""Command-line flags of infer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from common.commands.infer import LatentFlags
from common.commands.made import names_folder
from common.run.loaded import LoadedRun
from data.errors import Refused

from .directions import check_words, parse_edit
from .reading import RANGES, words_of

#: Steps of a search for the styles of a picture.
ITERATIONS = 200
# What makes something else than samples, one at a time.
_WAYS = ("mixing", "noises", "walk", "interpolate", "arithmetic")


@dataclass
class Flags(LatentFlags):
    """Make pictures with the generator of a run; all else is known from the run's folder."""

    truncation: float | None = None
    """ψ: how far styles keep from their mean, 0 (all alike) to 1 (as learned); None: the run's."""
    mixing: int = 0
    """Number of sources A and B: a sheet of B's pictures with the styles of A in some layers."""
    layers: str | None = None
    """Layers that --mixing takes from A: "0-3", "8"; None: the coarse, middle and fine ones."""
    noises: int = 0
    """Show the same styles under so many noises, and where these differ."""
    walk: int = 0
    """Frames of walks through w; --out walk.webp moves."""
    input: str | None = None
    """A picture or a folder of pictures: find the styles whose pictures are nearest, to show, to
    --edit, or to be the sources A of --mixing."""
    space: Literal["w", "w+"] = "w"
    """Where --input looks: for one style (w), or for one a layer, which comes nearer (w+)."""
    iterations: int = ITERATIONS
    """Steps of that search."""
    edit: str | None = None
    """Words and how far to move, in standard deviations of w: "red hair=2 hat=-1"."""

    def check(self, loaded: LoadedRun) -> None:
        """As `LatentFlags.check`."""
        super().check(loaded)
        if self.truncation is not None and not 0 <= self.truncation <= 2:
            raise Refused(f"--truncation {self.truncation:g}: legal is 0 to 2")
        for name, most in (("mixing", 16), ("noises", 64), ("walk", 1000)):
            if not 0 <= getattr(self, name) <= most:
                raise Refused(f"--{name} {getattr(self, name)}: legal is 0 to {most}")
        if not 1 <= self.iterations <= 10_000:
            raise Refused(f"--iterations {self.iterations}: legal is 1 to 10000")
        self._check_together(loaded)
        self.groups(loaded.config.style_layers)
        if self.edit is not None:
            known = loaded.config.words | {n: w for n, (w, _) in RANGES.items()}
            check_words(parse_edit(self.edit), words_of(known))

    def _check_together(self, loaded: LoadedRun) -> None:
        ways = [name for name in _WAYS if getattr(self, name)]
        styled = [n for n in ("mixing", "noises", "walk", "input", "edit") if getattr(self, n)]
        if styled and not loaded.config.generation:
            raise Refused(f"--{styled[0]}: {self.run} is a DCGAN, which has no styles")
        if len(ways) > 1:
            raise Refused(f"--{ways[0]} and --{ways[1]}: legal is one of them")
        if self.truncation is not None and not loaded.config.generation:
            raise Refused(f"--truncation: {self.run} is a DCGAN, which has no styles")
        if self.truncation is not None and self.input is not None and not self.mixing:
            raise Refused("--truncation and --input: legal is one of them, or both with --mixing")
        for name, usual in (("space", "w"), ("iterations", ITERATIONS)):
            if getattr(self, name) != usual and self.input is None:
                raise Refused(f"--{name}: legal with --input only")
        if self.layers is not None and not self.mixing:
            raise Refused("--layers: legal with --mixing only")
        for name in ("input", "edit"):
            if getattr(self, name) and ways and (name, ways[0]) != ("input", "mixing"):
                raise Refused(f"--{name} and --{ways[0]}: legal is one of them")
        if self.edit and self.mixing:
            raise Refused("--edit and --mixing: legal is one of them")
        if self.numbered and styled:
            raise Refused(f"--numbered and --{styled[0]}: legal is one of them")
        if self.noises and not loaded.config.noise:
            raise Refused(f"--noises: {self.run} was trained without noise")
        if self.walk and self.out and names_folder(self.out):
            raise Refused(f"--out {self.out}: legal with --walk is a file, as walk.webp")

    def groups(self, layers: int) -> list[range]:
        """Return the groups of layers that take the styles of A.

        Args:
            layers: How many there are.

        Raises:
            Refused: some of the named ones do not exist.
        """
        if self.layers is None:
            edges = (0, *groups_of(layers), layers)
            return [range(a, b) for a, b in zip(edges, edges[1:], strict=False)]
        found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", self.layers.strip())
        first, last = (int(n or found[1]) for n in found.groups()) if found else (1, 0)
        if not first <= last < layers:
            raise Refused(
                f"--layers {self.layers}: this run has the layers 0 to {layers - 1}; legal are one "
                f"of them, or a range such as 0-{min(3, layers - 1)}"
            )
        return [range(first, last + 1)]

    def title(self, kind: str) -> str:
        """As `LatentFlags.title`, with a name for each way."""
        ways = [name for name in ("mixing", "noises", "walk") if getattr(self, name)]
        if ways:
            return ways[0]
        if self.edit is not None:
            return "edited"
        return "projected" if self.input is not None else super().title(kind)


def groups_of(layers: int) -> tuple[int, int]:
    """Return the first middle and the first fine layer.

    As in the paper, coarse styles are those up to 8 pixels, middle ones up to 32, fine ones above
    (2019, section 3.1); of fewer layers the first half is coarse, and half of the rest fine.
    """
    return (4, 8) if layers > 8 else (layers // 2, layers * 3 // 4)
