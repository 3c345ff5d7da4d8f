"""Digits: the pose is where the factors say, and the thousand modes are there."""

import numpy as np
import pytest

from data import worlds
from data.worlds import digits

DIGITS, STACKED = digits.WORLD, worlds.get("stacked_digits")


def moments(images):
    """Centre, and main axis as an angle from upright, of what is bright: picture units."""
    light = np.clip(images[..., 0].astype(float) / 255 - 0.25, 0, None)
    size = images.shape[1]
    place = (np.arange(size) + 0.5) * 2 / size - 1
    x, y = place[None, None, :], -place[None, :, None]
    mass = light.sum((1, 2))
    cx, cy = (light * x).sum((1, 2)) / mass, (light * y).sum((1, 2)) / mass
    dx, dy = x - cx[:, None, None], y - cy[:, None, None]
    xy, yy = (light * dx * dy).sum((1, 2)), (light * dy * dy).sum((1, 2))
    return cx, cy, xy / yy, mass


def test_the_pose_is_what_the_factors_say():
    drawn = DIGITS.draw(np.arange(3000), 32)
    cx, cy, lean, mass = moments(drawn.samples)
    f = drawn.factors
    # Digits are not symmetric, so their own middles differ: compare within one digit.
    zeros = np.isin(f["label"], [0, 8])
    assert np.corrcoef(cx[zeros], f["x"][zeros])[0, 1] > 0.9
    assert np.corrcoef(cy[zeros], f["y"][zeros])[0, 1] > 0.9
    # Turning counterclockwise moves the top to the left, slant moves it to the right.
    slope = f["slant"] - f["rotation"]
    assert np.corrcoef(lean[zeros], slope[zeros])[0, 1] > 0.8
    for typeface in (0, len(digits.TYPEFACES) - 1):
        one = f["typeface"] == typeface
        assert np.corrcoef(mass[one], f["thickness"][one])[0, 1] > 0.3


def test_every_typeface_and_digit_comes_and_none_too_often():
    factors = DIGITS.draw(np.arange(20_000), 8).factors
    labels = np.bincount(factors["label"]) / 20_000
    assert np.abs(labels - 0.1).max() < 0.01
    typefaces = np.bincount(factors["typeface"], minlength=len(digits.TYPEFACES)) / 20_000
    printed, written = typefaces[:-2], typefaces[-2:]
    assert written.sum() == pytest.approx(0.3, abs=0.015)
    assert np.abs(printed - 0.7 / len(printed)).max() < 0.01
    pair = np.corrcoef(factors["label"], factors["typeface"])[0, 1]
    assert abs(pair) < 0.03


def test_a_hand_never_writes_twice_alike_and_print_does():
    """Of hands only, the outline itself varies: undo the pose by choosing near ones."""
    drawn = DIGITS.draw(np.arange(12_000), 16)
    f, spread = drawn.factors, []
    for typeface in (0, digits.TYPEFACES.index("plain hand")):
        posed = (f["typeface"] == typeface) & (np.abs(f["rotation"]) < 0.1)
        posed &= (np.abs(f["slant"] - 0.07) < 0.1) & (f["label"] == 3)
        posed &= np.abs(f["thickness"]) < 0.8
        spread.append(drawn.samples[posed].std(0).mean())
    assert spread[1] > 1.1 * spread[0]


def test_stacked_digits_are_three_digits():
    stacked = STACKED.draw(np.arange(50), 32, seed=4, split="test")
    f = stacked.factors
    np.testing.assert_array_equal(f["mode"], 100 * f["red"] + 10 * f["green"] + f["blue"])
    single = [
        DIGITS.draw_chunk(np.array([3 * (7 + (2 << 40)) + c], np.uint64), 32, 4) for c in range(3)
    ]
    for channel, digit in enumerate(single):
        np.testing.assert_array_equal(stacked.samples[7, ..., channel], digit.samples[0, ..., 0])
        assert f[("red", "green", "blue")[channel]][7] == digit.factors["label"][0]


def test_all_thousand_modes_are_equally_likely():
    """As a perfect sampler's 26,000: all modes, and a divergence of about 999 / 52,000."""
    modes = STACKED.draw(np.arange(26_000), 8).factors["mode"]
    share = np.bincount(modes, minlength=1000) / len(modes)
    assert (share > 0).all()
    divergence = np.sum(share * np.log(share * 1000))
    assert divergence == pytest.approx(999 / 52_000, rel=0.2)
