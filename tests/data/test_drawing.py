"""The renderer: coverage, noise and dice, against closed forms."""

import numpy as np
import pytest

from data.drawing import glyphs, handwriting, strokes
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds
from data.drawing.tables import look_up


@pytest.mark.parametrize("shift", [0.0, 0.013])
def test_coverage_is_the_area(shift):
    """Antialiasing: summed coverage is the shape's area, wherever it lies between pixels."""
    canvas = Canvas(1, 32)
    x, y = canvas.x - shift, canvas.y - shift
    pixel_area = canvas.pixel**2
    disc = canvas.ellipse(x, y, np.float32(0.5), np.float32(0.5)).sum() * pixel_area
    assert disc == pytest.approx(np.pi / 4, rel=0.01)
    box = canvas.box(x, -0.31, 0.52, -0.2, 0.37).sum() * pixel_area
    assert box == pytest.approx(0.83 * 0.57, rel=1e-4)
    roof = canvas.trapezoid(x, -0.4, 0.3, np.float32(0.6), np.float32(0.2)).sum() * pixel_area
    assert roof == pytest.approx(0.7 * 0.8, rel=0.01)


@pytest.mark.parametrize("period", [0.5, 0.125, 0.05, 0.011])
def test_stripes_cover_their_share_at_any_width(period):
    """Also where they are finer than a pixel (.0625), which must show their mean."""
    canvas = Canvas(1, 32)
    stripes = canvas.stripes(canvas.x, 0.017, period, 0.3 * period)
    assert stripes.mean() == pytest.approx(0.3, abs=0.02)
    assert stripes.min() >= -1e-4 and stripes.max() <= 1 + 1e-4
    if period < 0.05:
        assert np.ptp(stripes) < 0.5


def test_a_wide_canvas_has_square_pixels():
    canvas = Canvas(1, 20, 50)
    assert canvas.finish().shape == (1, 20, 50, 3)
    disc = canvas.ellipse(canvas.x - 1.2, canvas.y, np.float32(0.6), np.float32(0.6))
    assert disc.sum() * canvas.pixel**2 == pytest.approx(np.pi * 0.36, rel=0.01)


def test_a_band_is_a_part_of_the_canvas():
    dice = [Dice(0, np.arange(3)) for _ in range(2)]
    canvas = Canvas(3, 32)
    band = canvas.band(np.float32(-0.3), np.float32(0.4))
    rows = slice(band.first_row, band.first_row + band.y.shape[1])
    np.testing.assert_array_equal(canvas.y[:, rows], band.y)
    whole, part = clouds(canvas, dice[0], 4, 4, 2), clouds(band, dice[1], 4, 4, 2)
    np.testing.assert_array_equal(whole[:, rows], part)
    band.paint(np.ones_like(band.planes[0]), np.ones((3, 1, 1, 1), np.float32))
    assert (canvas.planes[:, :, rows] == 1).all() and canvas.planes.sum() == band.planes.sum()


def test_noise_has_no_bias_and_no_seams():
    noise = clouds(Canvas(200, 32), Dice(1, np.arange(200)), 4, 4, 3)
    assert abs(noise.mean()) < 0.03 and 0.3 < noise.std() < 0.8
    steps = np.abs(np.diff(clouds(Canvas(50, 256), Dice(1, np.arange(50)), 4, 4), axis=2))
    assert steps.max() < 0.06


def test_dice_are_fair():
    dice = Dice(5, np.arange(40_000))
    assert dice.uniform(2, 4).mean() == pytest.approx(3, abs=0.02)
    counts = np.bincount(dice.integer(0, 6).ravel())
    assert len(counts) == 7 and np.abs(counts - 40_000 / 7).max() < 5 * np.sqrt(40_000 / 7)
    normal = dice.normal()
    assert (normal.mean(), normal.std()) == pytest.approx((0, 1), abs=0.02)
    field = dice.field(3, 5)
    assert field.shape == (40_000, 3, 5) and field.min() >= 0 and field.max() < 1
    flat = field.reshape(-1, 15)
    assert np.abs(flat.mean(0) - 0.5).max() < 0.01
    correlation = np.corrcoef(flat.T) - np.eye(15)
    assert np.abs(correlation).max() < 0.03


def test_dice_skipped_are_dice_thrown():
    thrown, skipped = Dice(0, np.arange(4)), Dice(0, np.arange(4))
    thrown.field(2, 2), skipped.skip()
    np.testing.assert_array_equal(thrown.uniform(), skipped.uniform())


def test_glyph_tables_are_signed_distances():
    tables = glyphs.tables("0123456789")
    assert tables.shape == (len(glyphs.TYPEFACES), 10, 64, 64)
    # Nowhere does a distance change faster than the place does.
    for axis in (2, 3):
        assert np.abs(np.diff(tables, axis=axis)).max() <= 2 / 64 * 1.001
    inside = (tables < 0).mean((2, 3))
    assert inside.min() > 0.02 and inside.max() < 0.4
    # Every digit is as tall as it should be, and in the middle.
    rows = np.argwhere(inside > 0)
    for face, digit in rows:
        filled = np.flatnonzero((tables[face, digit] < 0).any(1))
        assert (filled[-1] - filled[0] + 1) / 32 == pytest.approx(glyphs.HEIGHT, abs=0.07)
        assert filled[0] + filled[-1] == pytest.approx(63, abs=1)


def test_a_zero_has_a_hole_and_an_eight_has_two():
    """The winding number: what lies inside the inner outline is outside."""
    column = glyphs.tables("0123456789")[0, :, :, 32] < 0
    crossings = np.abs(np.diff(column.astype(int), axis=1)).sum(1)
    assert crossings[0] == 4 and crossings[8] == 6


def test_looking_up_meets_the_table_at_its_places():
    tables = glyphs.tables("0123456789")
    centres = ((np.arange(64) + 0.5) / 32 - 1).astype(np.float32)
    x, y = np.meshgrid(centres[:-1], centres[:-1])
    found = look_up(tables, np.array([37]), x[None], y[None])
    np.testing.assert_allclose(found[0], tables[3, 7, :-1, :-1], atol=1e-5)


def test_a_curve_passes_its_points_and_a_corner_stays():
    curve = strokes.curve(4, [0, 1, 2, 0], 3)
    points = np.array([[0, 0], [1, 0], [1, 1], [9, 9]], np.float32)
    ends = curve @ points
    assert ends.shape == (9, 2, 2)
    np.testing.assert_allclose(ends[[0, 3, 6], 0], points[:3], atol=1e-6)
    np.testing.assert_allclose(ends[:-1, 1], ends[1:, 0], atol=1e-6)
    np.testing.assert_allclose(ends[-1, 1], points[0], atol=1e-6)
    assert strokes.curve(2, [0, 1], 3).shape == (1, 2, 2)


def test_distance_to_strokes():
    x, y = np.array([[[0.5, 2.0, 0.0]]]), np.array([[[0.3, 0.0, -0.4]]])
    ends = np.array([[[[0, 0], [1, 0]], [[0, 0], [0, 0]]]], np.float32)
    np.testing.assert_allclose(strokes.distance(x, y, ends), [[[0.3, 1.0, 0.4]]], atol=1e-5)


def test_every_hand_writes_every_digit_within_its_frame():
    points, curves = handwriting.written()
    ends = np.einsum("dkep,dpc->dkec", curves, points)
    assert len(ends) == 10 * len(handwriting.HANDS)
    assert np.abs(ends).max() < 0.85
    tall = np.ptp(ends[..., 1].reshape(len(ends), -1), axis=1)
    assert tall.min() > 1.3 and tall.max() < 1.6
