"""Reading a user's pictures, still and moving, and writing their translations."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageSequence

from common.translation.chosen import WHOLE, Choice
from data.errors import Refused
from data.files import atomic_write, resolved
from data.layouts import Part
from data.levels import Levels
from data.listing import picture_files, printable
from data.own import MARKED, marking, without_own
from data.pictures import Unreadable, decode, plain, read_header

#: Stands for standard input and standard output.
STANDARD = "-"
#: Endings under which pictures can be written.
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
#: Endings under which moving pictures can be written.
MOVING_ENDINGS = (".gif", ".webp", ".png")
_MOVING = ("GIF", "WEBP", "PNG")
# In a folder, other endings become .png: these formats hold the mark by which a translation is
# known again.
_KEPT = tuple(e for e in ENDINGS if Image.registered_extensions()[e] in MARKED)
# Pixels of all frames together, which are in memory at once.
_MOST_PIXELS = 500_000_000


def keeps_its_name(path: Path) -> bool:
    """Return whether the translation of a folder's picture is called as the picture is."""
    return path.suffix.lower() in _KEPT


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
    #: The file that it was read from; None: standard input.
    source: Path | None = None


@dataclass
class Inputs:
    """Pictures to be translated, read one after the other.

    Iterating yields each picture; or, of a folder, why one of its files cannot be used, in words.
    """

    #: The file, the folder, or "-".
    place: str
    channels: int
    #: What is read: files below the folder, or halves of them.
    parts: list[Part] = field(default_factory=list)
    #: Files that are not usable -> why, in words.
    unusable: dict[str, str] = field(default_factory=dict)
    #: Notes for the user.
    notes: tuple[str, ...] = ()
    #: The values that become 0 and 255; None: the pictures have 8 bits.
    levels: Levels | None = None
    #: The flag that names the place.
    flag: str = "--input"
    #: Which side of a pair is read, of standard input, which is not known before it is read.
    choice: Choice = WHOLE

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def path(self) -> Path:
        """The place as a path."""
        return Path(self.place).expanduser()

    @property
    def files(self) -> list[Path]:
        """The files that are read."""
        if self.place == STANDARD:
            return []
        if self.path.is_file():
            return [self.path]
        return [self.path / part.file for part in self.parts]

    def __iter__(self) -> Iterator[InputImage | str]:
        for name, why in self.unusable.items():
            yield f"{printable(name)}: {why}"
        for part in self.parts:
            try:
                yield self._read(part)
            except Unreadable as reason:
                if self.place == STANDARD:
                    raise Refused(f"standard input: {reason}") from None
                if self.path.is_file():
                    raise Refused(f"{self.flag} {printable(str(self.path))}: {reason}") from None
                yield f"{printable(part.file)}: {reason}"

    def _read(self, part: Part) -> InputImage:
        if self.place == STANDARD:
            with TemporaryDirectory() as folder:
                # As a file, so that the same rules hold.
                path = Path(folder) / "standard-input"
                path.write_bytes(sys.stdin.buffer.read())
                half = self.choice.half_of(path)
                if half:
                    print(f"note: {_half_note(half)}", file=sys.stderr)
                return replace(self._decoded(path, replace(part, half=half)), source=None)
        file = self.path if self.path.is_file() else self.path / part.file
        return self._decoded(file, part)

    def _decoded(self, path: Path, part: Part) -> InputImage:
        return _read(path, part, self.channels, self.levels)


