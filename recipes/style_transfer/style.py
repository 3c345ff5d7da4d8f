"""Paintings: read from a file, drawn by a world, or many of them from a folder."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
from PIL import Image

import data
from data.errors import Refused
from data.listing import printable
from data.pictures import Unreadable, decode, read_header
from data.resize import fitted
from data.worlds import names as worlds

#: Paintings that AdaIN learns from, at most, and which of a world's is "the" painting.
MANY, _SEED = 500, 5


def is_world(spec: str) -> bool:
    """Return whether a style is named as a world's."""
    return spec.partition(":")[0] in worlds()


def check(spec: str, reach: int, many: bool = False) -> None:
    """Refuse a style that cannot be learned from.

    Args:
        spec: A picture file, a world, or, where `many`, a folder.
        reach: Pixels of its shorter side, at least.
        many: Whether several paintings are learned from.

    Raises:
        Refused: there is no such thing, or it is too small.
    """
    if is_world(spec):
        source = data.find(spec)
        if source.kind != "pictures":
            raise Refused(f"--style {printable(spec)} gives {source.kind}; legal are pictures")
        return
    path = Path(spec).expanduser()
    if path.is_dir():
        if not many:
            raise Refused(
                f"--style {printable(spec)} is a folder; legal is one picture (a folder is legal "
                "with --method adain)"
            )
        data.find(spec)
        return
    if not path.is_file():
        raise Refused(
            f"--style {printable(spec)}: no such file; legal are a picture, or a world as in "
            "paintings:strokes"
        )
    try:
        width, height = read_header(path).size
    except Unreadable as reason:
        raise Refused(f"--style {printable(spec)}: {reason}") from None
    if min(width, height) < reach:
        raise Refused(
            f"--style {printable(spec)} is {width}×{height}; the filters reach over {reach} "
            f"pixels, so legal is {reach}×{reach} or more"
        )


def painting(spec: str, size: int) -> np.ndarray:
    """Read or draw one painting: uint8 H×W×3, its longer side of `size` pixels or less.

    Transparent parts are laid over white; a grey painting has three equal channels.

    Raises:
        Refused: it cannot be read.
    """
    if is_world(spec):
        world = data.find(spec).world
        size = int(np.clip(size, world.smallest_size, world.largest_size))
        drawn = world.draw(np.arange(1), size, _SEED).samples[0]
        return np.repeat(drawn, 3, -1) if drawn.shape[-1] == 1 else drawn
    try:
        picture = decode(Path(spec).expanduser(), 3)
    except (Unreadable, OSError) as reason:
        raise Refused(f"--style {printable(spec)}: {reason}") from None
    return np.asarray(_at_most(picture, size))


def paintings(spec: str, size: int, split: str = "train") -> np.ndarray:
    """Read or draw many paintings, squares uint8 N×size×size×3.

    Args:
        split: Those of the training set, or of the test set, which may be empty.
    """
    path = Path(spec).expanduser()
    if path.is_file() and not is_world(spec):
        return np.asarray(fitted(Image.fromarray(painting(spec, 4 * size)), size))[None]
    found = data.find(spec).load(split, size, MANY, _SEED).samples
    return np.repeat(found, 3, -1) if found.shape[-1] == 1 else found


def drawn(styles: np.ndarray, rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """Draw paintings, and the strength with which they are followed: by name, `count` each."""
    chosen = rng.integers(0, len(styles), count)
    return {"style": styles[chosen], "strength": np.ones(count, np.float32)}


def digest(spec: str, size: int, many: bool = False) -> int:
    """Compute a checksum that tells one style from another."""
    found = paintings(spec, size) if many else painting(spec, size)
    return zlib.crc32(np.ascontiguousarray(found))


def crops(
    picture: np.ndarray, size: tuple[int, int], rng: np.random.Generator, count: int
) -> np.ndarray:
    """Cut parts out of a painting, half of them mirrored: uint8 count×H×W×3.

    A painting that is smaller than that is enlarged.
    """
    height, width = size
    scale = max(height / picture.shape[0], width / picture.shape[1])
    if scale > 1:
        large = [max(w, int(np.ceil(s * scale))) for w, s in zip(size, picture.shape, strict=False)]
        picture = np.asarray(Image.fromarray(picture).resize(large[::-1], Image.Resampling.BICUBIC))
    tops = rng.integers(0, picture.shape[0] - height + 1, count)
    lefts = rng.integers(0, picture.shape[1] - width + 1, count)
    flips = rng.integers(0, 2, count)
    return np.stack(
        [
            picture[t : t + height, left : left + width][:, :: -1 if flip else 1]
            for t, left, flip in zip(tops, lefts, flips, strict=True)
        ]
    )


def _at_most(picture: Image.Image, size: int) -> Image.Image:
    """A picture with its longer side reduced to `size`."""
    scale = size / max(picture.size)
    if scale >= 1:
        return picture
    small = [max(1, round(side * scale)) for side in picture.size]
    return picture.resize(small, Image.Resampling.LANCZOS)
