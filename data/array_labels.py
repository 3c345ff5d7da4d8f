"""Labels in files of arrays: numbers, words or texts in any encoding, as whole numbers."""

from __future__ import annotations

import numpy as np

from data.errors import Refused
from data.listing import printable
from data.splits import MOST_CLASSES

#: Under this name stand the words of labels that are words.
WORDS = "words of the labels"


def numbered(name: str, arrays: dict, labels: frozenset[str]) -> dict:
    """Replace labels by whole numbers, int32; of those that are words, the words are added.

    Args:
        name: What the file is called.
        arrays: All arrays of it, by their names; None in place of one that was not read.
        labels: Those of the names that stand for labels.

    Raises:
        Refused: labels that are neither whole numbers nor words.
    """
    known = {key: arrays[key] for key in sorted(labels & arrays.keys())}
    known = {key: values for key, values in known.items() if values is not None}
    for key, values in known.items():
        if values.ndim > 2:
            raise Refused(
                f"{name}: '{key}' has the shape {values.shape}; legal is one label a sample"
            )
    known = {key: decoded(values) for key, values in known.items()}
    worded = {key: values for key, values in known.items() if values.dtype.kind == "U"}
    whole = {k: _whole(f"{name}: '{k}'", v) for k, v in known.items() if k not in worded}
    if not worded:
        return arrays | whole
    words, numbers = np.unique(
        np.concatenate([values.ravel() for values in worded.values()]), return_inverse=True
    )
    ends = np.cumsum([values.size for values in worded.values()])[:-1]
    parts = np.split(numbers.astype(np.int32), ends)
    known = tuple(printable(word) for word in words) if len(words) <= MOST_CLASSES else ()
    return arrays | whole | dict(zip(worded, parts, strict=True)) | {WORDS: known}


def words_of_numbers(labels: list[np.ndarray]) -> tuple[str, ...] | None:
    """Return the words of labels that are few and numbered from 0: their numbers.

    Args:
        labels: Those of each split.
    """
    together = np.concatenate([part.astype(np.int64).ravel() for part in labels])
    if not together.size or together.min() < 0 or together.max() >= MOST_CLASSES:
        return None
    return tuple(str(number) for number in range(int(together.max()) + 1))


def decoded(values: np.ndarray) -> np.ndarray:
    """Decode texts of bytes; other arrays are returned as they are."""
    if values.dtype.kind != "S":
        return values
    try:
        return np.char.decode(values, "utf-8")
    except UnicodeDecodeError:
        # Nothing says which encoding it is: in this one every byte is a character.
        return np.char.decode(values, "latin-1")


def _whole(name: str, values: np.ndarray) -> np.ndarray:
    """Labels as int32, or int64 where they are larger."""
    if values.dtype.kind not in "uibf":
        raise Refused(f"{name} is {values.dtype}; legal are whole numbers or words")
    if values.dtype.kind == "f":
        exact = values.astype(np.float64)
        odd = values[~(np.abs(exact) < 2**53) | (exact != np.rint(exact))]
        if odd.size:
            raise Refused(f"{name} holds {odd.flat[0]:g}; legal are whole numbers or words")
    numbers = values.astype(np.int64)
    small = numbers.astype(np.int32)
    return small if (small == numbers).all() else numbers
