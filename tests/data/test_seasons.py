"""Seasons: two domains without a common scene, and a known way between them."""

import numpy as np
import pytest

import data
from data import worlds
from data.drawing.dice import Dice
from data.worlds import seasons
from data.worlds import world as world_module
from tests.data.readers import Reader, shrunk

SUMMER, WINTER = worlds.get("seasons").worlds.values()
SEEN_IN_BOTH = ("light", "cabin", "lake", "tree")


@pytest.fixture(scope="module")
def known():
    """Many pictures of each season, to learn from."""
    return {world.season: world.draw(np.arange(6000), 32) for world in (SUMMER, WINTER)}


def test_no_scene_is_in_both_domains():
    """Neither a number of a scene nor a picture; the counterpart is how that would look."""
    numbers = [
        world.own_numbers(world_module.scenes(np.arange(1000), split))
        for world in (SUMMER, WINTER)
        for split in world_module.SPLITS
    ]
    assert len(np.unique(numbers)) == 6 * 1000
    summers = shrunk(SUMMER.draw(np.arange(300), 32).samples, 2)
    truth = shrunk(SUMMER.counterpart(np.arange(300), 32)[0], 2)
    winters = shrunk(WINTER.draw(np.arange(300), 32).samples, 2)

    def nearest(others):
        """Which of the others has the most similar outlines."""
        edges = [np.abs(np.diff(p, axis=1)).mean(-1).reshape(300, -1) for p in (summers, others)]
        edges = [(e - e.mean(0)) / np.linalg.norm(e - e.mean(0), axis=1)[:, None] for e in edges]
        return (edges[0] @ edges[1].T).argmax(1)

    # The true winters are recognised, and those of the winter domain are not the same ones.
    assert (nearest(truth) == np.arange(300)).mean() > 0.5
    assert (nearest(winters) == np.arange(300)).mean() < 0.05


@pytest.fixture(scope="module")
def both_ways():
    return {
        world.season: (world.draw(np.arange(300), 64), *world.counterpart(np.arange(300), 64))
        for world in (SUMMER, WINTER)
    }


@pytest.mark.parametrize("season", ["summer", "winter"])
def test_the_counterpart_keeps_what_both_seasons_show(season, known):
    """A reader trained on the other season's own pictures finds the same factors there."""
    world, other = (SUMMER, WINTER) if season == "summer" else (WINTER, SUMMER)
    learned, drawn = known[other.season], known[world.season]
    counterpart, _ = world.counterpart(np.arange(1000), 32)
    pictures = np.concatenate([learned.samples[:5000], counterpart])
    reader = Reader(shrunk(pictures, 2))
    for factor in SEEN_IN_BOTH:
        answers = np.concatenate([learned.factors[factor][:5000], drawn.factors[factor][:1000]])
        assert reader.accuracy(answers) > 0.93, factor


@pytest.fixture(scope="module", params=["summer", "winter"])
def read(request, known):
    """A reader of a season's pictures, and their factors."""
    drawn = known[request.param]
    return request.param, Reader(shrunk(drawn.samples, 2)), drawn.factors


VISIBLE = {"light": 0.97, "cabin": 0.97, "lake": 0.93, "tree": 0.97}


def test_factors_can_be_seen(read):
    """But for what snow hides; from other pictures' pixels none can."""
    season, reader, factors = read
    for factor, at_least in VISIBLE.items():
        assert reader.accuracy(factors[factor]) >= at_least, factor
        commonest = np.bincount(factors[factor]).max() / 6000
        assert reader.accuracy(np.roll(factors[factor], 1)) < commonest + 0.06, factor
    if season == "summer":
        assert reader.accuracy(factors["lake"]) >= 0.95
        assert reader.accuracy(factors["path"]) >= 0.65
    else:
        for factor in ("path", "flowers"):
            commonest = np.bincount(factors[factor]).max() / 6000
            assert reader.accuracy(factors[factor]) < commonest + 0.05, factor


def test_summer_shows_its_flowers():
    drawn = SUMMER.draw(np.arange(400), 64)
    red, green, blue = np.moveaxis(drawn.samples.astype(int), -1, 0)
    ground = np.zeros((64, 64), bool)
    ground[40:] = True
    signs = {
        1: (red > 190) & (green > 150) & (blue < 90),
        2: (red > 150) & (green < 90) & (blue < 90),
        3: (blue > green + 30) & (red > green),
    }
    for kind, sign in signs.items():
        share = (sign & ground).mean((1, 2))
        with_them, without = (
            share[drawn.factors["flowers"] == kind],
            share[drawn.factors["flowers"] == 0],
        )
        assert np.median(with_them) > 5 * np.median(without) + 0.002


