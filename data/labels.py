"""Label maps: the palette of their colours, and the nearest label of a pixel."""

from __future__ import annotations

import numpy as np

from data.errors import Refused

#: More different colours than these are no labels.
MOST = 256


def palette_of(inputs: np.ndarray) -> list[list[int]] | None:
    """The sorted colours of label maps, uint8 N×H×W×C; None if they are too many."""
    found = np.zeros((0, inputs.shape[-1]), np.uint8)
    for start in range(0, len(inputs), 64):
        some = np.asarray(inputs[start : start + 64]).reshape(-1, inputs.shape[-1])
        found = np.unique(np.concatenate([found, np.unique(some, axis=0)]), axis=0)
        if len(found) > MOST:
            return None
    return found.tolist()


def nearest(picture: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """The index of the nearest colour of `palette` (L×C) for each pixel: H×W."""
    colours = palette.astype(np.float32)
    # Each colour that there is once: pictures are large, and label maps have few.
    flat = picture.reshape(-1, picture.shape[-1])
    code = flat.astype(np.uint32) @ (256 ** np.arange(flat.shape[1], dtype=np.uint32))
    _, first, places = np.unique(code, return_index=True, return_inverse=True)
    # The squared distance, less what is the same for all colours.
    near = (flat[first].astype(np.float32) @ colours.T - 0.5 * (colours**2).sum(1)).argmax(-1)
    return near[places].reshape(picture.shape[:2])


def check_labels(picture: np.ndarray, palette: list[list[int]], name: str) -> None:
    """Refuse a label map, uint8 H×W×C, with a colour outside the palette."""
    colours = np.array(palette, np.uint8)
    strange = (colours[nearest(picture, colours)] != picture).any(-1)
    if strange.any():
        row, column = np.argwhere(strange)[0]
        colour = "#" + "".join(f"{value:02x}" for value in picture[row, column])
        raise Refused(
            f"{name}: {strange.mean():.1%} of its pixels have colours that no label of this run "
            f"has, such as {colour} at ({column}, {row}); --nearest-label takes the nearest ones"
        )
