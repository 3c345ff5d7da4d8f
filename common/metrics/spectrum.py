"""Power of pictures in high frequencies, a measure of their fine detail."""

from __future__ import annotations

import numpy as np

from data.errors import Refused


def high_frequency_power(pictures: np.ndarray) -> float:
    """Compute the mean power of grey pictures in the upper octave of frequencies.

    Args:
        pictures: N×H×W×C, any units; channels are averaged.

    Returns:
        Mean squared amplitude of the frequencies from ¼ cycle a pixel on, per pixel, in the
        squared units of the pictures.

    Raises:
        Refused: no pictures, or values that are not finite.
    """
    pictures = np.asarray(pictures, np.float64)
    if pictures.ndim != 4 or not len(pictures):
        raise Refused(f"pictures have the shape {pictures.shape}; legal is N×H×W×C")
    if not np.isfinite(pictures).all():
        raise Refused("some pictures hold values that are not finite")
    grey = pictures.mean(-1)
    height, width = grey.shape[1:]
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))
    power = np.abs(np.fft.fft2(grey)) ** 2 / (height * width)
    return float(power[:, frequency >= 0.25].mean())


def high_frequency_ratio(real: np.ndarray, fake: np.ndarray) -> float:
    """Compute the ratio of high-frequency power, fake to real: below 1 is blur, above 1 noise.

    Raises:
        Refused: as `high_frequency_power`, or if the real pictures have no detail at all.
    """
    reference = high_frequency_power(real)
    if reference == 0:
        raise Refused("the real pictures have no detail to compare with")
    return high_frequency_power(fake) / reference
