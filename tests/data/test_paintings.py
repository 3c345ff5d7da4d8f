"""Paintings: manners that any crop shows, scenes that no two share, and the truth between them."""

import numpy as np
import pytest

import data
from data.made import open_world
from data.splits import SPLITS
from data.words import told, understood
from data.worlds import paintings
from data.worlds import world as world_module
from data.worlds.paintings import MANNERS
from tests.data.readers import accuracy, shrunk

ALL = (*MANNERS, "scenes")
COUNT = 60


def of(manner):
    return open_world(f"paintings:{manner}").world


@pytest.fixture(scope="module")
def painted():
    return {manner: of(manner).draw(np.arange(COUNT), 64).samples for manner in MANNERS}


def test_no_scene_is_in_two_of_them():
    numbers = [
        paintings._numbers(world_module.scenes(np.arange(1000), split), place)
        for place in (*ALL, "all")
        for split in SPLITS
    ]
    assert len(np.unique(numbers)) == 7 * 3 * 1000


@pytest.fixture(scope="module")
def crops(painted):
    """Four crops of 32 pixels of each painting, and their manners; paintings follow each other."""
    places = np.random.default_rng(0).integers(0, 33, (COUNT, len(MANNERS), 4, 2))
    found = [
        painted[manner][number, row : row + 32, column : column + 32]
        for number in range(COUNT)
        for manner, corners in zip(MANNERS, places[number], strict=True)
        for row, column in corners
    ]
    return np.stack(found), np.tile(np.repeat(np.arange(len(MANNERS)), 4), COUNT)


def texture(pictures, side=5, filters=96):
    """What random filters find in grey pictures of one brightness and contrast, on average."""
    grey = pictures @ np.array([0.299, 0.587, 0.114], np.float32)
    grey -= grey.mean((1, 2), keepdims=True)
    grey /= grey.std((1, 2), keepdims=True) + 4
    weights = np.random.default_rng(0).normal(size=(side**2, filters)).astype(np.float32)
    weights = (weights - weights.mean(0)) / side
    patches = np.lib.stride_tricks.sliding_window_view(grey, (side, side), axis=(1, 2))
    found = []
    for some in np.array_split(patches[:, ::2, ::2].reshape(len(grey), -1, side**2), 10):
        x = some @ weights
        parts = (np.maximum(x, 0).mean(1), np.minimum(x, 0).mean(1), x.std(1))
        found.append(np.concatenate([*parts, np.sqrt(np.abs(x)).mean(1)], 1))
    found = np.concatenate(found)
    return found / found.std(0)


def test_a_grey_crop_shows_the_manner_and_its_mean_colour_does_not(crops):
    pictures, manners = crops
    assert accuracy(texture(pictures), manners, held_out=1 / 3) >= 0.95
    # By chance it would be .2.
    assert accuracy(pictures.mean((1, 2)), manners, held_out=1 / 3) < 0.6


def test_all_of_them_show_the_manners_that_the_factor_tells(painted):
    drawn = open_world("paintings").world.draw(np.arange(40), 64)
    pictures = np.concatenate([*painted.values(), drawn.samples])
    answers = [np.repeat(np.arange(len(MANNERS)), COUNT), drawn.factors["manner"]]
    share = 40 / len(pictures)
    assert accuracy(texture(pictures), np.concatenate(answers), held_out=share) >= 0.97


def greys(pictures):
    """Means over 8×8 pixels, of one brightness and contrast."""
    grey = shrunk(pictures, 8).mean(-1).reshape(len(pictures), -1)
    grey = grey - grey.mean(1, keepdims=True)
    return grey / np.linalg.norm(grey, axis=1, keepdims=True)


@pytest.mark.parametrize("manner", MANNERS)
def test_the_counterpart_is_the_same_scene(manner, painted):
    numbers = np.arange(30)
    truth, unknown = of(manner).counterpart(numbers, 64)
    assert truth.dtype == unknown.dtype == np.uint8 and unknown.shape == truth.shape[:3]
    own = greys(painted[manner][numbers])
    assert ((own @ greys(truth).T).argmax(1) == numbers).mean() >= 0.8
    # The scenes of the plain set are others.
    others = own @ greys(of("scenes").draw(numbers, 64).samples).T
    assert (others.argmax(1) == numbers).mean() < 0.2


def test_the_way_there_paints_as_the_manner_does():
    """A scene's true painting is what the manner makes of that scene, and no other thing."""
    plain, dots = of("scenes"), of("dots")
    same, _ = dots.counterpart(np.arange(4), 64, to=dots)
    np.testing.assert_array_equal(same, dots.draw(np.arange(4), 64).samples)
    back, unknown = plain.counterpart(np.arange(4), 64)
    np.testing.assert_array_equal(back, plain.draw(np.arange(4), 64).samples)
    assert unknown.max() == 0


@pytest.mark.parametrize("manner", MANNERS)
def test_what_chance_decides_is_marked(manner, monkeypatch):
    """Painted again by other dice, a scene changes most where it is marked."""
    numbers = np.arange(10)
    truth, unknown = of("scenes").counterpart(numbers, 64, to=of(manner))
    monkeypatch.setattr(paintings, "_MARKS", 5 * paintings._MARKS)
    again, _ = of("scenes").counterpart(numbers, 64, to=of(manner))
    changed = np.abs(again.astype(int) - truth).max(-1)
    assert changed.mean() > 2
    low, high = np.percentile(unknown, (30, 70))
    assert low < high
    assert changed[unknown >= high].mean() > 1.05 * changed[unknown <= low].mean()


def test_colours_that_hatching_loses_are_marked():
    truth, unknown = of("hatching").counterpart(np.arange(30), 64)
    colourful = np.ptp(truth, axis=-1) > 120
    assert colourful.mean() > 0.01
    assert unknown[colourful].min() > 150 > np.median(unknown[np.ptp(truth, axis=-1) < 20])


def test_scenes_show_their_factors():
    drawn = data.find("paintings:scenes").load("train", 32, 1500, 0)
    pictures = shrunk(drawn.samples, 2)
    for factor, at_least in (("time", 0.98), ("light", 0.9), ("tree", 0.8)):
        assert accuracy(pictures, drawn.factors[factor], width=800) >= at_least, factor


def test_a_manner_is_known_by_its_words_and_a_part_of_the_set():
    world = open_world("paintings").world
    asked = understood(world.factors, "woodcut with a windmill, a lake and poplars, night")
    assert asked == {"manner": 4, "building": 3, "water": 1, "tree": 0, "time": 2}
    drawn = world.draw(np.arange(30), 32)
    for line, manner in zip(
        told(world.factors, drawn.factors), drawn.factors["manner"], strict=True
    ):
        assert line.startswith(MANNERS[manner])
        assert understood(world.factors, line)["manner"] == manner
    # There is nothing to tell where there is but one.
    assert "manner" not in of("dots").factors


def test_two_of_them_are_two_domains():
    source = data.find("paintings:scenes,paintings:strokes")
    assert list(source.domains) == ["paintings:scenes", "paintings:strokes"]
    loaded = source.load("test", 32, 3, 0)
    np.testing.assert_array_equal(
        loaded.b.samples, of("strokes").draw(np.arange(3), 32, 0, "test").samples
    )


@pytest.mark.parametrize("text", ["oil", "strokes:dots", "all"])
def test_a_manner_that_there_is_not(text):
    with pytest.raises(data.Refused, match="paintings:hatching") as no:
        data.find(f"paintings:{text}")
    assert "\n" not in str(no.value)
