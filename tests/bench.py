"""`make bench`: speed and memory on this machine, compared within one run; writes BENCH.md.

Nothing here gates a test: machines differ, and shared ones are noisy. So both sides of a
ratio are measured in turns, several times, and the range is printed beside the median.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

import data
from common.machine import backend
from common.machine.precision import choose

import keras  # isort: skip
import tensorflow as tf  # isort: skip
from keras import ops  # isort: skip

from common.batches import Batches
from data import worlds
from data.command import run_program
from data.errors import Refused
from data.files import atomic_write
from recipes.dcgan.config import PRESETS, Config
from recipes.dcgan.gan import DCGAN
from tests import (
    bench_dcgan,
    bench_domains,
    bench_layers,
    bench_memory,
    bench_starts,
    bench_steps,
    bench_stylegan,
    bench_translators,
    bench_workers,
)
from tests.bench_dcgan import ROW
from tests.pages.report import block, filled, in_words, printed
from tests.peak import HAS_PEAKS, Peak
from tests.summaries import machine

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "BENCH.md"
#: Parts that stand in a chapter.
PAGES = {"domains": ROOT / "recipes" / "travelgan" / "README.md"}
ROUNDS = 5
PRECISION = choose("auto")


def main() -> None:
    """Measure and print, all parts or those that the command line names; it goes to BENCH.md."""
    asked = sys.argv[1:] or list(PARTS)
    unknown = [name for name in asked if name not in PARTS]
    if unknown:
        raise Refused(f"{unknown[0]}: legal parts are {', '.join(PARTS)}")
    for name in asked:
        with printed() as text:
            PARTS[name]()
        found = text.getvalue().strip() if name in TABLES else block(text.getvalue())
        place = PAGES.get(name, PAGE)
        # Parts may be measured on several machines; within one all sides were on the same.
        found = f"{found}\n\n*{machine()}.*"
        page = filled(place.read_text(encoding="utf-8"), {name: found})
        with atomic_write(place) as tmp:
            tmp.write_text(page, encoding="utf-8")


def ours() -> None:
    """Measure what needs nothing but this project."""
    print(f"{backend.device_name()}; {PRECISION}; median [lowest – highest] of {ROUNDS} rounds\n")
    draw_speed()
    row = training_speed()
    convolution_share(row)
    paper_speed()
    memory()
    waiting()


#: Parts whose text is Markdown already.
TABLES = ("steps", "starts", "layers", "memory", "workers", "domains")
#: What can be measured by itself.
PARTS = {
    "ours": ours,
    "dcgan": bench_dcgan.main,
    "steps": bench_steps.main,
    "starts": bench_starts.main,
    "layers": bench_layers.main,
    "memory": bench_memory.main,
    "workers": bench_workers.main,
    "translators": bench_translators.main,
    "domains": bench_domains.main,
    "stylegan": bench_stylegan.main,
}


def draw_speed() -> None:
    """Pictures, pairs or points a second of each world on one core."""
    # Elsewhere than on Linux the system chooses the core, and NumPy may use several.
    pins = hasattr(os, "sched_setaffinity")
    cores = os.sched_getaffinity(0) if pins else set()
    if pins:
        os.sched_setaffinity(0, {min(cores)})
    for name in [*worlds.names(), "furniture:views"]:
        domains = getattr(worlds.get(name.split(":")[0]), "worlds", {})
        for part in [data.find(f"{name}:{d}") for d in domains] or [data.find(name)]:
            if part.kind == "points":
                rates = [_rate(part.world, 1_000_000) for _ in range(ROUNDS)]
                print(f"{part.name}, drawn on one core: {in_words(rates)} points/s")
                continue
            if part.kind == "voxels":
                _voxel_speed(part)
                continue
            what = "pairs" if part.kind == "pairs" else "pictures"
            for size, bar in ((32, ""), (64, "   (bar: 1,000)"), (256, "")):
                if size > part.world.largest_size:
                    continue
                if (name, size) in (("facades", 256), ("paintings", 64)):
                    bar = "   (bar: 100)"
                count = 1000 if size < 256 else 100
                # The first call also loads typefaces and warms the memory up.
                _rate(part.world, 200, size)
                rates = [_rate(part.world, count, size) for _ in range(ROUNDS)]
                print(
                    f"{part.name} {size}×{size}, drawn on one core: {in_words(rates)} {what}/s{bar}"
                )
    if pins:
        os.sched_setaffinity(0, cores)


def _voxel_speed(source) -> None:
    """Shapes a second of a world of voxels, or shapes with their views."""
    what, bar = ("shapes", 200) if source.input_size is None else ("shapes and views", 300)
    for size in (16, 32, 64):
        _rate(source.world, 100, size)
        rates = [_rate(source.world, 300, size) for _ in range(ROUNDS)]
        told = f"   (bar: {bar})" if size == 32 else ""
        print(f"{source.name} {size}×{size}×{size}: {in_words(rates)} {what}/s{told}")


def _rate(world, count: int, *size: int) -> float:
    began = time.perf_counter()
    world.draw(np.arange(count), *size)
    return count / (time.perf_counter() - began)


def build(config: Config, precision: str) -> DCGAN:
    """A GAN that is ready to step."""
    gan = DCGAN(dataclasses.replace(config, precision=precision))
    gan.compile(optimizer=None, jit_compile=backend.has_gpu())
    gan.phase = gan.phases()[-1]
    gan.make_train_function()
    return gan


class PlainGAN(keras.Model):
    """The same networks in the loop of the textbooks, at Keras' defaults."""

    def __init__(self, gan: DCGAN):
        super().__init__()
        self.g, self.d = gan.generator.model, gan.discriminator.model
        self.g_optimizer, self.d_optimizer = (keras.optimizers.Adam(2e-4, 0.5) for _ in "gd")
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)
        self.built = True

    def train_step(self, batch):
        """Discriminator and generator in turn, each with fresh fakes."""
        real, latent = batch["real"], batch["latent"]
        ones, zeros = ops.ones((real.shape[0], 1)), ops.zeros((real.shape[0], 1))
        fake = self.g(latent, training=True)
        with tf.GradientTape() as tape:
            d_loss = self.bce(ones, self.d(real, training=True))
            d_loss += self.bce(zeros, self.d(fake, training=True))
        gradients = tape.gradient(d_loss, self.d.trainable_variables)
        self.d_optimizer.apply(gradients, self.d.trainable_variables)
        with tf.GradientTape() as tape:
            g_loss = self.bce(ones, self.d(self.g(latent, training=True), training=True))
        gradients = tape.gradient(g_loss, self.g.trainable_variables)
        self.g_optimizer.apply(gradients, self.g.trainable_variables)
        return {"d": d_loss, "g": g_loss}


