"""SimGAN's local discriminator, which remembers earlier refined pictures."""

import math

import keras
from keras import layers

from common.network import Discriminator
from common.optimizers import adam, sgd

from .history import History


class LocalDiscriminator(Discriminator):
    """Network from a picture to a logit for each of its parts (Shrivastava et al. 2017, 2.2).

    One verdict on the whole picture would let the refiner win by a few telling pixels; many
    verdicts, each on a small part, leave no place where it can add what is not in real pictures.
    """

    # No batch normalisation.
    joint_pass = True

    def __init__(self, config, loss=None):
        super().__init__(config, loss)
        self.history = History(config.history, config.sample_shape) if config.history else None
        if self.history:
            self.buffers += self.history.variables

    def buildModel(self) -> keras.Model:
        """Build the model: pictures (N, H, W, C) in [-1, 1] → logits (N, H/4, W/4, 1), float32."""
        config = self.config
        wide, middle, narrow = (max(1, config.discriminator_width * n // 3) for n in (3, 2, 1))
        x = picture = keras.Input(config.sample_shape, name="sample")
        x = layers.Conv2D(wide, 3, 2, "same", activation="relu")(x)
        x = layers.Conv2D(middle, 3, 2, "same", activation="relu")(x)
        x = layers.MaxPooling2D(3, 1, "same")(x)
        x = layers.Conv2D(narrow, 3, padding="same", activation="relu")(x)
        x = layers.Conv2D(narrow, 1, activation="relu")(x)
        # Two numbers at each location, as the paper has it. Softmax of them is the sigmoid of
        # their difference.
        x = layers.Conv2D(2, 1, dtype="float32")(x)
        return keras.Model(picture, x[..., :1] - x[..., 1:], name="discriminator")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """As `common.network.Discriminator.build_optimizer`, also plain gradient descent."""
        build = sgd if self.config.optimizer == "sgd" else adam
        return build(self.config.discriminator_rate, self.config, self.config.critic_steps)

    @property
    def locations(self) -> int:
        """Factor of a mean over locations: their number, where sums are asked for."""
        summed = self.config.reduction == "sum"
        return math.prod(self.model.output.shape[1:]) if summed else 1

    def lossFunction(self, batch: dict, refined) -> dict:
        """Compute the loss at each location, on real pictures and on refined ones, old and new.

        Args:
            batch: Real pictures (`real`), and the random numbers of the history.
            refined: N×H×W×C.
        """
        if self.history:
            refined = self.history.exchange(refined, batch["taken"], batch["replaced"])
        terms = super().lossFunction(batch, refined)
        return terms | {"adversarial": terms["adversarial"] * self.locations}
