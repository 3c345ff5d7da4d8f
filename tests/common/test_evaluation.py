"""Evaluation: controls that must fail, bad input refused, scores that worsen with the pictures."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

import data
from common.evaluate import EvaluateFlags, evaluate
from common.evaluation.scores import TRAINED, Bar, Scores
from common.metrics import features
from common.metrics.frechet import frechet_distance
from common.metrics.kid import Estimate, kernel_distance
from common.metrics.neighbours import neighbourhood
from common.run import Run
from common.train import main as train
from data.errors import Refused
from recipes.dcgan.config import PRESETS, Config
from recipes.dcgan.evaluate import bars, represent
from recipes.dcgan.train import build
from recipes.first_gan import evaluate as first
from tests.conftest import TINY, pictures, run

# --- bars ---


def scores_of(**rows):
    return {who.replace("_", " "): row for who, row in rows.items()}


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


# --- the feature net ---


@pytest.fixture(scope="module")
def quick():
    """Nets that learn for a second instead of half a minute."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_FEWEST_STEPS", 250), ("_MOST_STEPS", 250), ("_PICTURES", 3000)):
            patch.setattr(features, name, value)
        yield


@pytest.fixture(scope="module")
def net(quick):
    return features.feature_net(data.find("digits"), 16)


@pytest.fixture(scope="module")
def digits():
    return data.find("digits").load("test", 16, 4000, 1)


def test_the_net_reads_and_says_how_well(net, digits):
    read = net.read(digits.images)
    share = (read["label"] == digits.factors["label"]).mean()
    assert share > 0.85 and share == pytest.approx(net.known.accuracy["label"], abs=0.04)
    assert net.known.name == "digits-net" and net.known.factors == {"label": 10, "typeface": 18}
    found = net(digits.images)
    assert found.shape == (4000, features.DIMENSIONS) and found.dtype == np.float32
    # Each number has about the same weight.
    assert np.abs(found.mean(0)).max() < 1 and 0.6 < found.std(0).min() < found.std(0).max() < 1.6


def test_the_net_is_kept_and_the_same_again(net, digits, monkeypatch):
    monkeypatch.setattr(features, "_train", None)
    again = features.feature_net(data.find("digits"), 16)
    assert again.known == net.known
    np.testing.assert_array_equal(again(digits.images[:9]), net(digits.images[:9]))


def kept_file(folder, size):
    (file,) = folder.glob(f"digits-net-{size}-*.npz")
    return file


def test_a_net_of_other_data_is_refused(net, cache, tmp_path):
    file = kept_file(cache, 16)
    same = features.feature_net(data.find("digits"), 16, file)
    assert same.known.digest == net.known.digest
    with pytest.raises(Refused, match="made for data digits, size 16.*data digits, size 20"):
        features.feature_net(data.find("digits"), 20, file)
    with pytest.raises(Refused, match="this run's data is data houses"):
        features.feature_net(data.find("houses"), 16, file)
    changed = dict(np.load(file))
    changed["weight-000"] = changed["weight-000"] + 1
    np.savez(tmp_path / "changed.npz", **changed)
    with pytest.raises(Refused, match="is no feature net"):
        features.feature_net(data.find("digits"), 16, tmp_path / "changed.npz")
    broken = tmp_path / "net.npz"
    broken.write_bytes(file.read_bytes()[:3000])
    with pytest.raises(Refused, match="is no feature net"):
        features.feature_net(data.find("digits"), 16, broken)


def test_a_net_refuses_other_pictures(net, digits):
    for wrong in (digits.images[:, :8], digits.images.astype(np.float32)):
        with pytest.raises(Refused, match="digits-net reads uint8 pictures"):
            net(wrong)


def test_nothing_known_no_net(tmp_path):
    source = data.find(str(pictures(tmp_path / "p", count=120)))
    assert "nothing is known" in features.feature_net(source, 16)
    with pytest.raises(Refused, match="--features n.npz: nothing is known"):
        features.feature_net(source, 16, Path("n.npz"))


