"""Colours: a painting's palette for a picture, and a picture's own colours for what was painted."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

# Directions in which colours are moved towards the palette, one after the other, and how far.
_TURNS, _SHARE = 15, 0.6
# Cells a side of the table in which the move is smoothed: like colours move alike.
_CELLS, _SMOOTH = 16, 1.2
# Detail that is kept where a palette has little contrast: share, and its scale in pixels for a
# picture of 192 pixels a side.
_DETAIL, _RADIUS = 0.7, 3.0
_RED_GREEN_BLUE = np.array([0.299, 0.587, 0.114], np.float32)


def with_palette(picture: np.ndarray, painting: np.ndarray) -> np.ndarray:
    """Give a picture the colours of a painting, as often as they occur there.

    Colours are moved by sliced optimal transport (Pitié et al. 2007). A colour then goes where
    its neighbours in colour go, or skies would turn to noise; and local contrast is kept, which a
    pale painting would take away.

    Args:
        picture, painting: uint8 H×W×3.

    Returns:
        uint8 H×W×3.
    """
    given, palette = (each.astype(np.float32) / 127.5 - 1 for each in (picture, painting))
    moved = _transported(given.reshape(-1, 3), _thinned(palette.reshape(-1, 3)))
    shift = _smoothed(given, moved.reshape(given.shape) - given)
    light = given @ _RED_GREEN_BLUE
    radius = _RADIUS * max(light.shape) / 192
    detail = light - gaussian_filter(light, radius, mode="nearest")
    found = given + shift + _DETAIL * detail[..., None]
    return np.clip((found + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8)


def with_colours_of(made: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Return what was painted in the colours of the picture that it was made from.

    The light is the painting's, spread as the picture's is; the colours are the picture's
    (Gatys et al. 2016, "Preserving color in neural artistic style transfer", section 4).

    Args:
        made, picture: uint8 H×W×3 of one size.
    """
    one, other = made.astype(np.float32), picture.astype(np.float32)
    light, own = one @ _RED_GREEN_BLUE, other @ _RED_GREEN_BLUE
    light = (light - light.mean()) * (own.std() / max(light.std(), 1e-3)) + own.mean()
    return np.clip(other + (light - own)[..., None] + 0.5, 0, 255).astype(np.uint8)


def _thinned(colours: np.ndarray, most: int = 40_000) -> np.ndarray:
    return colours[:: -(-len(colours) // most)]


def _transported(colours: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Colours N×3 moved so that they are spread as the palette M×3 is."""
    rng, found = np.random.default_rng(0), colours.astype(np.float64)
    for _ in range(_TURNS):
        axes, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        mine, theirs = found @ axes, np.sort(palette @ axes, 0)
        step = np.empty_like(mine)
        for axis in range(3):
            rank = np.empty(len(mine))
            rank[np.argsort(mine[:, axis])] = np.arange(len(mine))
            place = (rank + 0.5) / len(mine) * len(theirs) - 0.5
            wanted = np.interp(place, np.arange(len(theirs)), theirs[:, axis])
            step[:, axis] = wanted - mine[:, axis]
        found += _SHARE * step @ axes.T
    return found.astype(np.float32)


def _smoothed(picture: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """How colours move, as a smooth function of the colour alone."""
    cell = np.clip((picture + 1) * _CELLS / 2, 0, _CELLS - 1).astype(int)
    where = tuple(cell[..., channel] for channel in range(3))
    total, count = np.zeros((_CELLS,) * 3 + (3,)), np.zeros((_CELLS,) * 3)
    np.add.at(total, where, shift)
    np.add.at(count, where, 1)
    count = gaussian_filter(count, _SMOOTH)
    places = ((picture + 1) * _CELLS / 2 - 0.5).reshape(-1, 3).T
    found = [
        map_coordinates(
            gaussian_filter(total[..., channel], _SMOOTH) / np.maximum(count, 1e-6),
            places,
            order=1,
            mode="nearest",
        )
        for channel in range(3)
    ]
    return np.stack(found, -1).reshape(picture.shape).astype(np.float32)
