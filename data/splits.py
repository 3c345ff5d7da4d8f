"""Division of a data set into training, validation and test samples."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from data.errors import Refused
from data.reading import Splitting

SPLITS = ("train", "validation", "test")
#: More different labels than these are no classes.
MOST_CLASSES = 1000
# Fewer samples are all for training.
_ENOUGH = 100
# A class of fewer has none for validation or testing but by chance.
_FEW = 5


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


def hold_out(
    total: int,
    split: str,
    names: Sequence[str] | None = None,
    classes: np.ndarray | None = None,
    way: Splitting = "hash",
) -> np.ndarray:
    """Indices of the samples of a split, in a set without splits of its own.

    About a tenth is for testing, and as many are for validation: chosen by a hash of each one's
    name, so that the others stay where they are when some are added. A class of 5 or more has
    at least one for each; of any class at least half are for training. Below 100 samples
    nothing is held out: a handful is all for training.

    Args:
        names: A name a sample; None: its number.
        classes: A class a sample; None: all are of one.
        way: How they are chosen; "place" is how it was done once: every tenth for testing,
            the one before it for validation.
    """
    split_of(split)
    index = np.arange(total)
    if total < _ENOUGH:
        return index if split == "train" else index[:0]
    if way == "place":
        part = {"train": index % 10 < 8, "validation": index % 10 == 8, "test": index % 10 == 9}
        return index[part[split]]
    return np.flatnonzero(_parts_by_hash(total, names, classes) == SPLITS.index(split))


def _parts_by_hash(total: int, names: Sequence[str] | None, classes) -> np.ndarray:
    """The number in `SPLITS` of each sample's split."""
    scattered = np.array([_share(name) for name in (range(total) if names is None else names)])
    parts = np.zeros(total, np.int8)
    numbers = np.zeros(total, int)
    if classes is not None:
        numbers = np.unique(classes, return_inverse=True)[1].ravel()
    # One class after the other, and in each the smallest hashes first.
    order = np.lexsort((scattered, numbers))
    for members in np.split(order, np.cumsum(np.bincount(numbers))[:-1]):
        count, low = len(members), scattered[members]
        least, most = int(count >= _FEW), count // 2
        tests = min(max(least, int((low < 0.1).sum())), most - least)
        held = min(max(least, int(((low >= 0.1) & (low < 0.2)).sum())), most - tests)
        parts[members[:tests]] = SPLITS.index("test")
        parts[members[tests : tests + held]] = SPLITS.index("validation")
    return parts


def _share(name: str | int) -> float:
    """A number from 0 to 1 that depends on a name alone, and says nothing of it."""
    digest = hashlib.sha256(str(name).encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


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


def divided(
    splits: np.ndarray,
    split: str,
    names: Sequence[str] | None = None,
    classes: np.ndarray | None = None,
    way: Splitting = "hash",
) -> np.ndarray:
    """Indices of the samples of a split, in a set that may have splits of its own.

    Where it brings training and one other, the other is for testing, whatever it is called,
    and validation is about a tenth of the training samples; where none, `hold_out` decides.

    Args:
        splits: The split that each sample was found in; "" where in none.
        names, classes, way: As for `hold_out`.
    """
    brought = {str(name) for name in splits} - {""}
    if not brought:
        return hold_out(len(splits), split, names, classes, way)
    if {"validation", "test"} <= brought or "train" not in brought:
        return np.flatnonzero(splits == split_of(split))
    training = np.flatnonzero(splits == "train")
    if names is not None:
        names = [names[i] for i in training]
    classes = None if classes is None else classes[training]
    if brought == {"train"}:
        return training[hold_out(len(training), split, names, classes, way)]
    if split == "test":
        return np.flatnonzero(splits != "train")
    return training[validated(len(training), split, names, classes, way)]


def validated(
    total: int,
    split: str,
    names: Sequence[str] | None = None,
    classes: np.ndarray | None = None,
    way: Splitting = "hash",
) -> np.ndarray:
    """Indices of the samples for training or for validation, of those that are not for testing.

    Args:
        split: "train" or "validation".
        names, classes, way: As for `hold_out`.
    """
    held = np.zeros(total, bool)
    if way == "place":
        held[8::10] = total >= _ENOUGH
    else:
        held[hold_out(total, "validation", names, classes)] = True
    return np.flatnonzero(held == (split_of(split) == "validation"))
