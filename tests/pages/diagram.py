"""Diagrams of networks, drawn from the networks: a row a block, as wide as its map is large."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path as Line
from matplotlib.textpath import TextPath

from data.files import atomic_write
from tests.pages.network import Block, in_words

#: Inches: of a row, of the widest bar, left of it where skips or brackets stand there, between.
_ROW, _WIDEST, _MARGIN, _APART = 0.34, 1.5, 0.75, 0.4
#: How wide a drawing may be before its towers stand below each other.
_PAGE = 11.5
#: Between words of one row.
_GAP = 0.15
_TEXT, _TITLE = 8.5, 10.5
FILLS = {"input": "#9ecae1", "layer": "#6b7a99", "join": "#c9b458", "model": "#8c6bb1"}
OUTPUT, INK, QUIET, SKIP = "#e6844a", "#222222", "#666666", "#3a7d44"


@dataclass(frozen=True)
class _Spot:
    """Where a block is drawn."""

    lane: int
    row: int


def draw_networks(networks: dict[str, list[Block]]) -> Figure:
    """Draw networks beside each other, each as a tower from its inputs down to its outputs.

    Args:
        networks: Title -> blocks (`tests.pages.network.blocks_of`).
    """
    lines: list[list[_Tower]] = [[]]
    for tower in (_Tower(title, blocks) for title, blocks in networks.items()):
        if lines[-1] and _across([*lines[-1], tower]) > _PAGE:
            lines.append([])
        lines[-1].append(tower)
    heights = [max(tower.height for tower in line) + 0.2 for line in lines]
    figure, axes = blank(max(map(_across, lines)), sum(heights))
    top = sum(heights) - 0.1
    for line, height in zip(lines, heights, strict=True):
        left = 0.1
        for tower in line:
            tower.draw(axes, left, top)
            left += tower.width + _APART
        top -= height
    return figure


def _across(towers: list[_Tower]) -> float:
    return sum(tower.width for tower in towers) + _APART * (len(towers) - 1) + 0.2


def blank(width: float, height: float):
    """A white figure and axes over all of it, both in inches from the lower left corner."""
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return figure, axes


def save_drawing(figure: Figure, path: Path, description: str) -> None:
    """Write a figure as SVG: white behind, letters as shapes, the same bytes each time.

    Args:
        description: What it shows, in words; kept in the file, for tests and for screen readers.
    """
    with atomic_write(path) as tmp:
        tmp.write_text(_svg(figure, description), encoding="utf-8")


def description_in(path: Path) -> str:
    """Return what a drawing says that it shows."""
    text = path.read_text(encoding="utf-8")
    found = text.partition("<desc>")[2].partition("</desc>")[0]
    return found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _svg(figure: Figure, description: str) -> str:
    file = io.StringIO()
    with rc_context({"svg.hashsalt": "gan-cookbook", "svg.fonttype": "path"}):
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    safe = description.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Behind the tag that opens the drawing.
    place = text.index(">", text.index("<svg")) + 1
    return f"{text[:place]}\n <desc>{safe}</desc>{text[place:]}"


@lru_cache(maxsize=1000)
def width_of(text: str, size: float = _TEXT) -> float:
    """Return how many inches wide a text is."""
    return TextPath((0, 0), text, size=size).get_extents().width / 72 if text.strip() else 0.0


class _Tower:
    """One network: where its blocks stand, and how they are drawn."""

    def __init__(self, title: str, blocks: list[Block]):
        self.title, self.blocks = title, blocks
        users: dict[int, list[int]] = {i: [] for i in range(len(blocks))}
        for index, block in enumerate(blocks):
            for source in block.sources:
                users[source].append(index)
        self._users = users
        main = _longest(blocks)
        # An Input that one block of the longest path uses is named in that block's row.
        self._aside = {
            i
            for i, b in enumerate(blocks)
            if b.kind == "input" and i not in main and len(users[i]) == 1 and users[i][0] in main
        }
        self._spots = self._places(main)
        lanes = 1 + max(spot.lane for spot in self._spots.values())
        self._lefts, self._margins, self._shapes, left = [], [], [], 0.0
        for lane in range(lanes):
            self._lefts.append(left)
            rows = [i for i, spot in self._spots.items() if spot.lane == lane]
            self._margins.append(_MARGIN if self._has_marks(rows) else 0.0)
            self._shapes.append(max(width_of(self._words(i)[0]) for i in rows))
            left += self._margins[-1] + _WIDEST + _GAP + self._shapes[-1]
            left += max(self._more_width(i) for i in rows) + 2 * _GAP
        self.width = left
        self.height = (1 + max(s.row for s in self._spots.values())) * _ROW + 0.42

    def _places(self, main: list[int]) -> dict[int, _Spot]:
        """Lane 0 holds the longest path; what else there is stands as low as it can."""
        rows: dict[int, int] = {}
        for index, block in enumerate(self.blocks):
            shown = [rows[s] for s in block.sources if s not in self._aside]
            if index not in self._aside:
                rows[index] = 1 + max(shown, default=-1)
        for index in reversed(list(rows)):
            users = [rows[u] for u in self._users[index]]
            if index not in main and users:
                rows[index] = min(users) - 1
        spots = {index: _Spot(0, rows[index]) for index in main}
        left = [i for i in rows if i not in spots]
        while left:
            chain = [i for i in _longest(self.blocks, within=left)]
            span = {rows[i] for i in chain}
            lane = 1
            while span & {s.row for i, s in spots.items() if s.lane == lane}:
                lane += 1
            spots |= {i: _Spot(lane, rows[i]) for i in chain}
            left = [i for i in left if i not in chain]
        return spots

    def _words(self, index: int) -> tuple[str, str, str]:
        """Shape, what is done, and the Inputs that enter beside the bar."""
        block = self.blocks[index]
        name = block.name if block.kind == "input" or block.is_output else ""
        shape = in_words(block.shape)
        shape = f"{name}  {shape}" if name else shape
        aside = [self.blocks[s] for s in block.sources if s in self._aside]
        entering = ", ".join(f"{b.name} {in_words(b.shape)}" for b in aside)
        return shape, ", ".join(block.does), entering

    def _more_width(self, index: int) -> float:
        """Width of what stands in a row after the shape."""
        _, does, entering = self._words(index)
        total = _GAP + width_of(does) if does else 0
        return total + (0.36 + 2 * _GAP + width_of(entering) if entering else 0)

    def _has_marks(self, rows: list[int]) -> bool:
        """Whether skips or brackets stand to the left of a lane's bars."""
        return any(self.blocks[i].repeats > 1 for i in rows) or any(
            self._spots[i].row - self._spots[s].row > 1
            for i in rows
            for s in self.blocks[i].sources
            if s in rows
        )

    def draw(self, axes, left: float, top: float) -> None:
        axes.text(
            left + self._margins[0],
            top - 0.1,
            self.title,
            size=_TITLE,
            weight="bold",
            va="center",
            color=INK,
        )
        self._x0, self._y0 = left, top - 0.42
        for index in self._spots:
            for source in self.blocks[index].sources:
                if source not in self._aside:
                    self._link(axes, source, index)
        for index in self._spots:
            self._bar(axes, index)
        self._brackets(axes)

    def _at(self, index: int) -> tuple[float, float]:
        spot = self._spots[index]
        left = self._x0 + self._lefts[spot.lane] + self._margins[spot.lane]
        return left + _WIDEST / 2, self._y0 - spot.row * _ROW - _ROW / 2

    def _half(self, index: int) -> tuple[float, float]:
        """Half the width and height of a block's bar: by its map's side, and by its channels."""
        shape = [side or 1 for side in self.blocks[index].shape] or [1]
        side = shape[0] if len(shape) > 1 else 1
        wide = 0.2 + (_WIDEST - 0.2) * min(np.log2(side) / 8, 1)
        high = 0.07 + 0.13 * min(np.log2(shape[-1]) / 10, 1)
        return wide / 2, high / 2

    def _bar(self, axes, index: int) -> None:
        block, (x, y), (half, high) = self.blocks[index], self._at(index), self._half(index)
        fill = OUTPUT if block.is_output else FILLS[block.kind]
        corner, size = (x - half, y - high), (2 * half, 2 * high)
        axes.add_patch(Rectangle(corner, *size, facecolor=fill, edgecolor="white", linewidth=0.6))
        shape, does, entering = self._words(index)
        at = x + _WIDEST / 2 + _GAP
        axes.text(at, y, shape, size=_TEXT, va="center", color=INK)
        at += self._shapes[self._spots[index].lane] + _GAP
        axes.text(at, y, does, size=_TEXT, va="center", color=QUIET)
        if entering:
            at += width_of(does) + _GAP
            _arrow(axes, [(at + 0.3, y), (at, y)], FILLS["input"], 1.4)
            axes.text(at + 0.36, y, entering, size=_TEXT, va="center", color="#2b6ca3")

    def _link(self, axes, source: int, index: int) -> None:
        (x, y), (u, v) = self._at(source), self._at(index)
        (half, high), (wide, tall) = self._half(source), self._half(index)
        rows = self._spots[index].row - self._spots[source].row
        if self._spots[source].lane != self._spots[index].lane:
            # Between two rows, where no words are.
            gap, into = v + _ROW / 2, u + wide / 2
            path = [(x, y - high), (x, gap), (into, gap), (into, v + tall)]
            _arrow(axes, path, QUIET, 0.9)
        elif rows == 1:
            _arrow(axes, [(x, y - high), (u, v + tall)], QUIET, 0.9)
        else:
            # Skips leave room for those that they enclose.
            most = max(s.row for s in self._spots.values())
            out = u - _WIDEST / 2 - 0.1 - 0.55 * rows / max(most, 1)
            _arrow(axes, [(x - half, y), (out, y), (out, v), (u - wide, v)], SKIP, 1.1)

    def _brackets(self, axes) -> None:
        """Beside the rows that stand there several times, how often."""
        groups: list[list[int]] = []
        for index in sorted(self._spots):
            if self.blocks[index].repeats > 1:
                if groups and groups[-1][-1] == index - 1:
                    groups[-1].append(index)
                else:
                    groups.append([index])
        for group in groups:
            (x, upper), (_, lower) = self._at(group[0]), self._at(group[-1])
            at, reach = x - _WIDEST / 2 - _MARGIN + 0.28, _ROW * 0.42
            path = [
                (at + 0.07, upper + reach),
                (at, upper + reach),
                (at, lower - reach),
                (at + 0.07, lower - reach),
            ]
            axes.plot(*zip(*path, strict=True), color=INK, linewidth=1)
            words = f"×{self.blocks[group[0]].repeats}"
            axes.text(at - 0.06, (upper + lower) / 2, words, size=_TEXT, ha="right", va="center")


