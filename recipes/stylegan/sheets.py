"""What is made of styles: sheets of mixtures and of noise, and walks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from common.commands.made import Made, writing
from data.pixels import to_pixels
from data.sheet import grid, save_moving

from .inputs import fixed, noise_of
from .render import Renderer

#: Milliseconds that a frame of a walk is shown.
_FRAME = 60
# Rows of a sheet of noise; pictures that walk at once, styles that each passes, frames on a sheet.
_FACES, _WALKERS, _STOPS, _SHOWN = 4, 8, 5, 10


@dataclass(frozen=True)
class Walk(Made):
    """Walks through w: `samples` are walkers×frames pictures, and a .webp moves."""

    frames: int = 1

    def sheet(self) -> Image.Image:
        """Draw some frames of each walk, a row a walk."""
        chosen = np.linspace(0, self.frames, min(self.frames, _SHOWN), endpoint=False).astype(int)
        return grid(_flat(self._by_walker()[:, chosen]), len(chosen))

    def write(self, path: Path) -> None:
        """Write an animation to a .webp; else as `Made.write`."""
        if path.suffix.lower() != ".webp":
            super().write(path)
            return
        moments = self._by_walker().swapaxes(0, 1)
        with writing(path):
            save_moving([grid(each).convert("RGB") for each in moments], path, _FRAME)

    def _by_walker(self) -> np.ndarray:
        return self.samples.reshape(-1, self.frames, *self.samples.shape[1:])


def mixtures(
    renderer: Renderer,
    sources: tuple[np.ndarray, np.ndarray],
    groups: Sequence[Sequence[int]],
    noise: np.ndarray,
) -> tuple[np.ndarray, int]:
    """Put styles of some pictures on others (Karras et al. 2019, figure 3).

    Args:
        renderer: The generator.
        sources: Styles of A and of B, N×layers×L and M×layers×L.
        groups: Layers that take A's styles; a table for each group.
        noise: One row, for all pictures.

    Returns:
        Pictures uint8, and how many make a row. Of each table the first row is B's pictures, and
        the first column A's; the corner is white.
    """
    a, b = sources
    own = to_pixels(renderer.pictures(np.concatenate([a, b]), _rows(noise, len(a) + len(b))))
    corner = np.full_like(own[:1], 255)
    rows = []
    for group in groups:
        rows += [corner, own[len(a) :]]
        for index, style in enumerate(a):
            mixed = b.copy()
            mixed[:, list(group)] = style[list(group)]
            made = to_pixels(renderer.pictures(mixed, _rows(noise, len(b))))
            rows += [own[index : index + 1], made]
    return np.concatenate(rows), 1 + len(b)


def noises(renderer: Renderer, seed: int, count: int, psi: float) -> tuple[np.ndarray, int]:
    """Render the same styles under other noise, and where that differs (2019, figure 4).

    Returns:
        Pictures uint8, and how many make a row: of a style under each noise, and the deviation
        over 100 noises, the largest one white.
    """
    config = renderer.config
    given = fixed(config, seed, _FACES, psi)
    styles, noise = renderer.styles(given["latent"], psi), noise_of(config, seed + 1, 100)
    rows = []
    for style in styles:
        made = renderer.pictures(np.repeat(style[None], len(noise), axis=0), noise)
        spread = made.std(0).mean(-1, keepdims=True)
        spread = 255 * spread / max(float(spread.max()), 1e-6)
        map_ = np.broadcast_to(spread, made.shape[1:]).astype(np.uint8)
        rows += [to_pixels(made[:count]), map_[None]]
    return np.concatenate(rows), count + 1


def walk(renderer: Renderer, seed: int, frames: int, psi: float) -> np.ndarray:
    """Walk through w in closed lines, from style to style: uint8 (walkers·frames)×H×W×C."""
    config = renderer.config
    given = fixed(config, seed, _WALKERS * _STOPS, psi)
    w = renderer.w(given["latent"]).reshape(_WALKERS, _STOPS, -1)
    place = np.linspace(0, _STOPS, frames, endpoint=False)
    before, share = place.astype(int), (place % 1)[:, None].astype(np.float32)
    path = w[:, before] + share * (w[:, (before + 1) % _STOPS] - w[:, before])
    # Each keeps its noise, or hair would boil.
    noise = np.repeat(given["noise"][:_WALKERS], frames, axis=0)
    styles = renderer.truncated(path.reshape(_WALKERS * frames, -1), psi)
    return to_pixels(renderer.pictures(styles, noise))


def _rows(noise: np.ndarray, count: int) -> np.ndarray:
    return np.repeat(noise[:1], count, axis=0)


def _flat(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(-1, *pictures.shape[2:])
