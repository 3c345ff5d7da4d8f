"""Pictures that a user brings, and what is written in their place."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageSequence

from data.errors import Refused
from data.files import atomic_write
from data.listing import picture_files, printable
from data.pictures import Unreadable, decode, plain, read_header

#: Says that pictures come from standard input, or go to standard output.
STANDARD = "-"
#: Endings under which pictures can be written; others become .png.
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
#: Endings under which moving pictures can be written.
MOVING_ENDINGS = (".gif", ".webp", ".png")
_MOVING = ("GIF", "WEBP", "PNG")
# Of all frames together, which are held at once.
_MOST_PIXELS = 500_000_000


@dataclass(frozen=True)
class Brought:
    """A picture, or the frames of a moving one."""

    #: Relative to the folder that was named, and ending as it is to be written.
    name: str
    #: uint8 H×W×C each.
    frames: list[np.ndarray]
    #: How long each frame is shown, in milliseconds, and how often all (0: for ever, None:
    #: once).
    durations: list[int]
    loop: int | None = None
    #: What is to be said of it, in words.
    remark: str = ""


def bring(place: str, channels: int, but: Path | None = None) -> Iterator[Brought | str]:
    """The pictures of a file, a folder or standard input, in the order of their names.

    Args:
        place: A path, or "-".
        channels: 1 for grey, 3 for RGB: what they are made to be.
        but: A folder below the one that is named, whose pictures are passed over.

    Yields:
        A picture; or, of a folder, why one of its files cannot be used, in words.

    Raises:
        Refused: there is no picture, or the only one cannot be read.
    """
    if place == STANDARD:
        with TemporaryDirectory() as folder:
            # As a file, for which the same rules hold.
            path = Path(folder) / "standard-input"
            path.write_bytes(sys.stdin.buffer.read())
            try:
                yield _read(path, path.name, channels)
            except Unreadable as reason:
                raise Refused(f"standard input: {reason}") from None
        return
    path = Path(place).expanduser()
    if path.is_file():
        try:
            yield _read(path, path.name, channels)
        except Unreadable as reason:
            raise Refused(f"--input {printable(str(path))}: {reason}") from None
        return
    if not path.is_dir():
        raise Refused(f"--input {printable(place)}: no such file or folder")
    names, _ = picture_files(path)
    if but is not None and but.resolve() != path.resolve():
        names = [name for name in names if but.resolve() not in (path / name).resolve().parents]
    if not names:
        raise Refused(f"--input {printable(place)}: a folder without pictures")
    for name in names:
        try:
            yield _read(path / name, name, channels)
        except Unreadable as reason:
            yield f"{printable(name)}: {reason}"


def _read(path: Path, name: str, channels: int) -> Brought:
    read_header(path)
    remark = ""
    try:
        with Image.open(path) as picture:
            # Whatever a decoder makes of a damaged file, it is this one file's fault.
            count, kind = getattr(picture, "n_frames", 1), picture.format
            if count > 1 and kind in _MOVING:
                if Path(name).suffix.lower() not in MOVING_ENDINGS:
                    name = f"{name}.{kind.lower()}"
                return _frames(picture, name, channels, count)
    except Unreadable:
        raise
    except Exception as fault:
        raise Unreadable("its frames cannot be decoded") from fault
    if count > 1:
        remark = f"{printable(name)}: the first of its {count} pages"
    name = name if Path(name).suffix.lower() in ENDINGS else f"{name}.png"
    return Brought(name, [_pixels(decode(path, channels))], [0], remark=remark)


def _frames(picture: Image.Image, name: str, channels: int, count: int) -> Brought:
    width, height = picture.size
    if count * width * height > _MOST_PIXELS:
        raise Unreadable(
            f"{count} frames of {width}×{height} pixels; at most {_MOST_PIXELS // 1_000_000} "
            "million pixels are read"
        )
    frames, durations = [], []
    for frame in ImageSequence.Iterator(picture):
        if frame.size != (width, height):
            raise Unreadable("its frames differ in size")
        # First: some decoders know how long a frame is shown once it is decoded.
        pixels = frame.copy()
        durations.append(int(frame.info.get("duration", 0)))
        frames.append(_pixels(plain(pixels, channels)))
    loop = picture.info.get("loop")
    return Brought(name, frames, durations, None if loop is None else int(loop))


def _pixels(picture: Image.Image) -> np.ndarray:
    pixels = np.asarray(picture)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def write(brought: Brought, frames: list[np.ndarray], path: Path) -> None:
    """Write frames in the place of those that were brought; the ending says how."""
    options = {"quality": 95} if path.suffix.lower() in (".jpg", ".jpeg") else {}
    with atomic_write(path) as tmp:
        _save(brought, frames, tmp, **options)


def write_to_standard_output(brought: Brought, frames: list[np.ndarray]) -> None:
    """Write a picture as PNG, a moving one as it came."""
    kind = Path(brought.name).suffix[1:].upper() if len(frames) > 1 else "PNG"
    content = io.BytesIO()
    _save(brought, frames, content, format=kind)
    sys.stdout.buffer.write(content.getvalue())
    sys.stdout.buffer.flush()


def _save(brought: Brought, frames: list[np.ndarray], file, **options) -> None:
    first, *others = [picture_of(frame) for frame in frames]
    if others:
        options |= {"save_all": True, "append_images": others, "duration": brought.durations}
        if brought.loop is not None:
            options["loop"] = brought.loop
    first.save(file, **options)


def picture_of(frame: np.ndarray) -> Image.Image:
    """A picture, uint8 H×W×C, C 1 or 3, as Pillow has it."""
    return Image.fromarray(frame[..., 0] if frame.shape[-1] == 1 else frame)
