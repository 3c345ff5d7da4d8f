"""Still lifes: one family of scenes with three kinds of fruit, and a known way between them."""

import re

import numpy as np
import pytest

import data
from data import words, worlds
from data.drawing import fruits
from data.drawing.arrangement import MOST, scene
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.made import open_world
from data.worlds import fruit
from data.worlds.world import scenes
from tests.data.fruit_figures import best_colours, error, iou, shades
from tests.data.readers import accuracy

WORLDS = worlds.get("fruit").worlds
APPLES, ORANGES, BANANAS = WORLDS.values()
NUMBERS = np.arange(64)


@pytest.fixture(scope="module")
def drawn():
    return {name: world.draw(NUMBERS, 64) for name, world in WORLDS.items()}


@pytest.fixture(scope="module")
def masks():
    """Apples' scenes with each of the fruits: where it is seen."""
    return {name: APPLES.masks(NUMBERS, 64, of=world) > 127 for name, world in WORLDS.items()}


def test_no_scene_is_in_two_domains():
    """Neither a number of a scene, nor what is known of it."""
    numbers = [
        world.own_numbers(scenes(np.arange(500), split))
        for world in WORLDS.values()
        for split in ("train", "validation", "test")
    ]
    assert len(np.unique(numbers)) == 9 * 500
    ripe = [world.draw(np.arange(200), 16).factors["ripeness"] for world in WORLDS.values()]
    assert len(np.unique(ripe)) == 3 * 200


@pytest.mark.parametrize("target", ["oranges", "bananas"])
def test_the_counterpart_is_the_same_scene(drawn, target):
    """It differs where either fruit is or casts its shadow; all else is the same picture."""
    truth, unknown = APPLES.counterpart(NUMBERS, 64, to=WORLDS[target])
    assert truth.shape == drawn["apples"].samples.shape and truth.dtype == np.uint8
    assert unknown.shape == truth.shape[:3] and unknown.dtype == np.uint8
    same = (truth == drawn["apples"].samples).all(-1)
    assert same.mean() > 0.5
    # The upper corners see neither of them, but for a leaf that moved: none does.
    assert same[:, :4, :4].mean() > 0.97
    assert (~same).any((1, 2)).all()
    # And it is not what that domain itself has under this number.
    assert (truth != drawn[target].samples).any((1, 2, 3)).all()


def test_a_counterpart_has_the_same_scene_whichever_way_one_comes(monkeypatch):
    """From apples to oranges' world and its own drawing of the scene: the same pixels."""
    truth, _ = APPLES.counterpart(np.arange(20), 32, to=ORANGES)
    monkeypatch.setattr(type(ORANGES), "own_numbers", lambda self, numbers: numbers * np.uint64(3))
    np.testing.assert_array_equal(ORANGES.draw(np.arange(20), 32).samples, truth)


def test_what_cannot_be_known_is_marked(monkeypatch):
    """Other details, and another ground under the fruit, change marked places alone."""
    numbers = NUMBERS[:40]
    truth, unknown = ORANGES.counterpart(numbers, 48, to=APPLES)
    covered = ORANGES.masks(numbers, 48) > 127
    monkeypatch.setattr(fruit, "_ANOTHER", 16)
    others, _ = ORANGES.counterpart(numbers, 48, to=APPLES)
    np.testing.assert_array_equal(others, truth)
    own = ORANGES.own_numbers(numbers.astype(np.uint64))
    leafy, _, _ = fruit._draw(own, 48, 0, "apples", details=16)
    changed = np.abs(leafy.astype(int) - truth).max(-1)
    assert 0.005 < (changed > 60).mean() < 0.1
    assert unknown[changed > 60].mean() > 5 * unknown[changed < 12].mean()
    assert (changed[unknown == 0] < 60).mean() > 0.99
    # Most of the picture can be known, and most of the fruit, too.
    assert (unknown == 0).mean() > 0.8
    assert unknown[covered].mean() < 0.25 * 255


def test_pieces_are_counted_and_lie_inside_of_the_picture():
    s = scene(Dice(0, APPLES.own_numbers(np.arange(1000, dtype=np.uint64))))
    assert (s.there.sum(1) == s.number).all() and set(s.number) == set(range(1, MOST + 1))
    for axis in (s.x, s.y):
        assert (np.abs(axis) + 0.5 * s.radius < 1)[s.there].all()


def test_each_piece_is_seen(monkeypatch):
    """Without any one of its pieces, a scene has clearly less fruit."""
    count = 40
    draw = fruit.draw
    whole = {name: APPLES.masks(np.arange(count), 48, of=w) / 255 for name, w in WORLDS.items()}
    number = APPLES.draw(np.arange(count), 16).factors["number"] + 1
    for without in range(MOST):

        def less(c, s, *rest, without=without):
            s.there[:, without] = False
            return draw(c, s, *rest)

        monkeypatch.setattr(fruit, "draw", less)
        had = number > without
        for name, world in WORLDS.items():
            left = APPLES.masks(np.arange(count), 48, of=world) / 255
            lost = (whole[name] - left).sum((1, 2))[had]
            typical = (whole[name].sum((1, 2)) / number)[had]
            assert np.mean(lost > 0.3 * typical) > 0.95, (name, without)


