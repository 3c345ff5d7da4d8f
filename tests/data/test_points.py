"""Ring and grid against what is known of them in closed form."""

import numpy as np
import pytest

import data
from data import worlds


@pytest.fixture(params=[("ring", 8), ("grid", 25)], ids=lambda p: p[0])
def mixture(request):
    name, modes = request.param
    world = worlds.get(name)
    assert len(world.centres) == modes
    return world


def test_modes_and_their_spread(mixture):
    drawn = mixture.draw(np.arange(100_000))
    assert drawn.samples.shape == (100_000, 2) and drawn.samples.dtype == np.float32
    mode = drawn.factors["mode"]
    expected = len(mode) / len(mixture.centres)
    assert np.abs(np.bincount(mode) - expected).max() < 5 * np.sqrt(expected)
    away = (drawn.samples - mixture.centres[mode]) / mixture.sigma
    assert away.std(0) == pytest.approx([1, 1], abs=0.01)
    assert np.corrcoef(away.T)[0, 1] == pytest.approx(0, abs=0.02)
    # High quality: within three standard deviations, 1 − exp(−9/2) of a round Gaussian.
    near = np.linalg.norm(away, axis=1) < 3
    assert near.mean() == pytest.approx(1 - np.exp(-4.5), abs=0.002)


def test_the_mode_is_the_nearest_centre(mixture):
    drawn = mixture.draw(np.arange(5000))
    distances = np.linalg.norm(drawn.samples[:, None] - mixture.centres, axis=-1)
    np.testing.assert_array_equal(distances.argmin(1), drawn.factors["mode"])


def test_the_density_is_one_in_all_and_that_of_the_points(mixture):
    centre, step = mixture.centres[3], mixture.sigma / 4
    line = np.arange(-24, 25) * step
    square = centre + np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    mass = mixture.density(square).sum() * step**2
    assert mass == pytest.approx(1 / len(mixture.centres), rel=1e-3)
    peak = 1 / (2 * np.pi * mixture.sigma**2 * len(mixture.centres))
    assert mixture.density(centre[None])[0] == pytest.approx(peak, rel=1e-6)


def test_geometry():
    ring, grid = worlds.get("ring").centres, worlds.get("grid").centres
    np.testing.assert_allclose(np.linalg.norm(ring, axis=1), 1)
    np.testing.assert_allclose(np.linalg.norm(np.roll(ring, 1, 0) - ring, axis=1), 0.765, atol=1e-3)
    assert sorted(set(grid.ravel())) == [-4, -2, 0, 2, 4] and len(np.unique(grid, axis=0)) == 25


def test_points_are_a_function_of_seed_split_and_index(mixture):
    points = mixture.draw(np.arange(100), seed=2).samples
    np.testing.assert_array_equal(mixture.draw(np.array([57]), seed=2).samples[0], points[57])
    for seed, split in ((3, "train"), (2, "test"), (2, "validation")):
        assert not np.isin(mixture.draw(np.arange(100), seed, split).samples, points).any()


def test_as_a_source(mixture):
    source = data.find(mixture.name)
    assert (source.kind, source.count) == ("points", None)
    loaded = source.load("train", 0, 50, 1)
    assert isinstance(loaded, data.SampleSet) and len(loaded) == 50
    np.testing.assert_array_equal(loaded.samples, mixture.draw(np.arange(50), 1).samples)
    with pytest.raises(data.Refused, match="legal are 1 to"):
        source.load("train", 0, 0, 1)
    with pytest.raises(data.Refused, match="train, validation, test"):
        source.load("all", 0, 5, 1)
