"""Measures of translations: closed forms, and cheats that must fail."""

import contextlib
import dataclasses
import json
import shutil
import sys
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import data
from common.commands.evaluate import main as evaluate_main
from common.commands.train import main as train_main
from common.evaluation import paired, unpaired
from common.evaluation.case import Case
from common.evaluation.flags import EvaluateFlags
from common.evaluation.scores import Scores
from common.metrics import features, helper_net
from common.metrics import segmenter as segmenting
from common.metrics.overlap import class_iou, pixel_accuracy
from common.metrics.segmenter import segmenter_of
from common.run.folder import Run
from common.translation.config import TEST_SEED
from data.errors import Refused
from data.labels import check_labels, nearest, palette_of
from data.memory import source_of
from data.pixels import to_float, to_pixels
from data.samples import SampleSet, UnpairedSet
from recipes.cyclegan import evaluate as cyclegan
from recipes.cyclegan import train as cyclegan_train
from recipes.cyclegan.config import PRESETS as CYCLEGAN
from recipes.pix2pix import evaluate as pix2pix
from recipes.pix2pix import train as pix2pix_train
from recipes.pix2pix.config import PRESETS as PIX2PIX

NOISY = "cycle error under noise (ratio)"
TINY = ["--width", "4", "--image-size", "32", "--pictures", "24", "--batch-size", "2"]
TINY += ["--sample-count", "3", "--log-every", "2", "--precision", "float32"]


class Oracle:
    """Reads a label map off a picture that is one."""

    accuracy, guessing = 1.0, 0.5
    info = SimpleNamespace(digest="none")

    def __init__(self, palette):
        self.palette = np.array(palette, np.uint8)

    def segment(self, images):
        return np.stack([nearest(picture, self.palette) for picture in images])

    labels = segment


class Fake:
    """A trainer that translates by functions, one way or two."""

    def __init__(self, *ways):
        self._ways, self.average = ways, self

    @contextlib.contextmanager
    def ema_models(self):
        yield self._ways

    def translator(self, which):
        return SimpleNamespace(all=lambda pictures, seed: self._ways[which](pictures))


class FakeCase(Case):
    """A case whose models are given, by name."""

    def models(self, not_averaged=False):
        for name, fake in self.build.items():
            yield name, name, fake


def case_of(presets, source, loaded, tests, **fakes):
    config = dataclasses.replace(presets["small"], image_size=32, channels=3, input_channels=3)
    case = FakeCase(None, config, source, loaded, EvaluateFlags(Path()), fakes)
    case.tests = tests
    return case


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


def test_class_iou_in_closed_form():
    wanted = np.array([0, 0, 0, 0, 1, 1])
    read = np.array([0, 0, 0, 1, 1, 1])
    assert pixel_accuracy(read, wanted) == pytest.approx(5 / 6)
    # Label 0: 3 of 4; label 1: 2 of 3; label 2 is nowhere, and counts 0, or not at all.
    assert class_iou(read, wanted, 2) == pytest.approx((3 / 4 + 2 / 3) / 2)
    assert class_iou(read, wanted, 3) == pytest.approx((3 / 4 + 2 / 3) / 3)
    assert class_iou(read, wanted, 3, absent=False) == class_iou(read, wanted, 2)


def test_a_segmenter_learns_to_read(monkeypatch):
    monkeypatch.setattr(segmenting, "_STEPS", 60)
    monkeypatch.setattr(segmenting, "_PAIRS", 300)
    source = data.find("facades")
    one = segmenter_of(source, 32)
    tests = source.load("test", 32, 40, 1)
    accuracy = pixel_accuracy(one.segment(tests.samples), one.labels(tests.inputs))
    assert accuracy > 0.6, accuracy
    assert abs(one.accuracy - accuracy) < 0.1 and one.guessing < 0.6
    wrong = pixel_accuracy(one.segment(tests.samples[::-1]), one.labels(tests.inputs))
    assert wrong < accuracy - 0.15
    monkeypatch.setattr(segmenting, "_train", None)
    assert segmenter_of(source, 32).info == one.info, "from the cache"