@pytest.mark.parametrize("size", [16, 32, 64])
@pytest.mark.parametrize(("part", "factor"), [("_path", "path"), ("_meadow", "flowers")])
def test_what_snow_hides_is_marked_and_nowhere_seen(monkeypatch, part, factor, size):
    """Without its path a summer changes where it is marked only, and its winter not at all."""
    numbers = np.arange(60)
    winters = WINTER.draw(numbers, size)
    summers, unknown = WINTER.counterpart(numbers, size)
    draw = getattr(seasons, part)

    def without(c, s, dice):
        setattr(s, factor, 0 * getattr(s, factor))
        draw(c, s, dice)

    monkeypatch.setattr(seasons, part, without)
    np.testing.assert_array_equal(WINTER.draw(numbers, size).samples, winters.samples)
    changed = np.abs(WINTER.counterpart(numbers, size)[0].astype(int) - summers).max(-1)
    had = winters.factors[factor] > 0
    assert (changed[~had] == 0).all()
    assert (changed[had].max((1, 2)) > 20).mean() > 0.9
    assert (unknown[changed > 2] > 0).all()
    assert (unknown == 0).mean() > 0.4


@pytest.mark.parametrize("source", [SUMMER, WINTER], ids=["summer", "winter"])
def test_tints_that_one_season_hides_are_marked_in_the_other(monkeypatch, source):
    """Roofs and leaves of other tints change the other season's picture only where marked."""
    numbers = np.arange(60)
    own = source.draw(numbers, 64).samples
    other, unknown = source.counterpart(numbers, 64)
    near = Dice.near

    def tinted(self, colour, spread=0.04):
        shift = 0.1 if spread in (0.07, 0.08) else 0
        return np.clip(near(self, colour, spread) + np.float32(shift), 0, 1)

    monkeypatch.setattr(Dice, "near", tinted)
    same = (source.draw(numbers, 64).samples == own).all(-1)
    changed = np.abs(source.counterpart(numbers, 64)[0].astype(int) - other).max(-1) > 3
    if source is WINTER:
        assert same.all() and changed.mean() > 0.01
        assert (unknown[changed] > 0).all()
    else:
        assert not changed.any() and not same.all()


def test_only_leaves_hide_what_winter_shows(both_ways):
    drawn, _, unknown = both_ways["summer"]
    oak = drawn.factors["tree"] >= 2
    assert unknown.shape == drawn.samples.shape[:3] and unknown.dtype == np.uint8
    assert unknown[~oak].max() == 0
    assert unknown[oak].max((1, 2)).min() > 0


def test_a_reader_errs_where_the_answer_cannot_be_known(both_ways):
    """Regression from patches of winter to summer's ground: marked places come out worse."""
    drawn, answer, unknown = both_ways["winter"]
    window = np.lib.stride_tricks.sliding_window_view(drawn.samples, (3, 3), axis=(1, 2))
    x = window[:, 40:61, 1:61].reshape(-1, 27) / 255.0
    x = np.hstack([x, x**2, np.ones((len(x), 1))])
    y = answer[:, 41:62, 2:62].reshape(-1, 3) / 255.0
    marked = unknown[:, 41:62, 2:62].ravel()
    half = len(x) // 2
    solution = np.linalg.lstsq(x[:half], y[:half], rcond=None)[0]
    error = np.abs(x[half:] @ solution - y[half:]).mean(1)
    assert error[marked[half:] > 200].mean() > 1.4 * error[marked[half:] == 0].mean()


def test_as_a_source():
    source = data.find("seasons")
    assert source.kind == "domains" and list(source.domains) == ["summer", "winter"]
    both = source.load("train", 32, 5, 0)
    assert "seasons:summer or seasons:winter" in source.ask_for_one()
    np.testing.assert_array_equal(both.b.samples, WINTER.draw(np.arange(5), 32).samples)
    one = data.find("seasons:winter").load("train", 32, 5, 0)
    np.testing.assert_array_equal(one.samples, WINTER.draw(np.arange(5), 32).samples)
    for spec in ("seasons:spring", "seasons:", "houses:x", "houses:"):
        with pytest.raises(data.Refused, match=f"{spec}: legal is") as no:
            data.find(spec)
        assert "\n" not in str(no.value)
