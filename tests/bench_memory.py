"""The memory's part of `make bench`: the peak of each recipe's training, and whether it grows."""

from __future__ import annotations

import dataclasses
import importlib
import multiprocessing

import numpy as np
import psutil

import data
from tests.pages.drawings import recipes
from tests.peak import HAS_PEAKS, Peak

#: Updates after which a process has what it needs, and for which it is watched after that.
WARM, WATCHED = 400, 2000
#: So many updates show the peak.
_FEW = 20
# Steps between two looks.
_EVERY = 20
_MIB = 2**20


def main() -> None:
    """Train each recipe in processes of its own; print a table."""
    if not HAS_PEAKS:
        print("*Measured on Linux alone.*")
        return
    print("| | peak, `small` | `tiny`, warm | 2,000 steps later | growth |")
    print("|---|---|---|---|---|")
    for recipe in recipes():
        (peak,) = _in_a_process(peak_of, recipe)
        early, late = _in_a_process(watched, recipe)
        told = [f"{value:,.0f} MiB" for value in (peak, early, late)]
        print(f"| {recipe} | {' | '.join(told)} | {late / early - 1:+.1%} |", flush=True)


def _in_a_process(measure, recipe: str) -> tuple[float, ...]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_answer, args=(there, measure, recipe))
    process.start()
    there.close()
    try:
        return here.recv()
    finally:
        process.join()


def _answer(pipe, measure, recipe: str) -> None:
    pipe.send(measure(recipe))


def peak_of(recipe: str) -> tuple[float]:
    """The peak of some steps of the small configuration, in MiB above the imported framework."""
    from common.machine import backend  # noqa: F401  what is imported is not counted

    peak = Peak()
    _train(recipe, "small", [], steps=_FEW)
    return (peak(),)


def watched(recipe: str) -> tuple[float, float]:
    """What a training of the tiny configuration takes once it is warm, and later, in MiB.

    Each is the median of some looks, which a single peak does not change.
    """
    import keras

    looks: list[float] = []

    class Looks(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.step % _EVERY == 0:
                looks.append(psutil.Process().memory_info().rss / _MIB)

    _train(recipe, "tiny", [Looks()], steps=WARM + WATCHED, log_every=_EVERY)
    warm, few = WARM // _EVERY, WARM // _EVERY // 4
    return float(np.median(looks[warm - few : warm + few])), float(np.median(looks[-2 * few :]))


def _train(recipe: str, preset: str, callbacks: list, **changes) -> None:
    """Train by a preset without what comes before the game, and at constant rates."""
    config = importlib.import_module(f"recipes.{recipe}.config").PRESETS[preset]
    for name in ("pretrain_discriminator", "pretrain_refiner"):
        if hasattr(config, name):
            changes[name] = 0
    config = dataclasses.replace(config, decay_from=0, decay_steps=0, **changes)
    source = data.find(config.data, config.reading)
    config = config.adapted_to(source)
    trainer = importlib.import_module(f"recipes.{recipe}.train").build(config)
    learned = source.load("train", config.loaded_size, config.pictures, config.seed)
    trainer.trainModel(config.training_set(learned), callbacks, verbose=False)
