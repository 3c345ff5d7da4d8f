"""Adversarial losses, computed from a discriminator's logits.

D(x) below is the discriminator's raw output, its logit; σ is the sigmoid, and
softplus(t) = log(1 + exp(t)) = −log σ(−t). Every loss is a mean over the batch and over
the positions of a patch discriminator, computed in float32.
"""

from __future__ import annotations

from keras import ops


class Loss:
    """Template of an adversarial loss: what each network minimises, as a scalar tensor.

    Args:
        smoothing: How far the discriminator's target for real samples lies below 1, where it
            has one (one-sided label smoothing: Salimans et al. 2016, section 3.4).
    """

    #: Whether the generator's loss also depends on the logits of real samples.
    generator_needs_real = False

    def __init__(self, smoothing: float = 0.0):
        self.smoothing = smoothing

    def discriminator(self, real, fake):
        """Compute the discriminator's loss from its logits for real and fake samples."""
        raise NotImplementedError

    def generator(self, fake, real=None):
        """Compute the generator's loss from the logits for its samples (and for real ones)."""
        raise NotImplementedError

    def score(self, output):
        """Return how real the discriminator finds each sample or patch; here, the logit itself.

        Penalties are on its gradient, and the pairwise accuracy compares it.
        """
        return output


class Minimax(Loss):
    """Minimax loss (Goodfellow et al. 2014, equation 1), a zero-sum game.

    D minimises −E log σ(D(x)) − E log(1 − σ(D(G(z)))), the summed cross-entropy; G
    minimises E log(1 − σ(D(G(z)))). Where D can tell nothing, its loss is 2 log 2 = 1.386.
    G's gradient vanishes where D is sure of itself: see NonSaturating.
    """

    def discriminator(self, real, fake):
        found = _mean(ops.softplus(-_f32(real)))
        if self.smoothing:
            # Cross-entropy with a target of 1 − s.
            missed = _mean(ops.softplus(_f32(real)))
            found = (1 - self.smoothing) * found + self.smoothing * missed
        return found + _mean(ops.softplus(_f32(fake)))

    def generator(self, fake, real=None):
        return -_mean(ops.softplus(_f32(fake)))


class NonSaturating(Minimax):
    """Non-saturating loss (Goodfellow et al. 2014, section 3): G minimises −E log σ(D(G(z))).

    D is as in Minimax. The same fixed point, but a strong gradient exactly where G is doing badly.
    """

    def generator(self, fake, real=None):
        return _mean(ops.softplus(-_f32(fake)))


class LeastSquares(Loss):
    """Least-squares loss (Mao et al. 2017, equation 9 with a = 0, b = c = 1).

    D minimises ½E(D(x) − 1)² + ½E D(G(z))²; G minimises ½E(D(G(z)) − 1)².
    """

    def discriminator(self, real, fake):
        target = 1 - self.smoothing
        return 0.5 * (_mean((_f32(real) - target) ** 2) + _mean(_f32(fake) ** 2))

    def generator(self, fake, real=None):
        return 0.5 * _mean((_f32(fake) - 1) ** 2)


class Wasserstein(Loss):
    """Wasserstein loss (Arjovsky et al. 2017, equations 2 and 3): a critic, not a classifier.

    D minimises E D(G(z)) − E D(x); G minimises −E D(G(z)). It means a distance only while D
    is Lipschitz: give it a gradient penalty or spectral norm (`common.stabilise`).
    """

    def discriminator(self, real, fake):
        return _mean(_f32(fake)) - _mean(_f32(real))

    def generator(self, fake, real=None):
        return -_mean(_f32(fake))


class Hinge(Loss):
    """Hinge loss (Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17).

    D minimises E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))); G minimises −E D(G(z)).
    """

    def discriminator(self, real, fake):
        return _mean(ops.relu(1 - _f32(real))) + _mean(ops.relu(1 + _f32(fake)))

    def generator(self, fake, real=None):
        return -_mean(_f32(fake))


class Relativistic(Loss):
    """Relativistic pairing loss (RSGAN, Jolicoeur-Martineau 2019, 4.1; R3GAN, Huang et al. 2024).

    D minimises E softplus(−(D(x) − D(G(z)))), with x and G(z) paired by their index in the
    batch; G minimises E softplus(−(D(G(z)) − D(x))). A mode of the data cannot be dropped
    without raising the loss of some pair.
    """

    generator_needs_real = True

    def discriminator(self, real, fake):
        return _mean(ops.softplus(_f32(fake) - _f32(real)))

    def generator(self, fake, real=None):
        return _mean(ops.softplus(_f32(real) - _f32(fake)))


LOSSES: dict[str, type[Loss]] = {
    "minimax": Minimax,
    "non-saturating": NonSaturating,
    "least-squares": LeastSquares,
    "wasserstein": Wasserstein,
    "hinge": Hinge,
    "relativistic": Relativistic,
}


def get(name: str, smoothing: float = 0.0) -> Loss:
    """Return the loss of that name, one of `LOSSES`; see `Loss` for `smoothing`."""
    return LOSSES[name](smoothing)


def pairwise_accuracy(real, fake):
    """Compute the share of pairs (i-th real, i-th fake) in the right order; ½ is guessing."""
    return _mean(ops.cast(_f32(real) > _f32(fake), "float32"))


def _f32(logits):
    return ops.cast(logits, "float32")


def _mean(values):
    return ops.mean(values)
