"""TraVeLGAN's discriminators: one model for each domain."""

from __future__ import annotations

import keras
from keras import layers

from common.layers import normal_weights
from common.network import Discriminator

from .blocks import halved, widths_from


class TravelDiscriminator(Discriminator):
    """Two networks from a picture to a logit, for A and for B (the authors' code)."""

    def buildModel(self) -> tuple[keras.Model, keras.Model]:
        """Build the models of A and B: (N, H, W, C) in [-1, 1] → logits (N, 1), float32."""
        config = self.config
        sides = ("a", config.input_shape), ("b", config.sample_shape)
        return tuple(looking(config, shape, 1, f"discriminator_{side}") for side, shape in sides)

    def lossFunction(self, batch: dict, fake_a, fake_b) -> dict:
        """Compute the adversarial losses of both models.

        Args:
            batch: Real pictures of A (`input`) and of B (`real`), N×H×W×C in [-1, 1].
            fake_a, fake_b: Translations to A and to B.
        """
        found, accuracies = {}, []
        sides = (batch["input"], fake_a), (batch["real"], fake_b)
        for which, (real, fake) in enumerate(sides):
            for name, value in self.adversarial(real, fake, batch, which).items():
                found[name] = found.get(name, 0.0) + value
            accuracies.append(self.logged["pairwise_accuracy"])
        self.log(pairwise_accuracy=sum(accuracies) / 2)
        return found


def looking(config, shape, outputs: int, name: str, inner=lambda x, level: x) -> keras.Model:
    """Build a network from a picture to numbers, of 4×4 convolutions of stride 2 down to 4 pixels.

    Args:
        shape: Of a picture.
        outputs: How many numbers.
        name: The model's.
        inner: What the map of each level passes: a function of a tensor and the level.
    """
    x = picture = keras.Input(shape, name="sample")
    for level, width in enumerate(widths_from(2 * config.width, config.halvings + 1, most=8)):
        x = halved(x, width, normalised=level > 0 and not config.penalised)
        x = inner(x, level)
    x = layers.Flatten(dtype="float32")(x)
    numbers = layers.Dense(
        outputs, dtype="float32", kernel_initializer=normal_weights(), name="numbers"
    )(x)
    return keras.Model(picture, numbers, name=name)
