"""AdaIN: one network for any style (Huang and Belongie 2017)."""

import keras
from keras import layers, ops

from common.layers import reflect
from common.network import Generator

from . import losses
from .pairs import PairedPatches
from .perceptual import net_of, reduced
from .transformer import structure


class AdaIN(Generator):
    """Frozen encoder, adaptive instance normalisation, and a decoder that is trained.

    The encoder is a part of the model, so that a run holds all that it needs, but none of its
    weights is trained.
    """

    def __init__(self, config):
        self.net = net_of(config)
        #: What compares with the painting of each picture, where patches are compared.
        self.pairs = PairedPatches(config.patch, config.seed)
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
        """The mirror image of the encoder: reflected borders, nearest neighbours, no norm.

        Residual blocks, where the settings have some, come before it.
        """
        for _ in range(self.config.blocks):
            y = layers.ReLU()(layers.Conv2D(x.shape[-1], 3)(reflect(x, 1)))
            x = layers.Add()([x, layers.Conv2D(x.shape[-1], 3)(reflect(y, 1))])
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

        Args:
            batch: Content (`input`) and paintings (`style`), N×H×W×3 in [-1, 1]; for patches also
                where their grid begins (`offset`), and along what they are compared
                (`directions`).
            made: This network's pictures.
        """
        config = self.config
        pictures = [ops.cast(each, "float32") for each in (made, batch["input"], batch["style"])]
        found, kept = (
            self._of_patches(*pictures, batch)
            if config.statistic == "patches"
            else self._of_maps(*pictures)
        )
        return {"content": config.content_weight * kept, "style": config.style_weight * found}

    def _of_maps(self, made, content, painting):
        """Distances of the maps' statistics from the painting's, and of the maps from AdaIN's.

        The content is compared with the output of AdaIN, not with the maps of the content
        (section 5.2): the decoder has to give back what it was given.
        """
        config = self.config
        seen = self.net(ops.concatenate([made, content, painting]))
        maps = {name: ops.split(values, 3) for name, values in seen.items()}
        (last,) = config.preserving_layers
        mine, theirs, manner = maps[last]
        target = ops.stop_gradient(losses.adain(theirs, manner))
        found = sum(
            losses.statistics_loss(maps[layer][0], maps[layer][2])
            for layer in config.styling_layers
        )
        return found, losses.content_loss(mine, target)

    def _of_patches(self, made, content, painting, batch: dict):
        """Distances of patches from the painting's, and of light from the content's."""
        share, scales = self.config.sliced_share, self.config.scales
        found = 0.0
        for scale in scales:
            pair = reduced(made, scale), reduced(painting, scale)
            # One grid for all pictures of a batch, and the same directions.
            if share < 1:
                found += (1 - share) * self.pairs.nearest(*pair, batch["offset"][0])
            if share:
                found += share * self.pairs.spread(*pair, batch["directions"][0])
        lights = zip(structure(made), structure(content), strict=True)
        return found / len(scales), sum(losses.content_loss(*pair) for pair in lights)
