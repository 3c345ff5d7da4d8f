"""The renderer: coverage, noise and dice, against closed forms."""

import numpy as np
import pytest

from data.drawing import glyphs, handwriting, strokes
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds
from data.drawing.sprites import Pixels
from data.drawing.tables import look_up
from data.drawing.windows import Windows


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


def test_windows_are_parts_of_pictures():
    """Each holds its own rectangle, and what is painted there is on the picture once laid back."""
    canvas = Canvas(3, 32)
    canvas.planes[:] = np.random.default_rng(0).uniform(size=canvas.planes.shape)
    before = canvas.planes.copy()
    middle = np.float32([-0.9, 0.0, 0.7])[:, None, None]
    whole = Windows(canvas, middle - 0.4, middle + 0.4, -middle - 0.3, -middle + 0.3)
    assert whole.planes.shape[2:] == (whole.y.shape[1], whole.x.shape[2])
    for n in range(3):
        rows = slice(whole.first_row[n], whole.first_row[n] + whole.y.shape[1])
        columns = slice(whole.first_column[n], whole.first_column[n] + whole.x.shape[2])
        np.testing.assert_array_equal(whole.planes[:, n], before[:, n, rows, columns])
        np.testing.assert_array_equal(whole.y[n, :, 0], canvas.y[0, rows, 0])
        np.testing.assert_array_equal(whole.x[n, 0], canvas.x[0, 0, columns])
        np.testing.assert_array_equal(
            whole.places[n], 1024 * n + np.arange(1024).reshape(32, 32)[rows, columns]
        )
        # All that is asked for and in the picture, half a pixel around it, and little more.
        for axis, at in ((whole.y[n, :, 0], middle[n, 0, 0]), (whole.x[n, 0], -middle[n, 0, 0])):
            half = 0.4 if axis.size == whole.y.shape[1] else 0.3
            assert axis.min() < max(at - half, -0.96) and axis.max() > min(at + half, 0.96)
            assert axis.size <= 2 * half / canvas.pixel + 3
    # Windows of some pictures within others; what reaches beyond these is left out.
    some = np.array([2, 0])
    part = Windows(
        canvas,
        *(middle[some] + d for d in (0, 9)),
        *(-middle[some] + d for d in (-9, 0)),
        some,
        whole,
    )
    values = whole.of(canvas.planes[0])
    seen = part.of(values, whole)
    np.testing.assert_array_equal(seen, part.planes[0])
    assert seen.shape[1] <= whole.y.shape[1] and seen.shape[2] <= whole.x.shape[2]
    part.put(values, np.full_like(seen, 2), whole)
    assert (values == 2).sum() == seen.size
    part.paint(np.ones_like(seen), np.full((3, 1, 1, 1), 3, np.float32))
    np.testing.assert_array_equal(canvas.planes, before)
    part.lay_back()
    assert (canvas.planes == 3).sum() == 3 * seen.size
    assert ((canvas.planes == before) | (canvas.planes == 3)).all()


@pytest.mark.parametrize("oval", [False, True])
def test_pixels_of_boxes(oval):
    """Each pixel that a box touches, once, line by line; of an oval, all that are within it."""
    canvas = Canvas(2, 32)
    low, high = np.float32([-0.5, 0.8, 2.0]), np.float32([0.1, 1.3, 3.0])
    left, right = np.float32([-0.4, -1.4, 0.0]), np.float32([0.4, -0.6, 1.0])
    found = Pixels(canvas, np.array([1, 0, 1]), left, right, low, high, oval)
    assert len(set(found.where)) == len(found.where) and (np.diff(found.box) >= 0).all()
    row, column = np.divmod(found.where % 1024, 32)
    np.testing.assert_array_equal(found.y, canvas.y[0, row, 0])
    np.testing.assert_array_equal(found.x, canvas.x[0, 0, column])
    np.testing.assert_array_equal(found.where // 1024, np.array([1, 0, 1])[found.box])
    inside = 0
    for n in range(3):
        across = (canvas.x - (left[n] + right[n]) / 2) / ((right[n] - left[n]) / 2)
        up = (canvas.y - (low[n] + high[n]) / 2) / ((high[n] - low[n]) / 2)
        within = across**2 + up**2 < 1 if oval else (abs(across) < 1) & (abs(up) < 1)
        here = np.zeros(1024, bool)
        here[found.where[found.box == n] % 1024] = True
        assert here[within[0].ravel()].all()
        inside += within.sum()
    assert inside <= len(found.where) < 1.4 * inside
