"""Readers of Fashion-MNIST and CIFAR-10 in the formats of their authors.

Keras has the same sets, but unpickles one of them; here nothing is ever unpickled.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.errors import Refused
from data.files import DAMAGED

_IDX = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
#: The four files of Fashion-MNIST: name -> SHA-256, as TensorFlow Datasets has them.
FASHION = {
    f"{name}-ubyte.gz": sha256
    for name, sha256 in zip(
        _IDX,
        (
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
        strict=True,
    )
}
_NAMES = ("x_train", "y_train", "x_test", "y_test")
# A label and three planes of 32×32.
_CIFAR_ROW = 1 + 3 * 32 * 32


def read_fashion(folder: Path) -> dict[str, np.ndarray]:
    """Read Fashion-MNIST from its four files: uint8 pictures N×28×28 and labels.

    Raises:
        Refused: a file is damaged.
    """
    files = [folder / name for name in FASHION]
    return {name: _whole(file, read_idx) for name, file in zip(_NAMES, files, strict=True)}


def read_idx(file: Path) -> np.ndarray:
    """Read a gzipped array of bytes in LeCun's IDX format.

    It holds two zeros, 8, the number of axes, their lengths as big-endian words, the values.
    """
    with gzip.open(file, "rb") as opened:
        content = opened.read()
    if content[:3] != b"\0\0\x08":
        raise ValueError("no array of bytes")
    axes = content[3]
    shape = np.frombuffer(content, ">u4", axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def read_cifar(folder: Path) -> dict[str, np.ndarray]:
    """Read CIFAR-10 from its binary version: uint8 pictures N×32×32×3 and labels.

    Raises:
        Refused: a file is missing or damaged.
    """
    train = [_whole(_only(folder, f"data_batch_{n}.bin"), _cifar_rows) for n in range(1, 6)]
    test = _whole(_only(folder, "test_batch.bin"), _cifar_rows)
    arrays = [part for rows in (np.concatenate(train), test) for part in _cifar_parts(rows)]
    return dict(zip(_NAMES, arrays, strict=True))


def _only(folder: Path, name: str) -> Path:
    found = sorted(folder.rglob(name))
    if len(found) != 1:
        raise Refused(f"{folder} holds {len(found)} files {name}, not one: remove it")
    return found[0]


def _cifar_rows(file: Path) -> np.ndarray:
    return np.fromfile(file, np.uint8).reshape(-1, _CIFAR_ROW)


def _cifar_parts(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    images = rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), rows[:, 0]


def _whole(file: Path, read: Callable[[Path], np.ndarray]) -> np.ndarray:
    try:
        return read(file)
    except DAMAGED as fault:
        raise Refused(f"{file} is damaged: remove {file.parent}, and fetch it again") from fault
