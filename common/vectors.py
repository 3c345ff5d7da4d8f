"""Adversarial losses of a discriminator that gives vectors: how far from a fixed point.

D(x) is the discriminator's vector for a sample x, and ‖·‖ the Euclidean norm. Every loss is a
mean over the batch, computed in float32.
"""

from __future__ import annotations

from keras import ops

from common.loss import Loss

# The root of 0 has no slope.
_EPSILON = 1e-12


class Anchored(Loss):
    """Loss with a fixed point a for real vectors, and a margin m for fake ones (Pasini 2019).

    D minimises E ‖D(x) − a‖² + E max(0, m − ‖D(G(z)) − a‖)²; G minimises E ‖D(G(z)) − a‖².

    Args:
        margin: m.
        anchor: ‖a‖; a lies on the diagonal.
        squared: Whether the push is max(0, m − ‖D(G(z)) − a‖²)²: its slope in the distance
            vanishes at the point itself.
    """

    def __init__(self, margin: float, anchor: float = 0.0, squared: bool = False):
        super().__init__()
        self._margin, self._anchor, self._squared = margin, anchor, squared

    def discriminator(self, real, fake):
        """Compute D's loss from its vectors (N, L) for real and fake samples."""
        return ops.mean(self._apart(real)) + ops.mean(self._push(self._apart(fake)))

    def generator(self, fake, real=None):
        """Compute G's loss from the vectors of its samples."""
        return ops.mean(self._apart(fake))

    def score(self, output):
        """Return how real each sample is found: minus its distance from the point, (N,)."""
        return -_root(self._apart(output))

    def _apart(self, output):
        """Squared distances from the point."""
        return squared_norm(output - self._anchor / output.shape[-1] ** 0.5)

    def _push(self, apart):
        return push(apart, self._margin, self._squared)


def squared_norm(vectors):
    """Squared Euclidean norm of vectors (N, L), row by row, in float32: (N,)."""
    return ops.sum(ops.square(ops.cast(vectors, "float32")), axis=-1)


def push(apart, margin: float, squared: bool):
    """Compute what it costs to be nearer than a margin m, from squared distances D².

    max(0, m − D)² (Hadsell et al. 2006), whose slope −2(m − D) is largest at D = 0; or, squared,
    max(0, m − D²)², whose slope −4D(m − D²) is 0 there.
    """
    return ops.square(ops.relu(margin - (apart if squared else _root(apart))))


def _root(apart):
    return ops.sqrt(apart + _EPSILON)
