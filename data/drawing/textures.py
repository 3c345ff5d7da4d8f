"""Textures that repeat in both directions, made once, and how to look them up."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

#: Cells a side of the finest; each of the others has half as many as the one before.
CELLS = 256


def _noise(rng: np.random.Generator, across: float, up: float, rough: float = 2.0) -> np.ndarray:
    """Noise with a standard deviation of 1 whose grains are 1/across × 1/up of the texture."""
    waves = np.fft.fftfreq(CELLS) * CELLS
    squares = (waves[None, :] / across) ** 2 + (waves[:, None] / up) ** 2
    shaped = np.fft.fft2(rng.standard_normal((CELLS, CELLS))) / (1 + squares) ** rough
    shaped[0, 0] = 0
    grain = np.fft.ifft2(shaped).real
    return grain / grain.std()


def _place() -> tuple[np.ndarray, np.ndarray]:
    line = (np.arange(CELLS) + 0.5) / CELLS
    return line[None, :], line[:, None]


def _pyramid(finest: np.ndarray) -> list[np.ndarray]:
    """The texture and its means over ever larger squares."""
    levels = [finest.astype(np.float32)]
    while len(levels[-1]) > 4:
        last = levels[-1]
        levels.append((last[::2, ::2] + last[1::2, ::2] + last[::2, 1::2] + last[1::2, 1::2]) / 4)
    return levels


@lru_cache(maxsize=1)
def wood() -> list[np.ndarray]:
    """Four planks along u, about 0 to 1: grain, a few knots, and dark joints."""
    rng = np.random.default_rng(1)
    u, v = _place()
    bend = 0.05 * _noise(rng, 1.5, 3) + 0.012 * _noise(rng, 6, 12)
    for _ in range(4):
        # Rings flow around a knot.
        x, y = rng.uniform(0, 1), (rng.integers(0, 4) + rng.uniform(0.3, 0.7)) / 4
        dx, dy = (u - x + 0.5) % 1 - 0.5, (v - y + 0.5) % 1 - 0.5
        bend = bend + 0.05 * np.exp(-((dx / 0.07) ** 2) - (dy / 0.045) ** 2)
    plank = np.minimum((v * 4).astype(int), 3)
    shift, tone = rng.uniform(0, 9, 4), rng.uniform(-0.17, 0.17, 4)
    rings = np.sin(2 * np.pi * ((v + bend) * 26 + shift[plank]))
    grain = (
        0.55 + 0.16 * rings + 0.11 * _noise(rng, 5, 110) + tone[plank] + 0.05 * _noise(rng, 2, 2)
    )
    inside = np.abs(v * 4 - np.round(v * 4))
    joint = np.clip(1 - inside / 0.045, 0, 1)
    ends = rng.uniform(0, 1, 4)[plank]
    butt = np.clip(1 - np.abs((u - ends + 0.5) % 1 - 0.5) / 0.006, 0, 1)
    return _pyramid(grain - 0.75 * np.maximum(joint, butt))


@lru_cache(maxsize=1)
def stone() -> list[np.ndarray]:
    """Speckles, clouds and veins, about 0 to 1."""
    rng = np.random.default_rng(2)
    speckles = _noise(rng, 60, 60, 1.0)
    clouds = _noise(rng, 4, 4, 1.3)
    vein = np.exp(-np.abs(_noise(rng, 2.5, 2.5, 1.6) + 0.15 * _noise(rng, 12, 12)) * 16)
    return _pyramid(0.55 + 0.13 * speckles + 0.10 * clouds - 0.42 * vein)


@lru_cache(maxsize=1)
def folds() -> list[np.ndarray]:
    """Creases of a cloth, about 0, lit along u."""
    rng = np.random.default_rng(3)
    height = _noise(rng, 1.6, 2.2, 1.6) + 0.25 * np.abs(_noise(rng, 3, 3))
    slope = height - np.roll(height, 3, axis=1)
    return _pyramid(np.clip(slope / slope.std(), -3, 3) * 0.5 + 0.12 * _noise(rng, 70, 70, 0.7))


@lru_cache(maxsize=1)
def pits() -> list[np.ndarray]:
    """Slopes of dimples, along u (the real part) and along v (the imaginary one)."""
    rng = np.random.default_rng(4)
    count = 26
    places = (np.stack(np.meshgrid(*[np.arange(count)] * 2), -1).reshape(-1, 2) + 0.5) / count
    places = (places + rng.uniform(-0.4, 0.4, places.shape) / count) % 1
    grid = np.zeros((CELLS, CELLS))
    rows, columns = (places * CELLS).astype(int).T
    grid[rows, columns] = rng.uniform(0.6, 1.3, len(places))
    waves = np.fft.fftfreq(CELLS)
    blur = np.exp(-2 * (np.pi * CELLS / count * 0.20) ** 2 * (waves[:, None] ** 2 + waves**2))
    deep = -np.fft.ifft2(np.fft.fft2(grid) * blur).real
    across, up = (np.roll(deep, -1, a) - np.roll(deep, 1, a) for a in (1, 0))
    return [
        np.stack(pair, -1)
        for pair in zip(_pyramid(across / across.std()), _pyramid(up / across.std()), strict=True)
    ]


@lru_cache(maxsize=1)
def streaks() -> list[np.ndarray]:
    """Streaks along v, about 0, of many lengths: u goes once around."""
    rng = np.random.default_rng(5)
    fine = _noise(rng, 90, 4, 1.2)
    broad = _noise(rng, 14, 2.5, 1.4)
    return _pyramid(0.6 * broad + 0.6 * np.clip(fine, -2, 2))


@lru_cache(maxsize=1)
def speckles() -> list[np.ndarray]:
    """Flecks of many sizes, 0 to 1: few are near 1."""
    rng = np.random.default_rng(6)
    fine, coarse = _noise(rng, 26, 40, 2.0), _noise(rng, 8, 5, 1.5)
    return _pyramid(np.clip(0.5 + 0.22 * fine + 0.16 * coarse, 0, 1))


def level(levels: list[np.ndarray], cells_a_pixel: float) -> np.ndarray:
    """The texture whose cells are about as large as a pixel."""
    step = int(np.clip(np.round(np.log2(max(cells_a_pixel, 1e-3))), 0, len(levels) - 1))
    return levels[step]


def at(texture: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Values at coordinates in textures, bilinear; a whole one is where it repeats."""
    cells = texture.shape[0]
    column, row = np.broadcast_arrays(u * np.float32(cells), v * np.float32(cells))
    left, low = np.floor(column), np.floor(row)
    column, row = column - left, row - low
    left, low = left.astype(np.int32), low.astype(np.int32)
    mask = cells - 1
    right, left = (left + 1) & mask, left & mask
    high, low = ((low + 1) & mask) * cells, (low & mask) * cells
    flat = texture.reshape(cells * cells, *texture.shape[2:])
    if flat.ndim > 1:
        column, row = column[..., None], row[..., None]
    first = flat.take(low + left, axis=0)
    first += (flat.take(low + right, axis=0) - first) * column
    second = flat.take(high + left, axis=0)
    second += (flat.take(high + right, axis=0) - second) * column
    second -= first
    second *= row
    second += first
    return second
