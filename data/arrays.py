"""Pictures in an .npz file, under the names that such files commonly use."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from data.errors import Refused
from data.files import DAMAGED
from data.imageset import ImageSet, Source, hold_out, split_of
from data.resize import to_square

_TRAIN = ("x_train", "train_images", "images", "x", "X", "arr_0")
_TEST = ("x_test", "test_images")
_LABELS = {"x_train": "y_train", "x_test": "y_test", "train_images": "train_labels"}
_LABELS |= {"test_images": "test_labels", "images": "labels", "x": "y", "X": "y"}
# More than these are no classes.
_MOST_CLASSES = 1000


class ArraySource(Source):
    """uint8 pictures N×H×W or N×H×W×C (C 1 or 3), held as arrays.

    Where there are test pictures (`x_test`), they are the test split, and every tenth of
    the others is for validation; else `hold_out` splits.
    """

    def __init__(self, name: str, arrays: dict[str, np.ndarray]):
        self.name = name
        self._arrays = arrays
        self._train = next((key for key in _TRAIN if key in arrays), None)
        self._test = next((key for key in _TEST if key in arrays), None)
        if self._train is None:
            found = ", ".join(sorted(arrays)) or "nothing"
            raise Refused(f"{name} holds {found}: none of {', '.join(_TRAIN)}")
        images = arrays[self._train]
        for key in filter(None, (self._train, self._test)):
            self._check(key, images)
        self.channels = 1 if images.ndim == 3 else images.shape[-1]
        self.count = len(images)
        self.sizes = ((images.shape[1], images.shape[2]),) * 2
        self.factors = _words_for(arrays.get(_LABELS.get(self._train, "")))
        # Classes of very different size are none that a generator should make equally often.
        frequent = np.bincount(arrays[_LABELS[self._train]].ravel()) if self.factors else [1]
        self.modes = tuple(self.factors) if max(frequent) < 1.5 * min(frequent) else ()

    def _check(self, key: str, first: np.ndarray) -> None:
        images = self._arrays[key]
        if not (images.ndim == 3 or (images.ndim == 4 and images.shape[-1] in (1, 3))):
            raise Refused(
                f"{self.name}: '{key}' has the shape {images.shape}; "
                "legal are (N, H, W) and (N, H, W, 1 or 3)"
            )
        if images.dtype != np.uint8:
            raise Refused(f"{self.name}: '{key}' is {images.dtype}; legal is uint8, 0 to 255")
        if images.size == 0:
            raise Refused(f"{self.name}: '{key}' is empty")
        if images.ndim != first.ndim or images.shape[3:] != first.shape[3:]:
            raise Refused(f"{self.name}: '{key}' and '{self._train}' differ in their channels")
        labels = self._arrays.get(_LABELS.get(key, ""))
        if labels is not None and labels.size != len(images):
            raise Refused(
                f"{self.name}: {labels.size} labels for the {len(images)} pictures of '{key}'"
            )

    def load(self, split, size, count, seed):
        """As `Source.load`; `count` and `seed` change nothing."""
        split_of(split)
        if self._test is None:
            key, part = self._train, hold_out(self.count, split)
        elif split == "test":
            key, part = self._test, slice(None)
        else:
            index = np.arange(self.count)
            key, part = self._train, index[(index % 10 == 9) == (split == "validation")]
        images = self._arrays[key][part]
        if images.ndim == 3:
            images = images[..., None]
        labels = self._arrays.get(_LABELS.get(key, ""))
        factors = {} if labels is None else {"label": labels[part].reshape(len(images))}
        return ImageSet(to_square(images, size), factors)


def _words_for(labels: np.ndarray | None) -> dict[str, tuple[str, ...]]:
    """What labels can be said to be, where they are few and numbered from 0: their numbers."""
    if labels is None or labels.dtype.kind not in "ui" or not labels.size:
        return {}
    classes = int(labels.max()) + 1
    if labels.min() < 0 or classes > _MOST_CLASSES:
        return {}
    return {"label": tuple(str(number) for number in range(classes))}


def open_npz(path: Path) -> ArraySource:
    """Read an .npz file.

    Raises:
        Refused: it is no such file, holds pickled objects, or none of the known names.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            wanted = {*_TRAIN, *_TEST, *_LABELS.values()} & set(file.files)
            if not wanted & set(_TRAIN):
                # Nothing to read: let the source say so, with the names that there are.
                return ArraySource(path.name, dict.fromkeys(file.files))
            return ArraySource(path.name, {key: file[key] for key in wanted})
    except Refused:
        raise
    except DAMAGED as fault:
        if "allow_pickle" in str(fault) and zipfile.is_zipfile(path):
            raise Refused(
                f"{path} holds Python objects; only plain arrays are read, never pickles"
            ) from fault
        raise Refused(f"{path} cannot be read as .npz") from fault
