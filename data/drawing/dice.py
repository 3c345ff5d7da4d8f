"""Random numbers for drawings, as functions of (seed, index): nothing is carried along."""

from __future__ import annotations

import numpy as np

from data.drawing.values import pick

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _scramble(z: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 (Steele et al. 2014): uint64 to well-mixed uint64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


class Dice:
    """Random numbers that depend on nothing but (seed, index, how many came before).

    A counter is hashed instead of a generator's state being carried along, so picture
    1,000 can be drawn without the 999 before it, in any chunk, with the same result.
    Each call gives one value a picture, of shape (n, 1, 1).
    """

    def __init__(self, seed: int, indices: np.ndarray):
        with np.errstate(over="ignore"):
            start = _scramble(np.asarray([seed], np.uint64) * _GOLDEN + _GOLDEN)
            self._keys = _scramble(indices.astype(np.uint64) * _GOLDEN ^ start)
        self._calls, self._block, self._ahead = 0, -1, None

    def _bits(self) -> np.ndarray:
        self._calls += 1
        # Some calls ahead at once: for a few pictures, a call costs more than its hashes.
        ahead = min(32, 1 + 8192 // max(1, len(self._keys)))
        block, place = divmod(self._calls, ahead)
        if block != self._block:
            calls = np.arange(block * ahead, (block + 1) * ahead, dtype=np.uint64)[:, None]
            with np.errstate(over="ignore"):
                self._ahead = _scramble(self._keys + calls * _GOLDEN)
            self._block = block
        return self._ahead[place]

    def _next(self) -> np.ndarray:
        return (self._bits() >> np.uint64(11)).astype(np.float64) / 2.0**53

    def uniform(self, low=0.0, high=1.0) -> np.ndarray:
        """A float32 from low to high."""
        u = self._next().astype(np.float32)[:, None, None]
        return (low + (high - low) * u).astype(np.float32)

    def skip(self) -> None:
        """Pass over one call, so that what follows is the same as if it had been made."""
        self._calls += 1

    def normal(self) -> np.ndarray:
        """A float64 from the standard normal distribution (Box and Muller 1958)."""
        # 1 - u: the logarithm of 0 is never asked for.
        radius = np.sqrt(-2 * np.log(1 - self._next()))
        return (radius * np.cos(2 * np.pi * self._next()))[:, None, None]

    def field(self, rows: int, columns: int) -> np.ndarray:
        """float32 in [0, 1) in steps of 2⁻¹⁶, for each picture: (n, rows, columns)."""
        # Each hash is long enough for four numbers.
        cells = np.arange(1, (rows * columns + 3) // 4 + 1, dtype=np.uint64)
        with np.errstate(over="ignore"):
            bits = _scramble(self._bits()[:, None] + cells * _GOLDEN)
        # Low bits first, whatever the machine's own order of bytes.
        quarters = bits.astype("<u8", copy=False).view("<u2")[:, : rows * columns]
        values = quarters.astype(np.float32)
        values *= np.float32(2.0**-16)
        return values.reshape(-1, rows, columns)

    def chance(self, probability) -> np.ndarray:
        """1.0 with the given probability, else 0.0."""
        return (self._next()[:, None, None] < probability).astype(np.float32)

    def integer(self, low: int, high: int) -> np.ndarray:
        """An int32 from low to high, both included."""
        return (low + np.floor(self._next() * (high - low + 1))).astype(np.int32)[:, None, None]

    def near(self, colour: np.ndarray, spread: float = 0.04) -> np.ndarray:
        """A colour (3, n, 1, 1) with each channel moved by up to `spread`."""
        moved = np.stack([self.uniform(-spread, spread) for _ in range(3)])
        return np.clip(colour + moved, 0, 1)

    def colour(self, palette: np.ndarray, spread: float = 0.04) -> np.ndarray:
        """A colour of the palette (k×3), each channel moved by up to `spread`: (3, n, 1, 1)."""
        return self.near(pick(palette, self.integer(0, len(palette) - 1)), spread)
