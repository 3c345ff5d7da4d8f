"""The fast paths' part of `make bench`, layer by layer: forward and backward, with and without."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from common.layers import instance_norm, reflect
from common.machine.fast_paths import speed_up
from common.machine.precision import choose, computing_in
from tests.bench_steps import milliseconds
from tests.pages.report import in_words

ROUNDS = 7
#: Seconds of passes that a turn lasts at least.
TURN = 0.1
#: What it is → the shape of a batch, and the layer.
CASES = {
    "batch norm, 32×32×64": ((64, 32, 32, 64), layers.BatchNormalization()),
    "batch norm, 8×8×256": ((64, 8, 8, 256), layers.BatchNormalization()),
    "instance norm, 128×128×64, batch 1": ((1, 128, 128, 64), lambda x: instance_norm(x)),
    "instance norm, 16×16×96, batch 4": ((4, 16, 16, 96), lambda x: instance_norm(x)),
    "convolution 4×4, 16×16×128 to 256": ((64, 16, 16, 128), layers.Conv2D(256, 4, 2, "same")),
    "convolution 4×4, 8×8×256 to 512": ((64, 8, 8, 256), layers.Conv2D(512, 4, 2, "same")),
    "transposed 4×4, 32×32×64 to 3": ((64, 32, 32, 64), layers.Conv2DTranspose(3, 4, 2, "same")),
    "transposed 4×4×4, 16×16×16×16 to 1": (
        (32, 16, 16, 16, 16),
        layers.Conv3DTranspose(1, 4, 2, "same"),
    ),
    "reflection, 64×64×24, border 3": ((4, 64, 64, 24), lambda x: reflect(x, 3)),
    "cropping, 65×65×24": ((4, 65, 65, 24), layers.Cropping2D(((1, 0), (1, 0)))),
}


def main() -> None:
    """Measure each layer in turns, and print a table."""
    print("| layer | with its fast path | without | times as fast |")
    print("|---|---|---|---|")
    for name, (shape, layer) in CASES.items():
        compare(name, shape, layer)


def compare(name: str, shape: tuple[int, ...], layer) -> None:
    """Measure a layer on both sides, and print it as a row."""
    with computing_in(choose("auto")):
        # In a network it takes maps in the arithmetic that all compute in.
        inputs = keras.Input(shape[1:], dtype=keras.config.dtype_policy().compute_dtype)
        rebuilt = getattr(layer, "get_config", None)
        make = (lambda: type(layer).from_config(_anew(rebuilt()))) if rebuilt else (lambda: layer)
        plain, fast = (keras.Model(inputs, make()(inputs)) for _ in range(2))
    speed_up(fast)
    x = tf.cast(np.random.default_rng(0).normal(size=shape), inputs.dtype)
    sides = [_passes(model, x) for model in (fast, plain)]
    for side in sides * 2:
        side()
    times = np.array([[milliseconds(side, TURN) for side in sides] for _ in range(ROUNDS)])
    told = (in_words(times[:, 0], 2), in_words(times[:, 1], 2))
    print(f"| {name} | {told[0]} ms | {told[1]} ms | {in_words(times[:, 1] / times[:, 0], 2)} |")


def _anew(config: dict) -> dict:
    """A layer's arguments, but for its name and for the arithmetic that it was made in."""
    return {name: value for name, value in config.items() if name not in ("name", "dtype")}


def _passes(model: keras.Model, x):
    wanted = tf.ones_like(model(x, training=True))

    @tf.function(autograph=False)
    def passes():
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = model(x, training=True)
        # Both are asked for: a graph without the outputs would do without the forward pass.
        return outputs, tape.gradient(outputs, [x, *model.trainable_variables], wanted)

    def take():
        outputs, gradients = passes()
        for value in (outputs, *gradients):
            value.numpy()

    return take
