"""Measures of translations: closed forms, and cheats that must fail."""

import dataclasses
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from common.metrics.reader import class_overlap, pixel_accuracy, reader_of
from common.translation.entrants import Entrant

import data
from common.evaluation.scores import Scores
from common.metrics import reader as reading
from common.run.folder import Run
from common.translation import evaluate as program
from common.translation import paired, unpaired
from common.translation.config import TEST_SEED
from data.labels import check_labels, nearest, palette_of
from data.samples import SampleSet, UnpairedSet
from recipes.cyclegan.config import PRESETS as CYCLEGAN
from recipes.cyclegan.evaluate import ablation as cyclegan_ablation
from recipes.cyclegan.evaluate import bars as cyclegan_bars
from recipes.pix2pix.config import PRESETS as PIX2PIX
from recipes.pix2pix.evaluate import ablation as pix2pix_ablation
from recipes.pix2pix.evaluate import bars as pix2pix_bars
from tests.recipes.test_translators import TINY, train
from tests.recipes.translators import tiny


class Oracle:
    """Reads a label map off a picture that is one."""

    digest, accuracy, guess = "none", 1.0, 0.5

    def __init__(self, palette):
        self.palette = np.array(palette, np.uint8)

    def read(self, images):
        return np.stack([nearest(picture, self.palette) for picture in images])

    labels = read


# --- labels ---


def test_a_palette():
    maps = np.zeros((70, 4, 4, 3), np.uint8)
    maps[69, 0, 0] = 1, 2, 3
    assert palette_of(maps) == [[0, 0, 0], [1, 2, 3]]
    assert palette_of(np.random.default_rng(0).integers(0, 256, (2, 40, 40, 3), np.uint8)) is None


def test_the_nearest_label():
    palette = np.array([[0, 0, 0], [250, 0, 0], [0, 250, 0]], np.uint8)
    picture = np.array([[[9, 9, 9], [200, 40, 9], [90, 200, 0]]], np.uint8)
    assert nearest(picture, palette).tolist() == [[0, 1, 2]]
    check_labels(palette[None], palette.tolist(), "fine.png")


def test_class_overlap_in_closed_form():
    wanted = np.array([0, 0, 0, 0, 1, 1])
    read = np.array([0, 0, 0, 1, 1, 1])
    assert pixel_accuracy(read, wanted) == pytest.approx(5 / 6)
    # Label 0: 3 of 4; label 1: 2 of 3; label 2 is nowhere, and counts for nothing.
    assert class_overlap(read, wanted, 3) == pytest.approx((3 / 4 + 2 / 3) / 2)


def test_a_reader_learns_to_read(monkeypatch):
    monkeypatch.setattr(reading, "_STEPS", 60)
    monkeypatch.setattr(reading, "_PAIRS", 300)
    source = data.find("facades")
    one = reader_of(source, 32)
    tests = source.load("test", 32, 40, 1)
    accuracy = pixel_accuracy(one.read(tests.samples), one.labels(tests.inputs))
    assert accuracy > 0.6, accuracy
    assert abs(one.accuracy - accuracy) < 0.1 and one.guess < 0.6
    wrong = pixel_accuracy(one.read(tests.samples[::-1]), one.labels(tests.inputs))
    assert wrong < accuracy - 0.15
    monkeypatch.setattr(reading, "_train", None)
    assert reader_of(source, 32).digest == one.digest, "from the cache"


def test_a_reader_that_learned_nothing_is_none(monkeypatch):
    monkeypatch.setattr(reading, "_STEPS", 1)
    monkeypatch.setattr(reading, "_PAIRS", 200)
    assert "has learned too little to judge" in reader_of(data.find("facades"), 32)


def test_no_reader_where_there_are_no_label_maps():
    assert "no label maps" in reader_of(data.find("houses"), 32)


# --- pairs ---


def flat_pairs(count=6, size=32):
    """Label maps of two labels; pictures with the labels' colours and a fine grain."""
    dice = np.random.default_rng(0)
    labels = np.kron(dice.integers(0, 2, (count, 4, 4)), np.ones((8, 8), int))
    inputs = np.array([[0, 0, 0], [200, 200, 200]], np.uint8)[labels]
    grain = dice.integers(-60, 61, (*labels.shape, 1))
    return SampleSet(np.clip(inputs.astype(int) + 30 + grain, 0, 255).astype(np.uint8), {}, inputs)


def scored(monkeypatch, entrants, pairs):
    oracle = Oracle([[0, 0, 0], [200, 200, 200]])
    monkeypatch.setattr(paired, "reader_of", lambda source, size: oracle)
    config = tiny(PIX2PIX["small"])
    return paired.evaluate(entrants, pairs, pairs, data.find("facades"), config, 0)


def to_float(images):
    return images.astype(np.float32) / 127.5 - 1


