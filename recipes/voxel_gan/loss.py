"""3D-VAE-GAN's own losses: how far a predicted shape is off, and a code from the prior."""

from keras import ops

from .config import Config


def reconstruction(real, predicted, config: Config):
    """Compute the weighted distance of predicted shapes and real ones, a scalar.

    "distance" is the norm of their difference, not its square (Wu et al. 2016, section 3.3).
    "occupancy" is the cross-entropy, in which occupied voxels have `occupied_weight` of the weight
    and empty ones the rest: of a chair few voxels are occupied, and without weights the empty grid
    is nearly right (Brock et al. 2016, section 3.2).

    Args:
        real, predicted: Occupancies, N×S×S×S×1 in [0, 1].
        config: `reconstruction`, `occupied_weight` and `reconstruction_weight`.
    """
    real, predicted = ops.cast(real, "float32"), ops.cast(predicted, "float32")
    if config.reconstruction == "distance":
        squares = ops.sum(ops.square(real - predicted), axis=(1, 2, 3, 4))
        # At 0 a root has no gradient.
        found = ops.mean(ops.sqrt(squares + 1e-12))
    else:
        share, inside = config.occupied_weight, ops.clip(predicted, 1e-6, 1 - 1e-6)
        occupied = share * real * ops.log(inside)
        empty = (1 - share) * (1 - real) * ops.log(1 - inside)
        found = -ops.mean(occupied + empty)
    return config.reconstruction_weight * found


def divergence(code):
    """Compute the KL divergence of codes N×2L from N(0, 1), summed over L, a mean over N."""
    mean, log_variance = halves(code)
    each = ops.square(mean) + ops.exp(log_variance) - log_variance - 1
    return ops.mean(0.5 * ops.sum(each, axis=1))


def drawn_from(code, noise):
    """Draw latents from codes: mean + deviation · noise (Kingma and Welling 2014, section 2.4)."""
    mean, log_variance = halves(code)
    return mean + ops.exp(0.5 * log_variance) * noise


def halves(code):
    """Return the means and the log variances of codes N×2L, N×L each."""
    return ops.split(code, 2, axis=1)