def plain(config: Config, jit_compile) -> PlainGAN:
    """The textbook loop, ready to step."""
    model = PlainGAN(DCGAN(dataclasses.replace(config, precision="float32")))
    model.compile(optimizer=None, jit_compile=jit_compile)
    model.make_train_function()
    return model


def cached(config: Config):
    """An endless pipeline of one batch that is there already."""
    rng = np.random.default_rng(0)
    side = config.image_size
    shape = (config.batch_size, side, side, config.channels)
    batch = {
        "real": rng.uniform(-1, 1, shape).astype("float32"),
        "latent": rng.uniform(-1, 1, (config.batch_size, config.latent_size)).astype("float32"),
    }
    return tf.data.Dataset.from_tensors(batch).cache().repeat().prefetch(4)


def seconds(model: keras.Model, iterator, steps: int) -> float:
    """Seconds for some steps, waiting for the last one's result."""
    began = time.perf_counter()
    for _ in range(steps):
        logs = model.train_function(iterator)
    [float(np.ravel(value)[0]) for value in logs.values()]
    return time.perf_counter() - began


def training_speed() -> list[float]:
    """Images a second of `ROW`, and its ratio to the plain loop."""
    sides = {"ours": build(ROW, PRECISION), "plain": plain(ROW, "auto"), "xla": plain(ROW, True)}
    feeds = {name: iter(cached(ROW)) for name in sides}
    for name, model in sides.items():
        seconds(model, feeds[name], 2)
    rates = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, model in sides.items():
            rates[name].append(ROW.batch_size * 6 / seconds(model, feeds[name], 6))
    print(f"\nDCGAN 64×64, 4×4 kernels, width 64, batch 64: {in_words(rates['ours'], 1)} images/s")
    for name, words in (("plain", "jit auto"), ("xla", "XLA")):
        ratios = np.array(rates["ours"]) / np.array(rates[name])
        print(
            f"  plain Keras loop (float32, {words}): {in_words(rates[name], 1)} images/s;", end=""
        )
        print(f" ours is {in_words(ratios, 2)} times as fast" + "   (bar: 1.8)" * (name == "plain"))
    return rates["ours"]


def step_operations(gan: DCGAN) -> float:
    """Floating-point operations of one training step an image, in products and matrices.

    A layer's forward pass, its weights' gradient and its input's gradient cost the same. G
    runs forward once and back once; D runs forward on real, fake, and fake again, and back
    through the first two for its weights and through the third for its input. A transposed
    convolution costs its input positions times its kernel.
    """

    def forward(layer) -> float:
        if isinstance(layer, keras.layers.Conv2DTranspose):
            positions = np.prod(layer.input.shape[1:3])
        elif isinstance(layer, keras.layers.Conv2D):
            positions = np.prod(layer.output.shape[1:3])
        elif isinstance(layer, keras.layers.Dense):
            positions = 1
        else:
            return 0.0
        return 2.0 * positions * np.prod(layer.kernel.shape)

    g = [c for c in map(forward, gan.generator.model.layers) if c]
    d = [c for c in map(forward, gan.discriminator.model.layers) if c]
    # Nobody asks for the gradient of a latent, nor in D's own step for that of a picture.
    return (3 * sum(g) - g[0]) + (6 * sum(d) - 2 * d[0]) + 2 * sum(d)


