"""DiffAugment: differentiable augmentation of what a discriminator sees (Zhao et al. 2020)."""

from __future__ import annotations

from keras import ops

#: The largest shift, and the side of what is cut out, as shares of the picture's side (as in
#: the authors' code).
SHIFT, CUTOUT = 1 / 8, 1 / 2


def augment(pictures, numbers, colours: bool = True, group: int = 0):
    """DiffAugment: random colours, a shift, a cutout (Zhao et al. 2020, section 3.2).

    In this order, as in the authors' code: brightness ±.5, saturation times 0 to 2, contrast
    times .5 to 1.5, each about the mean; a shift by up to an eighth of the size; half the
    height and width cut out anywhere, also across the border. What is missing is grey (0).

    Args:
        pictures: N×H×W×C in [-1, 1], or N×group×H×W×C.
        numbers: Float32 N×7 in [0, 1), which decide each picture's augmentation.
        colours: Whether to change colours, too.
        group: Number of pictures that are altered alike; 0: pictures are not grouped.
    """
    x = ops.cast(ops.convert_to_tensor(pictures), "float32")
    shape = x.shape
    if group and len(shape) == 5:
        x = ops.reshape(x, (-1, *shape[2:]))
        numbers = ops.repeat(numbers, group, axis=0)
    if colours:
        brightness, saturation, contrast = (numbers[:, i, None, None, None] for i in range(3))
        x = x + brightness - 0.5
        grey = ops.mean(x, axis=-1, keepdims=True)
        x = grey + 2 * saturation * (x - grey)
        mean = ops.mean(x, axis=(1, 2, 3), keepdims=True)
        x = mean + (0.5 + contrast) * (x - mean)
    height, width = x.shape[1:3]
    x = ops.einsum("nij,njwc->niwc", _shifting(height, numbers[:, 3]), x)
    x = ops.einsum("nij,nhjc->nhic", _shifting(width, numbers[:, 4]), x)
    rows, columns = _cut(height, numbers[:, 5]), _cut(width, numbers[:, 6])
    x = x * (1 - rows[:, :, None, None] * columns[:, None, :, None])
    return ops.reshape(x, (-1, *shape[1:])) if len(shape) == 5 else x


def _shifting(side: int, number):
    """Matrices N×side×side that move rows by a whole number from −side·SHIFT to side·SHIFT."""
    most = int(side * SHIFT + 0.5)
    shift = ops.floor(number * (2 * most + 1)) - most
    places = ops.arange(side, dtype="float32")
    moved = places[None, :, None] - shift[:, None, None]
    return ops.cast(ops.equal(moved, places[None, None, :]), "float32")


def _cut(side: int, number):
    """N×side: 1 where a stretch of side·CUTOUT is missing, whose middle may be anywhere."""
    length = int(side * CUTOUT + 0.5)
    first = ops.floor(number * (side + 1 - length % 2)) - length // 2
    places = ops.arange(side, dtype="float32")[None]
    inside = ops.logical_and(places >= first[:, None], places < first[:, None] + length)
    return ops.cast(inside, "float32")
