"""Whether a run can be gone on with: from its last checkpoint, or from the start."""

from __future__ import annotations

import sys

from common.run import checkpoint, metrics_file
from common.run.folder import Run
from data.errors import Refused
from data.plurals import number_of


def check_continuable(run: Run, from_scratch: bool) -> None:
    """Refuse to begin at step 0 in a run that has been further.

    A run that was stopped before its first checkpoint has nothing to lose: it begins anew.

    Args:
        run: The run.
        from_scratch: Begin at step 0 all the same where the checkpoints are gone.

    Raises:
        Refused: the checkpoints are gone; or there is one, and `from_scratch`.
    """
    step = checkpoint.last(run.checkpoints)
    if step is not None:
        if from_scratch:
            raise Refused(
                f"--from-scratch: {run.path} has a checkpoint of step {step}; go on without this "
                "flag, or start a new run"
            )
        return
    lost = _lost(run)
    if lost and not from_scratch:
        raise Refused(
            f"{run.path} has no checkpoint left in {run.checkpoints.name}/, but {lost}: put the "
            "checkpoints back, or begin at step 0 and write over the rest with --from-scratch"
        )
    why = "as asked for" if lost else "as no checkpoint was reached before"
    print(f"beginning at step 0 in {run.path}, {why}", file=sys.stderr)


def _lost(run: Run) -> str:
    """What shows that a run has had checkpoints, in words; "" if it has had none."""
    left = [file.name for name in run.networks if (file := run.network(name)).is_file()]
    # Versions before 0.3 did not note whether there was one.
    if not left and not run.facts.get("saved", True):
        return ""
    log = metrics_file.read(run.metrics)
    if log is None and run.metrics.is_file():
        left.append(run.metrics.name)
    elif log and log[1]:
        left.append(f"{run.metrics.name} with {number_of(len(log[1]), 'rows')}")
    if left:
        return f"still has {' and '.join(left)}"
    return "has had one" if run.facts.get("saved") else ""
