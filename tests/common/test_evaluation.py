"""Evaluation: criteria, controls that must fail, and bad input refused."""

import contextlib
import dataclasses
import json
import shutil

import numpy as np
import pytest
from PIL import Image

import data
from common.batches import rng_for
from common.commands.evaluate import evaluate
from common.commands.train import main
from common.evaluation import points
from common.evaluation.candidates import sampled
from common.evaluation.case import Case
from common.evaluation.flags import EvaluateFlags, PictureFlags
from common.evaluation.nearest import nearest
from common.evaluation.reference import ReferenceSet
from common.evaluation.scores import NOT_AVERAGED, TRAINED, UNTRAINED, Criterion, Scores
from common.metrics.estimate import Estimate
from common.run import checkpoint
from common.run.folder import Run
from data.errors import Refused
from data.samples import SampleSet
from recipes.dcgan import train as dcgan
from recipes.dcgan.config import PRESETS, Config
from recipes.dcgan.evaluate import criteria, measure
from recipes.dcgan.train import build
from recipes.first_gan import evaluate as first
from tests.conftest import TINY, pictures, refused


def train(*words):
    """Train a DCGAN in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["train", *TINY, *map(str, words)])
        assert main(dcgan.__file__, PRESETS, build) == 0


# --- criteria and scores ---


def test_a_criterion_is_met_between_its_bounds():
    criterion = Criterion("std ratio", least=0.7, most=1.3)
    for value, met in ((0.69, False), (0.7, True), (1.3, True), (1.31, False)):
        assert criterion.met_by("trained", {"trained": {"std ratio": value}}) is met
    assert not criterion.met_by("trained", {"trained": {}})
    assert str(criterion) == "std ratio from 0.7 to 1.3"


def test_a_criterion_relative_to_a_control():
    criterion = Criterion("distance", most=0.1, of="untrained")
    rows = {"trained": {"distance": 9.0}, "untrained": {"distance": 100.0}}
    assert criterion.met_by("trained", rows) and not criterion.met_by("untrained", rows)
    rows["trained"]["distance"] = Estimate(11.0, 10, 12)
    assert not criterion.met_by("trained", rows)
    # No candidate is better than itself.
    assert not Criterion("distance", most=1, of="untrained").met_by("untrained", rows)
    # Times infinity, 0 is no bound; and half of a distance below 0 is none either.
    covers = Criterion("coverage", least=1, of="PCA")
    rows = {name: {"coverage": value} for name, value in {"trained": 0.1, "PCA": 0.0}.items()}
    assert covers.met_by("trained", rows) and not covers.met_by("PCA", rows)
    near = {"trained": {"distance": -0.2}, "PCA": {"distance": -0.1}}
    assert Criterion("distance", most=1, of="PCA").met_by("trained", near)
    rows = {"trained": {"distance": 9.0}, "untrained": {"distance": 100.0}}
    # A control that was not measured cannot be beaten, nor one without this measure.
    assert not Criterion("distance", most=1, of="PCA").met_by("trained", rows)
    assert not Criterion("distance", most=1, of="PCA").met_by("trained", rows | {"PCA": {}})


def test_what_is_written_is_what_was_measured(tmp_path, capsys):
    values = {TRAINED: {"a": 1, "k": Estimate(0.5, 0.25, 0.75)}, "real": {"a": 2}}
    scores = Scores(
        {"recipe": "x"}, dict.fromkeys(values, "who"), {"a": "a", "k": "k"}, values, {"z": "why"}
    )
    scores.criteria = (Criterion("a", most=1.5),)
    scores.save(tmp_path / "e.json")
    written = json.loads((tmp_path / "e.json").read_text())
    assert written["scores"] == {TRAINED: {"a": 1.0, "k": 0.5}, "real": {"a": 2.0}}
    assert written["intervals"] == {TRAINED: {"k": [0.25, 0.75]}, "real": {}}
    assert written["met"] == {TRAINED: [True], "real": [False]}
    assert written["criteria"] == ["a ≤ 1.5"] and written["of_criteria"] == ["a"]
    scores.show()
    said = capsys.readouterr().out
    assert "z: not measured, why" in said and said.endswith("Passes: 1 of 1 criteria met.\n")
    assert "a ≤ 1.5: met" in said and "–" in said


def judged(rows, *criteria):
    scores = Scores({}, dict.fromkeys(rows, ""), {}, rows, criteria=criteria)
    return scores, scores.met(TRAINED), scores.verdict()


BAR, GUARD = Criterion("fd", most=1, of="PCA"), Criterion("copied", most=0.05, guard=True)


@pytest.mark.parametrize(
    ("trained", "untrained", "met", "verdict"),
    [
        ((1, 0.0), (9, 0.0), [True, True], "Passes: 2 of 2 criteria met."),
        ((1, 0.9), (9, 0.0), [True, False], "Fails: 1 of 2 criteria missed (copied ≤ 0.05)."),
        # Nothing is copied where nothing is learned.
        (
            *((9, 0.0), (9, 0.0), [False, None]),
            "Fails: 1 of 1 criteria missed (fd ≤ 1 × PCA), 1 not measured.",
        ),
        # Bounds that the untrained network meets are none.
        (
            *((1, 0.0), (1, 0.0), [None, None]),
            "Not measured: nothing here can tell this run from an untrained one.",
        ),
        ((1, None), (9, None), [True, None], "Passes: 1 of 1 criteria met, 1 not measured."),
        (
            *((None, 0.0), (9, 0.0), [None, None]),
            "Not measured: nothing here can tell this run from an untrained one.",
        ),
    ],
)
def test_what_decides(trained, untrained, met, verdict):
    rows = {TRAINED: trained, UNTRAINED: untrained, "PCA": (2, 0.0)}
    rows = {
        name: {m: v for m, v in zip(("fd", "copied"), values, strict=True) if v is not None}
        for name, values in rows.items()
    }
    scores, found, words = judged(rows, BAR, GUARD)
    assert found == met and words == verdict
    assert scores.met(UNTRAINED) != [True, True] and not scores.passes(UNTRAINED)
    assert scores.to_json()["verdict"] == verdict and scores.passes(TRAINED) == all(met)


def test_what_was_not_measured_is_not_missed(capsys):
    """Neither by the trained model, nor by a column that has one measure only."""
    rows = {TRAINED: {"fd": 1}, UNTRAINED: {"fd": 9}, "PCA": {"fd": 2}, "pixels": {}}
    scores, _, _ = judged(rows, BAR, GUARD, Criterion("fd", most=1, of="L1 alone"))
    scores.measures = {"fd": "how far"}
    scores.show()
    said = capsys.readouterr().out
    (row,) = (line for line in said.splitlines() if line.startswith("all criteria"))
    assert row.split() == ["all", "criteria", "passes,", "in", "part", "fails", "fails", "–"]
    assert "copied ≤ 0.05: not measured\n" in said and "MISSED" not in said
    assert "fd ≤ 1 × L1 alone: not measured, there is no L1 alone (--beside)" in said
    scores.values[UNTRAINED]["fd"] = 1
    scores.show()
    assert "fd ≤ 1 × PCA: not counted, the untrained model meets it" in capsys.readouterr().out


def test_scores_add_up():
    first = Scores(
        {"samples": 9, "net": "n"},
        {TRAINED: "t", "PCA": "p"},
        {"a": "first"},
        {TRAINED: {"a": 1}, "PCA": {"a": 2}},
        {"b": "nothing known", "c": "no weights"},
    )
    second = Scores(
        {"samples": 5},
        {TRAINED: "t", "shuffled": "s"},
        {"b": "second"},
        {TRAINED: {"b": 3}, "shuffled": {"b": 4}},
    )
    both = first + second
    assert both.values == {TRAINED: {"a": 1, "b": 3}, "PCA": {"a": 2}, "shuffled": {"b": 4}}
    assert list(both.measures) == ["a", "b"] and set(both.candidates) == set(both.values)
    assert both.facts == {"samples": 9, "net": "n"}
    # What one of them has measured is available.
    assert both.unavailable == {"c": "no weights"}
    assert first.values[TRAINED] == {"a": 1}, "the sum is another"


# --- a case, with trainers that are none ---


class Variable:
    """As much of a variable as checkpoints and averages ask for."""

    def __init__(self, value):
        self.value = np.float32(value)

    shape = ()

    def assign(self, other):
        self.value = np.float32(np.asarray(other))

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.value, dtype)


class Model:
    def __init__(self, value):
        self.variables = [Variable(value)]


class Counted:
    """Makes its weight, once for each latent; counts how many of its kind there are."""

    kept = ("generator",)
    alive = most = 0

    def __init__(self, config):
        type(self).alive += 1
        type(self).most = max(self.most, self.alive)
        self.config = config
        self.ema = Model(config.seed + 0.5)
        self.generator = dataclasses.make_dataclass("Net", ["name", "models"])(
            "generator", (Model(config.seed),)
        )
        self.networks = (self.generator,)
        self.average = self
        # Keras models are cycles, too.
        self.itself = self

    def __del__(self):
        type(self).alive -= 1

    @contextlib.contextmanager
    def ema_models(self):
        yield (self.ema,)

    def state(self):
        return {"generator": self.generator.models[0].variables, "average": self.ema.variables}

    def draw(self, rng, count):
        return {"latent": rng.standard_normal((count, 1))}

    def sample(self, batch):
        assert set(batch) == {"latent", "label"} and len(batch["label"]) == len(batch["latent"])
        return 0 * batch["latent"] + np.asarray(self.ema.variables[0])


def test_the_models_of_a_case_one_at_a_time(tmp_path):
    config = dataclasses.replace(Config(), averaging=0.9, channels=1, seed=3)
    other = dataclasses.replace(config, seed=4)
    runs = []
    for number, weight in enumerate((10, 20)):
        trained = Counted(config)
        trained.generator.models[0].variables[0].assign(weight)
        trained.ema.variables[0].assign(weight + 1)
        runs.append(Run(tmp_path / str(number), {}))
        checkpoint.save(runs[-1].checkpoints, 7 + number, trained.state())
        trained.itself = trained.average = None
    del trained
    Counted.most = 0
    flags = EvaluateFlags(tmp_path, seed=5)
    case = Case(runs[0], config, None, None, flags, Counted, {"beside": (runs[1], other)})
    held_out = SampleSet(np.zeros((6, 1)), {"label": np.arange(6)})
    case.reference = ReferenceSet(held_out, held_out, held_out)
    found = sampled(case, lambda trainer: {"precision": trainer.config.precision})
    weights = {name: float(candidate.samples[0, 0]) for name, candidate in found.items()}
    assert weights == {TRAINED: 11, NOT_AVERAGED: 10, "beside": 21, UNTRAINED: 3.5}
    assert Counted.most == 1 and case.step == 7
    assert "step 8" in found["beside"].meaning
    assert {n for n, c in found.items() if c.values == {"precision": "float32"}} == {
        *(TRAINED, "beside", UNTRAINED)
    }


def test_all_models_are_given_the_same_draw(tmp_path):
    drawn = []

    class Recorded(Counted):
        def sample(self, batch):
            drawn.append(batch["latent"])
            return super().sample(batch)

    run_folder = Run(tmp_path, {})
    checkpoint.save(run_folder.checkpoints, 1, Recorded(Config()).state())
    case = Case(run_folder, Config(), None, None, EvaluateFlags(tmp_path, seed=5), Recorded)
    held_out = SampleSet(np.zeros((6, 1)), {"label": np.arange(6)})
    case.reference = ReferenceSet(held_out, held_out, held_out)
    sampled(case)
    expected = rng_for(5, "evaluation").standard_normal((6, 1))
    for latents in drawn:
        np.testing.assert_array_equal(latents, expected)
    assert len(drawn) == 2 + bool(Config().averaging)


def test_a_run_without_a_checkpoint_has_nothing_to_show(tmp_path):
    case = Case(Run(tmp_path, {}), Config(), None, None, EvaluateFlags(tmp_path), Counted)
    with pytest.raises(Refused, match="has nothing to evaluate yet"):
        next(case.models())


def test_a_column_that_a_measure_needs_is_taken(tmp_path):
    case = Case(None, Config(), None, None, EvaluateFlags(tmp_path), None, {"centres": None})
    case.reserve("real")
    with pytest.raises(Refused, match="there is a column centres already; rename the folder"):
        points.measure(case)


# --- a whole evaluation ---


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A DCGAN of four steps on digits."""
    run_folder = tmp_path_factory.mktemp("runs") / "digits"
    train("--data", "digits", "--steps", 4, "--run", run_folder)
    return run_folder