def _longest(blocks: list[Block], within: list[int] | None = None) -> list[int]:
    """The longest path from a source to its end, among some of the blocks."""
    allowed = range(len(blocks)) if within is None else within
    length, before = {}, {}
    for index in allowed:
        known = [s for s in blocks[index].sources if s in length]
        before[index] = max(known, key=length.get, default=None)
        length[index] = 1 + (length[before[index]] if known else 0)
    index = max(length, key=lambda i: (length[i], -i))
    path = []
    while index is not None:
        path.append(index)
        index = before[index]
    return path[::-1]


def _arrow(axes, points: list[tuple[float, float]], colour: str, width: float) -> None:
    path = Line(points)
    axes.add_patch(
        FancyArrowPatch(
            path=path,
            arrowstyle="-|>,head_length=2.6,head_width=1.5",
            color=colour,
            linewidth=width,
            shrinkA=0,
            shrinkB=0,
            joinstyle="round",
        )
    )


def box(axes, middle: tuple[float, float], size: tuple[float, float], text: str, fill: str) -> None:
    """Draw a rounded box with words in it."""
    (x, y), (width, height) = middle, size
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            *(width, height),
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=fill,
            edgecolor="none",
        )
    )
    axes.text(x, y, text, size=_TEXT, ha="center", va="center", color=INK, linespacing=1.35)


def arrow(axes, points: list[tuple[float, float]], colour: str = QUIET) -> None:
    """Draw an arrow along some points."""
    _arrow(axes, points, colour, 1.2)
