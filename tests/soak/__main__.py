"""`make soak`: a long training, watched; its figures go into RELIABILITY.md."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from data.command import read_flags, run_program
from data.errors import EnvironmentFailure, Refused
from tests.commands import ROOT
from tests.reliability import write_part
from tests.soak.growth import Growth, Look, growth
from tests.soak.watch import Watch, logged_step
from tests.summaries import machine

PROGRAM = "python -m tests.soak"
NAMES = sorted(file.parent.name for file in (ROOT / "recipes").glob("*/train.py"))
# Seconds between samples, and between checkpoints; between two looks; that a start may take.
_EVERY, _LOOKS, _PATIENCE = 60, 10, 1800
# Steps: the most that there can be.
_MOST = 2**31 - 1
_HEAD = ("recipe", "hours", "steps", "memory", "an hour later", "descriptors", "threads")
_HEAD += ("speed at the end", "command")


@dataclass
class Flags:
    """Train for hours with samples and a checkpoint every minute; fail where anything grows."""

    recipe: str = "first_gan"
    """Whose small configuration is trained."""
    hours: float = 1.0
    """How long."""


def main(flags: Flags) -> int:
    """Train, print what grew and write it down; 1 where that is too much."""
    if flags.recipe not in NAMES:
        raise Refused(f"--recipe {flags.recipe}: legal are {', '.join(NAMES)}")
    if not 0.1 <= flags.hours <= 1000:
        raise Refused(f"--hours {flags.hours}: legal is 0.1 to 1000")
    # Whoever ends this ends the training.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory() as place:
        training = Training(flags.recipe, Path(place, "run"))
        looks = training.watched(flags.hours * 3600)
    found = growth(looks)
    steps = looks[-1].step - looks[0].step
    print(found)
    for fault in found.faults:
        print(f"FAULT {flags.recipe}: {fault}")
    if not found.faults:
        write_part("soak", lambda lines: _with_row(lines, flags, steps, found))
    return min(1, len(found.faults))


class Training:
    """Process that trains, and draws samples and writes a checkpoint every minute.

    Args:
        recipe: Whose small configuration.
        run: The new run folder.
    """

    def __init__(self, recipe: str, run: Path):
        self._log, self._said = run / "metrics.csv", run.with_name(run.name + ".txt")
        words = [sys.executable, "-m", "tests.soak.trained", _EVERY]
        # Until it is told to stop. A straight line would end at rates of 0; and who plays on for
        # hours may win.
        words += [f"recipes.{recipe}.train", "--run", run, "--steps", _MOST, "--decay", "cosine"]
        words += ["--watchdog", "warn", "--sample-every", _MOST, "--checkpoint-every", _MOST]
        with open(self._said, "w") as said:
            self._process = subprocess.Popen(
                list(map(str, words)), stdout=said, stderr=subprocess.STDOUT
            )

    def watched(self, seconds: float) -> list[Look]:
        """Look at it at regular times, and end it after so many seconds."""
        try:
            self._begin()
            watch = Watch(self._process.pid, self._step)
            looks = [watch.look()]
            while looks[-1].seconds < seconds:
                self._sleep(min(_LOOKS, seconds / 40))
                looks.append(watch.look())
                if looks[-1].seconds // _EVERY > looks[-2].seconds // _EVERY:
                    print(_in_words(looks[-1]), flush=True)
        finally:
            code = self._end()
        # It saves where it stops; see `common.run.session.lead`.
        if code != 128 + signal.SIGTERM:
            raise EnvironmentFailure(f"the training ended with {code}: {self._last_words()}")
        return looks

    def _step(self) -> int:
        return logged_step(self._log) or 0

    def _begin(self) -> None:
        """Wait for the first row of its log."""
        for _ in range(_PATIENCE):
            if logged_step(self._log) is not None:
                return
            self._sleep(1)
        raise EnvironmentFailure(f"no step in {_PATIENCE} s: {self._last_words()}")

    def _sleep(self, seconds: float) -> None:
        """Wait; fails where the training ends meanwhile."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        raise EnvironmentFailure(f"the training ended with {code}: {self._last_words()}")

    def _end(self) -> int:
        self._process.terminate()
        return self._process.wait()

    def _last_words(self) -> str:
        return self._said.read_text(errors="replace")[-300:].replace("\n", " | ")


def _in_words(look: Look) -> str:
    return (
        f"{look.seconds / 60:.0f} min: step {look.step:,}, {look.memory / 1e6:,.1f} MB, "
        f"{look.descriptors} descriptors, {look.threads} threads, {look.computed:,.0f} s computed"
    )


def _with_row(lines: list[str], flags: Flags, steps: int, found: Growth) -> list[str]:
    """The table with the row of a recipe made anew."""
    row = [
        flags.recipe,
        f"{flags.hours:g}",
        f"{steps:,}",
        f"{found.memory / 1e6:,.0f} MB",
        f"{found.an_hour / 1e6:+.1f} MB",
        "{} → {}".format(*found.descriptors),
        "{} → {}".format(*found.threads),
        f"{found.speed:.2f} ({found.speed_on_the_clock:.2f})",
        f"`{_command(flags)}`, {machine()}",
    ]
    kept = [line for line in lines[2:] if not line.startswith(f"| {flags.recipe} |")]
    rows = sorted([*kept, f"| {' | '.join(row)} |"])
    return [f"| {' | '.join(_HEAD)} |", "|" + "---|" * len(_HEAD), *rows]


def _command(flags: Flags) -> str:
    threads = os.environ.get("TF_NUM_INTRAOP_THREADS")
    before = f"TF_NUM_INTRAOP_THREADS={threads} " if threads else ""
    return f"{before}{PROGRAM} --recipe {flags.recipe} --hours {flags.hours:g}"


if __name__ == "__main__":
    sys.exit(run_program(lambda: main(read_flags(Flags, sys.argv[1:], program=PROGRAM))))
