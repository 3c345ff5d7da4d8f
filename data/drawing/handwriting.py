"""Digits as two hands write them: points that the pen passes, to be disturbed and joined."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from data.drawing import strokes

# For each digit the points (x,y in hundredths, the digit about 140 tall), and the strokes
# through them by the points' numbers. Where one stroke ends and another begins is a corner.
_WRITING = {
    "plain hand": {
        "0": ("0,70 -33,50 -44,0 -33,-50 0,-70 33,-50 44,0 33,50", "0 1 2 3 4 5 6 7 0"),
        "1": ("6,70 -2,-70", "0 1"),
        "2": ("-40,38 -22,63 12,69 37,42 24,8 -12,-32 -43,-66 45,-66", "0 1 2 3 4 5 6; 6 7"),
        "3": (
            "-38,50 -10,70 28,60 32,30 -6,8 34,-10 42,-42 12,-70 -24,-67 -42,-46",
            "0 1 2 3 4; 4 5 6 7 8 9",
        ),
        "4": ("-18,70 -42,-12 46,-12 16,34 14,-70", "0 1; 1 2; 3 4"),
        "5": (
            "40,67 -28,67 -34,10 -4,22 30,8 41,-26 18,-63 -18,-70 -42,-52",
            "0 1; 1 2; 2 3 4 5 6 7 8",
        ),
        "6": ("30,67 -6,48 -34,4 -38,-36 -6,-70 30,-56 37,-24 8,2 -26,-12", "0 1 2 3 4 5 6 7 8 3"),
        "7": ("-42,65 42,65 -10,-70", "0 1; 1 2"),
        "8": (
            "30,50 0,70 -30,50 -22,20 6,2 36,-26 28,-58 0,-70 -30,-57 -36,-25 -6,3 24,22",
            "0 1 2 3 4 5 6 7 8 9 10 11 0",
        ),
        "9": ("36,42 6,69 -30,52 -35,18 -6,0 26,14 26,-70", "0 1 2 3 4 5 0; 0 6"),
    },
    "school hand": {
        "0": ("10,70 -28,55 -42,5 -30,-52 2,-70 34,-45 42,8 28,55 -2,60", "0 1 2 3 4 5 6 7 8"),
        "1": ("-32,34 6,70 4,-70", "0 1; 1 2"),
        "2": (
            "-38,44 -10,70 30,58 30,18 -2,-28 -36,-66 -42,-50 -22,-44 10,-62 46,-58",
            "0 1 2 3 4 5 6 7 8 9",
        ),
        "3": ("-38,66 36,66 -6,14 32,2 40,-36 12,-70 -22,-68 -42,-48", "0 1; 1 2; 2 3 4 5 6 7"),
        "4": ("20,70 -45,-24 45,-24 20,-70", "0 1; 1 2; 0 3"),
        "5": ("36,70 -20,60 -30,22 8,14 37,-14 30,-50 -4,-70 -40,-56", "0 1 2 3 4 5 6 7"),
        "6": ("10,70 -26,20 -36,-30 -10,-69 28,-58 35,-24 6,-6 -30,-34", "0 1 2 3 4 5 6 7"),
        "7": ("-42,52 -40,66 42,66 -6,-70 -26,0 34,0", "0 1; 1 2; 2 3; 4 5"),
        "8": (
            "0,70 -27,53 -25,22 0,6 25,22 27,53 -34,-14 -36,-50 0,-70 36,-50 34,-14",
            "0 1 2 3 4 5 0; 3 6 7 8 9 10 3",
        ),
        "9": (
            "34,40 4,69 -31,50 -33,20 -4,4 28,22 36,-16 16,-58 -28,-66",
            "0 1 2 3 4 5 0; 0 6 7 8",
        ),
    },
}
HANDS = tuple(_WRITING)
_PIECES = 3


@lru_cache(maxsize=1)
def written() -> tuple[np.ndarray, np.ndarray]:
    """Every digit of every hand: row 10·hand + digit.

    Returns:
        Points, float32 (20, points, 2) in [-1, 1]², and the curves through them as
        `strokes.curve` has them: float32 (20, pieces, 2 ends, points).
    """
    points, curves = [], []
    for passed, paths in (digit for hand in _WRITING.values() for digit in hand.values()):
        placed = np.array([pair.split(",") for pair in passed.split()], float) / 100
        pen = [[int(number) for number in path.split()] for path in paths.split(";")]
        points.append(placed)
        curves.append(np.concatenate([strokes.curve(len(placed), way, _PIECES) for way in pen]))
    most, longest = max(map(len, points)), max(map(len, curves))
    # A digit with fewer pieces repeats its last one, which changes no distance.
    for i, (p, c) in enumerate(zip(points, curves, strict=True)):
        points[i] = np.pad(p, ((0, most - len(p)), (0, 0)))
        c = np.pad(c, ((0, 0), (0, 0), (0, most - c.shape[2])))
        curves[i] = np.pad(c, ((0, longest - len(c)), (0, 0), (0, 0)), mode="edge")
    return np.stack(points).astype(np.float32), np.stack(curves)
