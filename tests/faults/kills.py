"""Kills at the moments at which a training touches its run folder."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import numpy as np

from common.run import checkpoint
from tests.commands import called
from tests.faults.files import Fault

FLAGS = ("tiny", "--precision", "float32", "--steps", 2, "--checkpoint-every", 1, "--log-every", 1)


class Victim:
    """A training of two steps, and what comes of it.

    Args:
        recipe: Whose.
        place: An empty folder.
    """

    def __init__(self, recipe: str, place: Path):
        self.train, self.place = f"recipes.{recipe}.train", place
        self._command("whole", self.train, *FLAGS, "--run", "whole")
        self.whole = self._weights("whole")

    def killed_at(self, number: int) -> str:
        """Kill the training at its touch of a number, and go on with what is left.

        Returns:
            "resumed", or "begun" where there was no run yet; "" where it came to its end.

        Raises:
            Fault: it cannot be gone on with, or comes to other weights.
        """
        run = f"killed-{number}"
        words = ("tests.faults.killed", number, self.train, *FLAGS, "--run", run)
        code, _, err = called(*words, cwd=self.place)
        if code not in (0, -signal.SIGKILL):
            raise Fault(f"touch {number}: the training ended with {code}: {err[-500:]}")
        made = (self.place / run / "config.yaml").exists()
        more = ("--resume", run) if made else (*FLAGS, "--run", run)
        self._command(f"after touch {number}", self.train, *more)
        found = self._weights(run)
        if any(not np.array_equal(found[name], values) for name, values in self.whole.items()):
            raise Fault(f"touch {number}: other weights than those of a whole training")
        left = [path.name for path in (self.place / run).rglob(".aside-*")]
        if left:
            raise Fault(f"touch {number}: {left} is left")
        shutil.rmtree(self.place / run)
        return "" if code == 0 else "resumed" if made else "begun"

    def _command(self, what, *words):
        code, _, err = called(*words, cwd=self.place)
        if code:
            raise Fault(f"{what}: {' '.join(map(str, words))} ended with {code}: {err[-500:]}")

    def _weights(self, run):
        with np.load(checkpoint.path_of(self.place / run / "checkpoints", 2)) as file:
            return {name: file[name] for name in file.files if "/" in name}