def labelled(folder, count, classes, name="set.npz", **changes):
    """An .npz of digits, whose labels are all they should be unless changed."""
    drawn = data.find("digits").load("train", 16, count, 5)
    arrays = {"x_train": drawn.images[..., 0], "y_train": drawn.factors["label"] % classes}
    np.savez(folder / name, **arrays | changes)
    return data.find(str(folder / name))


def test_labels_that_no_net_can_learn_from(quick, tmp_path):
    def why(source):
        return features.feature_net(source, 16)

    assert "nothing is known" in why(labelled(tmp_path, 40, 1))
    assert "too few to teach" in why(labelled(tmp_path, 300, 10))
    many = labelled(tmp_path, 400, 10, y_train=np.arange(400))
    assert "nothing is known" in why(many)
    # Labels that have nothing to do with the pictures: the net is no judge, and says so.
    chance = np.random.default_rng(0).integers(0, 10, 4000)
    assert "has learned too little" in why(labelled(tmp_path, 4000, 10, y_train=chance))


def test_the_same_pictures_with_other_labels_have_another_net(quick, tmp_path):
    ten, five = labelled(tmp_path, 4000, 10), labelled(tmp_path, 4000, 5, "five.npz")
    nets = [features.feature_net(source, 16) for source in (ten, five)]
    assert [net.known.factors["label"] for net in nets] == [10, 5]
    assert nets[0].known.digest != nets[1].known.digest


def test_a_test_split_without_labels_is_no_trouble(quick, tmp_path):
    tests = data.find("digits").load("test", 16, 300, 5).images[..., 0]
    source = labelled(tmp_path, 4000, 10, x_test=tests)
    assert features.feature_net(source, 16).known.tested == 67


def test_large_pictures_are_looked_at_in_cells():
    for size, seen in ((16, 16), (64, 64), (128, 64), (256, 64)):
        network = features._build((size, size, 3), {"label": 10})
        convolution = next(layer for layer in network.layers if "conv" in layer.name)
        assert convolution.input.shape == (None, seen, seen, 3)


def blurred(images, radius):
    rows = [Image.fromarray(i[..., 0]).filter(ImageFilter.GaussianBlur(radius)) for i in images]
    return np.stack([np.asarray(r) for r in rows])[..., None]


def noisy(images, deviation):
    away = np.random.default_rng(0).normal(0, 1, images.shape) * deviation
    return np.clip(images + away, 0, 255).astype(np.uint8)


def lacking(digits, modes):
    return digits.images[2000:][digits.factors["label"][2000:] >= modes][:900]


@pytest.mark.parametrize("harm", ["blur", "noise", "dropped modes"])
def test_what_harms_pictures_worsens_their_scores(net, digits, harm):
    held_out = digits.images[2000:2900]
    course = {
        "blur": [held_out, *(blurred(held_out, r) for r in (0.5, 1, 2))],
        "noise": [held_out, *(noisy(held_out, d) for d in (20, 50, 100))],
        "dropped modes": [held_out, *(lacking(digits, m) for m in (2, 4, 6))],
    }[harm]
    reference = net(digits.images[:900])
    made = [net(images) for images in course]
    distances = [frechet_distance(reference, m) for m in made]
    kernel = [kernel_distance(reference, m).value for m in made]
    coverage = [neighbourhood(reference, m).coverage for m in made]
    assert np.all(np.diff(distances) > 0) and np.all(np.diff(kernel) > 0)
    assert np.all(np.diff(coverage) < 0)
    assert kernel_distance(reference, made[0]).low < 0.02


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


def test_few_labelled_pictures_are_measured_as_far_as_they_go(quick, tmp_path, monkeypatch):
    labelled(tmp_path, 400, 10)
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
    from common.evaluation.ground import Ground

    source = data.find("grid")
    ground = Ground.of(source, dataclasses.replace(config, pictures=3000), 2000)
    scores = points.evaluate({"seed": 0}, {}, ground, source.world)
    scores.bars = tuple(first.bars(dataclasses.replace(config, data="grid")))
    assert scores.passes("real")
    assert not scores.passes("centres") and not scores.passes("Gaussian")
    assert scores.values["centres"]["spread"] == pytest.approx(0, abs=1e-6)
    # The test points are nobody's training points.
    assert not set(map(tuple, ground.training)) & set(map(tuple, ground.held_out))
