"""Perceptual losses: what two pictures have in common, by the maps of a fixed network.

Maps are N×H×W×C. Everything is computed in float32, whatever the arithmetic of the networks.
"""

from __future__ import annotations

from keras import ops

#: Added to a variance before its root is taken, as in the authors' code of AdaIN.
EPSILON = 1e-5


def gram(maps):
    """Compute Gram matrices FᵀF/(H·W·C), N×C×C: which features occur together, not where.

    Gatys et al. 2016, equation 3; divided as in the code of Johnson et al. 2016, so that pictures
    of different sizes can be compared.
    """
    maps = ops.cast(maps, "float32")
    height, width, channels = ops.shape(maps)[1:]
    flat = ops.reshape(maps, (-1, height * width, channels))
    count = ops.cast(height * width * channels, "float32")
    return ops.matmul(ops.transpose(flat, (0, 2, 1)), flat) / count


def gram_loss(grams, targets, reduction: str = "mean"):
    """Compare Gram matrices N×C×C, a scalar.

    Args:
        reduction: "mean": the mean square (Johnson et al.'s code). "sum": a quarter of the sum of
            squares for each picture; with pictures of one size this is equation 4 of Gatys et al.,
            Σ(G − A)²/(4N²M²) of matrices that are not divided.
    """
    squares = (grams - targets) ** 2
    if reduction == "mean":
        return ops.mean(squares)
    return ops.mean(ops.sum(squares, axis=(1, 2))) / 4


def content_loss(maps, targets):
    """Compute the mean square of differences between maps, a scalar (Johnson et al. 2016, 3.2)."""
    return ops.mean((ops.cast(maps, "float32") - ops.cast(targets, "float32")) ** 2)


def total_variation(pictures):
    """Compute how rough pictures are: mean squares of differences to the right and downwards."""
    pictures = ops.cast(pictures, "float32")
    down, right = (
        pictures[:, 1:] - pictures[:, :-1],
        pictures[:, :, 1:] - pictures[:, :, :-1],
    )
    return ops.mean(down**2) + ops.mean(right**2)


def statistics(maps):
    """Compute the mean and the standard deviation of each channel of each picture, N×1×1×C."""
    maps = ops.cast(maps, "float32")
    mean, variance = ops.moments(maps, axes=(1, 2), keepdims=True)
    return mean, ops.sqrt(variance + EPSILON)


def adain(content, style):
    """Adaptive instance normalisation: content's maps with the statistics of style's.

    Huang and Belongie 2017, equation 8: σ(y)·(x − μ(x))/σ(x) + μ(y).

    Args:
        content, style: Maps N×H×W×C; they may differ in height and width.
    """
    mean, deviation = statistics(content)
    other_mean, other_deviation = statistics(style)
    return other_deviation * (ops.cast(content, "float32") - mean) / deviation + other_mean


def statistics_loss(maps, style):
    """Compare means and deviations: squares, summed over channels, mean over pictures.

    Huang and Belongie 2017, equation 13, with squares and sums as in their code.
    """
    total = 0.0
    for mine, theirs in zip(statistics(maps), statistics(style), strict=True):
        total += ops.mean(ops.sum((mine - theirs) ** 2, axis=(1, 2, 3)))
    return total