def test_a_map_of_colours_is_not_enough(drawn, masks):
    """An apple's shape is not an orange's, and nothing like a banana's."""
    assert iou(masks["apples"], masks["oranges"]) < 0.95
    assert iou(masks["apples"], masks["bananas"]) < 0.5
    pictures, half = drawn["apples"].samples, len(NUMBERS) // 2
    for target, least in (("oranges", 0.4), ("bananas", 0.6)):
        truth, _ = APPLES.counterpart(NUMBERS, 64, to=WORLDS[target])
        either = masks["apples"] | masks[target]
        table = best_colours(pictures[:half][either[:half]], truth[:half][either[:half]])
        before, after = pictures[half:][either[half:]], truth[half:][either[half:]]
        mapped = error(table[shades(before)], after)
        assert least * error(before, after) < mapped < error(before, after), target


@pytest.mark.parametrize("domain", list(WORLDS))
def test_the_place_can_be_read(domain):
    """By a simple reader of small pictures; what reads the others is `tests.data.fruit_figures`."""
    read = WORLDS[domain].draw(np.arange(1500), 16)
    assert accuracy(read.samples, read.factors["place"], width=300) > 0.96


def test_light_falls_from_its_side():
    """An orange's lit side is brighter: read off its mask."""
    known = ORANGES.draw(np.arange(200), 32)
    seen = ORANGES.masks(np.arange(200), 32) > 200
    grey = known.samples.mean(-1)
    x = np.arange(32) - (seen * np.arange(32)).sum((1, 2))[:, None] / seen.sum((1, 2))[:, None]
    one = known.factors["number"] == 0
    slope = (seen * (grey - grey.mean()) * x[:, None]).sum((1, 2))
    assert ((slope > 0) == (known.factors["light"] == 1))[one].mean() > 0.95


def test_numbers_on_a_scale(drawn):
    for known in drawn.values():
        factors = known.factors
        assert -1 <= factors["warmth"].min() < -0.7 and 0.7 < factors["warmth"].max() <= 1
        assert 0 <= factors["ripeness"].min() < 0.1 and 0.9 < factors["ripeness"].max() <= 1
        assert 0.15 < factors["size"].min() < 0.28 and 0.45 < factors["size"].max() <= 0.54
        assert np.abs(factors["across"]).max() < 0.8
        red, _, blue = known.samples.reshape(-1, 64 * 64, 3).mean(1).T
        assert np.corrcoef(red - blue, factors["warmth"])[0, 1] > 0.3


def test_ripe_fruit_has_other_colours():
    """Apples become red, oranges less yellow, bananas less green: read off their pixels."""
    for world in WORLDS.values():
        known, seen = world.draw(np.arange(80), 32), world.masks(np.arange(80), 32) > 200
        red, green, _ = np.moveaxis(known.samples.astype(float), -1, 0)
        share = ((red - green) * seen).sum((1, 2)) / ((red + green) * seen).sum((1, 2))
        assert np.corrcoef(share, known.factors["ripeness"])[0, 1] > 0.8, world.name


def test_words():
    text = "three pieces in a bowl, cloth, light from the left"
    assert words.understood(APPLES.factors, text) == {
        **{"number": 2, "place": 1, "ground": 1, "light": 0}
    }
    told = words.told(APPLES.factors, APPLES.draw(np.arange(50), 16).factors)
    known = APPLES.draw(np.arange(50), 16).factors
    for line, *values in zip(told, *(known[f] for f in ("number", "place")), strict=True):
        asked = words.understood(APPLES.factors, line)
        assert [asked["number"], asked["place"]] == values
    with pytest.raises(data.Refused, match="'pears' is no word.*one piece.*on a branch"):
        words.understood(APPLES.factors, "two pieces pears")


def test_any_two_are_a_data_set():
    """The name alone is the first two; others are named with a comma."""
    source = data.find("fruit")
    assert source.kind == "domains" and list(source.domains) == ["apples", "oranges"]
    said = source.ask_for_one()
    assert re.search("fruit:apples or fruit:oranges or fruit:bananas$", said)
    for spec in ("fruit:apples,fruit:bananas", "fruit:bananas,fruit:oranges"):
        both = data.find(spec).load("test", 32, 3, 0)
        for side, name in zip((both.a, both.b), spec.split(","), strict=True):
            own = open_world(name).world.draw(np.arange(3), 32, split="test").samples
            np.testing.assert_array_equal(side.samples, own)
    for spec in ("fruit:pears", "fruit:"):
        with pytest.raises(
            data.Refused, match="legal is fruit:apples or .* or fruit:bananas"
        ) as no:
            data.find(spec)
        assert "\n" not in str(no.value)


def test_solids_fit_into_their_tables():
    """An outline that met the table's edge would be cut off straight."""
    for views in (fruits.apples(), fruits.oranges(), fruits.bananas(), fruits.leaves()):
        edges = (views.outline[:, [0, -1]], views.outline[:, :, [0, -1]])
        assert min(edge.min() for edge in edges) > 0
        assert (views.outline < 0).any((1, 2)).all()


def test_a_picture_is_cut_nowhere():
    """Pieces reach beyond a small canvas without an error, and are drawn where they are."""
    c = Canvas(2, 16)
    own = np.arange(2, dtype=np.uint64)
    s = scene(Dice(0, own))
    s.x, s.y = s.x + np.float32(3), s.y - np.float32(3)
    mask = fruit.draw(c, s, "apples", Dice(1, own), Dice(2, own))
    assert mask.max() == 0 and np.isfinite(c.planes).all()