def test_blur_wrong_pairs_and_mean_colours_fail(monkeypatch):
    pairs = flat_pairs()
    smooth = to_float(pairs.inputs + 30)
    scores = scored(
        monkeypatch,
        {
            "trained": Entrant("", lambda given: to_float(pairs.samples)),
            "L1 alone": Entrant("", lambda given: smooth),
        },
        pairs,
    )
    scores.bars = tuple(pix2pix_bars(scores))
    assert [str(bar) for bar in scores.bars] == [
        "labels read ≥ 0.95 × real",
        "fine power from 0.7 to 1.3",
        "distance ≤ 1.2 × L1 alone",
    ]
    assert scores.values["trained"] == scores.values["real"]
    assert scores.values["real"]["distance"] == 0 and scores.values["real"]["labels read"] == 1
    assert scores.passes("trained") and scores.passes("real")
    for cheat in ("L1 alone", "wrong pairing", "mean colours"):
        assert not scores.passes(cheat), cheat
    assert scores.values["wrong pairing"]["labels read"] < 0.9
    assert scores.values["mean colours"]["labels read"] == 1
    assert scores.values["mean colours"]["fine power"] < 0.7
    # Each label's mean colour over the training pictures.
    grey = [pairs.samples[pairs.inputs == value].mean() for value in (0, 200)]
    painted = paired._mean_colours(pairs, pairs, Oracle([[0, 0, 0], [200, 200, 200]]))
    for value, mean in zip((0, 200), grey, strict=True):
        assert abs(painted[pairs.inputs == value].mean() - mean) < 1


# --- two sets ---


@pytest.fixture(scope="module")
def seasons():
    source = data.find("seasons")
    return source, source.load("test", 32, 12, TEST_SEED), source.load("train", 32, 40, 0)


def seasons_scored(monkeypatch, seasons, entrants):
    source, tests, learned = seasons
    monkeypatch.setattr(unpaired, "feature_net", lambda *_, **__: "no net here")
    config = tiny(CYCLEGAN["small"])
    return unpaired.evaluate(entrants, tests, learned, source, config, 0)


def test_the_truth_is_of_the_tested_scenes(seasons):
    """The same scenes: what the season leaves alone lies where it lay."""
    source, tests, _ = seasons
    summer, winter = source.domains.values()
    drawn = summer.world.draw(np.arange(12), 32, TEST_SEED, "test")
    np.testing.assert_array_equal(drawn.samples, tests.a.samples)
    truth, known = unpaired._truth(summer, 12, 32)
    assert known.shape == (12, 32, 32) and 0 <= known.min() < known.max() == 1
    outlines = [np.abs(np.diff(x.astype(float).mean(-1), axis=1)) for x in (tests.a.samples, truth)]
    own = np.corrcoef(outlines[0].ravel(), outlines[1].ravel())[0, 1]
    other = np.corrcoef(outlines[0].ravel(), np.roll(outlines[1], 1, 0).ravel())[0, 1]
    assert own > other + 0.2


def test_cheats_between_two_sets_fail(monkeypatch, seasons):
    source, tests, _ = seasons
    truth = {
        side: to_float(unpaired._truth(world, 12, 32)[0])
        for side, world in zip("ab", source.domains.values(), strict=True)
    }

    def oracle(own, other):
        """Knows the scene, and draws it in the other season whatever it is given."""
        return Entrant("", lambda x: truth["a"], lambda x: truth["b"])

    scores = seasons_scored(monkeypatch, seasons, {"trained": oracle(0, 1)})
    scores.bars = tuple(cyclegan_bars(scores))
    assert {str(bar) for bar in scores.bars} >= {"disturbed ≤ 2", "distance there ≤ 0.5 × identity"}
    values = scores.values
    assert values["real"]["distance there"] == 0 == values["trained"]["distance there"]
    assert values["identity"]["cycle"] == 0 and values["identity"]["distance there"] > 0.1
    hidden = values["hidden message"]
    assert hidden["cycle"] < 0.001, "it can be read again"
    assert hidden["disturbed"] > 20, "but not after 8 bits and a little noise"
    assert values["other content"]["distance back"] > 0.05
    near = [bar for bar in scores.bars if bar.measure.startswith("distance")]
    for cheat in ("identity", "colours", "other content", "hidden message"):
        assert not all(bar.holds(values, cheat) for bar in near), cheat
    assert "kept there" in scores.unavailable


def test_what_is_kept(monkeypatch, seasons):
    """A net that reads the first pixel, and a translator that keeps it, or does not."""
    from types import SimpleNamespace

    source, tests, learned = seasons

    class Net:
        known = SimpleNamespace(
            factors={"corner": 2, "hidden": 2},
            accuracy={"corner": 0.99, "hidden": 0.5},
            learned=lambda factor: 1.0 if factor == "corner" else 0.1,
            digest="none",
        )

        def read(self, images):
            return {"corner": (images[:, 0, 0, 0] > 127).astype(int)}

    monkeypatch.setattr(unpaired, "FeatureNet", Net)
    monkeypatch.setattr(unpaired, "feature_net", lambda *_, **__: Net())
    sides = [
        SampleSet(s.samples, {"corner": (s.samples[:, 0, 0, 0] > 127).astype(int)})
        for s in (tests.a, tests.b)
    ]
    entrants = {
        "trained": Entrant("", lambda x: x, lambda x: x),
        "turned": Entrant("", lambda x: -x, lambda x: x),
    }
    config = tiny(CYCLEGAN["small"])
    scores = unpaired.evaluate(entrants, UnpairedSet(*sides), learned, source, config, 0)
    assert scores.values["trained"]["kept there"] == 1 == scores.values["trained"]["kept back"]
    assert scores.values["turned"]["kept there"] == 0 and scores.values["turned"]["kept back"] == 1
    assert (
        "corner" in scores.measures["kept there"] and "hidden" not in scores.measures["kept back"]
    )


