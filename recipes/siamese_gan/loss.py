"""Adversarial losses of vectors: where real pictures lie, and how far away the fake ones.

D(x) is the discriminator's vector for a picture x, and ‖·‖ the Euclidean norm. Every loss is a
mean over the batch, computed in float32.
"""

from __future__ import annotations

from keras import ops

from common import loss

from .config import OF_VECTORS, Config

# The root of 0 has no slope.
_EPSILON = 1e-12


class Anchored(loss.Loss):
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
        return squared_distance(_f32(output), self._anchor / output.shape[-1] ** 0.5)

    def _push(self, apart):
        return push(apart, self._margin, self._squared)


class Triplet(Anchored):
    """Triplet loss whose anchor is a fixed point: real vectors nearer to it than fake ones.

    D minimises E max(0, ‖D(x) − a‖² − ‖D(G(z)) − a‖² + m), with x and G(z) paired by their index
    in the batch; G is as in Anchored.
    """

    def discriminator(self, real, fake):
        """Compute D's loss from its vectors (N, L) for real and fake samples."""
        return ops.mean(ops.relu(self._apart(real) - self._apart(fake) + self._margin))


class Contrastive(Anchored):
    """Contrastive loss of pairs (Hadsell et al. 2006): two real ones, or a real and a fake one.

    D minimises E ‖D(x) − D(x')‖² + E max(0, m − ‖D(x) − D(G(z))‖)²; G minimises
    E ‖D(x) − D(G(z))‖². Where in the space all this happens is left open. Real samples are paired
    with their neighbours in the batch, and with the fake one of their index.
    """

    generator_needs_real = True

    def discriminator(self, real, fake):
        """Compute D's loss from its vectors (N, L), N even, for real and fake samples."""
        both = ops.reshape(_f32(real), (-1, 2, real.shape[-1]))
        equal = squared_distance(both[:, 0], both[:, 1])
        return ops.mean(equal) + ops.mean(self._push(squared_distance(_f32(real), _f32(fake))))

    def generator(self, fake, real=None):
        """Compute G's loss from the vectors of its samples, and of real ones."""
        return ops.mean(squared_distance(_f32(fake), _f32(real)))


def squared_distance(one, other):
    """Squared Euclidean distance of vectors (N, L), row by row: (N,)."""
    return ops.sum(ops.square(one - other), axis=-1)


def push(apart, margin: float, squared: bool):
    """Compute what it costs to be nearer than a margin m, from squared distances D².

    max(0, m − D)² (Hadsell et al. 2006), whose slope −2(m − D) is largest at D = 0; or, squared,
    max(0, m − D²)², whose slope −4D(m − D²) is 0 there.
    """
    return ops.square(ops.relu(margin - (apart if squared else _root(apart))))


def get(config: Config) -> loss.Loss:
    """Return the loss that a configuration names."""
    if config.loss not in OF_VECTORS:
        return loss.get(config.loss, config.label_smoothing)
    kind = {"anchored": Anchored, "triplet": Triplet, "contrastive": Contrastive}[config.loss]
    return kind(config.margin, config.anchor, config.squared)


def _root(apart):
    return ops.sqrt(apart + _EPSILON)


def _f32(vectors):
    return ops.cast(vectors, "float32")
