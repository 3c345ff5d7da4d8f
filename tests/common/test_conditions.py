"""Conditions: what networks are told, what is drawn for them, and how both are measured."""

import dataclasses
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from common.batches import rng_for
from common.commands import conditional as infer
from common.commands.conditional import ConditionFlags, conditioned
from common.commands.latents import arithmetic, path_between
from common.commands.made import Made
from common.conditions import ConditionalConfig, drawn, encoded, inputs, showing, spelled
from common.evaluation import conditional
from common.evaluation.conditional import Judge, class_means, tagging
from common.evaluation.reference import ReferenceSet
from common.layers import maxout
from common.metrics.estimate import Estimate
from data.errors import Refused
from data.pixels import to_float
from data.samples import SampleSet

FACES = {
    "gender": ("woman", "man"),
    "beard": ("no beard", "beard"),
    "eyewear": ("no glasses", "glasses", "sunglasses"),
}


@dataclasses.dataclass(kw_only=True)
class Config(ConditionalConfig):
    latent_size: int = 3
    prior: str = "unit"

    def legal_sizes(self):
        return [16]


def told(words, **changes):
    names = tuple(words)
    return Config(image_size=16, channels=1, words=words, conditions=names, **changes)


def people(count=400):
    """No woman has a beard, and every third person sunglasses."""
    gender = np.arange(count) % 2
    beard = gender * (np.arange(count) % 4 == 1)
    factors = {"gender": gender, "beard": beard, "eyewear": np.arange(count) % 3}
    return SampleSet(np.zeros((count, 1, 1, 1), np.uint8), factors)


DIGITS, PEOPLE = told({"label": tuple("0123456789")}), told(FACES).informed_by(people())


def test_encoded_is_one_hot_vectors_side_by_side():
    given = inputs(PEOPLE)
    assert [tensor.name for tensor in given] == list(FACES)
    model = keras.Model(given, encoded(given, PEOPLE))
    rows = model([np.array(v, np.int32) for v in ([0, 1], [1, 0], [2, 1])])
    np.testing.assert_array_equal(rows, [[1, 0, 0, 1, 0, 0, 1], [0, 1, 1, 0, 0, 1, 0]])


def test_maxout_takes_the_largest_piece():
    x = keras.Input((4,))
    model = keras.Model(x, maxout(x, 3, pieces=2))
    kernel, bias = model.get_weights()
    some = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    linear = (some @ kernel + bias).reshape(5, 3, 2)
    np.testing.assert_allclose(model(some), linear.max(-1), atol=1e-6)


def test_what_is_left_open_is_as_in_the_training():
    batch = showing(PEOPLE, "woman with sunglasses", 0, 200)
    assert set(batch["gender"]) == {0} and set(batch["eyewear"]) == {2}
    assert set(batch["beard"]) == {0}
    batch = showing(PEOPLE, "a man", 0, 200)
    assert set(batch["gender"]) == {1} and set(batch["beard"]) == {0, 1}
    assert 0.3 < batch["beard"].mean() < 0.7 and len(set(batch["eyewear"])) == 3


def test_what_was_never_seen_together_can_be_asked_for():
    batch = showing(PEOPLE, "woman, beard", 0, 50)
    assert set(batch["gender"]) == {0} and set(batch["beard"]) == {1}


def test_the_same_seed_draws_the_same_and_more_only_appends():
    one, other, more = (showing(PEOPLE, "man", s, n) for s, n in ((3, 20), (4, 20), (3, 30)))
    assert any((one[name] != other[name]).any() for name in FACES)
    assert all((one[name] == more[name][:20]).all() for name in FACES)
    one, other = (drawn(PEOPLE, 3, n) for n in (20, 30))
    assert all((one[name] == other[name][:20]).all() for name in FACES)


def test_a_run_that_knows_no_combinations_draws_evenly():
    rows = told(FACES).remembered()
    assert [len(np.unique(rows[name])) for name in FACES] == [2, 2, 3]


