"""Losses of autoencoders: what a picture costs, given what was decoded."""

import math

from keras import ops

from .config import Config


def reconstruction(real, raw, config: Config):
    """Compute −log p(x|z) of each picture: sums over its pixels, in nats.

    "bernoulli": cross-entropy of pixels as probabilities of white (Kingma and Welling 2014,
    appendix C.1); of grey ones it is no likelihood.
    "gaussian": density of N(mean, `deviation`²), of values in [-1, 1] (the same, C.2; there the
    decoder tells each pixel's deviation).

    Args:
        real: Pictures N×H×W×C in [-1, 1].
        raw: What the decoder computes before its last activation: logits, or means before tanh.
        config: `decoder` and `deviation`.

    Returns:
        N numbers.
    """
    real, raw = ops.cast(real, "float32"), ops.cast(raw, "float32")
    if config.decoder == "bernoulli":
        each = ops.binary_crossentropy((real + 1) / 2, raw, from_logits=True)
    else:
        far = (real - ops.tanh(raw)) / config.deviation
        each = ops.square(far) / 2 + math.log(config.deviation * math.sqrt(2 * math.pi))
    return ops.sum(each, axis=(1, 2, 3))
