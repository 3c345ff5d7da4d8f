"""Time to quality: how far DCGAN's houses, and a tutorial's, are from real ones, over seconds.

`make results` measures it with DCGAN's other figures, and `python -m tests.quality` by itself
(`--all`: also a curve whose training is as before). Both take a quarter of an hour, and the machine
should have nothing else to do. They train on the same pictures; their clocks stand still while
samples are drawn and measured.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

# First: it keeps TensorFlow quiet.
import keras
import numpy as np
from PIL import Image

import data
from common.batches import rng_for
from common.evaluation.reference import ReferenceSet
from common.metrics.features import feature_net
from common.metrics.frechet import frechet_distance
from data.command import run_program
from data.figure import new_figure, to_picture
from data.files import atomic_write
from data.pixels import to_pixels
from data.sheet import save
from recipes.dcgan.config import PRESETS
from recipes.dcgan.train import build
from tests.results import behaviour_of
from tests.summaries import machine

ROOT = Path(__file__).parent.parent
FILE = ROOT / "recipes" / "dcgan" / "quality.json"
PICTURE = ROOT / "recipes" / "dcgan" / "pictures" / "quality.png"
#: Seconds of training after which samples are measured: often at first, then every half minute.
MOMENTS = (*range(5, 60, 5), *range(60, 601, 30))
#: Samples that are compared with as many real ones.
SAMPLES = 5000
OURS, TUTORIAL = "this DCGAN", "as tutorials write it"


class Clock(keras.callbacks.Callback):
    """Callback that measures at some moments of a training, and ends it at the last.

    Args:
        measure: What is measured, a number.
        moments: Seconds, ascending. They are counted from the end of the first step, which
            compiles the others, and without those in which it measures.
    """

    def __init__(self, measure: Callable[[], float], moments):
        super().__init__()
        self._measure, self._left, self._began = measure, list(moments), None
        #: Seconds and what was measured then.
        self.found: list[tuple[float, float]] = []

    def on_train_batch_end(self, batch, logs=None):
        """Measure, if it is time."""
        now = time.perf_counter()
        if self._began is None:
            self._began = now
        if self._left and now - self._began >= self._left[0]:
            seconds = now - self._began
            while self._left and self._left[0] <= seconds:
                self._left.pop(0)
            self.found.append((round(seconds, 1), round(self._measure(), 3)))
            self._began += time.perf_counter() - now
        if not self._left:
            self.model.stop_training = True

    def finish(self) -> None:
        """Measure where a training ended before the last moment."""
        if not self._left:
            return
        seconds = time.perf_counter() - self._began
        self.found.append((round(seconds, 1), round(self._measure(), 3)))


def of_ours(dataset, distance: Callable, moments, config) -> list[tuple[float, float]]:
    """Train DCGAN's small configuration; returns seconds and distances."""
    gan = build(config)
    clock = Clock(lambda: distance(to_pixels(gan.sample(SAMPLES))), moments)
    gan.trainModel(dataset, [clock], verbose=False)
    clock.finish()
    return clock.found


def of_tutorial(dataset, distance: Callable, moments) -> list[tuple[float, float]]:
    """Train the tutorial's GAN; returns seconds and distances."""
    from tests import tutorial

    keras.utils.set_random_seed(0)
    gan = tutorial.TutorialGAN(dataset.samples.shape[1])
    latents = rng_for(0, "quality").standard_normal((SAMPLES, tutorial.LATENT), np.float32)

    def measured() -> float:
        made = gan.generator.predict(latents, batch_size=250, verbose=0)
        return distance(to_pixels(made))

    clock = Clock(measured, moments)
    gan.compile()
    gan.fit(
        tutorial.pictures(dataset.samples),
        epochs=10_000,
        callbacks=[clock],
        verbose=0,
        shuffle=False,
    )
    return clock.found


def measure(names=(OURS, TUTORIAL), moments=MOMENTS) -> dict:
    """Train what is named, one after the other, and measure it."""
    source, config = data.find("houses"), PRESETS["small"]
    config = config.adapted_to(source)
    training = source.load("train", config.image_size, config.pictures, config.seed)
    net = feature_net(source, config.image_size)
    real = net(ReferenceSet.of(training, source, config, SAMPLES).reference.samples)

    def distance(made: np.ndarray) -> float:
        return frechet_distance(real, net(made))

    keras.mixed_precision.set_dtype_policy("float32")
    curves = {}
    if TUTORIAL in names:
        curves[TUTORIAL] = of_tutorial(training, distance, moments)
    if OURS in names:
        curves[OURS] = of_ours(training, distance, moments, config)
    return {
        "machine": machine(),
        "features": {"name": net.info.name, "digest": net.info.digest},
        "samples": SAMPLES,
        "curves": curves,
    }


def reached(curve: list[tuple[float, float]], distance: float) -> float | None:
    """After how many seconds a curve was first at a distance or below; None: never."""
    return next((seconds for seconds, value in curve if value <= distance), None)


def drawn(found: dict) -> Image.Image:
    """Draw both curves, and where ours reaches what the other has at its end."""
    figure = new_figure(6.5, 3.6)
    axes = figure.subplots()
    for number, (name, curve) in enumerate(found["curves"].items()):
        axes.plot(*zip(*curve, strict=True), color=f"C{number}", marker=".", label=name)
    seconds, last = found["curves"][TUTORIAL][-1]
    axes.axhline(last, color="0.6", linewidth=0.8, linestyle="--")
    met = reached(found["curves"][OURS], last)
    words = "not reached" if met is None else f"reached after {met:.0f} s"
    axes.set(
        title=f"what the tutorial's has after {seconds:.0f} s is {words}",
        xlabel="seconds of training",
        ylabel="Fréchet distance",
        yscale="log",
    )
    axes.title.set_fontsize(10)
    axes.grid(alpha=0.25)
    axes.legend()
    return to_picture(figure)


def provenance() -> dict[str, str]:
    """Digests of both trainings, by which a curve stands or is due."""
    tutorial = (ROOT / "tests" / "tutorial.py").read_text("utf-8")
    return {
        OURS: behaviour_of("dcgan", ()),
        TUTORIAL: hashlib.sha256(tutorial.encode()).hexdigest()[:16],
    }


def renew(force: bool = False) -> None:
    """Measure what is due, and write the figures and their picture.

    A curve is kept where it trains as before, and was measured on such a machine and by the same
    features as the other one.
    """
    made = provenance()
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    before = kept.get("made", {})
    due = [name for name in made if force or before.get(name) != made[name]]
    if not due:
        print("dcgan, time to quality: kept, both train as before", flush=True)
        return
    print(f"dcgan, time to quality: {', '.join(due)}; let the machine do nothing else", flush=True)
    found = measure(due)
    ways = ("machine", "features", "samples")
    if len(due) < len(made) and any(found[way] != kept[way] for way in ways):
        due = [name for name in made if name not in due]
        found["curves"] |= measure(due)["curves"]
    found["curves"] = {
        name: (found if name in found["curves"] else kept)["curves"][name] for name in made
    }
    found["made"] = made
    with atomic_write(FILE) as tmp:
        tmp.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    save(drawn(found), PICTURE)


if __name__ == "__main__":
    sys.exit(run_program(lambda: renew(force="--all" in sys.argv)))
