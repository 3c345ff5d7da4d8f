"""The optimised picture: a network whose weights are pixels."""

import keras
from keras import layers, ops

from common.optimizers import adam

from .perceptual import MOST, Perceptual


class Pixels(Perceptual):
    """Pictures that are trained themselves (Gatys et al. 2016).

    A weight is what is added to one value of one picture; at first all are 0, so the training
    starts from the content, as the authors' code does (with nearest patches, from what is seen of
    it from afar).
    """

    def buildModel(self) -> keras.Model:
        """Build the model: `input` (N, H, W, 3), and `which` picture each is → (N, H, W, 3)."""
        config = self.config
        count, shape = config.pictures, config.sample_shape
        picture = keras.Input(shape, name="input")
        which = keras.Input((), dtype="int32", name="which")
        one_hot = ops.one_hot(which, count, dtype="float32")
        added = layers.Dense(
            shape[0] * shape[1] * shape[2],
            use_bias=False,
            kernel_initializer="zeros",
            dtype="float32",
        )(one_hot)
        start = picture
        if config.statistic == "patches":
            # What is finer is left to the painting's patches; the content's term brings back
            # what is needed.
            small = ops.average_pool(picture, max(config.scales), padding="valid")
            start = ops.image.resize(small, shape[:2], interpolation="bilinear")
        painted = layers.Add(dtype="float32")([start, layers.Reshape(shape)(added)])
        return keras.Model([picture, which], painted, name="generator")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Build the optimizer: Adam, or plain descent where the loss is a quadratic of pixels.

        With nearest patches each pixel has a parabola of its own, whose lowest point is the mean of
        all patches' votes and of the content. A rate of 1 leads there in one step where `salience`
        is `MOST` and where the style alone counts; elsewhere a part of the way.
        """
        config = self.config
        if config.statistic == "gram":
            return adam(config.generator_rate, config)
        values = config.batch_size
        for side in config.sample_shape:
            values *= side
        curvature = 2 * (config.style_weight + MOST * config.content_weight) / values
        return keras.optimizers.SGD(config.generator_rate / max(curvature, 1e-12))
