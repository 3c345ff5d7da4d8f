"""What a training does, as a digest: `python -m tests.behaviour RECIPE [FLAGS]`.

A table of results stays valid for as long as its trainings do the same: not for as long as
their sources have the same words. So what is digested are weights, after the first steps of
each phase of exactly that training (its networks, losses, data, precision and seed), and after
steps in the middle and at the end of it, where rates have decayed; but with few samples. To move
or rename code changes nothing here; to change a step does, by as little as a rounding.

What takes more than a few steps to show is not seen: a history of fakes that is still filling.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import platform
import sys

import numpy as np

import data
from data.command import read_flags, run_program

STEPS = 3
# Settings that decide how a training ends rather than what its steps do.
_OF_THE_END = ("steps", "pictures", "watchdog", "stop_at_equilibrium", "precision")


def main() -> None:
    """Print the digest of the training that the command line names."""
    recipe, *flags = sys.argv[1:]
    print(json.dumps(digest(recipe, flags)))


def digest(recipe: str, flags) -> str:
    """The digest of a training: the same on one machine for as long as it does the same.

    Args:
        recipe: Its name.
        flags: What follows `python -m recipes.RECIPE.train`.
    """
    config = settings(recipe, flags)
    source = data.find(config.data, config.reading)
    config = config.adapted_to(source)
    # Before Keras: it is quiet about what TensorFlow finds.
    from common.machine import backend  # noqa: F401

    def first(count: int):
        return source.load("train", config.loaded_size, min(count, config.pictures), config.seed)

    few = 4 * config.batch_size
    # A classifier has weights for each class of what it learns from.
    informed = config.informed_by(config.training_set(first(few)))
    trainer = importlib.import_module(f"recipes.{recipe}.train").build(informed)
    loaded = first(few * max(phase.parts for phase in trainer.phases()))
    told = [getattr(config, name, None) for name in _OF_THE_END]
    total = hashlib.sha256(json.dumps([told, trainer.step]).encode())
    for step in _looked_at(trainer):
        _go_to(trainer, step)
        trainer.trainModel(loaded, [_stop_after(STEPS)], verbose=False)
        total.update(_weights(trainer))
    return total.hexdigest()[:16]


def settings(recipe: str, flags):
    """The configuration that a training's command line stands for, before it meets the data."""
    presets, (name, rest) = _presets(recipe), ("small", list(flags))
    if rest and rest[0] in presets:
        name, *rest = rest
    return read_flags(type(presets[name]), rest, program=recipe, default=presets[name])


def _presets(recipe: str) -> dict:
    return importlib.import_module(f"recipes.{recipe}.config").PRESETS


def _looked_at(trainer) -> list[int]:
    """The steps from which some are taken: where each phase begins, and later in the last."""
    ends = [phase.until for phase in trainer.phases()]
    begins = [trainer.step, *ends[:-1]]
    later = [(begins[-1] + ends[-1]) // 2, ends[-1] - STEPS]
    return sorted({step for step in (*begins, *later) if trainer.step <= step < ends[-1]})


def _go_to(trainer, step: int) -> None:
    trainer.step = step
    for network in trainer.networks:
        # Rates, and whatever else fades, follow the optimizer's count.
        iterations = network.optimizer.iterations
        iterations.assign(max(int(iterations.numpy()), step))


def _stop_after(steps: int):
    import keras

    class Stop(keras.callbacks.Callback):
        """Ends a training after some steps."""

        def on_train_begin(self, logs=None):
            self._left = steps

        def on_train_batch_end(self, batch, logs=None):
            self._left -= 1
            if not self._left:
                self.model.stop_training = True

    return Stop()


def _weights(trainer) -> bytes:
    """A digest of all weights, of what they are and not of their names or their order."""
    models = [model for network in trainer.networks for model in network.models]
    with trainer.average.ema_models() as averages:
        arrays = [np.asarray(v) for model in (*models, *averages) for v in model.weights]
    each = sorted(hashlib.sha256(f"{a.shape}".encode() + a.tobytes()).digest() for a in arrays)
    return hashlib.sha256(b"".join(each)).digest()


def machine() -> str:
    """What decides how this machine rounds: its processor and how many cores it has.

    The digests of two machines cannot be compared, unless they are equal.
    """
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            facts = dict(line.split(":", 1) for line in file if ":" in line)
        facts = {name.strip(): value.strip() for name, value in facts.items()}
        name, flags = facts["model name"], facts["flags"]
    except (OSError, KeyError):
        name, flags = platform.processor() or platform.machine(), ""
    known = hashlib.sha256(" ".join(sorted(flags.split())).encode()).hexdigest()[:6]
    return f"{name}, {os.cpu_count()} cores, instructions {known}"


if __name__ == "__main__":
    sys.exit(run_program(main))
