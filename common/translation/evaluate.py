"""The program behind evaluate.py of every recipe that makes pictures from pictures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import data
from common.commands.evaluate import run_beside
from common.evaluation.scores import Bar, Scores
from common.run.folder import Run, versions
from common.translation.config import TEST_SEED, TranslatorConfig
from data.command import read_flags, run_program
from data.errors import Refused
from data.source import Source

_USUAL = 200


@dataclass
class EvaluateFlags:
    """Measure what a run has learned, beside controls; writes evaluation.json into the run."""

    run: Path
    """The run folder."""
    count: int | None = None
    """Test pictures to translate; None: 200, or as many as there are."""
    seed: int = 0
    """Decides the noise, and all else that is random."""
    data: str | None = None
    """Where the run's pictures are now, if they have moved."""
    beside: tuple[Path, ...] = ()
    """Other runs on the same data, to be measured too: ablations."""

    def check(self) -> None:
        """Refuse values that cannot be."""
        if self.count is not None and not 2 <= self.count <= 10_000:
            raise Refused(f"--count {self.count}: legal is 2 to 10000")
        if not 0 <= self.seed < 2**32:
            raise Refused(f"--seed {self.seed}: legal is 0 to {2**32 - 1}")


def main(
    recipe: str,
    kind: type[TranslatorConfig],
    build: Callable,
    bars: Callable[[Scores], Sequence[Bar]],
    ablation: Callable[[TranslatorConfig, TranslatorConfig], str],
) -> int:
    """Evaluate a run from the command line.

    Args:
        recipe: Its name.
        kind: Its configuration.
        build: Configuration -> `common.translation.gan.TranslatingGAN`; imports TensorFlow.
        bars: What was measured, of whom -> what a run must reach.
        ablation: Configuration of a run beside, and of the run -> what the former is called;
            "": as its folder.

    Returns:
        The exit code: 0 whether the bars are met or not.
    """

    def program() -> None:
        words = f"python -m recipes.{recipe}.evaluate"
        flags = read_flags(EvaluateFlags, sys.argv[1:], program=words)
        flags.check()
        scores = evaluate(recipe, kind, build, bars, ablation, flags)
        scores.show()
        print(f"\n{flags.run / 'evaluation.json'}")

    return run_program(program)


def evaluate(recipe, kind, build, bars, ablation, flags: EvaluateFlags) -> Scores:
    """Measure a run and write its evaluation.json; see `main`.

    Raises:
        Refused: the run is being trained, has nothing to show yet, or its data has changed;
            there are fewer test pictures than asked for.
    """
    run = Run.open(flags.run, recipe)
    with ExitStack() as claims:
        claims.enter_context(run.claimed())
        config = run.config(kind)
        others = {}
        for path in flags.beside:
            name, other = run_beside(path, recipe, run, others)
            claims.enter_context(other.claimed())
            theirs = other.config(kind)
            name = ablation(theirs, config) or name
            if name in others:
                raise Refused(f"--beside {path}: there is a column {name} already")
            others[name] = (other, theirs)
        source = data.find(flags.data or config.data, config.reading)
        config.check_kind(source)
        learned = source.load("train", config.loaded_size, config.pictures, config.seed)
        run.check_data(learned, source.name)
        tests = _tests(source, config, flags.count)

        # Only now the slow import, and the file that does it quietly is first.
        from common.machine import backend  # noqa: F401
        from common.translation import paired, unpaired
        from common.translation.entrants import translators_of

        runs = {"trained": (run, config)} | others
        entrants, step = translators_of(build, runs, flags.seed)
        measure = paired.evaluate if source.kind == "pairs" else unpaired.evaluate
        scores = measure(entrants, tests, learned, source, config, flags.seed)
        scores.facts = {
            **{"recipe": recipe, "data": source.name, "step": step, "samples": len(tests)},
            **{"seed": flags.seed, "made_with": versions()},
            **scores.facts,
        }
        scores.bars = tuple(bars(scores))
        scores.save(run.evaluation)
        return scores


def _tests(source: Source, config: TranslatorConfig, count: int | None):
    tests = source.load("test", config.image_size, count or _USUAL, TEST_SEED)
    if len(tests) < max(2, count or 2):
        raise Refused(
            f"{source.name} has {len(tests)} pictures for testing; {count or 2} are needed (of a "
            "folder of 100 or more, every tenth is kept for that)"
        )
    return tests.take(np.arange(min(len(tests), count or _USUAL)))
