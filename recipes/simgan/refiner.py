"""SimGAN's refiner."""

import math

import keras
from keras import layers, ops

from common.layers import reflect
from common.network import Generator
from common.optimizers import adam, sgd


class Refiner(Generator):
    """Residual network from a simulated picture to a refined one (Shrivastava et al. 2017, 3.1).

    It never changes the size: each pixel is altered by what is around it, so that what the
    labels speak of can stay where it is.
    """

    def buildModel(self) -> keras.Model:
        """Build the model: `input` (N, H, W, C) → refined (N, H, W, C), in [-1, 1]."""
        config = self.config
        picture = keras.Input((None, None, config.input_channels), name="input")
        x = layers.Conv2D(config.width, 3, activation="relu")(reflect(picture, 1))
        for _ in range(config.blocks):
            # Reflected: zeros around a picture of skin would leave a frame in it.
            y = layers.Conv2D(config.width, 3, activation="relu")(reflect(x, 1))
            y = layers.Conv2D(config.width, 3)(reflect(y, 1))
            # The sum is of what entered the block.
            x = layers.ReLU()(layers.Add()([x, y]))
        x = layers.Conv2D(config.channels, 1)(x)
        refined = layers.Activation("tanh", dtype="float32", name="pictures")(x)
        return keras.Model(picture, refined, name="generator")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Build the optimizer; its rate decays by training steps, of which each has K_g updates."""
        build = sgd if self.config.optimizer == "sgd" else adam
        return build(self.config.generator_rate, self.config, self.config.refiner_steps)

    def lossFunction(self, batch: dict, refined, discriminator=None) -> dict:
        """Compute the realism loss, at each of D's locations, and the self-regularisation.

        Args:
            batch: The simulated pictures (`input`) and, for relativistic losses, `real` ones.
            refined: This network's pictures, N×H×W×C in [-1, 1].
            discriminator: Evaluated without side effects; None in the pretraining, which has
                the self-regularisation alone.
        """
        config, terms = self.config, {}
        if discriminator is not None:
            terms = super().lossFunction(batch, refined, discriminator)
            terms["adversarial"] *= discriminator.locations
        distance = sum(
            ops.mean(ops.abs(mine - theirs))
            for mine, theirs in zip(
                self._features(refined), self._features(batch["input"]), strict=True
            )
        )
        if config.reduction == "sum":
            distance *= math.prod(refined.shape[1:])
        return terms | {"self-regularisation": config.regularisation * distance}

    def _features(self, pictures) -> list:
        """What the self-regularisation keeps: pixels, or derivatives, which any light has."""
        if self.config.features == "pixels":
            return [pictures]
        return [pictures[:, :, 1:] - pictures[:, :, :-1], pictures[:, 1:] - pictures[:, :-1]]
