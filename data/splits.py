"""Division of a data set into training, validation and test samples."""

from __future__ import annotations

import hashlib

import numpy as np

from data.errors import Refused

SPLITS = ("train", "validation", "test")
#: More different labels than these are no classes.
MOST_CLASSES = 1000
# Fewer samples are all for training.
_ENOUGH = 100


def balanced(labels: np.ndarray) -> bool:
    """Whether classes, numbered from 0, are about equally frequent.

    Classes of very different size are none that a generator should make equally often.
    """
    frequent = np.bincount(labels.ravel())
    return bool(max(frequent) < 1.5 * min(frequent))


def split_of(name: str) -> str:
    """Return a split's name; refuses any other."""
    if name not in SPLITS:
        raise Refused(f"split '{name}': legal are {', '.join(SPLITS)}")
    return name


def hold_out(total: int, split: str) -> np.ndarray:
    """Indices of the samples of a split, in a set without splits of its own.

    Every tenth picture is for testing and the one before it for validation, in the order
    of the set. Below 100 pictures nothing is held out: a handful is all for training.
    """
    split_of(split)
    index = np.arange(total)
    if total < _ENOUGH:
        return index if split == "train" else index[:0]
    part = {"train": index % 10 < 8, "validation": index % 10 == 8, "test": index % 10 == 9}
    return index[part[split]]


def divided_by(values: np.ndarray, split: str) -> np.ndarray:
    """Indices of the samples of a split, where each value of a factor lies in one split alone.

    About a tenth of the values, and at least one, are for testing, as many for validation.
    Which ones depends on the values alone, and not on their order or on how frequent they are.

    Args:
        values: One number a sample: an identity, a class.

    Raises:
        Refused: fewer than three different values.
    """
    different = sorted(np.unique(values).tolist(), key=_scattered)
    if len(different) < 3:
        raise Refused(f"{len(different)} different values; legal for three splits are 3 or more")
    tenth = max(1, round(len(different) / 10))
    bounds = {"test": (0, tenth), "validation": (tenth, 2 * tenth), "train": (2 * tenth, None)}
    first, end = bounds[split_of(split)]
    return np.flatnonzero(np.isin(values, different[first:end]))


def _scattered(value: int) -> bytes:
    # Neighbouring numbers often belong together (one alphabet, one camera): not every tenth.
    return hashlib.sha256(str(value).encode()).digest()


def divided(splits: np.ndarray, split: str) -> np.ndarray:
    """Indices of the samples of a split, in a set that may have splits of its own.

    Where it brings training and one other, the other is for testing, whatever it is called,
    and validation is every tenth of the training pictures; where none, `hold_out` decides.

    Args:
        splits: The split that each picture was found in; "" where in none.
    """
    brought = {str(name) for name in splits} - {""}
    if not brought:
        return hold_out(len(splits), split)
    if {"validation", "test"} <= brought or "train" not in brought:
        return np.flatnonzero(splits == split_of(split))
    training = np.flatnonzero(splits == "train")
    if brought == {"train"}:
        return training[hold_out(len(training), split)]
    if split == "test":
        return np.flatnonzero(splits != "train")
    held = np.zeros(len(training), bool)
    if len(training) >= _ENOUGH:
        held[8::10] = True
    return training[held == (split_of(split) == "validation")]
