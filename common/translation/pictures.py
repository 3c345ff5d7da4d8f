"""Reading a user's pictures, still and moving, and writing their translations."""

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
from data.levels import Levels
from data.listing import picture_files, printable
from data.pictures import Unreadable, decode, plain, read_header

#: Stands for standard input and standard output.
STANDARD = "-"
#: Endings under which pictures can be written; others become .png.
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
#: Endings under which moving pictures can be written.
MOVING_ENDINGS = (".gif", ".webp", ".png")
_MOVING = ("GIF", "WEBP", "PNG")
# Pixels of all frames together, which are in memory at once.
_MOST_PIXELS = 500_000_000


@dataclass(frozen=True)
class InputImage:
    """Picture that was read, or the frames of a moving one."""

    #: Relative to the folder that was named, and ending as it is to be written.
    name: str
    #: uint8 H×W×C each.
    frames: list[np.ndarray]
    #: How long each frame is shown, in milliseconds, and how often all (0: for ever, None:
    #: once).
    durations: list[int]
    loop: int | None = None
    #: A remark for the user, in words.
    remark: str = ""


def read_inputs(
    place: str, channels: int, excluded: Path | None = None, levels: Levels | None = None
) -> Iterator[InputImage | str]:
    """Read the pictures of a file, a folder or standard input, in the order of their names.

    Args:
        place: A path, or "-".
        channels: 1 for grey, 3 for RGB; others are converted.
        excluded: A folder below the place, whose pictures are skipped.
        levels: The values that become 0 and 255, as in the run's training; None: its pictures
            had 8 bits.

    Yields:
        A picture; or, of a folder, why one of its files cannot be used, in words.

    Raises:
        Refused: there is no picture, or the only one cannot be read.
    """
    if place == STANDARD:
        with TemporaryDirectory() as folder:
            # As a file, so that the same rules hold.
            path = Path(folder) / "standard-input"
            path.write_bytes(sys.stdin.buffer.read())
            try:
                yield _read(path, path.name, channels, levels)
            except Unreadable as reason:
                raise Refused(f"standard input: {reason}") from None
        return
    path = Path(place).expanduser()
    if path.is_file():
        try:
            yield _read(path, path.name, channels, levels)
        except Unreadable as reason:
            raise Refused(f"--input {printable(str(path))}: {reason}") from None
        return
    if not path.is_dir():
        raise Refused(f"--input {printable(place)}: no such file or folder")
    names = picture_files(path).files
    if excluded is not None and excluded.resolve() != path.resolve():
        folder = excluded.resolve()
        names = [name for name in names if folder not in (path / name).resolve().parents]
    if not names:
        raise Refused(f"--input {printable(place)}: a folder without pictures")
    for name in names:
        try:
            yield _read(path / name, name, channels, levels)
        except Unreadable as reason:
            yield f"{printable(name)}: {reason}"


def _read(path: Path, name: str, channels: int, levels: Levels | None) -> InputImage:
    read_header(path)
    remark = ""
    try:
        with Image.open(path) as picture:
            # Whatever a decoder makes of a damaged file, it is this one file's fault.
            count, kind = getattr(picture, "n_frames", 1), picture.format
            if count > 1 and kind in _MOVING:
                if Path(name).suffix.lower() not in MOVING_ENDINGS:
                    name = f"{name}.{kind.lower()}"
                return _frames(picture, name, channels, count, levels)
    except Unreadable:
        raise
    except Exception as fault:
        raise Unreadable("its frames cannot be decoded") from fault
    if count > 1:
        remark = f"{printable(name)}: the first of its {count} pages"
    name = name if Path(name).suffix.lower() in ENDINGS else f"{name}.png"
    return InputImage(name, [_pixels(decode(path, channels, levels=levels))], [0], remark=remark)


def _frames(
    picture: Image.Image, name: str, channels: int, count: int, levels: Levels | None
) -> InputImage:
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
        frames.append(_pixels(plain(pixels, channels, levels)))
    loop = picture.info.get("loop")
    return InputImage(name, frames, durations, None if loop is None else int(loop))


def _pixels(picture: Image.Image) -> np.ndarray:
    pixels = np.asarray(picture)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def write(image: InputImage, frames: list[np.ndarray], path: Path) -> None:
    """Write the translation of a picture's frames; the ending decides the format.

    Args:
        image: The picture that was read, for the durations of its frames.
        frames: uint8 H×W×C each.

    Raises:
        ValueError: the format cannot hold them.
        OSError: the disk does not take them.
    """
    options = {"quality": 95} if path.suffix.lower() in (".jpg", ".jpeg") else {}
    with atomic_write(path) as tmp:
        _save(image, frames, tmp, **options)


def write_to_standard_output(image: InputImage, frames: list[np.ndarray]) -> None:
    """Write a translation as PNG; a moving one in the format that was read."""
    kind = Path(image.name).suffix[1:].upper() if len(frames) > 1 else "PNG"
    content = io.BytesIO()
    _save(image, frames, content, format=kind)
    sys.stdout.buffer.write(content.getvalue())
    sys.stdout.buffer.flush()


def _save(image: InputImage, frames: list[np.ndarray], file, **options) -> None:
    first, *others = [picture_of(frame) for frame in frames]
    if others:
        options |= {"save_all": True, "append_images": others, "duration": image.durations}
        if image.loop is not None:
            options["loop"] = image.loop
    first.save(file, **options)


def picture_of(frame: np.ndarray) -> Image.Image:
    """Convert pixels, uint8 H×W×C with C 1 or 3, to a Pillow image."""
    return Image.fromarray(frame[..., 0] if frame.shape[-1] == 1 else frame)
