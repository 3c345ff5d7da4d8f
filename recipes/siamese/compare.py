"""Comparison of pictures by what an encoder makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.pixels import to_float

from .config import Config


@dataclass(frozen=True)
class Comparison:
    """Trained encoder, and how far apart its embeddings are."""

    #: Pictures -> embeddings, a `keras.Model`.
    encoder: object
    #: Weight of each number of an embedding, D, and a bias: the logit of "the same" (Koch et al.);
    #: None: Euclidean distance.
    head: tuple[np.ndarray, float] | None = None

    @classmethod
    def of(cls, models, config: Config) -> Comparison:
        """Return the comparison by a run's models, in their order."""
        encoder, *others = models
        if config.loss != "cross-entropy":
            return cls(encoder)
        weights, bias = (np.asarray(v, np.float32) for v in others[0].trainable_variables)
        return cls(encoder, (weights[:, 0], float(bias[0])))

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """Embed pictures N×H×W×C, uint8 or in [-1, 1]: float32 N×D."""
        # Only now the slow import.
        from common.trainer import generate

        parts = np.array_split(pictures, -(-len(pictures) // 1024) or 1)
        floats = (to_float(part) if part.dtype == np.uint8 else part for part in parts)
        return np.concatenate([generate(self.encoder, {"sample": part}) for part in floats])

    def distances(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Measure how far apart embeddings are, N×D by N×D row by row: N.

        Euclidean distances or, with a head, the probability that they are of different classes.
        """
        if self.head is None:
            return np.linalg.norm(one - other, axis=-1)
        weights, bias = self.head
        logits = np.abs(one - other) @ weights + bias
        # In float32 all that are surely different would be equally far apart.
        return 1 / (1 + np.exp(np.clip(logits.astype(np.float64), -50, 50)))
