"""The translators' part of `make bench`: beside the same networks and steps in PyTorch.

Each side lives in a process of its own, so that neither's threads or memory are the other's;
they take turns.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import multiprocessing
import time
from collections.abc import Callable

import numpy as np

from tests.pages.report import in_words
from tests.peak import Peak

ROUNDS = 5
#: Name -> pixels a side, steps a turn.
CASES = {"pix2pix": (256, 3), "cyclegan": (128, 2)}
BLOCKS = 6
#: How PyTorch is used.
WORDS = {"eager": "eager float32", "tuned": "compiled, channels last, bfloat16"}
#: How many times as fast as each we want to be.
BARS = {"eager": 2.0, "tuned": 1.2}


def main() -> None:
    """Measure and print."""
    if importlib.util.find_spec("torch") is None:
        print("translators beside PyTorch: not measured, pip install -e '.[bench]' brings it")
        return
    for name, (size, steps) in CASES.items():
        ways = {way: Side(_torch, name, size, way == "tuned") for way in WORDS}
        sides = {"ours": Side(_ours, name, size), **ways}
        compare(f"{name} {size}×{size}, batch 1", sides, steps, BARS)


def compare(
    what: str, sides: dict[str, Side], steps: int, bars: dict[str, float], images: int = 0
) -> None:
    """Measure our side and PyTorch's in turns, and print it.

    Args:
        what: What takes steps.
        sides: "ours", and some of `WORDS`.
        steps: How many a turn.
        bars: How many times as fast as each of those ours is to be.
        images: Of a step; 0: steps are told.
    """
    for side in sides.values():
        # To compile takes more than one step.
        side.seconds(3)
    times = {name: [] for name in sides}
    for turn in range(2 * ROUNDS):
        # Each turn begins with another one: what the machine does meanwhile falls on all.
        names = sorted(sides)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            times[name].append(sides[name].seconds(steps))
    peaks = {name: side.end() for name, side in sides.items()}
    pairs = {name: np.reshape(took, (ROUNDS, 2)).sum(1) for name, took in times.items()}
    rates = {name: 2 * steps * max(images, 1) / seconds for name, seconds in pairs.items()}
    unit, digits = ("images/s", 1) if images else ("steps/s", 2)
    print(f"\n{what}: {in_words(rates['ours'], digits)} {unit}")
    for way in [way for way in WORDS if way in sides]:
        ratio = in_words(rates["ours"] / rates[way], 2)
        print(f"  PyTorch ({WORDS[way]}): {in_words(rates[way], digits)} {unit};", end="")
        print(f" ours is {ratio} times as fast   (bar: {bars[way]})")
    told = f"{peaks['ours']:,.0f} MiB, PyTorch (eager float32) {peaks['eager']:,.0f} MiB"
    share = peaks["ours"] / peaks["eager"]
    print(f"  peak memory above the imported framework: {told}; {share:.2f}   (bar: 1.2)")


class Side:
    """A process that takes steps when it is told to.

    Args:
        target: (pipe, *given) -> None, which calls `serve`.
    """

    def __init__(self, target: Callable, *given):
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=target, args=(theirs, *given))
        self._process.start()

    def seconds(self, steps: int) -> float:
        """How long some steps take."""
        self._pipe.send(steps)
        return self._pipe.recv()

    def end(self) -> float:
        """The peak of memory above the imported framework, in MiB."""
        self._pipe.send(0)
        peak = self._pipe.recv()
        self._process.join()
        return peak


def serve(pipe, take: Callable) -> None:
    """Take the steps that a pipe asks for, and answer with their seconds; at 0, with the peak.

    Args:
        take: Builds what is measured; returns a function that makes a step.
    """
    peak = Peak()
    step = take()
    while steps := pipe.recv():
        began = time.perf_counter()
        for _ in range(steps):
            step()
        pipe.send(time.perf_counter() - began)
    pipe.send(peak())


def step_of(gan, batch: dict) -> Callable:
    """The step that a training takes, on one batch, with the logs that a training reads."""
    import tensorflow as tf

    from common.machine import backend

    gan.compile(optimizer=None, jit_compile=backend.has_gpu())
    gan.phase = gan.phases()[-1]
    gan.make_train_function()
    feed = iter(tf.data.Dataset.from_tensors(batch).cache().repeat())

    def step():
        logs = gan.train_function(feed)
        return [float(np.ravel(value)[0]) for value in logs.values()]

    return step


def _ours(pipe, name: str, size: int) -> None:
    from common.machine.precision import choose

    precision = choose("auto")

    def take():
        from common.batches import rng_for

        gan = _gan(name, size, precision)
        batch = gan.draw(rng_for(0, "bench"), 1)
        shapes = {"real": gan.config.sample_shape, "input": gan.config.input_shape}
        for key, shape in shapes.items():
            batch[key] = rng_for(0, key).uniform(-1, 1, (1, *shape)).astype("float32")
        return step_of(gan, batch)

    serve(pipe, take)


def _gan(name: str, size: int, precision: str):
    if name == "pix2pix":
        from recipes.pix2pix.config import PRESETS
        from recipes.pix2pix.train import build

        more = {}
    else:
        from recipes.cyclegan.config import PRESETS
        from recipes.cyclegan.train import build

        more = {"blocks": BLOCKS}
    sized = {"image_size": size, "channels": 3, "input_channels": 3, "precision": precision}
    return build(dataclasses.replace(PRESETS["paper"], **sized, **more))


def _torch(pipe, name: str, size: int, tuned: bool) -> None:
    import torch

    def take():
        from tests.torch_translators import CycleGAN, Pix2Pix

        gan = Pix2Pix(tuned) if name == "pix2pix" else CycleGAN(BLOCKS, tuned)
        pictures = [torch.rand(1, 3, size, size) * 2 - 1 for _ in range(2)]
        return lambda: gan.step(*pictures)

    serve(pipe, take)


if __name__ == "__main__":
    main()
