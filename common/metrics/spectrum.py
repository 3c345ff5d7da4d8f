"""Fine detail: the power of pictures in high frequencies."""

from __future__ import annotations

import numpy as np

from data.errors import Refused


def fine_power(pictures: np.ndarray) -> float:
    """Mean power of grey pictures in the upper octave of frequencies.

    Args:
        pictures: N×H×W×C, any units; the colours' mean is looked at.

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


def fine_power_ratio(real: np.ndarray, made: np.ndarray) -> float:
    """The made pictures' fine power over the real ones': below 1 is blur, above 1 noise.

    Raises:
        Refused: as `fine_power`, or if the real pictures have no detail at all.
    """
    whole = fine_power(real)
    if whole == 0:
        raise Refused("the real pictures have no detail to compare with")
    return fine_power(made) / whole
