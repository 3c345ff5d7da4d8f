"""Evaluation: bars, controls that must fail, and bad input refused."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

import data
from common.commands.evaluate import EvaluateFlags, evaluate
from common.commands.train import main as train
from common.evaluation.scores import TRAINED, Bar, Scores
from common.metrics.kid import Estimate
from common.run.folder import Run
from data.errors import Refused
from recipes.dcgan.config import PRESETS, Config
from recipes.dcgan.evaluate import bars, represent
from recipes.dcgan.train import build
from recipes.first_gan import evaluate as first
from tests.conftest import TINY, pictures, run

# --- bars ---


def test_a_bar_holds_between_its_bounds():
    bar = Bar("spread", least=0.7, most=1.3)
    for value, holds in ((0.69, False), (0.7, True), (1.3, True), (1.31, False)):
        assert bar.holds({"trained": {"spread": value}}, "trained") is holds
    assert not bar.holds({"trained": {}}, "trained")
    assert str(bar) == "spread from 0.7 to 1.3"


def test_a_bar_relative_to_a_control():
    bar = Bar("distance", most=0.1, of="untrained")
    rows = {"trained": {"distance": 9.0}, "untrained": {"distance": 100.0}}
    assert bar.holds(rows, "trained") and not bar.holds(rows, "untrained")
    rows["trained"]["distance"] = Estimate(11.0, 10, 12)
    assert not bar.holds(rows, "trained")
    # Nobody is better than himself.
    own = Bar("distance", most=1, of="untrained")
    assert not own.holds(rows, "untrained")
    # A control that was not measured cannot be beaten.
    assert not Bar("distance", most=1, of="PCA").holds(rows, "trained")


def test_what_is_written_is_what_was_measured(tmp_path, capsys):
    values = {TRAINED: {"a": 1, "k": Estimate(0.5, 0.25, 0.75)}, "real": {"a": 2}}
    scores = Scores(
        {"recipe": "x"}, dict.fromkeys(values, "who"), {"a": "a", "k": "k"}, values, {"z": "why"}
    )
    scores.bars = (Bar("a", most=1.5),)
    scores.save(tmp_path / "e.json")
    written = json.loads((tmp_path / "e.json").read_text())
    assert written["scores"] == {TRAINED: {"a": 1.0, "k": 0.5}, "real": {"a": 2.0}}
    assert written["intervals"] == {TRAINED: {"k": [0.25, 0.75]}, "real": {}}
    assert written["held"] == {TRAINED: [True], "real": [False]}
    scores.show()
    said = capsys.readouterr().out
    assert "z: not available, why" in said and "a ≤ 1.5: met" in said and "–" in said


# --- a whole evaluation ---


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A DCGAN of four steps on digits."""
    run_folder = tmp_path_factory.mktemp("runs") / "digits"
    words = [*TINY, "--data", "digits", "--steps", "4", "--run", str(run_folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["train", *words])
        assert train("dcgan", PRESETS, build) == 0
    return run_folder


def evaluated(run_folder, **flags):
    return evaluate("dcgan", Config, build, bars, EvaluateFlags(run_folder, **flags), represent)


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
    assert rows["real"]["modes"] == 10 and rows["real"]["fine power"] == pytest.approx(1, abs=0.1)
    # What the discriminator knows is asked of discriminators, and of pixels.
    probed = {who for who, row in rows.items() if "probe error" in row}
    assert probed == {TRAINED, "untrained", "pixels"}
    assert all(0 < rows[who]["probe error"].value < 0.9 for who in probed)
    assert scores.passes("real")
    assert not any(scores.passes(who) for who in ("copies", "untrained", "PCA", TRAINED))
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
        gan.sample = lambda latents: np.full((len(latents), *config.sample_shape), np.nan)
        return gan

    (trained / "evaluation.json").unlink(missing_ok=True)
    with pytest.raises(Refused, match="not finite; nothing is measured"):
        evaluate("dcgan", Config, broken, bars, EvaluateFlags(trained, count=100))
    assert not (trained / "evaluation.json").exists()


def test_an_ablation_stands_beside(quick, trained, tmp_path):
    same, none = tmp_path / "same", tmp_path / "none"
    shutil.copytree(trained, same)
    words = [*TINY, "--data", "digits", "--steps", "0", "--run", str(none)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["train", *words])
        assert train("dcgan", PRESETS, build) == 0
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
    with pytest.raises(Refused, match="is being trained"), Run.open(other, "dcgan").claimed():
        evaluated(trained, count=100, beside=(other,))
    words = [*TINY, "--data", "digits", "--steps", "0", "--seed", "1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["train", *words, "--run", str(tmp_path / "seed")])
        assert train("dcgan", PRESETS, build) == 0
    with pytest.raises(Refused, match="not trained on the samples"):
        evaluated(trained, count=100, beside=(tmp_path / "seed",))


def test_a_folder_of_ones_own(tmp_path, monkeypatch):
    pictures(tmp_path / "p", size=(20, 20), count=150)
    words = [*TINY, "--data", str(tmp_path / "p"), "--steps", "2", "--run", str(tmp_path / "r")]
    monkeypatch.setattr("sys.argv", ["train", *words])
    assert train("dcgan", PRESETS, build) == 0
    scores = evaluated(tmp_path / "r")
    assert set(scores.measures) == {"fine power"}
    assert "nothing is known of the pictures of p" in scores.unavailable["Fréchet distance"]
    assert {"modes", "copying", "FID"} < set(scores.unavailable)
    # Half of fifteen test pictures.
    assert scores.facts["samples"] == 7
    with pytest.raises(Refused, match="--count 8: p has 15 pictures for testing.*is 2 to 7"):
        evaluated(tmp_path / "r", count=8)


def test_a_folder_without_a_test_split(tmp_path, monkeypatch):
    pictures(tmp_path / "p", size=(20, 20), count=20)
    words = [*TINY, "--data", str(tmp_path / "p"), "--steps", "1", "--run", str(tmp_path / "r")]
    monkeypatch.setattr("sys.argv", ["train", *words])
    assert train("dcgan", PRESETS, build) == 0
    with pytest.raises(Refused, match="0 pictures for testing, and nothing can be measured"):
        evaluated(tmp_path / "r")


def test_few_labelled_pictures_are_measured_as_far_as_possible(
    quick, labelled, tmp_path, monkeypatch
):
    labelled(400, 10)
    words = [*TINY, "--data", str(tmp_path / "set.npz"), "--steps", "1"]
    monkeypatch.setattr("sys.argv", ["train", *words, "--run", str(tmp_path / "r")])
    assert train("dcgan", PRESETS, build) == 0
    scores = evaluated(tmp_path / "r")
    assert set(scores.measures) == {"fine power"}
    assert "65 or more, and there are 20" in scores.unavailable["Fréchet distance"]


def test_refusals_in_a_fresh_process(trained, tmp_path, no_tensorflow):
    def refused(*words):
        before = [no_tensorflow]
        code, _, err = run("recipes.dcgan.evaluate", *words, cwd=tmp_path, before=before)
        assert code == 2 and err.startswith("error: ") and err.count("\n") == 1, err
        return err

    assert "--count 1: legal is 2 to 100000" in refused("--run", trained, "--count", 1)
    assert "no such file" in refused("--run", trained, "--features", "nowhere.npz")
    assert "is not a run folder" in refused("--run", tmp_path)
    assert "gives points; this recipe" in refused("--run", trained, "--data", "ring")


def test_points_and_their_controls():
    config = dataclasses.replace(first.Config(), channels=2)
    from common.evaluation import points
    from common.evaluation.reference import Ground

    source = data.find("grid")
    training = source.load("train", 0, 3000, 0).samples
    ground = Ground.of(training, source, config, 2000)
    scores = points.evaluate({"seed": 0}, {}, ground, source.world)
    scores.bars = tuple(first.bars(dataclasses.replace(config, data="grid")))
    assert scores.passes("real")
    assert not scores.passes("centres") and not scores.passes("Gaussian")
    assert scores.values["centres"]["spread"] == pytest.approx(0, abs=1e-6)
    # The test points are nobody's training points.
    assert not set(map(tuple, ground.training)) & set(map(tuple, ground.held_out))
