"""Small networks that read a gaze, or whatever pictures are labelled with.

They are the proof of a refiner: a reader that has learned on refined pictures, with the labels of
the simulated ones, must be right on real pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from common.machine.precision import computing_in  # first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import layers  # isort: skip

from data.errors import Refused
from data.splits import MOST_CLASSES

#: Pictures a batch, and the learning rate at first.
BATCH, RATE = 64, 2e-3
#: How many pictures a training looks at, and how often at each at most.
SEEN, EPOCHS = 32_000, 40


@dataclass(frozen=True)
class Labels:
    """What a reader learns: the factors of pictures that are their labels."""

    #: "angles": pitch and yaw in radians; "class": one of some; "numbers": on scales.
    kind: str
    #: The names of the factors.
    names: tuple[str, ...]
    #: Of "class": how many.
    classes: int = 0
    #: Of "numbers": the standard deviation of each, by which errors are divided.
    scale: tuple[float, ...] = ()

    @classmethod
    def of(cls, factors: dict[str, np.ndarray], names: tuple[str, ...], words: dict) -> Labels:
        """Determine what kind of labels some factors are.

        Args:
            factors: Their values, N each or N×K.
            names: Which of them are labels.
            words: Factor -> the words for its values, of factors that are classes.
        """
        values = factors[names[0]]
        pair = names == ("gaze",) and values.ndim == 2 and values.shape[1] == 2
        if pair or names == ("pitch", "yaw"):
            largest = max(float(np.abs(factors[name]).max()) for name in names)
            if largest > np.pi:
                raise Refused(
                    f"{' and '.join(names)} are up to {largest:.3g}; legal are radians, up to 3.14 "
                    "(--labels NAME of another name takes numbers of any unit)"
                )
            return cls("angles", names)
        whole = values.dtype.kind in "iu" and values.ndim == 1 and 0 <= values.min() <= values.max()
        if len(names) == 1 and (names[0] in words or (whole and values.max() < MOST_CLASSES)):
            count = len(words.get(names[0], ())) or int(values.max()) + 1
            return cls("class", names, count)
        scale = cls("numbers", names).answers(factors).std(0)
        return cls("numbers", names, scale=tuple(map(float, np.maximum(scale, 1e-9))))

    def answers(self, factors: dict[str, np.ndarray]) -> np.ndarray:
        """Return the labels of pictures: whole numbers N, or float32 N×K."""
        values = [np.asarray(factors[name]) for name in self.names]
        if self.kind == "class":
            return values[0].astype(np.int32)
        flat = [v.reshape(len(v), -1).astype(np.float32) for v in values]
        return np.concatenate(flat, 1)

    @property
    def unit(self) -> str:
        """The unit of `errors`, in words."""
        if self.kind == "numbers":
            return "standard deviations"
        return "degrees" if self.kind == "angles" else "share of pictures"

    def errors(self, read: np.ndarray, true: np.ndarray) -> np.ndarray:
        """Return how wrong each of N readings is, in `unit`."""
        if self.kind == "class":
            return (read != true).astype(np.float64)
        if self.kind == "numbers":
            return (np.abs(read - true) / np.array(self.scale)).mean(1)
        cosine = (_direction(read) * _direction(true)).sum(1)
        return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def _direction(angles: np.ndarray) -> np.ndarray:
    """The unit vectors of N pitches and yaws."""
    pitch, yaw = angles.astype(np.float64).T
    parts = (np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch))
    return np.stack(parts, 1)


class Reader:
    """Convolutional network from pictures to labels, trained once.

    Args:
        images: Pictures to learn from, uint8 N×H×W×C.
        answers: Their labels: whole numbers N, or float32 N×K.
        classes: How many, where they are whole numbers.
        seed: Seed of the initial weights and of the order.
        seen: Pictures that the training looks at, each at most `EPOCHS` times.
    """

    def __init__(
        self,
        images: np.ndarray,
        answers: np.ndarray,
        classes: int = 0,
        seed: int = 0,
        seen: int = SEEN,
    ):
        keras.utils.set_random_seed(seed)
        outputs = classes or answers.shape[1]
        self._classes = classes
        self._mean = 0.0 if classes else answers.mean(0)
        self._scale = 1.0 if classes else answers.std(0) + 1e-9
        with computing_in("float32"):
            self._model = _network(images.shape[1:], outputs)
        batch = min(BATCH, len(images))
        steps = max(min(seen, EPOCHS * len(images)) // batch, 1)
        rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
        loss = "mse"
        if classes:
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self._model.compile(keras.optimizers.Adam(rate), loss)
        lessons = _Lessons(images, (answers - self._mean) / self._scale, batch, steps, seed)
        self._model.fit(lessons, shuffle=False, verbose=0)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Read pictures uint8 N×H×W×C: whole numbers N, or float32 N×K."""
        parts = np.array_split(images, -(-len(images) // 500))
        read = np.concatenate([np.asarray(self._model(as_seen(part))) for part in parts])
        return read.argmax(1) if self._classes else read * self._scale + self._mean


class _Lessons(keras.utils.PyDataset):
    """Random batches."""

    def __init__(self, images, answers, batch: int, steps: int, seed: int):
        super().__init__()
        self._images, self._answers, self._batch = images, answers, batch
        self._steps, self._seed = steps, seed

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int):
        rng = np.random.default_rng([self._seed, step])
        chosen = rng.integers(0, len(self._images), self._batch)
        return as_seen(self._images[chosen]), self._answers[chosen]


def as_seen(images: np.ndarray) -> np.ndarray:
    """Set each picture's mean to 0 and its standard deviation to 1: light tells nothing."""
    values = images.astype(np.float32)
    mean, deviation = (f(values, (1, 2, 3), keepdims=True) for f in (np.mean, np.std))
    return (values - mean) / (deviation + 1)


def _network(shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Three strided convolutions and a hidden layer."""
    x = picture = keras.Input(shape)
    for width, kernel in ((16, 5), (32, 3), (48, 3)):
        x = layers.Conv2D(width, kernel, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.1)(x)
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    return keras.Model(picture, layers.Dense(outputs)(x))