@pytest.mark.parametrize(
    ("config", "flags", "words"),
    [
        (
            DIGITS,
            {"showing": "ten"},
            "--showing 'ten' is no word for these pictures; legal are 0, 1, 2",
        ),
        (DIGITS, {"showing": "11"}, "'11' is no word"),
        (DIGITS, {"text": "2o26"}, '--text "2o26": o is no label; legal are 0 1 2 3 4 5 6 7 8 9'),
        (DIGITS, {"text": ""}, "it is no label; legal are 0 1"),
        (DIGITS, {"text": "1", "showing": "1"}, "--text and --showing: legal is one of them"),
        (DIGITS, {"text": "1", "interpolate": 2}, "--text and --interpolate: legal is one"),
        (DIGITS, {"text": "12", "lines": 0}, "--lines 0: legal is 1 to 5000"),
        (DIGITS, {"lines": 2}, "--lines: legal with --text only"),
        (PEOPLE, {"text": "1"}, "--text: legal with a single condition; this run has gender"),
        (
            PEOPLE,
            {"showing": "with a"},
            "^--showing 'with a' asks for nothing; legal are words for",
        ),
        (PEOPLE, {"showing": "woman man"}, "asks for two kinds of gender at once"),
        (PEOPLE, {"showing": "hat"}, "'hat' is no word .* woman, man; no beard, beard"),
        (told({"label": ("cats", "dogs")}), {"text": "cat"}, "none of its words is a letter"),
    ],
)
def test_refused(config, flags, words):
    with pytest.raises(Refused, match=words):
        ConditionFlags(run=".", **flags).check(SimpleNamespace(config=config))


def test_a_line_of_text_is_in_one_hand():
    flags = ConditionFlags(run=".", text="2026", lines=2)
    batch = conditioned(DIGITS, rng_for(0, "samples"), 64, flags)
    assert list(batch["label"]) == [2, 0, 2, 6] * 2
    lines = batch["latent"].reshape(2, 4, 3)
    assert (lines == lines[:, :1]).all() and (lines[0] != lines[1]).all()
    np.testing.assert_array_equal(spelled(DIGITS, "2026"), [2, 0, 2, 6])


@pytest.mark.parametrize(
    ("config", "asked", "columns"),
    [
        (DIGITS, {}, 10),
        (PEOPLE, {}, 8),
        (DIGITS, {"showing": "7"}, 8),
        (DIGITS, {"text": "2026", "lines": 3}, 4),
        (told({"label": tuple(map(str, range(100)))}), {}, None),
    ],
)
def test_rows_of_a_sheet(monkeypatch, config, asked, columns):
    """A line of text a row; a class, or a combination, a column."""
    made = Made(np.zeros((1, 1, 1, 1), np.uint8))
    monkeypatch.setattr(infer, "from_latents", lambda loaded, flags, draw: made)
    flags = infer.ConditionFlags(run=".", **asked)
    assert infer.from_conditions(SimpleNamespace(config=config), flags).columns == columns


def test_walks_and_sums_stay_in_the_unit_cube():
    a, b = np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32)
    np.testing.assert_allclose(path_between(a, b, 3, "unit")[1], 0.5)
    sums, _ = arithmetic(np.ones((4, 3), np.float32), [(1, [0]), (1, [1])], "unit")
    assert sums.min() >= 0 and sums.max() == 1


