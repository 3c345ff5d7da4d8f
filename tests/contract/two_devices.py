"""Trains a recipe for a step on one device and on two, and prints how far apart they come out.

A program of its own: a processor can be made two devices only before TensorFlow starts.
"""

import importlib
import json
import sys

from common.machine import backend, strategy  # noqa: F401  first: TensorFlow, quietly

import numpy as np  # isort: skip
import tensorflow as tf

from tests.contract.cases import every_option, loaded, tiny

# What looks at a whole batch, or at state beside it. (To compile all options takes a minute; they
# are compared for one recipe, in tests/common/test_strategy.py.)
SHARED = {"spectral_norm", "critic_steps", "averaging"}

PART = tf.config.LogicalDeviceConfiguration()
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [PART] * 2)


def some_options(recipe):
    return {name: value for name, value in every_option(recipe).items() if name in SHARED}


def after_a_step(recipe, how, options):
    """What a checkpoint would hold, by name, and what was logged."""
    config = tiny(recipe, steps=1, log_every=1, batch_size=4, **options)
    with how.scope():
        trainer = importlib.import_module(f"recipes.{recipe}.train").build(config)
    history = trainer.trainModel(loaded(config), verbose=False)
    logs = {name: values[-1] for name, values in history.history.items()}
    return {n: [np.array(v) for v in vs] for n, vs in trainer.state().items()}, logs


def apart(recipe, one, two, options):
    """By name: the largest difference, over the largest value."""
    (a, logs), (b, others) = (after_a_step(recipe, how, options) for how in (one, two))
    found = {}
    for name, values in a.items():
        pairs = [(x, y) for x, y in zip(values, b[name], strict=True) if x.size]
        # A thousandth of the largest is nothing: as a bias's gradient before a normalisation.
        least = 1e-3 * max(1, *(np.abs(x).max() for x, _ in pairs))
        found[name] = max(np.abs(x - y).max() / (np.abs(x).max() + least) for x, y in pairs)
    # The pairwise accuracy is of each device's own pairs.
    for name in sorted(n for n in logs if "pairwise" not in n):
        found[f"log {name}"] = abs(logs[name] - others[name]) / (abs(logs[name]) + 1e-3)
    return {name: float(value) for name, value in found.items()}


if __name__ == "__main__":
    RECIPE = sys.argv[1]
    ONE, TWO = tf.distribute.get_strategy(), strategy.choose("mirrored", None, 4)
    print(json.dumps(apart(RECIPE, ONE, TWO, some_options(RECIPE))))
