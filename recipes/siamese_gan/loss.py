"""The Siamese GAN's other losses: of triplets with a fixed anchor, and of pairs."""

from __future__ import annotations

from keras import ops

from common import loss
from common.vectors import Anchored, squared_norm

from .config import OF_VECTORS, Config


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
        both = ops.reshape(real, (-1, 2, real.shape[-1]))
        equal = squared_norm(both[:, 0] - both[:, 1])
        return ops.mean(equal) + ops.mean(self._push(squared_norm(real - fake)))

    def generator(self, fake, real=None):
        """Compute G's loss from the vectors of its samples, and of real ones."""
        return ops.mean(squared_norm(fake - real))


def get(config: Config) -> loss.Loss:
    """Return the loss that a configuration names."""
    if config.loss not in OF_VECTORS:
        return loss.get(config.loss, config.label_smoothing)
    kind = {"anchored": Anchored, "triplet": Triplet, "contrastive": Contrastive}[config.loss]
    return kind(config.margin, config.anchor, config.squared)
