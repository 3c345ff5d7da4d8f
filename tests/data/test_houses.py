import hashlib
import subprocess
import sys

import numpy as np
import pytest

from data.worlds import houses, world
from data.worlds.render import Canvas
from tests.conftest import ROOT

HOUSES = houses.WORLD


def test_same_in_another_process():
    images, _ = HOUSES.draw(np.arange(50, 60), 32, seed=3)
    code = (
        "import hashlib, numpy as np; from data.worlds.houses import WORLD;"
        "print(hashlib.sha256(WORLD.draw(np.arange(50, 60), 32, seed=3)[0]).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert other.stdout.strip() == hashlib.sha256(images).hexdigest()


@pytest.mark.parametrize("pixels", [1, 7 * 32 * 32, 1 << 22])
def test_same_in_chunks_of_any_size(monkeypatch, pixels):
    expected, factors = HOUSES.draw(np.arange(30), 32)
    monkeypatch.setattr(world, "_CHUNK_PIXELS", pixels)
    images, again = HOUSES.draw(np.arange(30), 32)
    np.testing.assert_array_equal(images, expected)
    for name in factors:
        np.testing.assert_array_equal(factors[name], again[name])


def test_a_picture_does_not_depend_on_its_neighbours():
    images, _ = HOUSES.draw(np.arange(20), 24)
    alone, _ = HOUSES.draw(np.array([13]), 24)
    np.testing.assert_array_equal(alone[0], images[13])


def test_seeds_and_splits_share_no_picture():
    seen = set()
    for seed, split in [(0, "train"), (0, "validation"), (0, "test"), (1, "train")]:
        images, _ = HOUSES.draw(np.arange(300), 32, seed, split)
        hashes = {picture.tobytes() for picture in images}
        assert len(hashes) == 300
        assert not hashes & seen
        seen |= hashes


@pytest.mark.parametrize("size", [8, 32, 48, 64])
def test_types_and_ranges(size):
    images, factors = HOUSES.draw(np.arange(200), size)
    assert images.shape == (200, size, size, 3) and images.dtype == np.uint8
    assert images.min() < 40 and images.max() > 215
    assert set(factors) == set(HOUSES.factors)
    for name, words in HOUSES.factors.items():
        values = factors[name]
        if words is None:
            assert values.dtype == np.float32 and np.abs(values).max() <= 1
        else:
            assert values.dtype == np.int32
            assert set(values) == set(range(len(words)))


def test_sizes_show_the_same_scene():
    large, _ = HOUSES.draw(np.arange(40), 64)
    small, _ = HOUSES.draw(np.arange(40), 32)
    halved = large.reshape(40, 32, 2, 32, 2, 3).mean(axis=(2, 4))
    assert np.abs(halved - small).mean() < 4


@pytest.mark.parametrize(
    ("factor", "at_least"),
    [("time", 0.95), ("season", 0.9), ("tower", 0.85), ("storeys", 0.9), ("roof", 0.6)],
)
def test_factors_can_be_seen_in_the_pictures(factor, at_least):
    """A linear reader learns each factor from pixels; from shuffled pictures it cannot."""
    images, factors = HOUSES.draw(np.arange(5000), 16)
    pixels = images.reshape(5000, -1) / 255.0 - 0.5
    pixels = np.hstack([pixels, np.ones((5000, 1))])
    answers = np.eye(factors[factor].max() + 1)[factors[factor]]

    def accuracy(pixels):
        gram = pixels[:4000].T @ pixels[:4000] + 0.3 * np.eye(pixels.shape[1])
        weights = np.linalg.solve(gram, pixels[:4000].T @ answers[:4000])
        return np.mean((pixels[4000:] @ weights).argmax(1) == factors[factor][4000:])

    assert accuracy(pixels) >= at_least
    shuffled = np.random.default_rng(0).permutation(pixels)
    assert accuracy(shuffled) < 1 / answers.shape[1] + 0.06


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
