"""Nearest neighbours by codes, and the index of a set of pictures that a run keeps."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from common.commands.made import writing
from data import npz
from data.errors import Refused
from data.files import atomic_write
from data.plurals import number_of
from data.progress import counted

#: Pictures, uint8 N×H×W×C -> their codes, N×L.
Encode = Callable[[np.ndarray], np.ndarray]
# Pictures that are encoded at once.
_PART = 512


def nearest(codes: np.ndarray, asked: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Find each code's nearest neighbours, by Euclidean distance.

    All are compared: of some dozen numbers a tree is no faster, and it would have to be built
    anew for each question.

    Args:
        codes: Those among which they are looked for, M×L.
        asked: N×L.
        count: How many; fewer where there are fewer.

    Returns:
        Their places among `codes` and their distances, the nearest first, N×count each.
    """
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=min(count, len(codes)), algorithm="brute").fit(codes)
    distances, places = index.kneighbors(asked)
    return places, distances


@dataclass(frozen=True)
class Index:
    """Codes of a set of pictures, by the pictures' names."""

    names: np.ndarray
    #: float32 N×L.
    codes: np.ndarray
    #: What changes with each picture, int64 N×2.
    stamps: np.ndarray
    #: Digest of the encoder that made the codes: those of another one cannot be compared.
    encoder: str

    @classmethod
    def read(cls, file: Path, encoder: str) -> Index | None:
        """Read an index; None where there is none of this encoder.

        One that is damaged, or another encoder's, is told and made anew.
        """
        if not file.is_file():
            return None
        try:
            with npz.noticing_damage():
                found = npz.read(file)
                index = cls(found["names"], found["codes"], found["stamps"], str(found["encoder"]))
        except npz.Damaged:
            print(f"note: {file} is damaged; it is made anew", file=sys.stderr)
            return None
        if index.encoder != encoder:
            print(f"note: {file} is of another encoder; it is made anew", file=sys.stderr)
            return None
        return index

    def write(self, file: Path) -> None:
        """Write the index, complete or not at all.

        Raises:
            EnvironmentFailure: it cannot be written.
        """
        with writing(file), atomic_write(file) as tmp:
            npz.write(tmp, {**vars(self), "encoder": np.array(self.encoder)})


def index_of(gallery, file: Path, encoder: str, encode: Encode) -> Index:
    """Return the index of a set of pictures, with what has changed encoded anew.

    Args:
        gallery: Has `stamps` by name, and reads `pictures` of some names.
        file: Where the index is kept.
        encoder: Digest of the encoder.
        encode: Pictures, uint8 N×H×W×C -> their codes, N×L.

    Raises:
        Refused: no picture can be used.
        EnvironmentFailure: it cannot be written.
    """
    kept = Index.read(file, encoder)
    known = {}
    if kept is not None:
        rows = zip(kept.names.tolist(), kept.stamps.tolist(), kept.codes, strict=True)
        known = {name: code for name, s, code in rows if gallery.stamps.get(name) == tuple(s)}
    new = [name for name in gallery.stamps if name not in known]
    done = 0
    with counted("encoding", len(new)) as progress:
        for part in batched(gallery.pictures(new), _PART):
            codes = encode(np.stack([pixels for _, pixels in part]))
            known |= dict(zip((name for name, _ in part), codes, strict=True))
            done += len(part)
            progress(done)
    # A file that cannot be read is looked at again each time, and changes nothing.
    if kept is not None and not done and len(known) == len(kept.names):
        return kept
    if not known:
        raise Refused("--in: none of its pictures can be used")
    names = [name for name in gallery.stamps if name in known]
    index = Index(
        np.array(names),
        np.stack([known[name] for name in names]).astype(np.float32),
        np.array([gallery.stamps[name] for name in names], np.int64),
        encoder,
    )
    index.write(file)
    gone = 0 if kept is None else len(set(kept.names.tolist()) - set(gallery.stamps))
    words = f", {gone} gone" if gone else ""
    print(f"index: {number_of(len(names), 'pictures')}, {done} of them new{words}")
    return index


def batched(rows: Iterable, size: int) -> Iterator[list]:
    """Yield lists of up to `size` rows."""
    rows = iter(rows)
    while part := list(islice(rows, size)):
        yield part
