"""Pictures that a user brings, and what is written in their place."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from data.errors import Refused
from data.files import whole
from data.listing import picture_files, shown
from data.pictures import SMALLEST_SIDE, Unreadable, decode, plain, read_header

#: Says that pictures come from standard input, or go to standard output.
STANDARD = "-"
# Endings under which pictures can be written as they are; others become .png.
_WRITTEN = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
_MOVING = ("GIF", "WEBP", "PNG")
_MOST_FRAMES = 10_000


@dataclass(frozen=True)
class Brought:
    """A picture, or the frames of a moving one."""

    #: Relative to the folder that was named, and ending as it is to be written.
    name: str
    #: uint8 H×W×C each.
    frames: list[np.ndarray]
    #: How long each frame is shown, in milliseconds, and how often all (0: for ever).
    durations: list[int]
    loop: int = 0


def bring(place: str, channels: int) -> Iterator[Brought | str]:
    """The pictures of a file, a folder or standard input, in the order of their names.

    Args:
        place: A path, or "-".
        channels: 1 for grey, 3 for RGB: what they are made to be.

    Yields:
        A picture; or, of a folder, why one of its files cannot be used, in words.

    Raises:
        Refused: there is no picture, or the only one cannot be read.
    """
    if place == STANDARD:
        content = io.BytesIO(sys.stdin.buffer.read())
        try:
            with Image.open(content) as picture:
                yield _frames(picture, "standard-input.png", channels)
        except Exception as fault:
            raise Refused("standard input is not a readable picture") from fault
        return
    path = Path(place).expanduser()
    if path.is_file():
        try:
            yield _read(path, path.name, channels)
        except Unreadable as reason:
            raise Refused(f"--input {shown(str(path))}: {reason}") from None
        return
    if not path.is_dir():
        raise Refused(f"--input {shown(place)}: no such file or folder")
    names, _ = picture_files(path)
    if not names:
        raise Refused(f"--input {shown(place)}: a folder without pictures")
    for name in names:
        try:
            yield _read(path / name, name, channels)
        except Unreadable as reason:
            yield f"{shown(name)}: {reason}"


def _read(path: Path, name: str, channels: int) -> Brought:
    read_header(path)
    name = name if Path(name).suffix.lower() in _WRITTEN else f"{name}.png"
    with Image.open(path) as picture:
        if picture.format in _MOVING and getattr(picture, "n_frames", 1) > 1:
            try:
                return _frames(picture, name, channels)
            except Exception as fault:
                raise Unreadable("its frames cannot be decoded") from fault
    return Brought(name, [_pixels(decode(path, channels))], [0])


def _frames(picture: Image.Image, name: str, channels: int) -> Brought:
    frames, durations = [], []
    for frame in ImageSequence.Iterator(picture):
        if len(frames) == _MOST_FRAMES:
            break
        durations.append(int(frame.info.get("duration", 0)))
        frames.append(_pixels(plain(frame.copy(), channels)))
    if min(frames[0].shape[:2]) < SMALLEST_SIDE:
        raise Unreadable(f"smaller than {SMALLEST_SIDE}×{SMALLEST_SIDE} pixels")
    return Brought(name, frames, durations, int(picture.info.get("loop", 0)))


def _pixels(picture: Image.Image) -> np.ndarray:
    pixels = np.asarray(picture)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def write(brought: Brought, frames: list[np.ndarray], path: Path) -> None:
    """Write frames in the place of those that were brought; the ending says how."""
    pictures = [picture_of(frame) for frame in frames]
    options = {}
    if len(pictures) > 1:
        options = {"save_all": True, "append_images": pictures[1:], "loop": brought.loop}
        options["duration"] = brought.durations
    if path.suffix.lower() in (".jpg", ".jpeg"):
        options["quality"] = 95
    with whole(path) as aside:
        pictures[0].save(aside, **options)


def write_to_standard_output(frames: list[np.ndarray]) -> None:
    """Write the first frame as PNG."""
    picture_of(frames[0]).save(sys.stdout.buffer, "PNG")
    sys.stdout.buffer.flush()


def picture_of(frame: np.ndarray) -> Image.Image:
    """A picture, uint8 H×W×C, C 1 or 3, as Pillow has it."""
    return Image.fromarray(frame[..., 0] if frame.shape[-1] == 1 else frame)
