"""`python -m tests.data.furniture_figures`: what can be told of furniture, and how easily.

How well a shape is guessed by those who do not look (the mean shape), or who only compare pictures
(the nearest view); and how well a small net reads the words for a piece off its voxels.
"""

from __future__ import annotations

import numpy as np

from common.metrics.shapes import THRESHOLDS, iou, most_similar, nearest_views
from data.drawing.furniture import KINDS, WORDS
from data.made import open_world
from data.samples import SampleSet


def main() -> None:
    """Measure and print."""
    drawn = drawn_for(5000, 500)
    print("IoU with the true shape at 32×32×32, of 500 test shapes (mean):")
    for what, scores in guesses(*drawn).items():
        each = ", ".join(f"{kind} {score:.2f}" for kind, score in scores.items())
        print(f"  {what}: {each}")
    print("read off voxels by a net that learned from 12,000, of 1,500 others, % right:")
    for name, scores in readable(12_000, 1500).items():
        each = ", ".join(f"{kind} {100 * score:.1f}" for kind, score in scores.items())
        print(f"  {name}: {each}")


def drawn_for(many: int, tests: int, size: int = 32) -> tuple[SampleSet, SampleSet]:
    """Shapes with their views, for training and for testing."""
    world = open_world("furniture:views").world
    return world.draw(np.arange(many), size), world.draw(np.arange(tests), size, split="test")


def guesses(training: SampleSet, tests: SampleSet) -> dict[str, dict[str, float]]:
    """The IoU of guesses: guess -> "all" or a kind -> the mean over tests."""
    known, asked = training.factors["kind"], tests.factors["kind"]
    mean = best_mean(training.samples, tests.samples)
    of_kind = np.zeros(len(asked))
    for kind in range(len(KINDS)):
        some = asked == kind
        of_kind[some] = best_mean(training.samples[known == kind], tests.samples[some])
    near = training.samples[nearest_views(training.inputs, tests.inputs)]
    found = {
        "the mean shape": mean,
        "the mean shape of its kind": of_kind,
        "the shape whose view is nearest": iou(near, tests.samples),
        "the most similar of the training shapes": most_similar(training.samples, tests.samples),
    }

    def by_kind(scores):
        each = {name: scores[asked == kind].mean() for kind, name in enumerate(KINDS)}
        return {"all": scores.mean()} | each

    return {what: by_kind(scores) for what, scores in found.items()}


def best_mean(training: np.ndarray, tests: np.ndarray) -> np.ndarray:
    """IoUs of the mean training shape, at the threshold that is the best for these tests."""
    mean = training.mean(0)
    scores = [iou(np.broadcast_to(mean > t, tests.shape), tests) for t in THRESHOLDS]
    return max(scores, key=np.mean)


def readable(many: int, tests: int, epochs: int = 6) -> dict[str, dict[str, float]]:
    """How often a small net reads a factor right: factor -> "all" or a kind that it varies in."""
    from common.machine import backend  # isort: skip
    import keras
    from keras import layers

    backend.set_up("float32", 0)
    (seen, answers), (asked, true) = _maps(many, "train"), _maps(tests, "test")
    x = maps = keras.Input(seen.shape[1:])
    for width in (32, 64, 96):
        x = layers.Conv2D(width, 3, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.1)(layers.BatchNormalization()(x))
    x = layers.ReLU()(layers.Dense(384)(layers.Flatten()(x)))
    words = {"kind": KINDS} | WORDS
    net = keras.Model(maps, {name: layers.Dense(len(v), name=name)(x) for name, v in words.items()})
    rate = keras.optimizers.schedules.CosineDecay(2e-3, epochs * many // 64)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(keras.optimizers.Adam(rate), dict.fromkeys(words, loss))
    net.fit(seen, {name: answers[name] for name in words}, 64, epochs, verbose=0)
    read, kinds, scores = net.predict(asked, verbose=0), true["kind"], {}
    for name in words:
        right = read[name].argmax(1) == true[name]
        of = {kind: kinds == number for number, kind in enumerate(KINDS)}
        of = {kind: some for kind, some in of.items() if np.ptp(true[name][some])}
        whole = np.any([*of.values()], axis=0) if of else slice(None)
        scores[name] = {"all": right[whole].mean()} | {k: right[s].mean() for k, s in of.items()}
    return scores


def _maps(count: int, split: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Shapes as nine maps, and their factors: from each side, and how much there is across."""
    parts, known = [], []
    for start in range(0, count, 500):
        index = np.arange(start, min(count, start + 500))
        drawn = open_world("furniture").world.draw(index, 32, split=split)
        grids, maps = drawn.samples[..., 0], []
        for axis in (1, 2, 3):
            maps.append(2 * grids.mean(axis, dtype=np.float32))
            for seen in (grids, np.flip(grids, axis)):
                depth = np.where(seen.any(axis), seen.argmax(axis), 32)
                maps.append(depth.astype(np.float32) / 32)
        parts.append(np.stack(maps, -1))
        known.append(drawn.factors)
    factors = {name: np.concatenate([each[name] for each in known]) for name in known[0]}
    return np.concatenate(parts), factors


if __name__ == "__main__":
    main()
