"""Animations of a run's sample sheets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from data.files import atomic_write
from data.own import marking


def animate(frames: list[Path], path: Path, most: int = 40, each: int = 180) -> None:
    """Write an animated WebP of picture files in their order, at most `most` of them.

    Args:
        each: Milliseconds that a frame is shown; the last one stays longer.
    """
    if not frames:
        return
    # Evenly spaced in their order, as sheets are evenly spaced in time.
    chosen = np.unique(np.linspace(0, len(frames) - 1, most).round().astype(int))
    pictures = [Image.open(frames[i]).convert("RGB") for i in chosen]
    times = [each] * (len(pictures) - 1) + [2500]
    with atomic_write(path) as tmp:
        pictures[0].save(
            tmp,
            **{"save_all": True, "append_images": pictures[1:], "duration": times, "loop": 0},
            **{"quality": 70, **marking(path.suffix)},
        )