class Reads:
    """A net that sees a condition in a picture's brightness, and features in two corners."""

    info = SimpleNamespace(name="a net", accuracy={"label": 1.0})

    def read(self, pictures):
        return {"label": pictures[:, 0, 0, 0] // 10}

    def __call__(self, pictures):
        return pictures[:, :, :, 0].reshape(len(pictures), -1).astype(np.float64)


def labelled(seed, count=200):
    rng = np.random.default_rng(seed)
    label = np.arange(count) % 10
    pictures = rng.integers(0, 200, (count, 2, 2, 1)).astype(np.uint8)
    pictures[:, 0, 0, 0] = 10 * label + 5
    return SampleSet(pictures, {"label": label})


def test_accuracy_and_coverage_by_class():
    """All of it for other real pictures; chance where labels are shuffled; a mean covers little."""
    training, reference, others = (labelled(seed) for seed in range(3))
    judge = Judge(Reads(), ("label",), SimpleNamespace(reference=reference))
    scores = judge.score(others.samples, others.factors)
    assert scores[conditional.ACCURACY].value == 1 and scores[conditional.COVERAGE] > 0.85
    assert scores[conditional.WORST] <= scores[conditional.COVERAGE]
    mixed = {"label": np.random.default_rng(0).permutation(others.factors["label"])}
    assert 0 < judge.score(others.samples, mixed)[conditional.ACCURACY].value < 0.25
    means = class_means(training, others, ("label",))
    alike = training.samples[training.factors["label"] == others.factors["label"][7]].mean(0)
    np.testing.assert_array_equal(means[7], alike.round())
    scores = judge.score(means, others.factors)
    assert scores[conditional.ACCURACY].value == 1 and scores[conditional.COVERAGE] < 0.5
    # One class alone that is always the same is the worst, and hardly lowers the mean.
    some = others.samples.copy()
    some[others.factors["label"] == 3] = some[3]
    scores = judge.score(some, others.factors)
    assert scores[conditional.WORST] < 0.5 and scores[conditional.COVERAGE] > 0.8


def test_the_shuffled_control_fails_where_the_model_is_right(monkeypatch):
    training, reference, held = (labelled(seed) for seed in range(3))
    made = to_float(held.samples)
    trainer = SimpleNamespace(
        draw=lambda rng, count: {}, sample=lambda given: made, discriminator=None
    )
    case = SimpleNamespace(
        config=DIGITS,
        reference=ReferenceSet(training, reference, held),
        models=lambda: [("trained", "the run's", trainer)],
        reserve=lambda *names: None,
        source=None,
        flags=None,
        seed=0,
    )
    monkeypatch.setattr("common.metrics.features.feature_net", lambda *asked: Reads())
    monkeypatch.setattr(conditional, "asdict", vars)
    monkeypatch.setattr(conditional, "tagging", lambda *told: {})
    values = conditional.measure(case).values
    found = {name: row[conditional.ACCURACY].value for name, row in values.items()}
    assert found["trained"] == found["real"] == 1 and 0 < found[conditional.SHUFFLED] < 0.25


def test_a_class_without_training_pictures_has_the_mean_of_all():
    training, wanted = labelled(0), labelled(1)
    wanted.factors["label"][0] = 99
    means = class_means(training, wanted, ("label",))
    np.testing.assert_array_equal(means[0], training.samples.mean(0).round())


@pytest.mark.parametrize(("knows", "share"), [(True, 1.0), (False, 0.1)])
def test_a_discriminator_tags(knows, share):
    """One that looks at the label, and one that finds all alike, and so says 0 to all."""
    picture, label = keras.Input((2, 2, 1), name="sample"), keras.Input((), name="label")
    bright = (picture[:, 0, 0, :1] * 127.5 + 127.5 - 5) / 10
    fits = -((bright - keras.ops.expand_dims(label, -1)) ** 2) * knows
    model = keras.Model([picture, label], fits)
    told_all = SimpleNamespace(baked=lambda: _Yields((model,)))
    values = tagging(told_all, labelled(0), DIGITS)
    assert isinstance(values[conditional.TAGGING], Estimate)
    assert values[conditional.TAGGING].value == pytest.approx(share)
    assert values[conditional.CHANCE] == pytest.approx(0.1)


class _Yields:
    def __init__(self, models):
        self._models = models

    def __enter__(self):
        return self._models

    def __exit__(self, *_):
        pass


def test_criteria_of_one_label_and_of_many_words():
    found = [str(criterion) for criterion in conditional.criteria(DIGITS)]
    assert found == ["label accuracy ≥ 0.95", "class coverage ≥ 0.8 × real"]
    held = dataclasses.replace(PEOPLE, held_out=("woman beard",))
    found = [str(criterion) for criterion in conditional.criteria(held)]
    assert found == ["label accuracy ≥ 0.95", "held-out accuracy ≥ 0.9"]


def test_of_what_was_held_out_its_own_words_count():
    """One that makes the hat without the beard is right about half of the pair, and never whole."""
    wanted = {"hat": np.array([1, 1, 0, 1]), "beard": np.array([1, 1, 0, 1])}
    wanted["age"] = np.array([0, 1, 0, 1])
    read = {"hat": np.array([1, 1, 0, 1]), "beard": np.array([0, 0, 0, 1]), "age": wanted["age"]}
    net = SimpleNamespace(read=lambda pictures: read)
    judge = conditional.Judge(net, ("hat", "beard", "age"), None)
    both = {"hat": 1, "beard": 1}
    values = judge.unseen(np.zeros((4, 2, 2, 1)), wanted, [both])
    assert values == {conditional.UNSEEN: 4 / 6, conditional.WHOLE: pytest.approx(1 / 3)}
    # A combination of one picture counts as much as one of three.
    values = judge.unseen(np.zeros((4, 2, 2, 1)), wanted, [both, {"hat": 0, "age": 0}])
    assert values[conditional.WHOLE] == pytest.approx((1 / 3 + 1) / 2)
    # What the net does not read, it cannot judge.
    blind = conditional.Judge(net, ("hat", "age"), None)
    assert blind.unseen(np.zeros((4, 2, 2, 1)), wanted, [both]) == {}
