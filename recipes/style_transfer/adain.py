"""AdaIN: one network for any style (Huang and Belongie 2017)."""

import keras
from keras import layers, ops

from common.layers import reflect
from common.network import Generator

from . import losses
from .perceptual import net_of


class AdaIN(Generator):
    """Frozen encoder, adaptive instance normalisation, and a decoder that is trained.

    The encoder is a part of the model, so that a run holds all that it needs, but none of its
    weights is trained.
    """

    def __init__(self, config):
        self.net = net_of(config)
        super().__init__(config)

    def buildModel(self) -> keras.Model:
        """Build the model: `input`, `style` (N, H, W, 3) each, `strength` (N,) → (N, H, W, 3).

        With a strength of 0 the content's maps are decoded as they are, with 1 as AdaIN gives
        them (section 6.4).
        """
        content, style = (keras.Input((None, None, 3), name=name) for name in ("input", "style"))
        strength = keras.Input((), name="strength")
        encoder = self._encoder()
        mine, theirs = encoder(content), encoder(style)
        share = layers.Reshape((1, 1, 1), dtype="float32")(strength)
        target = share * losses.adain(mine, theirs) + (1 - share) * mine
        return keras.Model(
            [content, style, strength], self._decoded(target, encoder), name="generator"
        )

    def _encoder(self) -> keras.Model:
        """A frozen copy of the feature net, up to the layer that is decoded."""
        (last,) = self.config.preserving_layers
        model = self.net.model
        outputs = model.outputs[self.net.layers.index(last)]
        encoder = keras.models.clone_model(keras.Model(model.inputs, outputs, name="encoder"))
        encoder.set_weights(keras.Model(model.inputs, outputs).get_weights())
        encoder.trainable = False
        return encoder

    def _decoded(self, x, encoder: keras.Model):
        """The mirror image of the encoder: reflected borders, nearest neighbours, no norm."""
        steps = [
            layer
            for layer in encoder.layers
            if isinstance(layer, layers.Conv2D) or "pool" in layer.name
        ]
        for layer in reversed(steps):
            if "pool" in layer.name:
                x = layers.UpSampling2D(2)(x)
                continue
            first = layer is steps[0]
            width = layer.kernel.shape[2]
            policy = "float32" if first else None
            x = layers.Conv2D(width, 3, dtype=policy)(reflect(x, 1))
            # The picture itself has no last activation.
            x = x if first else layers.ReLU()(x)
        return x

    def lossFunction(self, batch: dict, made) -> dict:
        """Compute the content's and the style's term.

        The content is compared with the output of AdaIN, not with the maps of the content
        (section 5.2): the decoder has to give back what it was given.

        Args:
            batch: Content (`input`) and paintings (`style`), N×H×W×3 in [-1, 1].
            made: This network's pictures.
        """
        config = self.config
        together = ops.concatenate(
            [ops.cast(each, "float32") for each in (made, batch["input"], batch["style"])]
        )
        maps = {name: ops.split(values, 3) for name, values in self.net(together).items()}
        (last,) = config.preserving_layers
        mine, content, style = maps[last]
        target = ops.stop_gradient(losses.adain(content, style))
        style_term = sum(
            losses.statistics_loss(maps[layer][0], maps[layer][2])
            for layer in config.styling_layers
        )
        return {
            "content": config.content_weight * losses.content_loss(mine, target),
            "style": config.style_weight * style_term,
        }
