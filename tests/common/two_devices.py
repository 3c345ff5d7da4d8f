"""Trains on one device and on two, and prints how far apart they come out, as JSON.

A program of its own: a processor can be made two devices only before TensorFlow starts.
"""

import dataclasses
import importlib
import json

from common.machine import backend, strategy  # first: they import TensorFlow, quietly

import keras  # isort: skip
import numpy as np
import tensorflow as tf

from common import trainer as common_trainer
from data.errors import Refused
from recipes.cyclegan.pool import Pool

tf.config.set_visible_devices([], "GPU")
PART = tf.config.LogicalDeviceConfiguration()
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [PART] * 2)
TINY = {
    "width": 4,
    "log_every": 1,
    "precision": "float32",
    "sample_every": 1000,
    "channels": 3,
    "input_channels": 3,
}

# What one device has learned, by what it was told.
ALONE = {}


def pictures(seed, channels=3, size=16, count=24):
    return np.random.default_rng(seed).integers(0, 255, (count, size, size, channels), np.uint8)


def trained(recipe, dataset, how, **changes):
    """Everything that a checkpoint would hold, by name, and the last step's logs."""
    config = importlib.import_module(f"recipes.{recipe}.config").PRESETS["small"]
    known = {field.name for field in dataclasses.fields(config)}
    config = dataclasses.replace(
        config, **{n: v for n, v in (TINY | changes).items() if n in known}
    )
    config.check()
    seen = {}
    last = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda _, logs: seen.update({n: float(v) for n, v in logs.items()})
    )
    with how.scope():
        gan = importlib.import_module(f"recipes.{recipe}.train").build(config)
    gan.trainModel(dataset, [last], verbose=False)
    assert gan.step == config.steps
    return {n: [np.array(v) for v in values] for n, values in gan.state().items()}, seen


def apart(recipe, dataset, **changes):
    """By name: the largest difference between one device and two, over the largest value."""
    key = recipe, *sorted(changes.items())
    if key not in ALONE:
        ALONE[key] = trained(recipe, dataset, ONE, **changes)
    (one, logs), (two, logs_of_two) = ALONE[key], trained(recipe, dataset, TWO, **changes)
    found = {}
    for name, values in one.items():
        pairs = [(a, b) for a, b in zip(values, two[name], strict=True) if a.size]
        found[name] = max(np.abs(a - b).max() / (np.abs(a).max() + 1e-3) for a, b in pairs)
    # The pairwise accuracy is of each device's own pairs.
    wanted = {name: value for name, value in logs.items() if "pairwise" not in name}
    found["logs"] = max(abs(logs_of_two[name] - value) for name, value in wanted.items())
    return {name: float(value) for name, value in found.items()}


def refusal(ask):
    try:
        ask()
    except Refused as no:
        return str(no)
    return ""


def pooled(how):
    """What pools of three give for twelve pictures, four at a time, and hold in the end."""
    with how.scope():
        pool = Pool(3, (1, 1, 1), "pool")
    numbers = np.arange(12, dtype=np.float32).reshape(3, 4, 1, 1, 1)
    drawn = Pool.draw(np.random.default_rng(3), 12, 3)
    given = []
    for step, batch in enumerate(numbers):
        rolled = {name: values[4 * step : 4 * step + 4] for name, values in drawn.items()}
        parts = [
            how.experimental_distribute_values_from_function(
                lambda context, v=values: tf.constant(
                    np.split(v, how.num_replicas_in_sync)[context.replica_id_in_sync_group]
                )
            )
            for values in (batch, rolled["coin"], rolled["place"])
        ]
        made = how.experimental_local_results(how.run(tf.function(pool.exchange), parts))
        given += np.concatenate(made).ravel().tolist()
    return given, np.asarray(pool.variables[0]).ravel().tolist()


def gated(how):
    """A weight after an update that a gate lets through, and one that it does not."""
    with how.scope():
        weight = keras.Variable(1.0)
        optimizer = keras.optimizers.SGD(1.0)
        optimizer.build([weight])

    @tf.function
    def step(keep):
        def update():
            backend.update_if(keep, optimizer, [tf.constant(0.25)], [weight])

        how.run(update)

    step(tf.constant(True))
    step(tf.constant(False))
    return float(np.array(weight)), int(np.array(optimizer.iterations))


def gpus(choice):
    """What is chosen where these processors pass for GPUs."""
    listed, had = tf.config.list_logical_devices, backend.has_gpu
    tf.config.list_logical_devices, backend.has_gpu = lambda kind: listed("CPU"), lambda: True
    try:
        return choice()
    finally:
        tf.config.list_logical_devices, backend.has_gpu = listed, had


ONE, TWO = tf.distribute.get_strategy(), strategy.choose("mirrored", None, 8)
DCGAN = {"image_size": 16, "batch_size": 8, "steps": 5}
STABILISED = {"steps": 1, "r1": 1.0, "r2": 1.0, "spectral_norm": True, "augment": True}
STABILISED |= {"instance_noise": 0.1, "label_smoothing": 0.1, "critic_steps": 2}

found = {
    "replicas": TWO.num_replicas_in_sync,
    "auto": strategy.choose("auto", None, 8).num_replicas_in_sync,
    "described": strategy.describe(TWO),
    "uneven, auto": gpus(lambda: strategy.choose("auto", None, 7)).num_replicas_in_sync,
    "even, auto": gpus(lambda: strategy.choose("auto", None, 8)).num_replicas_in_sync,
    "uneven": refusal(lambda: strategy.choose("mirrored", None, 7)),
    "pairs, uneven": refusal(lambda: strategy.choose("mirrored", None, 6, together=2)),
    "pools": [pooled(ONE), pooled(TWO)],
    "gates": [gated(ONE), gated(TWO)],
    "dcgan": apart("dcgan", pictures(0), **DCGAN),
}
# What follows takes longer to compile than to compute.
tf.config.run_functions_eagerly(True)
found["stabilised"] = apart("dcgan", pictures(0), **DCGAN | STABILISED)
# The control: each device with statistics of its own.
common_trainer.share_statistics = lambda network: None
found["own statistics"] = apart("dcgan", pictures(0), **DCGAN)
print(json.dumps(found))
