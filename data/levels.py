"""Levels: which of a picture's values become black, and which white."""

from __future__ import annotations

import math

import numpy as np

from data.errors import Refused

#: The values that become 0 and 255.
Levels = tuple[float, float]

#: What values are between without a word from their set: unsigned, 16 bits.
SIXTEEN_BITS: Levels = (0, 65535)
#: The levels of what is kept as it is.
UNCHANGED: Levels = (0, 255)
# Depths that are told apart, in bits a value: those of sensors and files.
_DEPTHS = range(8, 34, 2)
# Where nearly all values of a set are within so many of the 256, a note says so.
_LITTLE = 32
_NEARLY_ALL = (0.001, 0.999)
_LOOKED_AT = 64


def understood(text: str) -> str | Levels:
    """Parse the `--levels` flag: "full", "auto", or LOW,HIGH as two numbers.

    Raises:
        Refused: it is none of these.
    """
    if text in ("full", "auto"):
        return text
    try:
        low, high = (float(number) for number in str(text).split(","))
        if math.isfinite(low) and math.isfinite(high) and low < high:
            return low, high
    except ValueError:
        pass
    raise Refused(
        f"--levels {text}: legal are full, auto, and LOW,HIGH, two numbers of which the first is "
        "the smaller one: the values that become black and white"
    )


def within(levels: Levels, others: Levels) -> bool:
    """Whether levels lie between others."""
    return others[0] <= levels[0] and levels[1] <= others[1]


def full(low: float, high: float) -> Levels:
    """The whole range of the least depth that holds all values.

    It is 8, 10, 12 … bits: from 0 on, or where values are below 0, as far below as above.

    Args:
        low: The smallest value.
        high: The largest value.
    """
    for bits in _DEPTHS:
        least, most = (0, 2**bits - 1) if low >= 0 else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if least <= low and high <= most:
            break
    return least, most


def scaled(values: np.ndarray, levels: Levels) -> np.ndarray:
    """Map values linearly to 0…255, uint8 of the same shape; what lies beyond is clipped.

    NaN becomes 0.
    """
    low, high = levels
    bright = (np.asarray(values, np.float64) - low) * (255 / (high - low))
    return np.clip(np.nan_to_num(bright) + 0.5, 0, 255).astype(np.uint8)


def extremes(values: np.ndarray) -> tuple[float, float]:
    """The smallest and the largest finite value; (inf, -inf) where there is none."""
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    if not values.size:
        return math.inf, -math.inf
    return values.min().item(), values.max().item()


def spread(low: float, high: float) -> Levels:
    """The levels of a set whose values lie between two, as `--levels auto` takes them."""
    return (low, high) if low < high else (low, low + 1)


def little_used(rows: np.ndarray, levels: Levels, name: str) -> str:
    """A remark where nearly all of a set's values lie close together; "" where they do not.

    Args:
        rows: Its pictures, uint8 N×H×W×C.
        levels: The values that have become 0 and 255.
        name: What the pictures are called.
    """
    if not len(rows):
        return ""
    index = np.unique(np.linspace(0, len(rows) - 1, _LOOKED_AT).astype(int))
    # One picture after the other: a set may be larger than the memory.
    counts = sum(np.bincount(rows[i].ravel(), minlength=256) for i in index)
    first, last = np.searchsorted(np.cumsum(counts), np.array(_NEARLY_ALL) * counts.sum()).tolist()
    if last - first >= _LITTLE:
        return ""
    low, high = levels
    # One of the 256 steps may stand for many values.
    step = (high - low) / 255
    used = [low + step * first, low + step * last + max(0, step - 1)]
    used = [f"{round(value) if high - low > 8 else round(value, 3)}" for value in used]
    if used[0] == used[1]:
        return f"nearly all values of the {name} are {used[0]}, of {low:g} to {high:g}"
    return (
        f"nearly all values of the {name} are from {used[0]} to {used[1]}, of {low:g} to {high:g}: "
        f"they look of one brightness (--levels={used[0]},{used[1]} or --levels auto spreads them)"
    )


def told(levels: Levels, name: str) -> str:
    """A remark on which values of pictures of more than 8 bits became black and white."""
    low, high = levels
    return f"{name} of more than 8 bits a value: {low:g} is black, {high:g} white (--levels)"
