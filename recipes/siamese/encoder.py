"""The encoder, and what compares two of its embeddings."""

import keras
from keras import layers, ops

from common.distortion import distorted
from common.embedding import embedded, squared_distance, triplet
from common.network import Network

from . import losses
from .config import Config

# The models by their places in what `buildModel` returns.
ENCODER, HEAD = 0, 1


class Encoder(Network):
    """One encoder for both pictures of a pair: the towers of a Siamese network are one model."""

    name = "encoder"

    def buildModel(self) -> tuple[keras.Model, ...]:
        """Build the encoder and, where the loss has one, the head on its embeddings."""
        config = self.config
        build = koch if config.architecture == "koch" else plain
        picture = keras.Input(config.sample_shape, name="sample")
        encoder = keras.Model(picture, build(picture, config), name="encoder")
        size = encoder.output_shape[1:]
        if config.loss == "cross-entropy":
            # A weight for each number of the embedding: the α of Koch et al. 2015, section 3.1.
            one, other = keras.Input(size, name="one"), keras.Input(size, name="other")
            apart = ops.absolute(layers.Subtract(dtype="float32")([one, other]))
            logit = layers.Dense(1, dtype="float32")(apart)
            return encoder, keras.Model([one, other], logit, name="head")
        if config.loss == "classifier":
            embedding = keras.Input(size, name="embedding")
            # Of vectors of length 1: without the factor no class could be sure.
            logits = layers.Dense(max(1, config.classes), dtype="float32")(16 * embedding)
            return encoder, keras.Model(embedding, logits, name="head")
        return (encoder,)

    def lossFunction(self, batch: dict) -> dict:
        """Compute the loss of a batch's pairs, or of its triplets.

        Args:
            batch: `real`, pictures (N, 2, H, W, C), two of one class at each place; and the
                number of that class, N, under the name of its factor; `transforms` (N, 2, 8), where
                pictures are distorted.
        """
        config = self.config
        pairs, classes = batch["real"], batch[config.grouped_by]
        # Both pictures of all places pass the encoder together: the towers share their weights.
        flat = ops.reshape(pairs, (-1, *pairs.shape[2:]))
        if config.distortion:
            flat = distorted(flat, ops.reshape(batch["transforms"], (-1, 8)))
        embeddings = self({"sample": flat}, which=ENCODER)
        both = ops.reshape(embeddings, (-1, 2, embeddings.shape[-1]))
        if config.loss == "classifier":
            logits = self({"embedding": embeddings}, which=HEAD)
            return {"classifier": losses.classified(logits, ops.repeat(classes, 2))}
        if config.loss == "triplet":
            loss, share = triplet(embeddings, ops.repeat(classes, 2), config.margin_used)
            self.log(semi_hard=share)
            return {"triplet": loss}
        one, other, different = losses.pairs(both, classes)
        if config.loss == "cross-entropy":
            logits = self({"one": one, "other": other}, which=HEAD)
            return {"cross_entropy": losses.cross_entropy(logits[:, 0], different)}
        apart = squared_distance(one, other)
        loss = losses.squared if config.loss == "squared" else losses.contrastive
        return {config.loss: loss(apart, different, config.margin_used)}


def plain(x, config: Config):
    """The encoder of 3×3 convolutions, whose embeddings have length 1."""
    return embedded(x, config.width, config.embedding_size)


def koch(x, config: Config):
    """The encoder of Koch et al. 2015, figure 4, for 105 pixels a side."""
    for number, (width, kernel) in enumerate(((64, 10), (128, 7), (128, 4), (256, 4))):
        x = layers.Conv2D(width, kernel, activation="relu")(x)
        x = x if number == 3 else layers.MaxPooling2D()(x)
    x = layers.Dense(config.embedding_size, dtype="float32")(layers.Flatten()(x))
    return layers.Activation("sigmoid", dtype="float32", name="embedding")(x)
