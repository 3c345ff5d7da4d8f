"""Damage to the files of a run, and what is made of them.

Each kind of file has a check: it is given the damaged file in its place, and returns how it was
met: "refused" in one line, "noticed" and done without, or "the same" as if nothing had been. All
else is a fault, an exception of any other kind among them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from common.run import checkpoint, metrics_file
from common.run.folder import Run
from common.run.loaded import LoadedRun
from data import cache
from data.errors import EnvironmentFailure, Refused
from data.samples import SampleSet
from tests.contract.cases import built, loaded, snapshot, tiny
from tests.faults.damage import damaged

REFUSED, NOTICED, SAME = "refused in one line", "noticed, and done without", "the same as whole"


class Fault(AssertionError):
    """What must not be."""


class Ground:
    """A run of a recipe, and what it is when it is whole.

    Args:
        recipe: Its name.
        place: An empty folder.
    """

    def __init__(self, recipe: str, place: Path):
        self.recipe, self.place = recipe, place
        self.trainer = built(recipe, tiny(recipe))
        self.path = place / "run"
        self.trainer._settle(loaded(self.trainer.config))
        self.trainer.save(self.path)
        self.run = Run.open(self.path, recipe)
        self.kind = type(self.trainer.config)
        self.first = snapshot(self.trainer)
        # A second checkpoint, of other weights; the first is what there is to fall back on.
        for network in self.trainer.networks:
            for variable in network.trainable_variables:
                variable.assign(variable + 0.25)
        self.second = snapshot(self.trainer)
        checkpoint.save(self.run.checkpoints, 7, self.trainer.state())
        names = self.run.networks
        self.outputs = {name: self._weights(name) for name in names}
        (self.path / "metrics.csv").write_text("step,loss\n1,0.5\n2,0.25\n3,1e-05\n")
        pictures = np.random.default_rng(0).integers(0, 256, (9, 8, 8, 3), np.uint8)
        self.cached = SampleSet(pictures, {"label": np.arange(9)})

    def _weights(self, name):
        return LoadedRun.open(self.path, self.recipe, self.kind).network(name).get_weights()

    def checks(self) -> dict[str, tuple[Path, Callable[[], str]]]:
        """Kind of file -> a file of that kind, and its check."""
        found = {
            "config.yaml": (self.path / "config.yaml", self._check_config),
            "metrics.csv": (self.path / "metrics.csv", self._check_metrics),
            "checkpoint": (checkpoint.path_of(self.run.checkpoints, 7), self._check_checkpoint),
        }
        for name in self.run.networks:
            file = self.run.network(name)
            found[file.name] = (file, lambda name=name: self._check_network(name))
        with self._quiet():
            self._load_cached()
        (file,) = cache.folder().glob(f"faults-{self.recipe}-*.npz")
        return found | {"cache": (file, self._check_cache)}

    def _check_config(self):
        # What can be read and is legal may have been edited.
        config = Run.open(self.path, self.recipe).config(self.kind)
        config.check()
        same = dataclasses.asdict(config) == dataclasses.asdict(self.trainer.config)
        return SAME if same else NOTICED

    def _check_metrics(self):
        found = metrics_file.read(self.path / "metrics.csv", ["step", "loss"])
        if found is None:
            return NOTICED
        for row in found[1]:
            float(row["step"])
        return SAME

    def _check_checkpoint(self):
        with self._quiet() as said:
            step = checkpoint.restore(self.run.checkpoints, self.trainer.state())
        wanted = self.second if step == 7 else self.first
        for name, values in snapshot(self.trainer).items():
            for one, other in zip(values, wanted[name], strict=True):
                if not np.array_equal(one, other):
                    raise Fault(f"step {step} was restored with other values of {name}")
        if step != 7 and "trying the one" not in said.getvalue():
            raise Fault("an earlier checkpoint was taken without a word")
        return SAME if step == 7 else NOTICED

    def _check_network(self, name):
        for one, other in zip(self._weights(name), self.outputs[name], strict=True):
            if not np.array_equal(one, other):
                raise Fault("other weights were loaded")
        return SAME

    def _load_cached(self):
        def fill(room):
            room["samples"][:] = self.cached.samples
            return SampleSet(room["samples"], self.cached.factors)

        shapes = {"samples": self.cached.samples.shape}
        return cache.cached(f"faults-{self.recipe}", {"of": self.recipe}, shapes, fill)

    def _check_cache(self):
        with self._quiet() as said:
            found = self._load_cached()
        if not np.array_equal(found.samples, self.cached.samples):
            raise Fault("other pictures came from the cache")
        return NOTICED if "made again" in said.getvalue() else SAME

    @contextlib.contextmanager
    def _quiet(self) -> Iterator[io.StringIO]:
        with contextlib.redirect_stderr(io.StringIO()) as said:
            yield said


def campaign(ground: Ground, count: int, seed: int = 0) -> dict[str, Counter]:
    """Damage each kind of file so many times; returns how it was met.

    Raises:
        Fault: something was lost, taken for right, or told in anything but one line.
    """
    met = {}
    for number, (kind, (file, check)) in enumerate(ground.checks().items()):
        met[kind], whole = Counter(), file.read_bytes()
        kept = file.with_name(file.name + ".whole")
        shutil.copy(file, kept)
        for index in range(count):
            rng = np.random.default_rng([seed, number, index])
            # Only a checkpoint has a digest beside the checksums.
            told, content = damaged(whole, rng, members=kind == "checkpoint")
            file.write_bytes(content)
            try:
                how = check()
            except (Refused, EnvironmentFailure) as no:
                how = REFUSED
                if "\n" in str(no) or not str(no):
                    raise Fault(f"{kind}, {told}: told in several lines: {no}") from no
            except Exception as fault:
                raise Fault(f"{kind}, {told} (seed {seed}, {index}): {fault!r}") from fault
            met[kind][how] += 1
            file.write_bytes(whole)
        kept.unlink()
        if check() != SAME:
            raise Fault(f"{kind} is not whole again")
    return met


def content_of(folder: Path) -> dict[str, bytes]:
    """The content of each file below a folder, by its relative path."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}
