"""The fast paths' part of `make bench`: a step of each recipe with them, and without."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import time
from unittest import mock

import numpy as np

import data
from common import network, optimizers
from common.machine import backend
from tests.behaviour import settings
from tests.pages.report import in_words

#: In the order of the chapters.
RECIPES = ("first_gan", "dcgan", "cgan", "pix2pix", "cyclegan", "simgan", "voxel_gan")
RECIPES += ("siamese", "siamese_gan", "travelgan", "sdgan", "stylegan", "autoencoder")
ROUNDS = 5
#: Seconds of steps that a turn lasts at least.
TURN = 0.5


def main() -> None:
    """Measure the small configuration of every recipe, and print a table."""
    print("| step of | with fast paths | without | times as fast |")
    print("|---|---|---|---|")
    for name in RECIPES:
        compare(name, settings(name, []))
    row = {"image_size": 64, "width": 64, "batch_size": 64}
    compare("dcgan", dataclasses.replace(settings("dcgan", []), **row), " 64×64")


def compare(recipe: str, config, size: str = "") -> None:
    """Measure a recipe's step on both sides, in turns, and print it as a row.

    Args:
        config: Its settings.
        size: What is told beside its name.
    """
    sides = {"fast": step_of(recipe, config)}
    with plain_layers():
        sides["plain"] = step_of(recipe, config)
    for _ in range(2):
        # The first calls after a trace are slow.
        for take in sides.values():
            take()
    times = {side: [] for side in sides}
    for turn in range(2 * ROUNDS):
        # Now one first, now the other: what the machine does meanwhile falls on both.
        for side in sorted(sides, reverse=bool(turn % 2)):
            times[side].append(milliseconds(sides[side], TURN))
    pairs = {side: np.reshape(t, (ROUNDS, 2)).mean(1) for side, t in times.items()}
    columns = [(pairs["fast"], 1), (pairs["plain"], 1), (pairs["plain"] / pairs["fast"], 2)]
    fast, plain, ratio = (in_words(values, digits) for values, digits in columns)
    print(f"| {recipe}{size} | {fast} ms | {plain} ms | {ratio} |", flush=True)


def plain_layers():
    """Context manager in which networks have no fast paths, and Adam is written out."""
    stack = contextlib.ExitStack()
    stack.enter_context(mock.patch.object(network, "speed_up", lambda model: None))
    # On several devices it is.
    stack.enter_context(mock.patch.object(optimizers, "replicas", lambda: 2))
    return stack


def step_of(recipe: str, config):
    """A recipe's compiled step on one batch, which was taken once."""
    source = data.find(config.data, config.reading)
    config = config.adapted_to(source)
    loaded = source.load("train", config.loaded_size, 4 * config.batch_size, config.seed)
    config = config.informed_by(config.training_set(loaded))
    trainer = importlib.import_module(f"recipes.{recipe}.train").build(config)
    phase = trainer.phases()[-1]
    count = 4 * config.batch_size * phase.parts
    learned = trainer._settle(source.load("train", config.loaded_size, count, config.seed))
    batch = trainer._batches(learned, phase)(0)
    stream = backend.stream(lambda step: batch, 0, 1)
    tensors = next(iter(stream))
    step = backend.compiled(phase.step)

    def take():
        for value in step(tensors).values():
            np.ravel(value)

    take()
    return take


def milliseconds(take, least: float) -> float:
    """What a call takes, over `least` seconds of calls and two of them or more."""
    began, count = time.perf_counter(), 0
    while count < 2 or time.perf_counter() - began < least:
        take()
        count += 1
    return (time.perf_counter() - began) / count * 1e3