def test_a_segmenter_that_learned_nothing_is_none(monkeypatch):
    monkeypatch.setattr(segmenting, "_STEPS", 1)
    monkeypatch.setattr(segmenting, "_PAIRS", 200)
    assert "has learned too little" in segmenter_of(data.find("facades"), 32)


def test_no_segmenter_where_there_are_no_label_maps():
    assert "no label maps" in segmenter_of(data.find("houses"), 32)


def test_what_a_net_has_learned():
    """From guessing, 0, to certainty, 1; the best of its factors decides."""
    info = helper_net.NetInfo("n", {}, {"a": 2, "b": 4}, 3)
    info = dataclasses.replace(info, guessing={"a": 0.5, "b": 0.25}, tested=100)
    good = dataclasses.replace(info, accuracy={"a": 0.5, "b": 0.7})
    assert good.learned("a") == 0 and good.learned("b") == pytest.approx(0.6)
    assert good.failure == ""
    bad = dataclasses.replace(info, accuracy={"a": 0.6, "b": 0.55})
    assert bad.failure == (
        "n has learned too little: of 100 new samples it reads b best, 55% rightly, where "
        "guessing gives 25%"
    )


# --- pairs ---


def flat_pairs(count=6, size=32):
    """Label maps of two labels; pictures with the labels' colours and a fine grain."""
    rng = np.random.default_rng(0)
    labels = np.kron(rng.integers(0, 2, (count, 4, 4)), np.ones((8, 8), int))
    inputs = np.array([[0, 0, 0], [200, 200, 200]], np.uint8)[labels]
    grain = rng.integers(-60, 61, (*labels.shape, 1))
    return SampleSet(np.clip(inputs.astype(int) + 30 + grain, 0, 255).astype(np.uint8), {}, inputs)


def pairs_scored(monkeypatch, pairs, **fakes):
    oracle = Oracle([[0, 0, 0], [200, 200, 200]])
    monkeypatch.setattr(segmenting, "segmenter_of", lambda source, size: oracle)
    return paired.measure(case_of(PIX2PIX, data.find("facades"), pairs, pairs, **fakes))


def test_blur_wrong_pairs_and_mean_colours_fail(monkeypatch):
    pairs = flat_pairs()
    smooth = to_float(pairs.inputs + 30)
    fakes = {
        "trained": Fake(lambda given: to_float(pairs.samples)),
        "L1 alone": Fake(lambda given: smooth),
    }
    scores = pairs_scored(monkeypatch, pairs, **fakes)
    scores.criteria = tuple(pix2pix.criteria(None, scores))
    assert [str(criterion) for criterion in scores.criteria] == [
        "labels read ≥ 0.95 × real",
        "high-frequency power from 0.7 to 1.3",
        "grid ≤ 1.2",
        "distance ≤ 1.2 × L1 alone",
    ]
    assert scores.values["trained"] == scores.values["real"]
    assert scores.values["real"]["distance"] == 0 and scores.values["real"]["labels read"] == 1
    assert scores.passes("trained") and scores.passes("real")
    for cheat in ("L1 alone", "wrong pairing", "mean colours"):
        assert not scores.passes(cheat), cheat
    assert scores.values["wrong pairing"]["labels read"] < 0.9
    assert scores.values["mean colours"]["labels read"] == 1
    assert scores.values["mean colours"]["high-frequency power"] < 0.7
    assert scores.facts["samples"] == len(pairs)
    # Each label's mean colour over the training pictures.
    grey = [pairs.samples[pairs.inputs == value].mean() for value in (0, 200)]
    painted = paired.mean_colours(pairs, pairs, Oracle([[0, 0, 0], [200, 200, 200]]))
    for value, mean in zip((0, 200), grey, strict=True):
        assert abs(painted[pairs.inputs == value].mean() - mean) < 1


def test_a_translation_of_nan_gets_no_number(monkeypatch):
    pairs = flat_pairs()
    broken = Fake(lambda given: np.full(given.shape, np.nan))
    with pytest.raises(Refused, match="the trained generator makes values that are not finite"):
        pairs_scored(monkeypatch, pairs, trained=broken)


# --- two sets ---


@pytest.fixture(scope="module")
def seasons():
    source = data.find("seasons")
    return source, source.load("test", 32, 12, TEST_SEED), source.load("train", 32, 40, 0)


