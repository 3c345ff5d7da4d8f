"""Files of arrays with labels, refined: what comes out is a training set."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from common.commands.made import writing
from common.translation.config import TranslatorConfig
from data import npz
from data.array_files import ENDINGS
from data.arrays import LABELS, TESTS, labels_of, training_key
from data.errors import Refused
from data.files import DAMAGED, atomic_write, clear_asides
from data.h5_sets import read_h5
from data.levels import Levels, scaled
from data.listing import printable
from data.own import is_own
from data.resize import height_and_width
from data.sheet import save, side_by_side

#: Endings of files that a training set can be written to.
WRITABLE = (".npz", ".h5", ".hdf5")
# Pictures on the sheet of before and after.
_SHOWN = 16
# What HDF5 has types for: truth values, numbers and texts of bytes.
_PLAIN = "biufcS"


def is_array_file(place: str | None) -> bool:
    """Return whether an input is called like a file of arrays."""
    return place is not None and Path(place).suffix.lower() in ENDINGS


def read(place: str) -> dict[str, np.ndarray]:
    """Read all arrays of a file.

    Raises:
        Refused: it is no such file, is damaged, or holds anything but arrays.
    """
    path = Path(place).expanduser()
    words = f"--input {printable(place)}"
    if not path.is_file():
        raise Refused(f"{words}: no such file")
    try:
        if path.suffix.lower() in (".h5", ".hdf5"):
            return read_h5(path)
        if path.suffix.lower() == ".npy":
            with npz.noticing_damage():
                return {"images": np.load(path, allow_pickle=False)}
        return npz.read(path)
    except DAMAGED as fault:
        if isinstance(fault, OSError) and fault.errno:
            raise Refused(f"{words} cannot be read: {fault.strerror}") from fault
        raise Refused(f"{words} is damaged, or is no file of arrays") from fault


def refined(
    arrays: dict[str, np.ndarray],
    name: str,
    config: TranslatorConfig,
    levels: Levels | None,
    refine: Callable[[np.ndarray], np.ndarray],
) -> tuple[dict[str, np.ndarray], str]:
    """Refine the pictures among some arrays; everything else is returned as it is.

    Args:
        arrays: Pictures N×H×W or N×H×W×C under one of the usual names, pictures for tests
            (`x_test`) likewise, and what belongs to them.
        name: What the file is called.
        config: The run's, whose size and channels the pictures must have.
        levels: The values that became 0 and 255 in the run's training; None: they had 8 bits.
        refine: uint8 N×H×W×C -> uint8 N×H×W×C.

    Returns:
        The arrays, of which the pictures are uint8, and the name of the pictures.

    Raises:
        Refused: no pictures, pictures that this run cannot refine, or as many labels as do not
            belong to them.
    """
    key = training_key({name: array.shape for name, array in arrays.items()})
    if key is None:
        found = ", ".join(printable(name) for name in sorted(arrays)) or "nothing"
        raise Refused(f"{name} holds {found}: no pictures under one of the usual names (images)")
    pictures = {each: arrays[each] for each in (key, *TESTS) if each in arrays}
    for each, images in pictures.items():
        _check(images, f"{name}: '{each}'", config, levels)
    own = {labels_of(each): each for each in pictures}
    for other in sorted(LABELS & arrays.keys()):
        count, of = _rows(arrays[other]), own.get(other, key)
        if count != len(arrays[of]):
            raise Refused(
                f"{name}: {count} '{other}' for {len(arrays[of])} pictures of '{printable(of)}'"
            )
    height, width = height_and_width(config.image_size)
    for each, images in pictures.items():
        flat = images if levels is None else scaled(images, levels)
        made = refine(flat.reshape(len(images), height, width, config.input_channels))
        pictures[each] = made.reshape(images.shape)
    return arrays | pictures, key


def _check(images: np.ndarray, words: str, config: TranslatorConfig, levels) -> None:
    """Refuse an array that holds no pictures of a run."""
    if images.ndim not in (3, 4) or not len(images):
        raise Refused(f"{words} has the shape {images.shape}; legal are (N, H, W) and (N, H, W, C)")
    channels = images.shape[3] if images.ndim == 4 else 1
    if channels != config.input_channels:
        raise Refused(
            f"{words} has {channels} channel{'s' * (channels > 1)}; this run refines pictures "
            f"with {config.input_channels}"
        )
    height, width = height_and_width(config.image_size)
    if images.shape[1:3] != (height, width):
        raise Refused(
            f"{words} is {images.shape[2]}×{images.shape[1]}; this run refines {width}×{height}"
        )
    if levels is None and images.dtype != np.uint8:
        raise Refused(f"{words} is {images.dtype}; legal is uint8, as in the run's training")


def _rows(values: np.ndarray) -> int:
    return len(values) if values.ndim else 1


def belonging(arrays: dict[str, np.ndarray], key: str) -> tuple[list[str], list[str]]:
    """Return the names of arrays with a row for each picture, and what to say of the others."""
    others = sorted(arrays.keys() - {key, *TESTS, *filter(None, map(labels_of, TESTS))})
    count = len(arrays[key])
    kept = [name for name in others if _rows(arrays[name]) == count]
    told = [
        f"'{printable(name)}' has {_rows(arrays[name]):,} rows for {count:,} pictures, and is kept "
        "as it is"
        for name in others
        if name not in kept and arrays[name].ndim
    ]
    return kept, told


def check_out(out: Path, place: str | None, overwrite: bool) -> None:
    """Refuse a path that no training set can be written to, or that something would be lost by."""
    if out.suffix.lower() not in WRITABLE:
        raise Refused(f"--out {printable(str(out))}: legal endings are {' '.join(WRITABLE)}")
    read_from = None if place is None else Path(place).expanduser()
    if read_from is not None and read_from.exists() and out.exists() and out.samefile(read_from):
        raise Refused(f"--out {printable(str(out))} is the input")
    if out.exists() and not overwrite:
        raise Refused(f"--out {printable(str(out))} is there already; --overwrite replaces it")


def check_writable(arrays: dict[str, np.ndarray], out: Path) -> None:
    """Refuse arrays that a file of this kind has no place for."""
    hdf5, words = out.suffix.lower() != ".npz", f"--out {printable(str(out))}"
    for name, values in arrays.items():
        if hdf5 and "/" in name:
            raise Refused(f"{words}: '{printable(name)}': legal are names without /")
        plain = not values.dtype.hasobject
        if hdf5 and plain:
            plain = values.dtype.kind in _PLAIN or _is_text(values)
        if not plain and not _is_text(values):
            kind = "Python objects" if values.dtype.hasobject else values.dtype
            raise Refused(
                f"{words}: '{printable(name)}' ({kind}) cannot be written to such a file; legal "
                "are numbers and texts"
            )


def _is_text(values: np.ndarray) -> bool:
    """Whether an array holds texts, which HDF5 ends at a zero."""
    if values.dtype.kind not in "UO":
        return False
    return all(isinstance(each, str) and "\0" not in each for each in values.ravel())


def write(
    arrays: dict[str, np.ndarray],
    before: np.ndarray,
    after: np.ndarray,
    out: Path,
    overwrite: bool = False,
) -> Path:
    """Write arrays to a file, and a sheet of the first pictures before and after beside it.

    Args:
        before, after: Pictures, uint8 N×H×W×C.
        out: The file; its ending says of which kind it is.
        overwrite: Whether the sheet may replace a file that is not this program's.

    Returns:
        The path of the sheet.

    Raises:
        EnvironmentFailure: a file cannot be written.
    """
    with writing(out):
        clear_asides(out.parent)
        with atomic_write(out) as tmp:
            _write(arrays, tmp, out.suffix.lower())
    number, sheet = 1, out.with_name(f"{out.stem}-before-and-after.png")
    while os.path.lexists(sheet) and not (overwrite or is_own(sheet)):
        number += 1
        sheet = sheet.with_name(f"{out.stem}-before-and-after-{number}.png")
    with writing(sheet):
        save(side_by_side(before[:_SHOWN], after[:_SHOWN], across=4), sheet)
    return sheet


def _write(arrays: dict[str, np.ndarray], path: Path, ending: str) -> None:
    if ending == ".npz":
        # As numpy.savez, for which some names of arrays are names of its own.
        with zipfile.ZipFile(path, "w") as archive:
            for name, values in arrays.items():
                values = values.astype(str) if values.dtype.hasobject else values
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, values, allow_pickle=False)
        return
    import h5py

    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            text = values.dtype.kind in "UO"
            file.create_dataset(
                name,
                data=values.astype(object) if text else values,
                dtype=h5py.string_dtype() if text else None,
            )
