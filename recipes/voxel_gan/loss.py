"""3D-VAE-GAN's own loss: how far a predicted shape is off."""

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
