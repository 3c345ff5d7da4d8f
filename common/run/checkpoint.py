"""Checkpoints: one .npz per step with every variable of a training, written atomically.

Beside the weights, these are the optimizers' moments, batch statistics, the seeds of
random layers and the running average; what `.weights.h5` leaves out, an exact resume
needs. The zip format carries a checksum of every array, so a file cut short or damaged is
noticed; the one before it is used then.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np

from data.errors import EnvironmentFailure, Refused
from data.files import MALFORMED, atomic_write

_NAME = re.compile(r"step-(-?\d+)\.npz")


def steps(folder: Path) -> list[int]:
    """Return the steps that have a checkpoint, ascending."""
    found = (_NAME.fullmatch(file.name) for file in folder.glob("step-*.npz"))
    return sorted(int(match[1]) for match in found if match)


def last(folder: Path) -> int | None:
    """Return the step of the latest checkpoint; None where there is none."""
    return max(steps(folder), default=None)


def path_of(folder: Path, step: int) -> Path:
    """Return the file of a step's checkpoint."""
    return folder / f"step-{step:07d}.npz"


def save(folder: Path, step: int, state: dict[str, list]) -> Path:
    """Save the variables of `state` (name -> variables in a fixed order).

    Raises:
        EnvironmentFailure: a value is NaN or infinite; nothing is written.
        OSError: the disk is full, or the like; nothing is left behind.
    """
    arrays = {
        f"{name}/{index:04d}": np.asarray(variable)
        for name, variables in state.items()
        for index, variable in enumerate(variables)
    }
    for name, values in arrays.items():
        if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
            raise EnvironmentFailure(
                f"the weights are no longer finite at step {step} ({name}); no checkpoint is "
                "written over the earlier ones: resume from there with a lower rate or "
                "--precision float32"
            )
    path = path_of(folder, step)
    with atomic_write(path) as tmp:
        np.savez(tmp, step=np.int64(step), **arrays)
    return path


def restore(folder: Path, state: dict[str, list]) -> int | None:
    """Restore the variables of `state` from the latest usable checkpoint.

    Returns:
        Its step; None where there is no checkpoint at all.

    Raises:
        Refused: there are checkpoints but none is usable.
    """
    found = steps(folder)
    for step in reversed(found):
        path = path_of(folder, step)
        try:
            arrays = _read(path)
        except MALFORMED:
            earlier = [s for s in found if s < step]
            going = f"using the one of step {earlier[-1]}" if earlier else "and there is no other"
            print(f"{path} is damaged; {going}", file=sys.stderr)
            continue
        _assign(path, arrays, state)
        return step
    if found:
        raise Refused(f"no checkpoint in {folder} can be read; start anew, or restore one")
    return None


def _read(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _assign(path: Path, arrays: dict[str, np.ndarray], state: dict[str, list]) -> None:
    """All or nothing: every shape is compared before the first variable is set."""
    expected = {
        f"{name}/{index:04d}": variable
        for name, variables in state.items()
        for index, variable in enumerate(variables)
    }
    same = set(expected) == set(arrays) - {"step"}
    if not same or any(tuple(v.shape) != arrays[n].shape for n, v in expected.items()):
        raise Refused(f"{path} is of another network than this version of the recipe builds")
    for name, variable in expected.items():
        variable.assign(arrays[name])


def prune(folder: Path, keep: int, protected: int | None = None) -> None:
    """Delete all but the latest `keep` checkpoints and the one of step `protected`."""
    for step in steps(folder)[:-keep]:
        if step != protected:
            path_of(folder, step).unlink(missing_ok=True)