def seasons_scored(monkeypatch, seasons, **fakes):
    source, tests, loaded = seasons
    monkeypatch.setattr(features, "feature_net", lambda *_, **__: "no net here")
    return unpaired.measure(case_of(CYCLEGAN, source, loaded, tests, **fakes))


def test_the_truth_is_of_the_tested_scenes(seasons):
    """The same scenes: what the season leaves alone lies where it lay."""
    source, tests, _ = seasons
    summer, winter = source.domains.values()
    drawn = summer.world.draw(np.arange(12), 32, TEST_SEED, "test")
    np.testing.assert_array_equal(drawn.samples, tests.a.samples)
    truth, known = unpaired.true_translations(summer, winter, 12, 32)
    assert known.shape == (12, 32, 32) and 0 <= known.min() < known.max() == 1
    outlines = [np.abs(np.diff(x.astype(float).mean(-1), axis=1)) for x in (tests.a.samples, truth)]
    own = np.corrcoef(outlines[0].ravel(), outlines[1].ravel())[0, 1]
    other = np.corrcoef(outlines[0].ravel(), np.roll(outlines[1], 1, 0).ravel())[0, 1]
    assert own > other + 0.2


def test_cheats_between_two_sets_fail(monkeypatch, seasons):
    source, tests, _ = seasons
    truth = {
        side: to_float(unpaired.true_translations(*ways, 12, 32)[0])
        for side, ways in zip("ab", permutations(source.domains.values()), strict=True)
    }

    # It knows the scene, and draws it in the other season whatever it is given.
    oracle = Fake(lambda x: truth["a"], lambda x: truth["b"])
    scores = seasons_scored(monkeypatch, seasons, trained=oracle)
    scores.criteria = tuple(cyclegan.criteria(None, scores))
    assert {str(criterion) for criterion in scores.criteria} >= {
        "cycle error under noise (ratio) ≤ 2",
        "error A→B ≤ 0.5 × identity",
    }
    values = scores.values
    assert values["real"]["error A→B"] == 0 == values["trained"]["error A→B"]
    assert values["identity"]["cycle"] == 0 and values["identity"]["error A→B"] > 0.1
    hidden = values["hidden message"]
    assert hidden["cycle"] < 0.001, "it can be read again"
    assert hidden[NOISY] > 20, "but not after 8 bits and a little noise"
    assert values["other content"]["error B→A"] > 0.05
    near = [criterion for criterion in scores.criteria if criterion.measure.startswith("error")]
    for cheat in ("identity", "colours", "other content", "hidden message"):
        assert not all(criterion.met_by(cheat, values) for criterion in near), cheat
    assert "content kept A→B" in scores.unavailable


def test_a_model_that_goes_one_way_is_measured_on_it(monkeypatch, seasons):
    source, _, _ = seasons
    truth = to_float(unpaired.true_translations(*source.domains.values(), 12, 32)[0])
    one = seasons_scored(monkeypatch, seasons, trained=Fake(lambda x: truth))
    two = seasons_scored(monkeypatch, seasons, trained=Fake(lambda x: truth, lambda x: x))
    assert list(one.measures) == ["high-frequency power A→B", "grid A→B", "error A→B"]
    assert list(one.unavailable) == ["content kept A→B", "kernel distance A→B"]
    # There is no way back on which a message could be read.
    assert list(one.values) == ["trained", "identity", "colours", "other content", "real"]
    for name, row in one.values.items():
        assert row == {measure: two.values[name][measure] for measure in one.measures}, name
    bars = [c.measure for c in cyclegan.criteria(None, one)]
    assert bars[1:] == ["grid A→B", "error A→B", "error A→B"]


@pytest.mark.parametrize("names", [("apples", "bananas"), ("bananas", "oranges")], ids="-".join)
def test_the_truth_is_of_the_set_that_is_translated_to(monkeypatch, names):
    """Where a world has more than two of them."""
    monkeypatch.setattr(features, "feature_net", lambda *_, **__: "no net here")
    source = data.find(",".join(f"fruit:{name}" for name in names))
    truth = unpaired.GroundTruth(source.load("test", 16, 3, TEST_SEED), source, 16, ("A→B", "B→A"))
    first, second = (domain.world for domain in source.domains.values())
    assert (first.domain, second.domain) == names
    for way, world, other in (("A→B", first, second), ("B→A", second, first)):
        images, _ = world.counterpart(np.arange(3), 16, TEST_SEED, "test", to=other)
        np.testing.assert_array_equal(truth.pictures[way][0], images)