def evaluated(run_folder, **flags):
    return evaluate("dcgan", Config, build, measure, criteria, PictureFlags(run_folder, **flags))


def test_controls_score_as_they_must(quick, trained):
    scores = evaluated(trained, count=400)
    rows = scores.values
    assert list(rows)[0] == TRAINED and {"untrained", "real", "copies", "PCA"} < set(rows)
    # Training pictures are caught as copies (64 are repeated); real ones are not.
    assert rows["copies"]["copying"] > 0.99 and rows["copies"]["copied"] == 1
    assert 0.42 < rows["real"]["copying"] < 0.58 and rows["real"]["copying"] != 0.5
    assert rows["real"]["copied"] < 0.05
    assert rows["real"]["Fréchet distance"] < rows["PCA"]["Fréchet distance"]
    assert rows["PCA"]["Fréchet distance"] < rows["untrained"]["Fréchet distance"]
    assert rows["real"]["modes"] == 10
    assert rows["real"]["high-frequency power"] == pytest.approx(1, abs=0.1)
    # What the discriminator knows is asked of discriminators, and of pixels.
    probed = {who for who, row in rows.items() if "probe error" in row}
    assert probed == {TRAINED, "untrained", "pixels"}
    assert all(0 < rows[who]["probe error"].value < 0.9 for who in probed)
    assert scores.met("real") == [True, True, True, True, None, None]
    assert not any(scores.passes(who) for who in ("copies", "untrained", "PCA", TRAINED))
    # Nor does it err less than itself.
    assert scores.met("untrained")[:5] == [False, False, None, None, False]
    written = json.loads((trained / "evaluation.json").read_text())
    assert (written["samples"], written["step"], written["seed"]) == (400, 4, 0)
    assert written["features"]["digest"] and written["features"]["accuracy"]["label"] > 0.8
    assert "FID" in written["unavailable"] and "FID" not in written["measures"]


