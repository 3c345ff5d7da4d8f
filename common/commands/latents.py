"""Interpolation and arithmetic of latent vectors."""

from __future__ import annotations

import re

import numpy as np

from common.batches import rng_for
from data.errors import Refused

Terms = list[tuple[int, list[int]]]

# The cubes that latents are drawn from.
_CUBES = {"uniform": (-1, 1), "unit": (0, 1)}


def path_between(starts: np.ndarray, ends: np.ndarray, steps: int, prior: str) -> np.ndarray:
    """Interpolate between pairs of latents: float32 (N·steps)×size, a pair after the other.

    Straight lines in a cube (priors "uniform", as in Radford et al. 2016, section 6.1, and "unit");
    great circles for "normal", whose samples lie near a sphere (White 2016). Where both point the
    same way, or opposite ways, no great circle is distinguished: they too have a straight line.
    """
    share = np.linspace(0, 1, steps)[None, :, None]
    a, b = starts[:, None].astype(float), ends[:, None].astype(float)
    path = a + share * (b - a)
    if prior not in _CUBES:
        lengths = np.linalg.norm(a, axis=-1, keepdims=True) * np.linalg.norm(
            b, axis=-1, keepdims=True
        )
        angle = np.arccos(np.clip((a * b).sum(-1, keepdims=True) / lengths, -1, 1))
        sine = np.maximum(np.sin(angle), 1e-6)
        circle = np.sin((1 - share) * angle) / sine * a + np.sin(share * angle) / sine * b
        path = np.where(np.sin(angle) < 1e-3, path, circle)
    # To the bit.
    path[:, -1], path[:, 0] = ends, starts
    return path.reshape(-1, starts.shape[1]).astype(np.float32)


def parse_arithmetic(text: str) -> Terms:
    """Parse "3,9 - 0,5 + 2" into terms: [(1, [3, 9]), (-1, [0, 5]), (1, [2])].

    Raises:
        Refused: the text is no such sum.
    """
    one = r"\d{1,4}(?:\s*,\s*\d{1,4})*"
    if not re.fullmatch(rf"\s*[+-]?\s*{one}(?:\s*[+-]\s*{one})*\s*", text):
        raise Refused(
            f'--arithmetic "{text}": legal are picture numbers below 10000, as in '
            '"3,9,14 - 0,5,8 + 2,6,11"'
        )
    terms = re.findall(rf"([+-]?)\s*({one})", text)
    return [(-1 if s == "-" else 1, [int(n) for n in numbers.split(",")]) for s, numbers in terms]


def arithmetic(latents: np.ndarray, terms: Terms, prior: str) -> tuple[np.ndarray, int]:
    """Add and subtract averages of latents (Radford et al. 2016, section 6.3.2).

    A single latent is unstable; the paper averages three for each concept, and shows the sum
    with eight neighbours, moved by noise uniform in ±.25.

    Args:
        latents: float32 N×size, of the numbers that the terms name.
        terms: As `parse_arithmetic` gives them.
        prior: "uniform", "unit": clipped to the cube that the generator was trained on.

    Returns:
        Latents for a sheet, and its columns: one row for each term (the pictures named, then
        their average), and two with the sum and its neighbours.
    """
    width = max(3, max(len(numbers) for _, numbers in terms)) + 1
    averages = [latents[numbers].mean(axis=0) for _, numbers in terms]
    total = sum(sign * mean for (sign, _), mean in zip(terms, averages, strict=True))
    rows = []
    for (_, numbers), mean in zip(terms, averages, strict=True):
        # A short row repeats its average, so that the sheet stays a rectangle.
        rows += [latents[n] for n in numbers] + [mean] * (width - len(numbers))
    near = rng_for(0, "neighbours").uniform(-0.25, 0.25, (2 * width - 1, len(total)))
    rows += [total, *(total + near)]
    moved = np.stack(rows).astype(np.float32)
    # Outside the cube the generator has never been trained.
    return (np.clip(moved, *_CUBES[prior]) if prior in _CUBES else moved), width