def convolution_share(rates: list[float]) -> None:
    """The share of the machine's own convolution rate that the step reaches."""
    dtype = "bfloat16" if "bfloat16" in PRECISION else "float32"
    best = 0.0
    for side, inputs, outputs, kernel, stride in (
        (32, 64, 128, 4, 2),
        (16, 128, 256, 4, 2),
        (8, 256, 512, 4, 2),
        (16, 128, 128, 3, 1),
    ):
        x = tf.cast(tf.random.normal((64, side, side, inputs)), dtype)
        w = tf.cast(tf.random.normal((kernel, kernel, inputs, outputs)), dtype)
        convolve = tf.function(lambda x, w, s=stride: tf.nn.conv2d(x, w, s, "SAME"))
        work = 2 * 64 * (side // stride) ** 2 * kernel**2 * inputs * outputs
        for _ in range(3 * ROUNDS):
            began = time.perf_counter()
            for _ in range(5):
                result = convolve(x, w)
            result.numpy()
            best = max(best, 5 * work / (time.perf_counter() - began))
    work = step_operations(build(ROW, PRECISION))
    shares = np.array(rates) * work / best
    print(
        f"  {work / 1e9:.2f} GFLOP an image; fastest {dtype} convolution {best / 1e9:.0f} GFLOP/s"
    )
    print(f"  share of it: {in_words(shares, 2)}   (bar: .75)")


def paper_speed() -> None:
    """Images a second of the published configuration."""
    config = dataclasses.replace(PRESETS["paper"], channels=3)
    model, feed = build(config, PRECISION), iter(cached(config))
    seconds(model, feed, 1)
    rates = [config.batch_size / seconds(model, feed, 1) for _ in range(3)]
    print(f"DCGAN paper (5×5 kernels, width 128, batch 128): {in_words(rates, 1)} images/s")


def _peak(config: Config, precision: str, results) -> None:
    peak = Peak()
    seconds(build(config, precision), iter(cached(config)), 4)
    results.put(peak())


def memory() -> None:
    """Peak memory above the imported framework, each in a process of its own."""
    if not HAS_PEAKS:
        print("peak memory: measured on Linux alone")
        return
    context = multiprocessing.get_context("spawn")
    small = dataclasses.replace(PRESETS["small"], image_size=Config.world_size, channels=3)
    paper = dataclasses.replace(PRESETS["paper"], channels=3)
    for name, config in (("small", small), ("64×64 width 64", ROW), ("paper", paper)):
        results = context.Queue()
        process = context.Process(target=_peak, args=(config, PRECISION, results))
        process.start()
        print(f"peak memory above the imported framework, {name}: {results.get():,.0f} MiB")
        process.join()


def waiting() -> None:
    """The share of time spent waiting for data: 1 − real / cached-batch step rate."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["GAN_COOKBOOK_CACHE"] = str(Path(place) / "cache")
        photos = Path(place) / "photos"
        photos.mkdir()
        pictures = worlds.get("houses").draw(np.arange(300), 64).samples
        for index, picture in enumerate(pictures):
            large = Image.fromarray(picture).resize((256, 256))
            large.save(photos / f"{index}.jpg")
        for spec in ("houses", str(photos)):
            # In memory, and as a set that is too large for it.
            for memory in ("2", "0"):
                os.environ["GAN_COOKBOOK_MEMORY"] = memory
                _waiting_on(spec, jitter=0.0)
        _waiting_on(str(photos), jitter=0.125)


def _waiting_on(spec: str, jitter: float) -> None:
    config = dataclasses.replace(
        PRESETS["small"],
        **{"data": spec, "image_size": Config.world_size, "channels": 3, "pictures": 20_000},
        **{"jitter": jitter, "flip": jitter > 0},
    )
    source = data.find(spec)
    dataset = source.load("train", config.loaded_size, config.pictures, 0)
    model, steps = build(config, PRECISION), 60
    batches = Batches(dataset, config, model.draw)
    pipeline = backend.stream(batches, 0, 1_000_000)
    feeds = {"real": iter(pipeline), "cached": iter(pipeline.take(1).cache().repeat())}
    times = {name: [] for name in feeds}
    for feed in feeds.values():
        seconds(model, feed, 5)
    for turn in range(2 * ROUNDS):
        # Now one first, now the other: what the machine does meanwhile falls on both.
        for name in sorted(feeds, reverse=bool(turn % 2)):
            times[name].append(seconds(model, feeds[name], steps))
    pairs = {name: np.reshape(values, (ROUNDS, 2)).sum(axis=1) for name, values in times.items()}
    shares = 100 * (1 - pairs["cached"] / pairs["real"])
    what = spec if source.sizes is None else f"a folder of {source.count} JPEGs"
    where = "read from a file" if isinstance(dataset.samples, np.memmap) else "in memory"
    where += ", jittered" if jitter else ""
    print(f"waiting for data, small configuration on {what}, {where}: ", end="")
    print(f"{in_words(shares, 1)} %   (bar: 3)")


if __name__ == "__main__":
    sys.exit(run_program(main))
