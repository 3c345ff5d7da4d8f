"""Manners of drawing and printing with ink: hatching and woodcut.

As the manners of the brush, each takes a canvas on which a scene is painted.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds
from data.drawing.resampling import at_places, blurred, brightness, slopes
from data.drawing.values import mix, ramp, tone

_INKS = np.array([[0.08, 0.08, 0.10], [0.24, 0.13, 0.07], [0.10, 0.15, 0.34], [0.36, 0.10, 0.07]])
_INKS = np.vstack([_INKS, [[0.08, 0.22, 0.17]]])
_PAPERS = np.array([[0.96, 0.93, 0.85], [0.86, 0.80, 0.68], [0.80, 0.84, 0.86], [0.86, 0.76, 0.66]])
_PAPERS = np.vstack([_PAPERS, [[0.76, 0.82, 0.72], [0.97, 0.96, 0.93]]])
# Directions of the lines, in radians, and between which darknesses they set in and are full.
_DIRECTIONS = ((0.80, 0.10, 0.9), (-0.75, 0.38, 1.1), (0.05, 0.58, 1.15), (1.5, 0.72, 1.2))
# Pigments of the wood block prints: paper first, and the black of the outlines last.
_PIGMENTS = np.array(
    [
        [0.95, 0.91, 0.80],
        [0.72, 0.82, 0.86],
        [0.38, 0.60, 0.78],
        [0.16, 0.32, 0.56],
        [0.09, 0.13, 0.28],
        [0.95, 0.78, 0.42],
        [0.90, 0.54, 0.28],
        [0.74, 0.26, 0.18],
        [0.66, 0.70, 0.36],
        [0.32, 0.47, 0.27],
        [0.14, 0.25, 0.20],
        [0.60, 0.44, 0.30],
        [0.34, 0.22, 0.18],
        [0.58, 0.50, 0.62],
        [0.66, 0.64, 0.58],
    ]
)


def hatching(c: Canvas, dice: Dice) -> None:
    """Ink lines on paper, in more directions and thicker where it is darker."""
    luma = brightness(c.planes)
    middle = luma.mean((1, 2), keepdims=True)
    spread = luma.std((1, 2), keepdims=True) + np.float32(0.05)
    # A night stays darker than a day, but not so dark that nothing is seen.
    around = luma - blurred(luma, 0.3)
    tones = 0.62 + 0.7 * (middle - 0.4) + (0.6 * (luma - middle) + 0.7 * around) * (0.25 / spread)
    tones = np.clip(tones, 0, 1)
    soft = blurred(tones, 0.022)
    dark = 1 - soft
    form = blurred(tones, 0.09)
    wobble = clouds(c, dice, 7, 7, octaves=2)
    broken = clouds(c, dice, 40, 40)
    ink = np.zeros_like(luma)
    turn = dice.uniform(-0.15, 0.15)
    period = np.float32(0.072)
    for angle, begin, full in _DIRECTIONS:
        cos, sin = np.cos(angle + turn), np.sin(angle + turn)
        # Lines bend over the forms, and a hand is never quite steady.
        across = cos * c.y - sin * c.x + 0.05 * form + 0.010 * wobble
        load = ramp(dark + 0.07 * broken, begin, full)
        wide = 0.55 * period * np.sqrt(load) * ramp(load, 0, 0.04)
        line = c.stripes(across, period * dice.uniform(), period, wide)
        ink = np.maximum(ink, line)
    ink = np.maximum(ink, np.minimum(1.5 * _outlines(c, soft, 2.2, 0.014), 0.95))
    paper, pen = dice.colour(_PAPERS, 0.03), dice.colour(_INKS, 0.03)
    fibres = 0.03 * clouds(c, dice, 50, 90) + 0.02 * clouds(c, dice, 4, 4, octaves=2)
    c.planes[...] = paper * (1 + fibres)
    c.paint(ink * (0.93 + 0.07 * np.clip(broken, -1, 1)), pen)


def _outlines(c: Canvas, plane: np.ndarray, steep: float, half: float) -> np.ndarray:
    """Coverage of lines `half` wide to either side where a plane is steepest."""
    across, up = slopes(plane, float(c.pixel))
    slope = np.sqrt(across * across + up * up)
    # On a crest of the slope: a step to either side of it there is less.
    length = slope + np.float32(1e-4)
    step_x, step_y = half * across / length, half * up / length
    x, y = c.x + step_x, c.y + step_y
    one = at_places(slope[None], x, y)[0]
    two = at_places(slope[None], c.x - step_x, c.y - step_y)[0]
    crest = slope - 0.5 * (one + two)
    return ramp(slope, steep, 1.8 * steep) * ramp(crest, 0, 0.12 * steep)


@lru_cache(maxsize=1)
def _nearest_pigment(steps: int = 24) -> np.ndarray:
    """The pigment nearest to each of steps³ colours, by brightness first."""
    scale = (np.arange(steps) + 0.5) / steps
    colours = np.stack(np.meshgrid(scale, scale, scale, indexing="ij"), -1).reshape(-1, 3)

    def parts(colour):
        luma = colour @ np.array([0.299, 0.587, 0.114])
        return np.stack([1.2 * luma, colour[:, 0] - luma, 1.1 * (colour[:, 2] - luma)], 1)

    far = ((parts(colours)[:, None] - parts(_PIGMENTS)[None]) ** 2).sum(-1)
    return far.argmin(1).astype(np.int32)


def woodcut(c: Canvas, dice: Dice) -> None:
    """A few flat inks, one block each, under a block of carved dark outlines."""
    source = blurred(c.planes, 0.026)
    grain_at = clouds(c, dice, 3, 2) * 0.5 + clouds(c, dice, 9, 2) * 0.12
    phase = (c.y + 0.28 * grain_at) * np.float32(16) + 3 * dice.uniform()
    rings = (2 * (phase - np.floor(phase)) - 1) ** 4 - np.float32(0.2)
    # Rings that are finer than two pixels fade to their mean.
    rings = rings * ramp(np.float32(1 / 16) / c.pixel, 1, 2) + np.float32(0.2)
    grain = rings * (0.7 + clouds(c, dice, 40, 5))
    steps = 24
    # Twice as fine as the pixels, so that the edges of inks are smooth.
    table, quarter = _nearest_pigment(steps), c.pixel / 4
    shift_x, shift_y = (dice.uniform(-0.012, 0.012) for _ in "xy")
    planes = np.zeros_like(c.planes)
    for dx in (-quarter, quarter):
        for dy in (-quarter, quarter):
            found = at_places(source, c.x + dx + shift_x + 0 * c.y, c.y + dy + shift_y + 0 * c.x)
            red, green, blue = np.clip(found * steps, 0, steps - 1).astype(np.int32)
            ink = table.take((red * steps + green) * steps + blue)
            for plane, tones in zip(planes, _PIGMENTS.astype(np.float32).T, strict=True):
                plane += np.float32(0.25) * tones.take(ink)
    paper = tone(0.95, 0.91, 0.80)
    worn = np.clip(0.30 * grain + 0.04, 0, 0.45)
    c.planes[...] = mix(planes, np.broadcast_to(paper, planes.shape), worn)
    # The outlines' block.
    luma = brightness(source)
    line = sum(_outlines(c, plane, 1.6, 0.017) for plane in (luma, 0.8 * (source[0] - luma)))
    # Shade is carved in tapering cuts.
    dark = 1 - blurred(luma, 0.03)
    breaks = 0.5 + clouds(c, dice, 26, 7)
    wide = 0.044 * ramp(dark, 0.45, 0.8) * ramp(breaks, 0.1, 0.8)
    gouged = c.stripes(c.y + 0.7 * grain_at, 0.08 * dice.uniform(), np.float32(0.077), wide)
    c.paint(
        np.clip(np.maximum(line, 0.8 * gouged), 0, 1) * (1 - 0.5 * worn), tone(0.09, 0.08, 0.11)
    )
