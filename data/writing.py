"""Export of a set of pictures: cleaned, resized, in a folder for each split."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from data import duplicates
from data.errors import EnvironmentFailure, Refused
from data.files import ASIDE
from data.layouts import means_something
from data.progress import counted
from data.samples import SampleSet
from data.source import Source
from data.splits import SPLITS


def write(source: Source, folder: Path, size: int) -> list[str]:
    """Write a set into a new folder, atomically.

    Pictures become PNG files of one size, numbered, in train/, validation/ and test/; below
    that in a folder for each label, in A/ and B/ for the halves of pairs, and in trainA/ and
    the like for two domains. What cannot be read is not written, nor what is there twice:
    of two equal pictures in two splits the one for testing stays.

    Returns:
        Lines that report what was written.

    Raises:
        Refused: there is something at `folder`; the set is endless, or holds no pictures.
        EnvironmentFailure: the disk failed.
    """
    if os.path.lexists(folder):
        raise Refused(f"--write {folder}: there is something already")
    parts = source.domains or {"": source}
    if source.count is None or source.kind not in ("pictures", "pairs", "domains"):
        raise Refused(f"--write {folder}: legal are sets of pictures that end, not {source.name}")
    lines = []
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        tmp = Path(tempfile.mkdtemp(dir=folder.parent, prefix=ASIDE))
        try:
            for number, part in enumerate(parts.values()):
                side = "AB"[number] if source.domains else ""
                lines += _write_part(part, tmp, side, size)
            tmp.chmod(0o755)
            os.replace(tmp, folder)
        finally:
            shutil.rmtree(tmp, ignore_errors=True)
    except OSError as fault:
        raise EnvironmentFailure(
            f"{folder} cannot be written: {fault.strerror or fault}"
        ) from fault
    return lines


def _write_part(source: Source, folder: Path, side: str, size: int) -> list[str]:
    sets = {split: source.load(split, size, 1, 0) for split in SPLITS}
    # Now: the words of some sets are known only once they are loaded.
    folders = _folders_of(source.factors.get("label") or ())
    lines = []
    for split, of in sets.items():
        kept = without_copies(split, sets)
        with counted(f"writing {source.name}, {split}", max(1, len(kept))) as progress:
            for number, index in enumerate(kept):
                _write_one(folder / (split + side), of, folders, index, number)
                progress(number + 1)
        left = len(of) - len(kept)
        lines.append(f"{split}{side}: {len(kept):,} written, {left:,} left out as copies")
    return lines


def without_copies(split: str, sets: dict[str, SampleSet]) -> np.ndarray:
    """Indices of a split's pictures without duplicates in it or in a later split."""
    pictures = sets[split]
    copies = {d.second for d in duplicates.within(pictures)}
    for other in SPLITS[SPLITS.index(split) + 1 :]:
        copies |= {d.second for d in duplicates.between(sets[other], pictures)}
    return np.array([i for i in range(len(pictures)) if i not in copies], int)


def _write_one(
    folder: Path, pictures: SampleSet, folders: list[str], index: int, number: int
) -> None:
    one = pictures.take(np.array([index]))
    halves = {"": one.samples}
    if one.inputs is not None:
        halves = {"A": one.inputs, "B": one.samples}
    elif "label" in one.factors and folders:
        halves = {folders[one.factors["label"][0]]: one.samples}
    for name, images in halves.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        (pixels,) = np.asarray(images)
        picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
        picture.save(place / f"{number:06}.png")


def _folders_of(words: tuple[str, ...]) -> list[str]:
    """A folder's name for each label's word; no two have the same."""
    names = []
    for word in words:
        name = _as_folder(word)
        while name in names:
            name += "_"
        names.append(name)
    return names


def _as_folder(word: str) -> str:
    """A folder's name for a label's word, that cannot be mistaken for a side or a split."""
    word = word.replace("/", "-").lstrip(".") or "-"
    return f"{word}_" if means_something(word) else word