def test_the_same_evaluation_twice_says_the_same(quick, trained):
    first, second = (evaluated(trained, count=100).to_json() for _ in range(2))
    assert first == second
    assert evaluated(trained, count=100, seed=1).to_json()["scores"] != first["scores"]


def test_fewer_samples_than_a_measure_needs(quick, trained):
    with pytest.raises(Refused, match="--count 64: the Fréchet distance.*65 or more"):
        evaluated(trained, count=64)


def test_a_generator_of_nan_gets_no_number(quick, trained):
    def broken(config):
        gan = build(config)
        shape = config.sample_shape
        gan.sample = lambda batch: np.full((len(batch["latent"]), *shape), np.nan)
        return gan

    (trained / "evaluation.json").unlink(missing_ok=True)
    with pytest.raises(Refused, match="not finite; nothing is measured"):
        evaluate("dcgan", Config, broken, measure, criteria, PictureFlags(trained, count=100))
    assert not (trained / "evaluation.json").exists()


def test_an_ablation_stands_beside(quick, trained, tmp_path):
    same, none = tmp_path / "same", tmp_path / "none"
    shutil.copytree(trained, same)
    train("--data", "digits", "--steps", 0, "--run", none)
    rows = evaluated(trained, count=100, beside=(same, none)).to_json()["scores"]
    assert rows["same"] == rows[TRAINED] != rows["none"] == rows["untrained"]
    assert rows["pixels"].keys() == {"probe error"}


