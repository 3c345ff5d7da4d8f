"""The domains' part of `make bench`: what translating between two sets takes, by each recipe.

All are trained on the same two sets, at the same size, by their small configurations. Each
lives in a process of its own, and they take turns.
"""

from __future__ import annotations

import dataclasses
import importlib

import numpy as np

from tests.bench_translators import Side, serve, step_of
from tests.pages.report import in_words
from tests.peak import HAS_PEAKS

ROUNDS = 5
#: Steps a turn.
STEPS = 5
DATA = "fruit:apples,fruit:bananas"
#: Name -> recipe, preset.
CASES = {
    "CycleGAN": ("cyclegan", "small"),
    "TraVeLGAN": ("travelgan", "small"),
    "TraVeLGAN, `one`": ("travelgan", "one"),
}


def main() -> None:
    """Measure; print a table."""
    sides = {name: Side(_trained, *case) for name, case in CASES.items()}
    for side in sides.values():
        side.seconds(2)
    times = {name: [] for name in sides}
    for turn in range(ROUNDS):
        # Now one first, now the other: what the machine does meanwhile falls on all.
        for name in sorted(sides, reverse=bool(turn % 2)):
            times[name].append(1000 * sides[name].seconds(STEPS) / STEPS)
    print("| | parameters | ms a step | the whole training | peak memory |")
    print("|---|---|---|---|---|")
    for name, case in CASES.items():
        config = _config(*case)
        # Asked for in any case: it ends the process.
        peak = sides[name].end()
        told = f"{peak:,.0f} MiB" if HAS_PEAKS else "–"
        minutes = np.median(times[name]) * config.steps / 60_000
        whole = f"{config.steps:,} steps of {config.batch_size} + {config.batch_size} pictures"
        cells = [f"{_parameters(config, case[0]):,}", in_words(times[name])]
        cells += [f"{whole}, {minutes:.0f} minutes", told]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _config(recipe: str, preset: str):
    import data
    from common.machine.precision import choose

    config = importlib.import_module(f"recipes.{recipe}.config").PRESETS[preset]
    config = dataclasses.replace(config, data=DATA, precision=choose("auto"))
    return config.adapted_to(data.find(config.data, config.reading))


def _parameters(config, recipe: str) -> int:
    """The trainable parameters of all of its networks."""
    gan = importlib.import_module(f"recipes.{recipe}.train").build(config)
    return sum(int(np.prod(weight.shape)) for weight in gan.trainable_variables)


def _trained(pipe, recipe: str, preset: str) -> None:
    config = _config(recipe, preset)

    def take():
        from common.batches import rng_for

        gan = importlib.import_module(f"recipes.{recipe}.train").build(config)
        count = config.batch_size
        batch = gan.draw(rng_for(0, "bench"), count)
        for key, shape in {"real": config.sample_shape, "input": config.input_shape}.items():
            pictures = rng_for(0, key).uniform(-1, 1, (count, *shape))
            batch[key] = pictures.astype("float32")
        return step_of(gan, batch)

    serve(pipe, take)


if __name__ == "__main__":
    main()
