"""Codes of variational autoencoders: normal distributions of latents."""

from keras import ops


def divergence(code):
    """Compute the KL divergence of codes N×2L from N(0, 1), summed over L, a mean over N."""
    return ops.mean(divergences(code))


def divergences(code):
    """Compute each code's KL divergence from N(0, 1), in nats.

    ½ Σ (μ² + σ² − log σ² − 1): Kingma and Welling 2014, appendix B.

    Args:
        code: Means and log variances, N×2L.

    Returns:
        N numbers.
    """
    mean, log_variance = halves(code)
    each = ops.square(mean) + ops.exp(log_variance) - log_variance - 1
    return 0.5 * ops.sum(each, axis=1)


def drawn_from(code, noise):
    """Draw latents from codes: mean + deviation · noise (Kingma and Welling 2014, section 2.4)."""
    mean, log_variance = halves(code)
    return mean + ops.exp(0.5 * log_variance) * noise


def halves(code):
    """Return the means and the log variances of codes N×2L, N×L each."""
    return ops.split(code, 2, axis=1)
