"""Files of arrays with labels, refined: what comes out is a training set."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from common.commands.made import writing
from common.translation.config import TranslatorConfig
from data import npz
from data.array_files import ENDINGS
from data.arrays import LABELS, training_key
from data.errors import Refused
from data.files import DAMAGED, atomic_write, clear_asides
from data.h5_sets import read_h5
from data.levels import Levels, scaled
from data.listing import printable
from data.resize import height_and_width
from data.sheet import save, side_by_side

#: Endings of files that a training set can be written to.
WRITABLE = (".npz", ".h5", ".hdf5")
# Pictures on the sheet of before and after.
_SHOWN = 16


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
        arrays: Pictures N×H×W or N×H×W×C under one of the usual names, and what belongs to them.
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
    images, words = arrays[key], f"{name}: '{key}'"
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
    for other in sorted(LABELS & arrays.keys()):
        if len(arrays[other]) != len(images):
            raise Refused(
                f"{name}: {len(arrays[other])} '{other}' for {len(images)} pictures of '{key}'"
            )
    if levels is not None:
        images = scaled(images, levels)
    elif images.dtype != np.uint8:
        raise Refused(f"{words} is {images.dtype}; legal is uint8, as in the run's training")
    made = refine(images.reshape(len(images), height, width, channels))
    return arrays | {key: made.reshape(images.shape)}, key


def check_out(out: Path | None, place: str | None, overwrite: bool) -> None:
    """Refuse a path that no training set can be written to, or that something would be lost by."""
    if out is None:
        return
    if out.suffix.lower() not in WRITABLE:
        raise Refused(f"--out {printable(str(out))}: legal endings are {' '.join(WRITABLE)}")
    if place is not None and out.exists() and out.samefile(Path(place).expanduser()):
        raise Refused(f"--out {printable(str(out))} is the input")
    if out.exists() and not overwrite:
        raise Refused(f"--out {printable(str(out))} is there already; --overwrite replaces it")


def write(arrays: dict[str, np.ndarray], before: np.ndarray, after: np.ndarray, out: Path) -> Path:
    """Write arrays to a file, and a sheet of the first pictures before and after beside it.

    Args:
        before, after: Pictures, uint8 N×H×W×C.
        out: The file; its ending says of which kind it is.

    Returns:
        The path of the sheet.

    Raises:
        EnvironmentFailure: a file cannot be written.
    """
    with writing(out):
        clear_asides(out.parent)
        with atomic_write(out) as tmp:
            _write(arrays, tmp)
    sheet = out.with_name(f"{out.stem}-before-and-after.png")
    with writing(sheet):
        save(side_by_side(before[:_SHOWN], after[:_SHOWN], across=4), sheet)
    return sheet


def copied_labels(place: str, out: Path | None, overwrite: bool = False) -> list[Path]:
    """Copy tables of labels (.csv) that lie beside the pictures of a folder; returns the copies.

    The pictures keep their names, so the tables hold for the refined ones. A file that is there
    already stays, unless `overwrite` is true.
    """
    folder = Path(place).expanduser()
    if out is None or not folder.is_dir() or not out.is_dir():
        return []
    copies = []
    for table in sorted(folder.glob("*.csv")):
        copy = out / table.name
        if table.is_file() and (overwrite or not copy.exists()):
            with writing(copy):
                shutil.copyfile(table, copy)
            copies.append(copy)
    return copies


def _write(arrays: dict[str, np.ndarray], path: Path) -> None:
    if path.suffix.lower() == ".npz":
        with open(path, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
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
