"""The workers' part of `make bench`: a batch that is shared out, beside one device that has it.

Each process that it starts is `python -m tests.bench_workers` with the arguments of `seconds`: it
trains, and prints how long its last steps took.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time

import numpy as np

from tests.commands import ROOT, cluster
from tests.pages.report import in_words

ROUNDS = 3
#: Steps before the clock runs, and while it does.
WARM, MEASURED = 30, 60
BATCH = 64
# What is compared: what each of its processes is given, and whether these know of each other.
_SIDES = {
    "one": ([{}], False),
    "devices": ([{"devices": 2}], False),
    "workers": ([{"core": 0}, {"core": 1}], True),
    # What a worker computes, without the exchange.
    "apart": ([{"core": 0, "share": 2}, {"core": 1, "share": 2}], False),
}


def main() -> None:
    """Measure in turns; print a table."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) != 2:
        print("*Measured on Linux with two cores alone.*")
        return
    times = {side: [] for side in _SIDES}
    for turn in range(ROUNDS):
        # Now one first, now the other: what the machine does meanwhile falls on all.
        for side in sorted(_SIDES, reverse=bool(turn % 2)):
            times[side].append(max(_together(*_SIDES[side])) / MEASURED)
    one, devices, workers, apart = (np.array(times[side]) for side in _SIDES)
    print(f"| DCGAN's small configuration, batch of {BATCH} on two cores | ms a step | as fast |")
    print("|---|---|---|")
    for name, seconds in (
        ("one process", one),
        ("one process, two devices", devices),
        ("two workers, a core each", workers),
        ("two that do not exchange gradients", apart),
    ):
        print(f"| {name} | {in_words(1000 * seconds)} | {in_words(one / seconds, 2)} |")
    print(f"\nOf a worker's step the exchange takes {in_words(100 * (1 - apart / workers))} %.")


def _together(given: list[dict], know: bool) -> list[float]:
    """The seconds of processes that run at the same time."""
    processes = []
    for words, task in zip(given, cluster(len(given)), strict=True):
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.bench_workers", json.dumps(words)],
                cwd=ROOT,
                env=os.environ | ({"TF_CONFIG": task} if know else {}),
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    return [float(process.communicate()[0].splitlines()[-1]) for process in processes]


def seconds(
    core: int | None = None, devices: int = 1, share: int = 1, preset: str = "small"
) -> float:
    """Train, and return the seconds of the last steps.

    Args:
        core: The only one to compute on.
        devices: How many this process is to be.
        share: What part of the batch is its own; 2: a half.
        preset: The configuration of DCGAN.
    """
    if core is not None:
        # Before TensorFlow counts them.
        os.sched_setaffinity(0, {core})
    from common.machine import strategy
    from common.machine.workers import Cluster

    import keras  # isort: skip
    import tensorflow as tf  # isort: skip
    import data
    from recipes.dcgan.config import PRESETS
    from recipes.dcgan.train import build

    if devices > 1:
        part = tf.config.LogicalDeviceConfiguration()
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [part] * devices)
    workers = Cluster.of(os.environ)
    wanted = "mirrored" if devices > 1 else "auto"
    size = BATCH // share
    config = dataclasses.replace(
        PRESETS[preset],
        batch_size=size,
        steps=WARM + MEASURED,
        decay_from=0,
        decay_steps=0,
        pictures=2000,
    )
    source = data.find(config.data, config.reading)
    config = config.adapted_to(source)
    learned = source.load("train", config.loaded_size, config.pictures, config.seed)
    times = []

    class Clock(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            times.append(time.perf_counter())

    with strategy.choose(wanted, workers, size).scope():
        trainer = build(config)
    trainer.trainModel(learned, [Clock()], verbose=False)
    return times[-1] - times[-1 - MEASURED]


if __name__ == "__main__":
    print(seconds(**json.loads(sys.argv[1])))
