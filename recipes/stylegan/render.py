"""A trained generator in its parts: styles of latents, and pictures of styles."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from common.trainer import generate

from .config import Config
from .inputs import truncation_of


class Renderer:
    """Generator of a run, whose styles can be looked at and changed on their way.

    Args:
        generator: As `StyleGenerator.buildModel` builds it, or loaded from a file.
        config: The run's configuration.
    """

    def __init__(self, generator: keras.Model, config: Config):
        self.config = config
        self._mapping, self._synthesis = map(generator.get_layer, ("mapping", "synthesis"))
        #: The mean of the styles in training, L numbers.
        self.mean = np.array(generator.get_layer("mean_style").mean)

    def styles(self, latents: np.ndarray, psi: float = 1.0) -> np.ndarray:
        """Compute the styles of all layers, truncated: latents N×L -> float32 N×layers×L."""
        return self.truncated(self.w(latents), psi)

    def w(self, latents: np.ndarray) -> np.ndarray:
        """Map latents N×L to w, float32 N×L."""
        return generate(self._mapping, {"latent": latents})

    def truncated(self, w: np.ndarray, psi: float) -> np.ndarray:
        """Draw w N×L towards its mean in the first layers: N×layers×L."""
        each = truncation_of(self.config, psi)[None, :, None]
        return self.mean + each * (w[:, None] - self.mean)

    def pictures(self, styles: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Render styles N×layers×L, with noise N×pixels: float32 N×H×W×C, about in [-1, 1]."""
        return generate(self._synthesis, {"styles": styles, "noise": noise})

    def rendered(self, styles, noise):
        """Render tensors, differentiably; as `pictures`."""
        given = [styles, noise][: len(self._synthesis.inputs)]
        return self._synthesis(given if len(given) > 1 else styles, training=False)

    def layered(self, w):
        """Give each layer the same style: tensors N×L -> N×layers×L."""
        return ops.repeat(w[:, None], self.config.style_layers, axis=1)
