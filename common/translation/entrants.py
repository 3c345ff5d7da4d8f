"""Who is measured: the translators of a run, of other runs, and of nobody's training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from common.evaluation.candidates import restored
from common.machine import backend

#: uint8, or float32 in [-1, 1], N×H×W×C → float32 N×H×W×C' in [-1, 1].
Translation = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Entrant:
    """Somebody who translates."""

    meaning: str
    there: Translation
    #: The way back, of those who learned it.
    back: Translation | None = None


def translators_of(build: Callable, runs: dict, seed: int) -> tuple[dict[str, Entrant], int]:
    """The generators of runs, and what the first of them was without training.

    Args:
        build: Configuration -> GAN.
        runs: Name -> (run, its configuration).
        seed: Of the noise.

    Returns:
        Entrants by name, and the step at which the first run stands.

    Raises:
        Refused: a run has no checkpoint yet.
    """
    found, steps = {}, []
    for name, (run, config) in runs.items():
        gan = _build_of(build, config)
        steps.append(restored(run, gan))
        meaning = "the run's generator" if not found else f"another run's, step {steps[-1]}"
        found[name] = _entrant(gan, meaning, seed)
    _, first = next(iter(runs.values()))
    meaning = "the same networks with their first weights"
    found["untrained"] = _entrant(_build_of(build, first), meaning, seed)
    return found, steps[0]


def _build_of(build: Callable, config):
    backend.set_up("float32", config.seed)
    return build(config)


def _entrant(gan, meaning: str, seed: int) -> Entrant:
    translators = (gan.translator(which) for which in range(len(gan.generator.models)))
    return Entrant(meaning, *(partial(translator.all, seed=seed) for translator in translators))
