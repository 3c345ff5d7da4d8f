"""Files of VGG's weights: where they are looked for, and whether they are what they should be.

Nothing here imports TensorFlow, so another network's file is refused at once.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import h5py

from data.errors import Refused
from data.fetch import fetch
from data.files import DAMAGED
from data.homes import keras_home
from data.listing import printable

VGGName = Literal["vgg16", "vgg19"]

#: Convolutions of each of the five blocks, and their channels.
BLOCKS: dict[str, tuple[int, ...]] = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
WIDTHS = (64, 128, 256, 512, 512)

#: In place of a file: to fetch it.
DOWNLOAD = "download"
#: What Keras calls the weights without the top in its cache.
_FILE = "models/{name}_weights_tf_dim_ordering_tf_kernels_notop.h5"
_ADDRESS = (
    "https://storage.googleapis.com/tensorflow/keras-applications/{name}/"
    "{name}_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
#: MD5 of the published files, as Keras has it, and their sizes in MB.
_PUBLISHED = {
    "vgg16": ("6d6bbae143d832006294945121d1f1fc", 59),
    "vgg19": ("253f8cb515780f3b799900260a226db6", 80),
}


def shapes(name: VGGName) -> list[tuple[int, ...]]:
    """Return the shapes of a VGG's kernels, (3, 3, in, out) each, in order."""
    widths = [w for count, w in zip(BLOCKS[name], WIDTHS, strict=True) for _ in range(count)]
    return [(3, 3, before, after) for before, after in zip([3, *widths], widths, strict=False)]


def located(vgg: str | None, name: VGGName) -> Path | None:
    """Find a file of weights: the one named, or the one in Keras' cache.

    Args:
        vgg: A path; "download": it is fetched into Keras' cache; None: that cache is looked into.
        name: Which VGG.

    Returns:
        The file; None: there is none.

    Raises:
        Refused: there is no such file.
        EnvironmentFailure: it cannot be fetched, or is not what it should be.
    """
    cached = keras_home() / _FILE.format(name=name)
    if vgg is None:
        return cached if cached.is_file() else None
    if vgg == DOWNLOAD:
        md5, size = _PUBLISHED[name]
        if not cached.is_file():
            print(f"fetching the weights of {name.upper()}, {size} MB …", flush=True)
        return fetch(_ADDRESS.format(name=name), cached, md5=md5)
    file = Path(vgg).expanduser()
    if not file.is_file():
        raise Refused(
            f"--vgg {printable(vgg)}: no such file; legal are a file of {name.upper()}'s weights, "
            f"and download, which fetches it ({_PUBLISHED[name][1]} MB)"
        )
    return file


def check_file(file: Path, name: VGGName) -> None:
    """Refuse a file that does not hold a VGG's convolutions, by the shapes of its arrays."""
    found = [tuple(kernel.shape) for kernel, _ in _convolutions(file)]
    if found != shapes(name):
        other = next((n for n in BLOCKS if found == shapes(n)), "")
        told = f"it is {other.upper()}'s (--features {other})" if other else _told(found)
        raise Refused(
            f"--vgg {printable(str(file))} does not hold {name.upper()}'s weights: {told}"
        )


def read(file: Path, name: VGGName) -> list:
    """Read the convolutions of a checked file: (kernel, bias) of each, in order, float32.

    Raises:
        Refused: as `check_file`.
    """
    check_file(file, name)
    return _convolutions(file, values=True)


def _convolutions(file: Path, values: bool = False) -> list:
    """The kernels and biases in a file of either of Keras' layouts; without a classifier's."""
    found = {}

    def visit(path: str, node) -> None:
        if isinstance(node, h5py.Dataset) and node.ndim == 4:
            found[path] = node

    try:
        with h5py.File(file, "r") as opened:
            opened.visititems(visit)
            pairs = []
            for path in sorted(found, key=_place):
                bias = opened.get(_bias_of(path))
                if not isinstance(bias, h5py.Dataset) or bias.shape != found[path].shape[-1:]:
                    raise Refused(f"--vgg {printable(str(file))}: {path} has no bias beside it")
                both = found[path], bias
                pairs.append(tuple(part[...] for part in both) if values else both)
            return pairs if values else [(_Shape(k.shape), _Shape(b.shape)) for k, b in pairs]
    except DAMAGED as fault:
        words = f"--vgg {printable(str(file))} is damaged, or is no file of weights (.h5)"
        raise Refused(words) from fault


class _Shape:
    """The shape of an array in a file that is closed again."""

    def __init__(self, shape: tuple[int, ...]):
        self.shape = shape


def _place(path: str) -> tuple[int, ...]:
    """Where a layer stands: "block2_conv1" of the published files, "conv2d_10" of newer ones."""
    if block := re.search(r"block(\d+)_conv(\d+)", path):
        return int(block[1]), int(block[2])
    number = re.search(r"conv2d(?:_(\d+))?/", path)
    return 0, int(number[1] or 0) if number else -1


def _bias_of(path: str) -> str:
    """The path of a bias, from its kernel's."""
    if path.endswith("/0"):
        return path[:-1] + "1"
    return re.sub(r"(kernel|W)(?=[^/]*$)", lambda m: {"kernel": "bias", "W": "b"}[m[1]], path)


def _told(found: list[tuple[int, ...]]) -> str:
    if not found:
        return "it has no convolutions"
    return f"it has {len(found)} convolutions, the first of shape {found[0]}"
