"""Self-attention between the places of a map."""

from __future__ import annotations

from keras import layers, ops


def self_attention(x, name: str = "attention"):
    """Self-attention that is added to a map (Zhang et al. 2019, section 3): x + γ·attention(x).

    Each place asks all others, by dot products of an eighth of the channels, and takes the mean
    of their values, weighted by the softmax of the answers. γ starts at 0: at first, nothing
    changes, and the network learns from what is near before it learns from what is far.

    Args:
        x: N×H×W×C.
        name: Prefix of the layers' names.
    """
    channels = x.shape[-1]
    few = max(1, channels // 8)

    def projected(values, width, what):
        return layers.Conv2D(width, 1, use_bias=False, name=f"{name}_{what}")(values)

    query, key = (projected(x, few, what) for what in ("query", "key"))
    value = projected(x, max(1, channels // 2), "value")
    # From each place (h, w) to each place (i, j).
    scores = ops.cast(ops.einsum("nhwc,nijc->nhwij", query, key), "float32")
    weights = ops.exp(scores - ops.max(scores, axis=(-2, -1), keepdims=True))
    weights = weights / ops.sum(weights, axis=(-2, -1), keepdims=True)
    found = ops.einsum("nhwij,nijc->nhwc", ops.cast(weights, value.dtype), value)
    found = projected(found, channels, "output")
    # A layer of one weight: the factor γ.
    gain = layers.Dense(1, use_bias=False, kernel_initializer="zeros", name=f"{name}_gamma")
    return layers.Add()([x, ops.squeeze(gain(ops.expand_dims(found, -1)), -1)])
