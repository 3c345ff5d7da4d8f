"""Characters of the typefaces that matplotlib brings, as tables of signed distances."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

#: What the tables are called, and matplotlib's file for it.
TYPEFACES = {
    "DejaVu Sans": "DejaVuSans",
    "DejaVu Sans bold": "DejaVuSans-Bold",
    "DejaVu Sans oblique": "DejaVuSans-Oblique",
    "DejaVu Mono": "DejaVuSansMono",
    "DejaVu Mono bold": "DejaVuSansMono-Bold",
    "DejaVu Serif": "DejaVuSerif",
    "DejaVu Serif bold": "DejaVuSerif-Bold",
    "DejaVu Serif italic": "DejaVuSerif-Italic",
    "STIX": "STIXGeneral",
    "STIX bold": "STIXGeneralBol",
    "STIX italic": "STIXGeneralItalic",
    "Computer Modern": "cmr10",
    "Computer Modern bold": "cmb10",
    "Computer Modern sans": "cmss10",
    "Computer Modern typewriter": "cmtt10",
    "Computer Modern old-style": "cmmi10",
}

#: A table covers [-1, 1]²; the character is HEIGHT tall and in the middle.
HEIGHT = 1.4
_CELLS = 64


@lru_cache(maxsize=1)
def tables(characters: str) -> np.ndarray:
    """Signed distances to every character of every typeface, negative inside.

    Returns:
        float32 (typeface, character, row, column); rows run upwards, and the values lie
        at the centres of 64×64 cells that share out [-1, 1]².
    """
    # matplotlib costs a moment to import, and only digits need it.
    from matplotlib import get_data_path
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    centres = (np.arange(_CELLS) + 0.5) * (2 / _CELLS) - 1
    x, y = (axis.ravel() for axis in np.meshgrid(centres, centres))
    faces = []
    for file in TYPEFACES.values():
        font = FontProperties(fname=f"{get_data_path()}/fonts/ttf/{file}.ttf")
        for character in characters:
            # The outline is taken as the typeface has it, without hinting for any size.
            path = TextPath((0, 0), character, size=100, prop=font)
            faces.append(_signed_distance(x, y, _segments(path)))
    shape = (len(TYPEFACES), len(characters), _CELLS, _CELLS)
    return np.reshape(faces, shape).astype(np.float32)


def _segments(path) -> np.ndarray:
    """The outline as straight pieces (k, 2 ends, 2), centred and HEIGHT tall."""
    outlines = [np.asarray(polygon) for polygon in path.to_polygons()]
    corners = np.concatenate(outlines)
    low, high = corners.min(0), corners.max(0)
    scale = HEIGHT / (high[1] - low[1])
    placed = [(outline - (low + high) / 2) * scale for outline in outlines]
    return np.concatenate([np.stack([p, np.roll(p, -1, 0)], 1) for p in placed])


def _signed_distance(x: np.ndarray, y: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """Distance of points to the outline, negative where it winds about them."""
    nearest = np.full(len(x), np.inf)
    winding = np.zeros(len(x), int)
    for (ax, ay), (bx, by) in segments:
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        if length == 0:
            continue
        along = np.clip(((x - ax) * dx + (y - ay) * dy) / length, 0, 1)
        squared = (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2
        np.minimum(nearest, squared, out=nearest)
        left = dx * (y - ay) - dy * (x - ax)
        winding += (ay <= y) & (by > y) & (left > 0)
        winding -= (ay > y) & (by <= y) & (left < 0)
    return np.where(winding != 0, -1, 1) * np.sqrt(nearest)
