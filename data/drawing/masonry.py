"""Walls of bricks or blocks: where the joints run, and how stones differ from each other."""

from __future__ import annotations

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice

_STONES = 128


def masonry(
    canvas: Canvas, dice: Dice, course: np.ndarray, length: np.ndarray, joint: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A bond of stones over the whole canvas, every other course shifted by half a stone.

    Args:
        course: Height of a course, (n, 1, 1), in picture units.
        length: Length of a stone.
        joint: Width of the joints.

    Returns:
        The joints' coverage (n, h, w), and a tone from -1 to 1 for each stone, laid out
        over the same pixels.
    """
    row = np.floor((canvas.y + 1) / course)
    shift = 0.5 * length * np.mod(row, 2)
    lying = canvas.stripes(canvas.y + 1, 0, course, joint)
    across = canvas.x + shift
    standing = canvas.stripes(across, -1, length, joint)
    joints = lying + standing * (1 - lying)
    column = np.floor((across + 1) / length)
    stone = (row * 37 + column * 11).astype(np.int32) & (_STONES - 1)
    tones = 2 * dice.field(1, _STONES)[:, 0] - 1
    start = np.arange(len(tones), dtype=np.int32)[:, None, None] * _STONES
    tone = tones.ravel()[stone + start]
    # Stones smaller than a pixel show the mean of many.
    seen = np.clip(np.minimum(course, length) / (2 * canvas.pixel), 0, 1) ** 2
    return joints, tone * seen
