"""Self-attention between the places of a map."""

from __future__ import annotations

from keras import layers, ops


def self_attention(x, name: str = "attention"):
    """Self-attention that is added to a map (Zhang et al. 2019, section 3): x + γ·attention(x).

    Each place asks all others, by dot products of an eighth of the channels, and takes the mean
    of their values, weighted by the softmax of the answers. γ starts at 0: at first, nothing
    changes, and the network learns from what is near before it learns from what is far. (As is
    usual today, the dot products are divided by the root of their number of channels.)

    Args:
        x: N×H×W×C.
        name: Of the layer; that of γ is NAME_gamma.
    """
    channels = x.shape[-1]
    attention = layers.MultiHeadAttention(
        *(1, max(1, channels // 8), max(1, channels // 2)),
        use_bias=False,
        attention_axes=(1, 2),
        name=name,
    )
    # A layer of one weight: the factor γ.
    gain = layers.Dense(1, use_bias=False, kernel_initializer="zeros", name=f"{name}_gamma")
    found = gain(ops.expand_dims(attention(x, x), -1))
    return layers.Add()([x, ops.squeeze(found, -1)])