def read_inputs(
    place: str,
    channels: int,
    choice: Choice = WHOLE,
    excluded: Path | None = None,
    levels: Levels | None = None,
    flag: str = "--input",
) -> Inputs:
    """Find the pictures of a file, a folder or standard input, in the order of their names.

    Args:
        place: A path, or "-".
        channels: 1 for grey, 3 for RGB; others are converted.
        choice: Which side of pairs is read.
        excluded: A folder; what lies in it is skipped where it is below the place.
        levels: The values that become 0 and 255, as in the run's training; None: its pictures
            had 8 bits.
        flag: The flag that names the place.

    Raises:
        Refused: there is no picture; or, later, the only one cannot be read.
    """
    if place == STANDARD:
        parts = [Part("standard-input")]
        return Inputs(place, channels, parts, levels=levels, flag=flag, choice=choice)
    path = Path(place).expanduser()
    if path.is_file():
        return _one_file(place, channels, choice, levels, flag)
    if not path.is_dir():
        raise Refused(f"{flag} {printable(place)}: no such file or folder")
    names, notes = without_own(path, picture_files(path).files)
    if excluded is not None and resolved(path) in resolved(excluded).parents:
        folder = resolved(excluded)
        names = [name for name in names if folder not in resolved(path / name).parents]
    if not names:
        raise Refused(f"{flag} {printable(place)}: a folder without pictures")
    chosen = choice.of_folder(path, names)
    notes += chosen.notes
    return Inputs(place, channels, chosen.parts, chosen.unusable, notes, levels, flag)


def _one_file(
    place: str, channels: int, choice: Choice, levels: Levels | None, flag: str
) -> Inputs:
    path = Path(place).expanduser()
    half = choice.half_of(path)
    parts, notes = [Part(path.name, half)], (_half_note(half),) * bool(half)
    return Inputs(place, channels, parts, {}, notes, levels, flag)


def _half_note(half: str) -> str:
    return (
        f"the {half} half is translated, as that side was learned from (--layout pictures takes "
        "the picture whole)"
    )


def _read(path: Path, part: Part, channels: int, levels: Levels | None) -> InputImage:
    read_header(path)
    name, remark = part.file, ""
    try:
        with Image.open(path) as picture:
            # Whatever a decoder makes of a damaged file, it is this one file's fault.
            count, kind = getattr(picture, "n_frames", 1), picture.format
            if count > 1 and kind in _MOVING:
                if Path(name).suffix.lower() not in MOVING_ENDINGS:
                    name = f"{name}.{kind.lower()}"
                return _frames(picture, path, replace(part, file=name), channels, count, levels)
    except Unreadable:
        raise
    except Exception as fault:
        raise Unreadable("its frames cannot be decoded") from fault
    if count > 1:
        remark = f"{printable(name)}: the first of its {count} pages"
    name = name if keeps_its_name(Path(name)) else f"{name}.png"
    pixels = _pixels(decode(path, channels, levels=levels), part.half)
    return InputImage(name, [pixels], [0], remark=remark, source=path)


def _frames(
    picture: Image.Image,
    path: Path,
    part: Part,
    channels: int,
    count: int,
    levels: Levels | None,
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
        frames.append(_pixels(plain(pixels, channels, levels), part.half))
    loop = picture.info.get("loop")
    loop = None if loop is None else int(loop)
    return InputImage(part.file, frames, durations, loop, source=path)


def _pixels(picture: Image.Image, half: str) -> np.ndarray:
    pixels = np.asarray(picture)
    middle = pixels.shape[1] // 2
    if half:
        pixels = pixels[:, :middle] if half == "left" else pixels[:, middle:]
    return pixels[..., None] if pixels.ndim == 2 else pixels


def write(image: InputImage, frames: list[np.ndarray], path: Path, words: str = "") -> None:
    """Write the translation of a picture's frames; the ending decides the format.

    Args:
        image: The picture that was read, for the durations of its frames.
        frames: uint8 H×W×C each.
        words: How it was made, for the file to say.

    Raises:
        ValueError: the format cannot hold them.
        OSError: the disk does not take them.
    """
    options = {"quality": 95} if path.suffix.lower() in (".jpg", ".jpeg") else {}
    with atomic_write(path) as tmp:
        _save(image, frames, tmp, **options, **marking(path.suffix, words))


def write_to_standard_output(image: InputImage, frames: list[np.ndarray], words: str = "") -> None:
    """Write a translation as PNG; a moving one in the format that was read; see `write`."""
    kind = Path(image.name).suffix[1:].upper() if len(frames) > 1 else "PNG"
    content = io.BytesIO()
    _save(image, frames, content, format=kind, **marking(kind, words))
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