def test_content_that_is_kept(monkeypatch, seasons):
    """A net that reads the first pixel, and a translator that keeps it, or does not."""
    source, tests, loaded = seasons

    class Net:
        info = SimpleNamespace(
            factors={"corner": 2, "hidden": 2},
            accuracy={"corner": 0.99, "hidden": 0.5},
            learned=lambda factor: 1.0 if factor == "corner" else 0.1,
            digest="none",
        )

        def read(self, images):
            return {"corner": (images[:, 0, 0, 0] > 127).astype(int)}

    monkeypatch.setattr(features, "feature_net", lambda *_, **__: Net())
    sides = [
        SampleSet(s.samples, {"corner": (s.samples[:, 0, 0, 0] > 127).astype(int)})
        for s in (tests.a, tests.b)
    ]
    fakes = {
        "trained": Fake(lambda x: x, lambda x: x),
        "turned": Fake(lambda x: -x, lambda x: x),
    }
    scores = unpaired.measure(case_of(CYCLEGAN, source, loaded, UnpairedSet(*sides), **fakes))
    trained, turned = (scores.values[name] for name in fakes)
    assert trained["content kept A→B"] == 1 == trained["content kept B→A"]
    assert turned["content kept A→B"] == 0 and turned["content kept B→A"] == 1
    assert "corner" in scores.measures["content kept A→B"]
    assert "hidden" not in scores.measures["content kept B→A"]
    assert scores.facts["nets"].keys() == {"A→B", "B→A"}


# --- the program ---


MODULES = {
    "pix2pix": (pix2pix, pix2pix_train, PIX2PIX, "L1 alone", {"adversarial": 0.0}),
    "cyclegan": (cyclegan, cyclegan_train, CYCLEGAN, "GAN alone", {"cycle": 0.0, "identity": 0.0}),
}


@pytest.mark.parametrize("recipe", ["pix2pix", "cyclegan"])
def test_evaluating_a_run_beside_its_ablation(recipe, tmp_path, monkeypatch, capsys):
    module, training, presets, name, off = MODULES[recipe]
    kind = type(presets["small"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(segmenting, "segmenter_of", lambda *_: "no segmenter here")
    monkeypatch.setattr(features, "feature_net", lambda *_, **__: "no net here")
    more = ["--blocks", "0"] if recipe == "cyclegan" else []
    words = [*TINY, *more, "--steps", "1", "--averaging", "0", "--run", "run"]
    monkeypatch.setattr(sys, "argv", ["train", *words])
    assert train_main(training.__file__, presets, training.build) == 0
    # The same weights under another configuration serve as well.
    shutil.copytree("run", "beside")
    config = dataclasses.replace(Run.open(Path("run"), recipe).config(kind), **off)
    Run.open(Path("beside"), recipe).note(config=dataclasses.asdict(config))

    def evaluate(*flags):
        monkeypatch.setattr(sys, "argv", ["evaluate", *flags])
        recipe = module.__file__, kind, training.build, module.measure, module.criteria
        return evaluate_main(*recipe, module.ablation)

    assert evaluate("--run", "run", "--beside", "beside", "--count", "3") == 0
    found = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert list(found["scores"])[:3] == ["trained", name, "untrained"]
    assert found["scores"]["trained"] == found["scores"][name] != found["scores"]["untrained"]
    assert found["samples"] == 3 and found["step"] == 1
    assert any(name in criterion for criterion in found["criteria"])
    shown = capsys.readouterr().out
    assert "not measured, no" in shown and "MISSED" in shown
    assert evaluate("--run", "run", "--count", "1") == 2
    assert "--count 1: legal is 2 to 100000" in capsys.readouterr().err
    shutil.copytree("run", "real")
    assert evaluate("--run", "run", "--beside", "real") == 2
    assert "there is a column real already" in capsys.readouterr().err


def test_criteria_where_little_is_known():
    alone = Scores({}, {}, dict.fromkeys((NOISY, "high-frequency power")), {"trained": {}})
    assert [str(criterion) for criterion in pix2pix.criteria(None, alone)] == [
        "high-frequency power from 0.7 to 1.3",
        "distance ≤ 1.2 × L1 alone",
    ]
    assert [str(criterion) for criterion in cyclegan.criteria(None, alone)] == [f"{NOISY} ≤ 2"]


def test_real_pairs_are_recognised():
    real = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), np.uint8)
    assert paired.recognised(real, real) == 1
    assert paired.recognised(real, np.full_like(real, 128)) == pytest.approx(0.5, abs=0.01)
    assert paired.recognised(real, np.zeros((6, 8, 8, 3), np.uint8)) == pytest.approx(0.5)
    same = np.repeat(real[:1], 3, 0)
    assert paired.recognised(same, same) == 0.5, "nobody can tell"
    assert paired.recognised(real, np.roll(real, 1, 0)) < 0.9
    known = {"recognised": "", "high-frequency power": ""}
    (first, *_) = pix2pix.criteria(None, Scores({}, {}, known, {}))
    assert str(first) == "recognised ≥ 0.9" and not first.guard


