"""The program behind evaluate.py of every recipe that makes samples from latents."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import data
from common.batches import unjittered
from common.config import Config
from common.evaluation.reference import Ground
from common.evaluation.scores import RESERVED, Bar, Scores
from common.run.folder import Run, versions
from data.command import read_flags, run_program
from data.errors import Refused


@dataclass
class EvaluateFlags:
    """Measure what a run has learned, beside controls; writes evaluation.json into the run."""

    run: Path
    """The run folder."""
    count: int | None = None
    """Samples of each entrant; None: 5,000, or what half of the test pictures allows."""
    seed: int = 0
    """Decides the latents, and all else that is random."""
    data: str | None = None
    """Where the run's pictures are now, if they have moved."""
    beside: tuple[Path, ...] = ()
    """Other runs on the same data, to be measured too: ablations."""
    features: Path | None = None
    """A feature net made elsewhere (a file of its cache); None: this machine's own."""
    inception: Path | None = None
    """Weights of Keras' InceptionV3 without its top (.h5); None: those in Keras' cache, if any."""

    def check(self) -> None:
        """Refuse values that cannot be."""
        if self.count is not None and not 2 <= self.count <= 100_000:
            raise Refused(f"--count {self.count}: legal is 2 to 100000")
        if not 0 <= self.seed < 2**32:
            raise Refused(f"--seed {self.seed}: legal is 0 to {2**32 - 1}")
        for file in (self.features, self.inception):
            if file is not None and not file.is_file():
                raise Refused(f"{file}: no such file")


def main(
    recipe: str,
    kind: type[Config],
    build: Callable,
    bars: Callable[[Config], Sequence[Bar]],
    represent: Callable | None = None,
) -> int:
    """Evaluate a run from the command line.

    Args:
        recipe: Its name.
        kind: Its configuration.
        build: Configuration -> `common.gan.GAN`; imports TensorFlow.
        bars: Configuration -> what a run of it must reach.
        represent: (GAN, pictures uint8 N×H×W×C) -> what its discriminator makes of them,
            N×d; for recipes whose discriminator is asked what it knows.

    Returns:
        The exit code: 0 whether the bars are met or not.
    """

    def program() -> None:
        words = f"python -m recipes.{recipe}.evaluate"
        flags = read_flags(EvaluateFlags, sys.argv[1:], program=words)
        flags.check()
        scores = evaluate(recipe, kind, build, bars, flags, represent)
        scores.show()
        print(f"\n{flags.run / 'evaluation.json'}")

    return run_program(program)


def evaluate(
    recipe: str,
    kind: type[Config],
    build: Callable,
    bars: Callable[[Config], Sequence[Bar]],
    flags: EvaluateFlags,
    represent: Callable | None = None,
) -> Scores:
    """Measure a run and write its evaluation.json; see `main`.

    Raises:
        Refused: the run is being trained, has nothing to show yet, or its data has changed;
            there are fewer samples than a measure needs; a feature net is of other data.
    """
    run = Run.open(flags.run, recipe)
    with ExitStack() as claims:
        claims.enter_context(run.claimed())
        config = run.config(kind)
        ablations = {}
        for path in flags.beside:
            name, other = run_beside(path, recipe, run, ablations)
            claims.enter_context(other.claimed())
            ablations[name] = (other, other.config(kind))
        source = data.find(flags.data or config.data, config.reading)
        config.check_kind(source)
        loaded = source.load("train", config.loaded_size, config.pictures, config.seed).samples
        run.check_data(loaded, source.name)
        ground = Ground.of(unjittered(loaded, config), source, config, flags.count)

        # Only now the slow import, and the file that does it quietly is first.
        from common.evaluation import pictures, points
        from common.evaluation.candidates import entrants_of
        from common.evaluation.probes import Probe
        from common.machine import backend  # noqa: F401

        probe = None
        if represent and Probe.fits(source):
            probe = Probe(source, config, flags.seed)

        def ask(gan) -> dict:
            return {"probe error": probe.error(partial(represent, gan))} if probe else {}

        count = len(ground.held_out)
        entrants, step = entrants_of(build, (run, config), ablations, count, flags.seed, ask)
        facts = {"recipe": recipe, "data": source.name, "step": step, "samples": count}
        facts |= {"seed": flags.seed, "made_with": versions()}
        if source.kind == "points":
            _refuse_nets(flags)
            scores = points.evaluate(facts, entrants, ground, source.world)
        else:
            means = pictures.Means(flags.count is not None, flags.features, flags.inception)
            scores = pictures.evaluate(facts, entrants, ground, source, means, probe)
        scores.bars = tuple(bars(config))
        scores.save(run.evaluation)
        return scores


def run_beside(path: Path, recipe: str, run: Run, taken: dict) -> tuple[str, Run]:
    """The run to be measured beside `run`, and the name of its column."""
    other, name = Run.open(path, recipe), path.resolve().name
    if name in (*RESERVED, *taken):
        raise Refused(f"--beside {path}: there is a column {name} already; rename the folder")
    if other.facts["data"].get("fingerprint") != run.facts["data"].get("fingerprint"):
        raise Refused(f"--beside {path} was not trained on the samples that {run.path} was")
    return name, other


def _refuse_nets(flags: EvaluateFlags) -> None:
    for name in ("features", "inception"):
        if getattr(flags, name) is not None:
            raise Refused(f"--{name}: points are measured as they are, without a net")
