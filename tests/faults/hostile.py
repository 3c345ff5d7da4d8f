"""Files from strangers: in a run, as data, and as archives to be unpacked.

Whatever they are, no code in them is run, nothing outside their place is read or written, memory
and time stay bounded, and what comes out is what was there before, or a refusal in one line.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

import data
from common.callbacks.metrics import Metrics
from common.machine.backend import EventWriter
from common.run import checkpoint
from common.run.continuing import check_continuable
from common.run.folder import Run
from common.run.loaded import LoadedRun
from data.errors import EnvironmentFailure, Refused
from data.unpack import unpack
from tests.contract.cases import snapshot
from tests.faults import traps
from tests.faults.files import Fault, Ground, content_of

REFUSED, USED = "refused in one line", "used, and nothing came of it"
#: What one file may cost.
_SECONDS, _BYTES = 60, 400e6

Trap = Callable[[Path, np.random.Generator, Path], str]
_OF_RUNS: tuple[Trap, ...] = (traps.link, traps.pickled, traps.pickled_alone, traps.giant)
_OF_RUNS += (traps.bomb, traps.archive)
_OF_DATA = (traps.link, traps.pickled, traps.pickled_alone, traps.giant, traps.other_h5)
# What a name suggests is likelier than anything else.
_SUITED = {
    ".keras": (traps.network,) * 8 + (traps.linked_weights,) * 2,
    ".yaml": (traps.text,) * 4 + (traps.edited,) * 12,
    ".csv": (traps.text,) * 4,
    ".png": (traps.picture,) * 8 + (traps.link,) * 4,
}
_PICTURES = 12


def campaign(ground: Ground, count: int, place: Path, seed: int = 0) -> Counter:
    """Meet so many hostile files; returns how they were met.

    Args:
        ground: A run of a recipe.
        count: How many.
        place: An empty folder.

    Raises:
        Fault: one of them got something.
    """
    met = Counter()
    for index in range(count):
        attempt = Attempt(ground, place / f"{index}", np.random.default_rng([seed, index]))
        try:
            met[attempt.met()] += 1
        except Exception as fault:
            why = fault if isinstance(fault, Fault) else repr(fault)
            raise Fault(f"{attempt.told} (seed {seed}, {index}): {why}") from fault
        shutil.rmtree(attempt.place)
    return met


class Attempt:
    """One hostile file, and what is made of it.

    Args:
        ground: A run of a recipe.
        place: A new folder.
        rng: Decides all.
    """

    def __init__(self, ground: Ground, place: Path, rng: np.random.Generator):
        place.mkdir()
        self.ground, self.place, self.rng = ground, place, rng
        self._secret = place / traps.SECRET
        self._secret.write_text(traps.WORDS)
        #: What it is, in words.
        self.told = ""

    def met(self) -> str:
        """Meet it; returns how.

        Raises:
            Fault: it got something.
        """
        how = _met(self._one_of(self._in_a_run, self._in_a_run, self._as_data, self._as_archive))
        if (self.place / traps.OUTSIDE).exists():
            raise Fault("code was run, or a file written outside")
        there = sorted(os.listdir(self.place))
        if self._secret.read_text() != traps.WORDS or len(there) > 3:
            raise Fault(f"something outside was changed: {there}")
        return how

    def _one_of(self, *values):
        return values[self.rng.integers(len(values))]

    def _in_a_run(self) -> None:
        """A part of a run is replaced; then it is gone on with, or used."""
        path, ground = self.place / "run", self.ground
        shutil.copytree(ground.path, path)
        shutil.copytree(ground.path, other := self.place / traps.OTHER)
        last = checkpoint.path_of(path / "checkpoints", 7).relative_to(path)
        networks = [f"{name}.keras" for name in ground.run.networks]
        files = ["config.yaml", "metrics.csv", str(last), *networks, *networks]
        part = path / self._one_of(*files, "checkpoints", "samples", "events")
        kinds = _OF_RUNS + _SUITED.get(part.suffix, ())
        trap = self._one_of(*kinds) if part.suffix else traps.link
        if part.is_dir():
            shutil.rmtree(part)
        elif trap is not traps.edited:
            part.unlink(missing_ok=True)
        use = self._one_of(_gone_on_with, _used)
        self.told = f"{part.name} is {trap(part, self.rng, self.place)}, {use.__name__}"
        try:
            use(ground, path)
        finally:
            if content_of(other) != content_of(ground.path):
                raise Fault("another run was changed")

    def _as_data(self) -> None:
        """A picture in a folder, or a file of arrays, that is learned from."""
        folder = self.place / "data"
        folder.mkdir()
        if self.rng.integers(2):
            for number in range(_PICTURES):
                noise = self.rng.integers(0, 256, (16, 16, 3), np.uint8)
                Image.fromarray(noise).save(folder / f"{number}.png")
            place, spec = folder / "x.png", folder
            kinds = _SUITED[".png"] + _OF_DATA
        else:
            place = folder / f"x{self._one_of('.npz', '.npy', '.h5')}"
            spec, kinds = self._one_of(place, folder), _OF_DATA
        words = self._one_of(*kinds)(place, self.rng, self.place)
        self.told = f"{place.name} is {words}, --data {spec.name}"
        before = sorted(os.listdir(folder))
        loaded = data.find(str(spec)).load("train", 16, None, 0)
        if np.asarray(loaded.samples[:1]).max() == traps.SEVEN:
            raise Fault("arrays of another file were read")
        if sorted(os.listdir(folder)) != before:
            raise Fault("something was left in the folder")

    def _as_archive(self) -> None:
        """An archive that is unpacked."""
        folder = self.place / "data"
        folder.mkdir()
        place, out = folder / "archive", folder / "out"
        kinds = (traps.archive,) * 12 + (traps.bomb, traps.giant, traps.pickled_alone)
        self.told = f"to be unpacked: {self._one_of(*kinds)(place, self.rng, self.place)}"
        try:
            unpack(place, out)
        except Refused:
            if (left := os.listdir(folder)) != ["archive"]:
                raise Fault(f"it left {left}") from None
            raise
        for file in out.rglob("*"):
            if file.is_symlink() or not (file.is_file() or file.is_dir()):
                raise Fault(f"{file.name} is no file")


def _met(use: Callable[[], None]) -> str:
    """Use what is hostile, within bounds."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        with _in_time():
            use()
        how = USED
    except (Refused, EnvironmentFailure) as no:
        if "\n" in str(no) or not str(no):
            raise Fault(f"told in several lines: {no}") from no
        how = REFUSED
    except MemoryError:
        # Which the command tells in one line; see `data.command.run_program`.
        how = REFUSED
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    if grown > _BYTES:
        raise Fault(f"{grown / 1e6:,.0f} MB of memory were used")
    return how


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    def late(number, frame):
        raise Fault(f"not done in {_SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _gone_on_with(ground: Ground, path: Path) -> None:
    """As `train --resume` does, without a step."""
    trainer = ground.trainer
    with contextlib.redirect_stderr(io.StringIO()), Run.open(path, ground.recipe).claimed():
        run = Run.open(path, ground.recipe)
        check_continuable(run, False)
        run.config(ground.kind)
        step = checkpoint.restore(run.checkpoints, trainer.state())
        if step is not None:
            _compare(snapshot(trainer), ground.second if step == 7 else ground.first)
            checkpoint.notes_of(run.checkpoints, step)
        log = Metrics(run, EventWriter(run.events), 1, ["loss"])
        log.resume_at(7)
        checkpoint.save(run.checkpoints, 9, trainer.state())
        run.save_networks(trainer.average)
        checkpoint.prune(run.checkpoints, 2, checkpoint.last(run.checkpoints))
        run.note()
        checkpoint.last_whole(run.checkpoints)


def _used(ground: Ground, path: Path) -> None:
    """As `infer` does."""
    loaded = LoadedRun.open(path, ground.recipe, ground.kind)
    for name in ground.run.networks:
        _compare({"": loaded.network(name).get_weights()}, {"": ground.outputs[name]})


def _compare(found: dict, wanted: dict) -> None:
    for name, values in found.items():
        pairs = zip(values, wanted[name], strict=False)
        same = len(values) == len(wanted[name])
        if not same or not all(np.array_equal(one, other) for one, other in pairs):
            raise Fault(f"other values of {name} were loaded")