def test_translations_are_compared_with_whole_pictures(seasons):
    """What jitter cuts out of larger ones shows things larger: a real set would not be like it."""
    source, tests, _ = seasons
    case = case_of(CYCLEGAN, source, None, tests)
    case.config = dataclasses.replace(case.config, pictures=300, jitter=0.5)
    case.loaded = source.load("train", 48, 300, case.config.seed)
    whole, expected = unpaired.uncropped(case), source.load("train", 32, 300, case.config.seed)
    for side, same in ((whole.a, expected.a), (whole.b, expected.b)):
        np.testing.assert_array_equal(side.samples, same.samples)
    real = {"A→B": source.load("test", 32, 300, 7).b.samples}
    near, far = (
        unpaired.Likeness(training, 300, ("A→B",), 0).compare(real)["kernel distance A→B"]
        for training in (whole, case.training)
    )
    assert abs(near.value) < 0.02 and far.value > 0.2
    case.config = dataclasses.replace(case.config, jitter=0.0)
    assert unpaired.uncropped(case) is case.loaded


def test_two_real_sets_without_a_truth(monkeypatch):
    """No trivial translation passes, and no untrained one meets any bar; a right one does."""
    rng = np.random.default_rng(0)
    shapes = np.kron(rng.integers(0, 2, (80, 4, 4, 1)), np.ones((8, 8, 3), int))
    shapes = shapes * 100 + rng.integers(0, 40, (80, 32, 32, 3))
    red = (shapes + [60, 0, 0]).astype(np.uint8)
    # The other set is of other scenes, green, and turned over in brightness.
    green = (200 - shapes[::-1] + [0, 50, 0]).astype(np.uint8)
    source = source_of(UnpairedSet(SampleSet(red, {}), SampleSet(green, {})))
    tests = UnpairedSet(SampleSet(red[:24], {}), SampleSet(green[:24], {}))
    training = UnpairedSet(SampleSet(red[24:], {}), SampleSet(green[24:], {}))

    def there(x):
        return to_float(np.clip(200 - (to_pixels(x) - [60.0, 0, 0]) + [0, 50, 0], 0, 255))

    def back(x):
        return to_float(np.clip(200 - (to_pixels(x) - [0.0, 50, 0]) + [60, 0, 0], 0, 255))

    def woven(x):
        weave = np.ones((32, 32, 1))
        weave[::2, ::2] = 0.9
        return to_float(to_pixels(x) * weave)

    fakes = {
        "trained": Fake(there, back),
        "untrained": Fake(lambda x: 0 * x, lambda x: 0 * x),
        "noise": Fake(lambda x: 0.3 * x[::-1] * x, lambda x: -0.5 * x),
        "woven": Fake(lambda x: woven(there(x)), lambda x: woven(back(x))),
    }
    case = case_of(CYCLEGAN, source, training, tests, **fakes)
    case.config = dataclasses.replace(case.config, jitter=0.0)
    scores = unpaired.measure(case)
    scores.criteria = tuple(cyclegan.criteria(None, scores))
    assert [str(criterion) for criterion in scores.criteria] == [
        f"{NOISY} ≤ 2",
        "cycle ≤ 0.5 × other content",
        "grid A→B ≤ 1.2",
        "kernel distance A→B ≤ 1 × identity",
        "kernel distance A→B ≤ 1 × colours",
        "grid B→A ≤ 1.2",
        "kernel distance B→A ≤ 1 × identity",
        "kernel distance B→A ≤ 1 × colours",
    ]
    assert scores.met("trained") == [True] * 8
    assert not any(scores.met("untrained") + scores.met("noise"))
    found = dict(zip(map(str, scores.criteria), scores.met("woven"), strict=True))
    assert found["grid A→B ≤ 1.2"] is False and found["grid B→A ≤ 1.2"] is False
    assert scores.verdict().startswith("Passes: 8 of 8")
    for cheat in set(scores.values) - {"trained"}:
        assert not scores.passes(cheat), cheat