# --- the program ---


@pytest.mark.parametrize("recipe", ["pix2pix", "cyclegan"])
def test_evaluating_a_run_beside_its_ablation(recipe, tmp_path, monkeypatch, capsys):
    presets, bars, ablation, name = {
        "pix2pix": (PIX2PIX, pix2pix_bars, pix2pix_ablation, "L1 alone"),
        "cyclegan": (CYCLEGAN, cyclegan_bars, cyclegan_ablation, "GAN alone"),
    }[recipe]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paired, "reader_of", lambda *_: "no reader here")
    monkeypatch.setattr(unpaired, "feature_net", lambda *_, **__: "no net here")
    more = ["--blocks", "0"] if recipe == "cyclegan" else []
    assert train(recipe, *TINY, *more, "--steps", 1, "--run", "run") == 0
    # The same weights under another configuration serve as well.
    shutil.copytree("run", "beside")
    Run.open(Path("beside"), recipe).note(config=dataclasses.asdict(_without_help(recipe)))
    build = {"pix2pix": "recipes.pix2pix.train", "cyclegan": "recipes.cyclegan.train"}[recipe]
    build = __import__(build, fromlist=["build"]).build

    def evaluate(*flags):
        monkeypatch.setattr(sys, "argv", ["evaluate", *flags])
        return program.main(recipe, type(presets["small"]), build, bars, ablation)

    assert evaluate("--run", "run", "--beside", "beside", "--count", "3") == 0
    found = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert list(found["scores"])[:3] == ["trained", name, "untrained"]
    assert found["samples"] == 3 and found["step"] == 1
    assert any(name in bar for bar in found["bars"])
    shown = capsys.readouterr().out
    assert "not available, no" in shown and "MISSED" in shown
    assert evaluate("--run", "run", "--count", "1") == 2
    assert "--count 1: legal is 2 to 10000" in capsys.readouterr().err


def _without_help(recipe):
    kind = type({"pix2pix": PIX2PIX, "cyclegan": CYCLEGAN}[recipe]["small"])
    config = Run.open(Path("run"), recipe).config(kind)
    off = {"adversarial": 0.0} if recipe == "pix2pix" else {"cycle": 0.0, "identity": 0.0}
    return dataclasses.replace(config, **off)


def test_bars_where_little_is_known():
    alone = Scores({}, {}, dict.fromkeys(("disturbed", "fine power")), {"trained": {}})
    assert [str(bar) for bar in pix2pix_bars(alone)] == [
        "fine power from 0.7 to 1.3",
        "distance ≤ 1.2 × L1 alone",
    ]
    assert [str(bar) for bar in cyclegan_bars(alone)] == ["disturbed ≤ 2"]


def test_a_bar_without_its_ablation_is_not_met(capsys):
    """Nobody passes by leaving away what he is to be compared with."""
    row = {"distance": 0.1, "fine power": 1.0}
    alone = Scores({}, {"trained": ""}, dict.fromkeys(row, ""), {"trained": row})
    alone.bars = tuple(pix2pix_bars(alone))
    assert not alone.passes("trained")
    alone.show()
    assert "not measured, there is no L1 alone (--beside)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("presets", "ablation", "off", "name"),
    [
        (PIX2PIX, pix2pix_ablation, {"adversarial": 0.0}, "L1 alone"),
        (CYCLEGAN, cyclegan_ablation, {"cycle": 0.0, "identity": 0.0}, "GAN alone"),
    ],
)
def test_an_ablation_differs_in_nothing_else(presets, ablation, off, name):
    ours = presets["small"]
    theirs = dataclasses.replace(ours, **off)
    assert ablation(theirs, ours) == name and ablation(ours, ours) == ""
    assert ablation(dataclasses.replace(theirs, steps=10), ours) == ""
    if "identity" in off:
        assert ablation(dataclasses.replace(theirs, identity=5.0), ours) == ""


def test_a_faultless_way_back_is_not_disturbed(monkeypatch, seasons):
    """What noise leaves in, where nothing is hidden, is the noise."""
    same = Entrant("", lambda x: x, lambda x: x)
    scores = seasons_scored(monkeypatch, seasons, {"trained": same})
    assert scores.values["trained"]["disturbed"] == pytest.approx(1, abs=0.1)


def test_the_truth_needs_two_seasons(seasons):
    summer, winter = seasons[0].domains.values()
    assert unpaired._correspond(summer, winter)
    assert not unpaired._correspond(summer, summer)
    assert not unpaired._correspond(summer, data.find("houses"))
