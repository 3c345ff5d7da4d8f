"""Power of pictures in high frequencies, and in those of a grid that upsampling leaves."""

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
    grey = _grey(pictures)
    height, width = grey.shape[1:]
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))
    power = np.abs(np.fft.fft2(grey)) ** 2 / (height * width)
    return float(power[:, frequency >= 0.25].mean())


GRID = (
    "how far the frequencies of a grid of 2 and 4 pixels stand out, over that of real pictures (1)"
)


def high_frequency_ratio(real: np.ndarray, fake: np.ndarray) -> float:
    """Compute the ratio of high-frequency power, fake to real: below 1 is blur, above 1 noise.

    Raises:
        Refused: as `high_frequency_power`, or if the real pictures have no detail at all.
    """
    reference = high_frequency_power(real)
    if reference == 0:
        raise Refused("the real pictures have no detail to compare with")
    return high_frequency_power(fake) / reference


def grid_power(pictures: np.ndarray) -> float:
    """Compute how far the frequencies of a grid stand out of their neighbours in the spectrum.

    Layers that double a map and give its new pixels unequal weights leave a grid of two pixels,
    and of four where there are two of them (Odena et al. 2016).

    Args:
        pictures: N×H×W×C in 0 to 255; H and W are multiples of 4, from 32 on.

    Returns:
        Mean over the frequencies of multiples of ¼ cycle a pixel, but 0, of the power there (3×3
        frequencies) over that around (two to four frequencies away). White noise has 1; a wave
        of amplitude a and a period of 2 pixels in noise of variance σ² adds a²·HW / 9σ² to its
        own term. The variance of rounding to whole numbers, 1/12, is added to both, so that flat
        pictures have 1.

    Raises:
        Refused: as `high_frequency_power`, or pictures of other sizes.
    """
    grey = _grey(pictures)
    height, width = grey.shape[1:]
    if not has_grid(height, width):
        raise Refused(
            f"pictures are {width}×{height}; legal are multiples of {_PERIOD}, from {_LEAST} on"
        )
    # Hann's window ends each wave, which so has power in 3×3 frequencies and no other.
    window = np.outer(*(_hann(side) for side in (height, width)))
    power = np.mean(np.abs(np.fft.fft2(grey * window)) ** 2, axis=0)
    ratios, rounding = [], height * width / 12
    # The other half of the frequencies mirrors this one.
    for down in range(_PERIOD // 2 + 1):
        for right in range(_PERIOD):
            if (down, right) == (0, 0) or (down in (0, _PERIOD // 2) and right > _PERIOD // 2):
                continue
            middle = down * height // _PERIOD, right * width // _PERIOD
            rows, columns = (
                (np.arange(at - _AROUND, at + _AROUND + 1) % side)
                for at, side in zip(middle, (height, width), strict=True)
            )
            near = power[np.ix_(rows, columns)]
            ratios.append((near[_PEAK].mean() + rounding) / (near[_RING].mean() + rounding))
    return float(np.mean(ratios))


def grid_ratio(real: np.ndarray, fake: np.ndarray) -> float:
    """Compute the ratio of `grid_power`, fake to real: above 1 is a grid."""
    return grid_power(fake) / grid_power(real)


def has_grid(height: int, width: int) -> bool:
    """Return whether `grid_power` is defined for pictures of a size."""
    return all(side >= _LEAST and side % _PERIOD == 0 for side in (height, width))


# Pixels of the coarser grid; smallest size, at which the surroundings of its frequencies touch.
_PERIOD, _LEAST = 4, 32
# Frequencies around each that are compared, by their distance.
_AROUND = 4
_DISTANCE = np.maximum(*np.abs(np.mgrid[-_AROUND : _AROUND + 1, -_AROUND : _AROUND + 1]))
_PEAK, _RING = _DISTANCE <= 1, _DISTANCE >= 2


def _hann(side: int) -> np.ndarray:
    """Hann's window of period `side`, of mean square 1."""
    return (1 - np.cos(2 * np.pi * np.arange(side) / side)) * np.sqrt(2 / 3)


def _grey(pictures: np.ndarray) -> np.ndarray:
    pictures = np.asarray(pictures, np.float64)
    if pictures.ndim != 4 or not len(pictures):
        raise Refused(f"pictures have the shape {pictures.shape}; legal is N×H×W×C")
    if not np.isfinite(pictures).all():
        raise Refused("some pictures hold values that are not finite")
    return pictures.mean(-1)
