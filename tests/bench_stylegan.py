"""StyleGAN's part of `make bench`: both generations, beside the same networks and steps in PyTorch.

And StyleGAN2's kernels, as the recipe computes them and as one grouped convolution.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import time

import numpy as np

from recipes.stylegan.config import PRESETS, pixel_rule
from tests.bench_translators import ROUNDS, Side, compare, serve, step_of

#: Preset -> what it is called.
CASES = {"small": "StyleGAN", "second": "StyleGAN2"}


def main() -> None:
    """Measure and print."""
    modulated()
    if importlib.util.find_spec("torch") is None:
        print("StyleGAN beside PyTorch: not measured, pip install -e '.[bench]' brings it")
        return
    for preset, name in CASES.items():
        config = settled(preset)
        what = f"{name} {config.image_size}×{config.image_size}, small, batch {config.batch_size}"
        sides = {"ours": Side(_ours, preset), "eager": Side(_torch, preset)}
        # As many as it takes to meet every lazy penalty as often as it is due.
        compare(what, sides, 16, {"eager": 1.5}, config.batch_size)


def settled(preset: str):
    """A preset for pictures in colour."""
    config = dataclasses.replace(PRESETS[preset], channels=3)
    path = 2.0 if config.generation == 2 else 0.0
    return dataclasses.replace(config, r1=pixel_rule(config), path_length=path)


def modulated() -> None:
    """A modulated convolution, forward: scaled before and after, and as one grouped call."""
    import tensorflow as tf

    from recipes.stylegan.layers import ModulatedConv2D

    layer, rng = ModulatedConv2D(48), np.random.default_rng(0)
    x = tf.constant(rng.standard_normal((32, 32, 32, 48)), tf.float32)
    style = tf.constant(rng.standard_normal((32, 48)), tf.float32)
    layer([x, style])
    kernel = tf.constant(layer.kernel)

    @tf.function
    def scaled():
        return layer([x, style])

    @tf.function
    def grouped():
        each = kernel * layer.factor * (style + 1)[:, None, None, :, None]
        norms = tf.reduce_sum(each**2, (1, 2, 3), keepdims=True)
        each = layer.gain * each * tf.math.rsqrt(norms + 1e-8)
        # The batch becomes groups of channels of a single map.
        wide = tf.reshape(tf.transpose(x, (1, 2, 0, 3)), (1, 32, 32, -1))
        kernels = tf.reshape(tf.transpose(each, (1, 2, 3, 0, 4)), (3, 3, 48, -1))
        made = tf.nn.conv2d(wide, kernels, 1, "SAME")
        return tf.transpose(tf.reshape(made, (32, 32, 32, 48)), (2, 0, 1, 3))

    np.testing.assert_allclose(scaled(), grouped(), atol=1e-3)
    times = {"scaled": [], "grouped": []}
    for _ in range(ROUNDS):
        for name, function in (("scaled", scaled), ("grouped", grouped)):
            began = time.perf_counter()
            for _ in range(5):
                function().numpy()
            times[name].append((time.perf_counter() - began) / 5 * 1e3)
    told = "; ".join(f"{name} {np.median(each):.0f} ms" for name, each in times.items())
    print(f"modulated convolution, 32 maps of 32×32×48, forward: {told}")


def _ours(pipe, preset: str) -> None:
    from common.machine.precision import choose

    def take():
        from common.batches import rng_for
        from recipes.stylegan.train import build

        gan = build(dataclasses.replace(settled(preset), precision=choose("auto")))
        config = gan.config
        shape = (config.batch_size, *config.sample_shape)
        real = {"real": rng_for(0, "real").uniform(-1, 1, shape).astype("float32")}
        batch = gan._draw(rng_for(0, "bench"), config.batch_size) | real
        return step_of(gan, batch)

    serve(pipe, take)


def _torch(pipe, preset: str) -> None:
    import torch

    def take():
        from tests.torch_stylegan import StyleGAN

        config = settled(preset)
        gan = StyleGAN(config)
        real = torch.rand(config.batch_size, 3, config.image_size, config.image_size) * 2 - 1
        return lambda: gan.step(real)

    serve(pipe, take)


if __name__ == "__main__":
    main()