def test_a_criterion_without_its_ablation_is_not_met(capsys):
    """Leaving away what a run is to be compared with does not make it pass."""
    row = {"distance": 0.1, "high-frequency power": 1.0}
    alone = Scores({}, {"trained": ""}, dict.fromkeys(row, ""), {"trained": row})
    alone.criteria = tuple(pix2pix.criteria(None, alone))
    assert not alone.passes("trained")
    alone.show()
    said = capsys.readouterr().out
    assert "not measured, there is no L1 alone (--beside)" in said and "MISSED" not in said


@pytest.mark.parametrize("recipe", ["pix2pix", "cyclegan"])
def test_an_ablation_differs_in_nothing_else(recipe):
    module, _, presets, name, off = MODULES[recipe]
    ours = presets["small"]
    theirs = dataclasses.replace(ours, **off)
    assert module.ablation(theirs, ours) == name and module.ablation(ours, ours) == ""
    assert module.ablation(dataclasses.replace(theirs, steps=10), ours) == ""
    if "identity" in off:
        assert module.ablation(dataclasses.replace(theirs, identity=5.0), ours) == ""


def test_a_faultless_way_back_is_not_disturbed(monkeypatch, seasons):
    """What noise leaves in, where nothing is hidden, is the noise."""
    scores = seasons_scored(monkeypatch, seasons, trained=Fake(lambda x: x, lambda x: x))
    assert scores.values["trained"][NOISY] == pytest.approx(1, abs=0.1)


def test_the_truth_needs_two_seasons(seasons):
    summer, winter = seasons[0].domains.values()
    assert unpaired.correspond(summer, winter)
    assert not unpaired.correspond(summer, summer)
    assert not unpaired.correspond(summer, data.find("houses"))


def test_manners_correspond_and_each_pair_has_its_own_truth(monkeypatch):
    monkeypatch.setattr(features, "feature_net", lambda *_, **__: "no net here")
    plain, dots, facets = (data.find(f"paintings:{n}") for n in ("scenes", "dots", "facets"))
    assert unpaired.correspond(plain, dots) and unpaired.correspond(dots, facets)
    assert not unpaired.correspond(dots, data.find("paintings:dots"))
    assert not unpaired.correspond(plain, data.find("paintings")), "it has no manner of its own"
    pairs = data.find("paintings:scenes,paintings:dots")
    case = (pairs.load("test", 32, 3, TEST_SEED), pairs, 32, ("A→B", "B→A"))
    truth = {}
    for way in ("A→B", "B→A"):
        truth[way], known = unpaired.GroundTruth(*case).pictures[way]
        assert 0 < known.mean() < 1
    tests = case[0]
    own = dots.world.draw(np.arange(3), 32, TEST_SEED, "test")
    np.testing.assert_array_equal(tests.b.samples, own.samples)
    back, _ = dots.world.counterpart(np.arange(3), 32, TEST_SEED, "test", to=plain.world)
    np.testing.assert_array_equal(truth["B→A"], back)
    there, _ = plain.world.counterpart(np.arange(3), 32, TEST_SEED, "test", to=dots.world)
    np.testing.assert_array_equal(truth["A→B"], there)
    other, _ = plain.world.counterpart(np.arange(3), 32, TEST_SEED, "test", to=facets.world)
    assert np.abs(other.astype(int) - there).mean() > 5
