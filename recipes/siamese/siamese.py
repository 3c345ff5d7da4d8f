"""Siamese networks put to training."""

from __future__ import annotations

import numpy as np

from common.distortion import drawn_transforms
from common.trainer import Trainer
from data.errors import Refused

from .compare import Comparison
from .config import Config
from .encoder import Encoder


class Siamese(Trainer):
    """Trainer of an encoder that puts pictures of one class near each other.

    siamese = Siamese.load("runs/siamese/...")
    siamese.embed(pictures)                     # N×H×W×C -> N×D
    siamese.distances(pictures, others)         # row by row
    """

    config_type = Config
    kept = ("encoder",)
    watched = "nearest"

    def build_networks(self):
        if self.config.loss == "classifier" and not self.config.classes:
            raise Refused("--loss classifier: the number of classes is known to train.py alone")
        return (Encoder(self.config),)

    def train_step(self, batch):
        """Update the encoder once from one batch; returns the logs."""
        logs = self.encoder.trainModel(batch)
        self.average.update()
        return logs

    def draw(self, rng, count):
        """Draw the distortions of both pictures of each place, if there are any."""
        config = self.config
        if not config.distortion:
            return {}
        drawn = drawn_transforms(rng, 2 * count, config.distortion, config.image_size)
        return {"transforms": drawn.reshape(count, 2, -1)}

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return pictures, and beside each the nearest of the others."""
        pictures = self.real_samples()[:count]
        return {"query": pictures, "nearest": pictures[self._comparison(nearest_of, pictures)]}

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """Embed pictures N×H×W×C, uint8 or in [-1, 1], of the networks' size: float32 N×D."""
        return self._comparison(Comparison.embed, pictures)

    def distances(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Measure how far apart pictures are, N by N row by row: float32 N.

        Euclidean distances of embeddings; with a head, the probability that they differ.
        """
        return self.distances_of(self.embed(one), self.embed(other))

    def distances_of(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Measure how far apart embeddings are, N×D by N×D; as `distances`."""
        return self._comparison(Comparison.distances, one, other)

    def _comparison(self, of, *given):
        """The result of a function of a `Comparison` by the averaged models."""
        self._check_built()
        with self.average.ema_models() as models:
            return of(Comparison.of(models, self.config), *given)


def nearest_of(comparison: Comparison, pictures: np.ndarray) -> np.ndarray:
    """Find for each picture, in [-1, 1], the index of the nearest of the others."""
    embeddings = comparison.embed(pictures)
    count = len(embeddings)
    rows, columns = (index.ravel() for index in np.indices((count, count)))
    apart = comparison.distances(embeddings[rows], embeddings[columns]).reshape(count, count)
    # A single picture has no other.
    np.fill_diagonal(apart, np.inf)
    return apart.argmin(axis=1)
