"""Checkpoints: one .npz per step with every variable of a training, written atomically.

Beside the weights, these are the optimizers' moments, batch statistics, the seeds of
random layers and the running average; what `.weights.h5` leaves out, an exact resume
needs. A digest of all of it is kept along, so a file cut short or damaged is noticed; the
one before it is used then.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np

from data import npz
from data.errors import EnvironmentFailure, Refused
from data.files import atomic_write

# Entries beside the variables.
_STEP, _NOTES = "step", "notes"
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


def save(folder: Path, step: int, state: dict[str, list], notes: dict | None = None) -> Path:
    """Save the variables of `state` (name -> variables in a fixed order).

    Args:
        folder: Where all checkpoints of a run lie.
        step: The number of steps done.
        state: What is saved.
        notes: Further facts, as JSON has them: what `notes_of` returns.

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
        beside = {_STEP: np.int64(step), _NOTES: np.array(json.dumps(notes or {}))}
        npz.write(tmp, beside | arrays)
    return path


def notes_of(folder: Path, step: int) -> dict:
    """Return the notes that were saved with a step's checkpoint."""
    # Versions before 0.3 kept none.
    kept = npz.read(path_of(folder, step), (_NOTES,), own=True)
    return json.loads(str(kept.get(_NOTES, "{}")))


def last_whole(folder: Path) -> int | None:
    """Return the step of the latest checkpoint that can be read; None where there is none."""
    for step in reversed(steps(folder)):
        try:
            arrays = npz.read(path_of(folder, step), own=True)
        except (npz.Damaged, OSError):
            continue
        if int(arrays.get(_STEP, step)) == step:
            return step
    return None


def restore(folder: Path, state: dict[str, list]) -> int | None:
    """Restore the variables of `state` from the latest usable checkpoint.

    Returns:
        Its step; None where there is no checkpoint at all.

    Raises:
        Refused: there are checkpoints but none is usable.
    """
    found, faults = steps(folder), []
    for step in reversed(found):
        path = path_of(folder, step)
        try:
            arrays = npz.read(path, own=True)
        except npz.Damaged:
            faults.append(f"{path} is damaged")
        except OSError as fault:
            faults.append(f"{path} cannot be read ({fault.strerror})")
        else:
            if int(arrays.get(_STEP, step)) != step:
                faults.append(f"{path} is the checkpoint of step {int(arrays[_STEP])}, renamed")
            elif _assign(arrays, state):
                return step
            else:
                faults.append(
                    f"{path} is of another network than this version of the recipe builds"
                )
        earlier = [s for s in found if s < step]
        if earlier:
            print(f"{faults[-1]}; trying the one of step {earlier[-1]}", file=sys.stderr)
    if not found:
        return None
    also = ", and no earlier one can be used" if len(found) > 1 else ""
    raise Refused(f"{faults[0]}{also}; start a new run, or put a whole one there")


def _assign(arrays: dict[str, np.ndarray], state: dict[str, list]) -> bool:
    """All or nothing: shapes and types are compared before the first variable is set."""
    expected = {
        f"{name}/{index:04d}": variable
        for name, variables in state.items()
        for index, variable in enumerate(variables)
    }
    if set(expected) != set(arrays) - {_STEP, _NOTES}:
        return False
    for name, variable in expected.items():
        now, kept = np.asarray(variable), arrays[name]
        if (now.shape, now.dtype) != (kept.shape, kept.dtype):
            return False
    for name, variable in expected.items():
        variable.assign(arrays[name])
    return True


def prune(folder: Path, keep: int, now: int, protected: int | None = None) -> None:
    """Delete all but the latest `keep` checkpoints up to step `now`, and the one of `protected`.

    A later one could not be used, or the training would not be at `now`: it takes no one's place.
    """
    for step in [step for step in steps(folder) if step <= now][:-keep]:
        if step != protected:
            path_of(folder, step).unlink(missing_ok=True)