def test_who_cannot_stand_beside(quick, trained, tmp_path):
    taken = tmp_path / "real"
    shutil.copytree(trained, taken)
    with pytest.raises(Refused, match="there is a column real already"):
        evaluated(trained, count=100, beside=(taken,))
    other = tmp_path / "other"
    shutil.copytree(trained, other)
    with pytest.raises(Refused, match="there is a column other already"):
        evaluated(trained, count=100, beside=(other, other))
    with pytest.raises(Refused, match="--beside .* is the run itself"):
        evaluated(trained, count=100, beside=(trained,))
    with pytest.raises(Refused, match="is being trained"), Run.open(other, "dcgan").claimed():
        evaluated(trained, count=100, beside=(other,))
    train("--data", "digits", "--steps", 0, "--seed", 1, "--run", tmp_path / "seed")
    with pytest.raises(Refused, match="not trained on the samples"):
        evaluated(trained, count=100, beside=(tmp_path / "seed",))


def test_a_folder_of_ones_own(tmp_path, capsys):
    pictures(tmp_path / "p", size=(20, 20), count=150)
    train("--data", tmp_path / "p", "--steps", 2, "--run", tmp_path / "r")
    scores = evaluated(tmp_path / "r")
    tests = len(data.find(str(tmp_path / "p")).load("test", 16, 150, 0))
    half = tests // 2
    # Half of the test pictures: what they allow is measured, by a net that says what it is.
    assert scores.facts["samples"] == half and 4 < half < 20
    near = {"precision", "recall", "density", "coverage", "copying", "copied"}
    assert set(scores.measures) == near | {"high-frequency power"}
    assert scores.facts["features"]["name"] == "random net" and not scores.informed
    scores.show()
    assert "its weights are random, and it has learned nothing" in capsys.readouterr().out
    assert f"65 samples or more, there are {half}" in scores.unavailable["Fréchet distance"]
    assert f"20 samples or more, there are {half}" in scores.unavailable["kernel distance"]
    assert "nothing is known of the pictures of p" in scores.unavailable["modes"]
    assert "FID" in scores.unavailable
    # No bar is passed without learning, on real pictures, too.
    assert [str(criterion) for criterion in scores.criteria[:2]] == [
        *("density ≥ 1 × PCA", "coverage ≥ 0.5 × PCA")
    ]
    assert scores.met("untrained") == [False, False, None, None]
    assert scores.values["copies"]["copied"] == 1 and not scores.passes("copies")
    # Up to eight samples, each beside five training pictures that are pictures of the set.
    rows = min(8, half)
    assert Image.open(tmp_path / "r" / "nearest.png").size == (6 * 66 - 2, rows * 66 - 2)
    with pytest.raises(Refused, match=f"p has {tests} samples for testing.*2 to {half}"):
        evaluated(tmp_path / "r", count=half + 1)


