"""How pictures grow while a network is trained, as an animation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from common.callbacks.animation import animate
from data.sheet import save
from tests.photographs import RUNS


def save_growth(run: Path, drawn: Callable[[Image.Image, int], Image.Image], path: Path) -> None:
    """Animate a run's sheets, in at most twelve frames.

    Args:
        drawn: What makes a frame of a sheet and its step.
    """
    frames = []
    for sheet in sorted((run / "samples").glob("step-*.png")):
        frames.append(RUNS / "frames" / path.stem / sheet.name)
        save(drawn(Image.open(sheet), int(sheet.stem.removeprefix("step-"))), frames[-1])
    animate(frames, path, most=12, each=350)
