"""Trains a recipe for a step on one device, on two, and on one with half of each batch.

It prints, by name, how far from the first the other two come out. A program of its own: a
processor can be made two devices only before TensorFlow starts.
"""

import importlib
import json
import sys

from common.machine import backend, strategy  # noqa: F401  first: TensorFlow, quietly

import numpy as np  # isort: skip
import tensorflow as tf

from tests.contract.cases import every_option, loaded, tiny

# What looks at a whole batch, or at state beside it. (All of them are compared for one recipe, in
# tests/common/test_strategy.py.)
SHARED = {"spectral_norm", "critic_steps", "averaging"}

PART = tf.config.LogicalDeviceConfiguration()
# To compile one step takes as long as some dozens; what is compiled is compared over there, too.
tf.config.run_functions_eagerly(True)
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [PART] * 2)


def some_options(recipe):
    return {name: value for name, value in every_option(recipe).items() if name in SHARED}


def after_a_step(recipe, how, batch_size, options):
    """What a checkpoint would hold, by name, and what was logged."""
    config = tiny(recipe, steps=1, log_every=1, batch_size=batch_size, **options)
    with how.scope():
        trainer = importlib.import_module(f"recipes.{recipe}.train").build(config)
    history = trainer.trainModel(loaded(config), verbose=False)
    logs = {name: values[-1] for name, values in history.history.items()}
    return {n: [np.array(v) for v in vs] for n, vs in trainer.state().items()}, logs


def apart(one, other):
    """By name: the largest difference, over the largest value."""
    (a, logs), (b, others) = one, other
    found = {}
    for name, values in a.items():
        pairs = [(x, y) for x, y in zip(values, b[name], strict=True) if x.size]
        # Half a hundredth of the largest is nothing: as a bias's gradient before a normalisation,
        # which is the rounding of many terms that add up to 0.
        least = 5e-3 * max((np.abs(x).max() for x, _ in pairs), default=1)
        far = [np.abs(x - y).max() / (np.abs(x).max() + least) for x, y in pairs]
        found[name] = max(far, default=0)
    # The pairwise accuracy is of each device's own pairs.
    for name in sorted(n for n in logs if "pairwise" not in n):
        found[f"log {name}"] = abs(logs[name] - others[name]) / (abs(logs[name]) + 1e-3)
    return {name: float(value) for name, value in found.items()}


if __name__ == "__main__":
    RECIPE = sys.argv[1]
    ONE, TWO = tf.distribute.get_strategy(), strategy.choose("mirrored", None, 4)
    OPTIONS = some_options(RECIPE)
    WHOLE, SHARED_OUT, HALF = (
        after_a_step(RECIPE, how, size, OPTIONS) for how, size in ((ONE, 4), (TWO, 4), (ONE, 2))
    )
    print(json.dumps({"two devices": apart(WHOLE, SHARED_OUT), "half": apart(WHOLE, HALF)}))