def test_a_folder_without_a_test_split(tmp_path):
    pictures(tmp_path / "p", size=(20, 20), count=20)
    train("--data", tmp_path / "p", "--steps", 1, "--run", tmp_path / "r")
    with pytest.raises(Refused, match="0 samples for testing, and nothing can be measured"):
        evaluated(tmp_path / "r")


def test_few_labelled_pictures_are_measured_as_far_as_possible(quick, labelled, tmp_path):
    labelled(400, 10)
    train("--data", tmp_path / "set.npz", "--steps", 1, "--run", tmp_path / "r")
    scores = evaluated(tmp_path / "r")
    assert {"high-frequency power", "kernel distance", "coverage"} < set(scores.measures)
    assert not {"Fréchet distance", "modes"} & set(scores.measures)
    count = scores.facts["samples"]
    assert count < 65
    assert f"65 samples or more, there are {count}" in scores.unavailable["Fréchet distance"]
    assert f"65 or more, and there are {count}" in scores.unavailable["modes"]


def test_the_nearest_training_pictures():
    rng = np.random.default_rng(0)
    training = rng.integers(0, 256, (1100, 20, 20, 1), np.uint8)
    samples = training[[1050, 3]].astype(int) + rng.integers(-9, 10, (2, 20, 20, 1))
    found = nearest(np.clip(samples, 0, 255).astype(np.uint8), training, 4)
    assert found.shape == (2, 4) and found[:, 0].tolist() == [1050, 3]
    assert nearest(training[:1], training[:3], 5).shape == (1, 3)


def test_refusals_without_tensorflow(trained, tmp_path):
    def said_to(*words):
        code, _, err = refused("recipes.dcgan.evaluate", *words, cwd=tmp_path)
        assert code == 2 and err.startswith("error: ") and err.count("\n") == 1, err
        return err

    assert "--count 1: legal is 2 to 100000" in said_to("--run", trained, "--count", 1)
    assert "no such file" in said_to("--run", trained, "--features", "nowhere.npz")
    assert "is not a run folder" in said_to("--run", tmp_path)
    assert "gives points; this recipe" in said_to("--run", trained, "--data", "ring")


def test_points_and_their_controls(monkeypatch, tmp_path):
    monkeypatch.setattr(points, "sampled", lambda case: {})
    source = data.find("grid")
    config = dataclasses.replace(first.Config(), data="grid", channels=2, kind="points")
    training = source.load("train", 0, 3000, 0)
    case = Case(None, config, source, training, PictureFlags(tmp_path, count=2000), None)
    scores = first.measure(case)
    scores.criteria = tuple(first.criteria(config, scores))
    assert scores.passes("real") and scores.facts["samples"] == 2000
    assert not scores.passes("centres") and not scores.passes("Gaussian")
    assert scores.values["centres"]["std ratio"] == pytest.approx(0, abs=1e-6)
    # No test point is a training point.
    tests = case.reference.held_out.samples
    assert not set(map(tuple, training.samples)) & set(map(tuple, tests))
    case.flags.features = tmp_path / "net.npz"
    with pytest.raises(Refused, match="--features: points are measured as they are"):
        first.measure(case)
