"""Animations of a run's sample sheets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from data.sheet import save_moving


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
    save_moving(pictures, path, times)
