"""Diagrams of who gives what to whom: the game, a cycle, the terms of a loss."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from tests.pages.diagram import INK, QUIET, arrow, blank, box, width_of

FILLS = {"data": "#d5e8f5", "network": "#c3cbe0", "fake": "#f7d9c4", "loss": "#f3e9b8"}
_ACROSS, _DOWN = 2.1, 0.95


@dataclass(frozen=True)
class Box:
    """A thing in a diagram.

    Attributes:
        column, row: Its place in a grid; row 0 is the uppermost.
        text: What is written in it.
        kind: "data", "network", "fake" or "loss".
    """

    column: float
    row: float
    text: str
    kind: str = "data"


@dataclass(frozen=True)
class Arrow:
    """An arrow from one thing to another.

    Attributes:
        start, end: Names of things.
        text: Written beside it.
        bend: 0: straight; otherwise it goes that many rows below (or above) both ends.
    """

    start: str
    end: str
    text: str = ""
    bend: float = 0.0


def draw_flow(boxes: dict[str, Box], arrows: list[Arrow]) -> Figure:
    """Draw things and what goes from one to another.

    Args:
        boxes: By name.
        arrows: Between them.
    """
    sizes = {name: _size(b.text) for name, b in boxes.items()}
    columns, rows = [b.column for b in boxes.values()], [b.row for b in boxes.values()]
    bends = [a.bend + boxes[a.start].row for a in arrows if a.bend]
    lowest, highest = max([*rows, *bends]), min([*rows, *bends])
    margin = max(width for width, _ in sizes.values()) / 2 + 0.1
    width = (max(columns) - min(columns)) * _ACROSS + 2 * margin
    height = (lowest - highest) * _DOWN + 0.9
    figure, axes = blank(width, height)

    def place(column: float, row: float) -> tuple[float, float]:
        return margin + (column - min(columns)) * _ACROSS, height - 0.45 - (row - highest) * _DOWN

    at = {name: place(b.column, b.row) for name, b in boxes.items()}
    for each in arrows:
        _draw_arrow(axes, each, at, sizes)
    for name, each in boxes.items():
        box(axes, at[name], sizes[name], each.text, FILLS[each.kind])
    return figure


def described_flow(boxes: dict[str, Box], arrows: list[Arrow]) -> str:
    """Return a diagram in words: its things, then its arrows, one a line."""
    told = {name: " ".join(b.text.split()) for name, b in boxes.items()}
    lines = [
        f"{told[a.start]} → {told[a.end]}" + (f" ({a.text})" if a.text else "") for a in arrows
    ]
    return "\n".join([*told.values(), *lines])


def _size(text: str) -> tuple[float, float]:
    lines = text.split("\n")
    return max(width_of(line) for line in lines) + 0.3, 0.2 + 0.17 * len(lines)


def _draw_arrow(axes, each: Arrow, at: dict, sizes: dict) -> None:
    (x, y), (u, v) = at[each.start], at[each.end]
    (width, height), (wide, high) = sizes[each.start], sizes[each.end]
    if each.bend:
        down = each.bend * _DOWN
        side = -1 if down > 0 else 1
        path = [(x, y + side * height / 2), (x, y - down), (u, y - down), (u, v + side * high / 2)]
        middle = (x + u) / 2, y - down + 0.1
    elif abs(u - x) > 1e-6 and abs(v - y) < abs(u - x):
        way = 1 if u > x else -1
        path = [(x + way * (width / 2 + 0.03), y), (u - way * (wide / 2 + 0.05), v)]
        middle = (path[0][0] + path[1][0]) / 2, (y + v) / 2 + 0.1
    else:
        way = 1 if v > y else -1
        path = [(x, y + way * (height / 2 + 0.03)), (u, v - way * (high / 2 + 0.05))]
        middle = (x + u) / 2 + 0.08 + width_of(each.text, 7.5) / 2, (y + v) / 2
    arrow(axes, path, QUIET)
    if each.text:
        axes.text(
            *middle,
            each.text,
            size=7.5,
            ha="center",
            va="center",
            color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )
