"""Siamese networks held to their papers: shared towers, classes apart, what infer says."""

import dataclasses
import json

import numpy as np
import pytest
from keras import ops
from PIL import Image

import data
from common.commands.evaluate import evaluate as evaluate_run
from common.distortion import distorted
from common.embedding import triplet
from common.evaluation import trials
from common.run.loaded import LoadedRun
from data.errors import Refused
from recipes.siamese import evaluate, infer, losses, measure, threshold
from recipes.siamese.compare import Comparison
from recipes.siamese.config import PARAMETERS, PRESETS, Config, turned
from recipes.siamese.encoder import ENCODER, Encoder
from recipes.siamese.flags import EvaluateFlags, Flags
from recipes.siamese.plane import plane
from recipes.siamese.train import build
from tests.conftest import called, refused
from tests.data.folders import class_folder

pytestmark = pytest.mark.usefixtures("eagerly")


def settled(**changes):
    config = dataclasses.replace(PRESETS["tiny"], precision="float32", **changes)
    return config.adapted_to(data.find(config.data, config.reading))


@pytest.fixture(scope="module")
def run(tmp_path_factory, eagerly):
    """A run of two steps on a user's folder of class folders."""
    place = tmp_path_factory.mktemp("siamese")
    folder = class_folder(place / "people", classes=12)
    config = settled(data=str(folder), steps=2)
    source = data.find(config.data, config.reading)
    trainer = build(config)
    trainer.trainModel(config.training_set(source.load("train", 16, 0, 0)), verbose=False)
    trainer.config.data = config.data
    trainer.config.split_by = config.split_by
    trainer.save(place / "run")
    return place / "run"


def opened(run, **flags):
    loaded = LoadedRun.open(run, "siamese", Config)
    given = Flags(run=run, **flags)
    given.check(loaded)
    return loaded, given


# --- what is learned from ---


def test_quarter_turns_are_further_classes(tmp_path):
    """Of each class four, with as many pictures; those of a class are turned alike."""
    folder = class_folder(tmp_path / "people", classes=12)
    source = data.find(str(folder), settled(data=str(folder)).reading)
    plain, four = (
        settled(data=str(folder), quarter_turns=on).training_set(source.load("train", 16, 0, 0))
        for on in (False, True)
    )
    (name,) = (n for n in ("label", "identity") if n in plain.factors)
    count = plain.factors[name].max() + 1
    assert np.unique(four.factors[name]).tolist() == list(range(4 * count))
    for number in range(count):
        own = plain.samples[plain.factors[name] == number]
        for turn in range(4):
            found = four.samples[four.factors[name] == number + turn * count]
            np.testing.assert_array_equal(found, np.stack([np.rot90(x, turn) for x in own]))
    oblong = dataclasses.replace(plain, samples=plain.samples[:, :8])
    with pytest.raises(Refused, match="legal with square pictures; these are 16×8$"):
        turned(oblong, name)


# --- networks ---


def test_the_paper_configuration():
    paper = PRESETS["paper"]
    assert (paper.image_size, 2 * paper.batch_size, paper.embedding_size) == (105, 128, 4096)
    assert paper.loss == "cross-entropy" and sum(PARAMETERS.values()) == 38_951_745


def test_the_towers_share_their_weights():
    """Both pictures pass one model: exchanged pictures of all pairs exchange their embeddings."""
    trainer = build(settled())
    assert [model.name for model in trainer.keras_models] == ["encoder"]
    one, other = np.random.default_rng(0).uniform(-1, 1, (2, 5, 16, 16, 3)).astype(np.float32)
    np.testing.assert_array_equal(trainer.distances(one, other), trainer.distances(other, one))
    np.testing.assert_array_equal(trainer.distances(one, one), np.zeros(5))
    assert np.linalg.norm(trainer.embed(one), axis=1) == pytest.approx(np.ones(5), rel=1e-5)


def test_kochs_head_says_how_likely_two_differ():
    trainer = build(settled(loss="cross-entropy"))
    encoder, head = trainer.keras_models
    one, other = np.random.default_rng(0).uniform(-1, 1, (2, 5, 16, 16, 3)).astype(np.float32)
    embedded = trainer.embed(one), trainer.embed(other)
    logits = np.array(head(list(embedded)))[:, 0]
    np.testing.assert_allclose(trainer.distances(one, other), 1 / (1 + np.exp(logits)), rtol=1e-4)


@pytest.mark.parametrize("loss", ["squared", "triplet", "cross-entropy", "classifier"])
def test_every_loss_trains(loss):
    """Finite, and all that there is moves; contrastive is what the contract trains."""
    config = settled(loss=loss)
    assert config.margin_used == (0.2 if loss == "triplet" else 1.0)
    learned = config.training_set(
        data.find(config.data).load("train", config.image_size, config.pictures, 0)
    )
    trainer = build(config.informed_by(learned))
    before = [np.array(v) for v in trainer.encoder.trainable_variables]
    batch = {k: np.asarray(v) for k, v in trainer._batches(learned, trainer.phases()[0])(0).items()}
    batch["real"] = batch["real"].astype(np.float32) / 127.5 - 1
    logs = trainer.train_step(batch)
    assert all(np.isfinite(float(value)) for value in logs.values())
    after = trainer.encoder.trainable_variables
    assert all((a != np.array(b)).any() for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("loss", ["contrastive", "squared", "triplet", "classifier"])
def test_each_loss_is_of_its_own_pairs(loss, monkeypatch):
    """Of four places, whose two embeddings each lie one after the other."""
    encoder = Encoder(settled(loss=loss, margin=0.7, classes=4))
    # Near enough for the margin to count.
    v = np.random.default_rng(0).normal(0, 0.1, (8, 8)).astype(np.float32)
    # The head, where there is one, gives four of an embedding's numbers.
    monkeypatch.setattr(
        Encoder,
        "__call__",
        lambda self, given, which: ops.convert_to_tensor(v if which == ENCODER else v[:, :4]),
    )
    batch = {"real": np.zeros((4, 2, 16, 16, 3), np.float32), "identity": np.arange(4)}
    each, terms = np.repeat(np.arange(4), 2), encoder.lossFunction(batch)
    # Pairs of one place, and pairs with the second picture of the neighbour.
    one, other = np.tile(v[::2], (2, 1)), np.concatenate([v[1::2], v[1::2][[1, 0, 3, 2]]])
    pairs = ((one - other) ** 2).sum(1), np.repeat([0.0, 1.0], 4).astype(np.float32), 0.7
    wanted = {
        "contrastive": lambda: losses.contrastive(*pairs),
        "squared": lambda: losses.squared(*pairs),
        "triplet": lambda: triplet(v, each, 0.7)[0],
        "classifier": lambda: losses.classified(v[:, :4], each),
    }
    assert list(terms) == [loss] and float(terms[loss]) > 0
    assert float(terms[loss]) == pytest.approx(float(wanted[loss]()), rel=1e-5)


def test_a_batch_is_two_different_pictures_of_each_class():
    config = settled(batch_size=6)
    learned = config.training_set(data.find("faces").load("train", 16, 40, 0))
    trainer = build(config)
    batch = trainer._batches(learned, trainer.phases()[0])(0)
    assert batch["real"].shape == (6, 2, 16, 16, 3) and batch["identity"].shape == (6,)
    assert (batch["real"][:, 0] != batch["real"][:, 1]).any(axis=(1, 2, 3)).all()
    assert learned.factors["identity"].max() == 9


def test_both_pictures_of_a_pair_are_distorted_each_in_its_way(monkeypatch):
    trainer = build(settled(distortion=1.0))
    pairs = np.random.default_rng(0).uniform(-1, 1, (8, 2, 16, 16, 3)).astype(np.float32)
    batch = {"real": pairs, "identity": np.arange(8) // 2}
    batch |= trainer.draw(np.random.default_rng(1), 8)
    seen, embed = [], type(trainer.encoder).__call__
    monkeypatch.setattr(
        type(trainer.encoder),
        "__call__",
        lambda self, given, which: seen.append(given["sample"]) or embed(self, given, which=which),
    )
    trainer.encoder.lossFunction(batch)
    flat, transforms = pairs.reshape(16, 16, 16, 3), batch["transforms"].reshape(16, 8)
    np.testing.assert_allclose(seen[0], distorted(flat, transforms), atol=1e-6)
    assert len(np.unique(transforms, axis=0)) > 12
    # What is compared afterwards is not distorted.
    assert build(settled()).draw(np.random.default_rng(1), 8) == {}


# --- data ---


def test_no_class_is_both_trained_on_and_tested_on(tmp_path):
    folder = class_folder(tmp_path / "people", classes=10)
    config = settled(data=str(folder))
    assert config.grouped_by == "label" and config.reading.split_by == "label"
    source = data.find(config.data, config.reading)
    parts = {name: source.load(name, 16, 0, 0) for name in ("train", "validation", "test")}
    labels = {name: set(part.factors["label"].tolist()) for name, part in parts.items()}
    assert sorted(n for own in labels.values() for n in own) == list(range(10))
    assert all(labels.values())
    assert settled().grouped_by == "identity"


def test_what_is_measured_on_was_not_learned_from(run):
    config = opened(run)[0].config
    learned = data.find(config.data, config.reading).load("train", config.image_size, 0, 0)
    pictures, classes = threshold.held_out(config, None)
    known = {picture.tobytes() for picture in learned.samples}
    assert len(known) > 2 and len(pictures) == len(classes) > 2
    assert not known & {picture.tobytes() for picture in pictures}


BAD = {
    "one class": (1, 4, "nothing says which pictures show the same"),
    "two classes": (2, 4, "2 different values; legal for three splits are 3 or more"),
    "one picture a class": (6, 1, "0 have two pictures or more; at least 2 are needed"),
    "no classes": (0, 4, "nothing says which pictures show the same"),
}


def test_a_set_whose_splits_share_their_classes_is_refused():
    config = dataclasses.replace(PRESETS["tiny"], data="digits")
    with pytest.raises(Refused, match="digits: an endless set, in each of whose splits"):
        data.find(config.data, config.reading)
    # Unless somebody asks for that.
    config = dataclasses.replace(config, split_by="own")
    assert config.adapted_to(data.find(config.data, config.reading)).grouped_by == "label"


@pytest.mark.parametrize("case", BAD)
def test_data_without_pairs_is_refused_in_one_line(case, tmp_path):
    classes, each, words = BAD[case]
    folder = class_folder(tmp_path / "people", classes or 1, each)
    if not classes:
        folder /= "person0"
    code, out, err = refused("recipes.siamese.train", "tiny", "--data", folder, cwd=tmp_path)
    assert code == 2 and words in err and err.count("\n") == 1, err
    assert not (tmp_path / "runs").exists()


def test_more_than_the_pairs_that_there_are_is_refused(tmp_path):
    folder = class_folder(tmp_path / "people", 12, 2)
    # A picture without another one is in no pair.
    for number in range(0, 12, 2):
        (folder / f"person{number}" / "1.png").unlink()
    words = ("tiny", "--data", folder, "--batch-size", 14)
    code, _, err = refused("recipes.siamese.train", *words, cwd=tmp_path)
    assert code == 2 and err.splitlines()[-1].startswith("error: --batch-size 14: there are "), err
    # As many as are left, they train; and who is left out is counted.
    words = ("tiny", "--data", folder, "--batch-size", 4, "--steps", 0)
    code, out, err = called("recipes.siamese.train", *words, cwd=tmp_path)
    assert code == 0 and "pictures are not learned from, as no other picture shares" in out, err


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch_size": 3}, "--batch-size 3: legal is an even number"),
        ({"margin": 0.0}, "--margin 0.0: legal is more than 0"),
        ({"margin": 3.0}, "--margin 3.0: legal is 0 to 2"),
        ({"architecture": "koch"}, "--image-size 16: this network makes 65"),
        ({"grouped_by": "nose"}, "--grouped-by nose"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes, words):
    with pytest.raises(Refused, match=words):
        config = dataclasses.replace(PRESETS["tiny"], **changes)
        config.check()
        config.adapted_to(data.find(config.data))


# --- infer and evaluate ---


def test_two_pictures_are_compared(run, capsys):
    people = run.parent / "people"
    same = str(people / "person0" / "0.png")
    (answer,) = infer.compared(*opened(run, input=(same, same)))
    assert answer["same"] and answer["distance"] == 0
    told = capsys.readouterr().out
    assert (
        told.startswith("same: distance 0.000, within the threshold") and "held-out pairs" in told
    )
    kept = json.loads((run / "threshold.json").read_text())
    assert kept["pairs"] > 0 and 0 <= kept["accepted"] <= 1
    # Another threshold is measured, and not kept.
    other = str(people / "person1" / "0.png")
    (answer,) = infer.compared(*opened(run, input=(same, other), distance=0.0))
    assert not answer["same"] and "takes 0.0% of different" in capsys.readouterr().out
    assert json.loads((run / "threshold.json").read_text()) == kept
    # A damaged one is measured anew, and that is said.
    (run / "threshold.json").write_text("{")
    infer.compared(*opened(run, input=(same, same)))
    assert "threshold.json cannot be read; it is measured anew" in capsys.readouterr().err
    assert json.loads((run / "threshold.json").read_text()) == kept


def test_a_gallery_names_who_it_is_and_which_files_are_broken(run, tmp_path, capsys):
    people = run.parent / "people"
    gallery = tmp_path / "gallery"
    gallery.mkdir()
    for number in range(3):
        picture = Image.open(people / f"person{number}" / "0.png")
        picture.save(gallery / f"anna{number}.png")
    (gallery / "broken.png").write_bytes(b"no picture")
    query = Image.open(people / "person1" / "0.png").resize((60, 32))
    query.save(tmp_path / "query.png")
    flags = {"gallery": str(gallery), "distance": 1.9}
    own = str(people / "person1" / "0.png")
    (answer,) = infer.named(*opened(run, input=(own,), **flags))
    told = capsys.readouterr()
    assert answer["name"] == "anna1" and f"{own}: anna1 (distance 0.000)" in told.out
    assert "note: left out of --gallery" in told.err and "broken.png: not a readable" in told.err
    # A query of another shape is cut as in training, and one that is near nobody is unknown.
    (answer,) = infer.named(
        *opened(run, input=(str(tmp_path / "query.png"),), gallery=str(gallery), distance=0.0)
    )
    told = capsys.readouterr()
    assert answer["name"] is None and "unknown, the nearest is anna" in told.out
    words = "query.png is brought to 16×16 pixels and cut to the middle, as in training"
    assert words in told.err
    # Folders have names, too; the threshold is measured with the others.
    (answer,) = infer.named(*opened(run, input=(own,), gallery=str(people)))
    assert answer["name"] == "person1"


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"input": ("a.png",)}, "--input: 1 picture; legal are two"),
        ({"gallery": "."}, "--gallery: legal with --input"),
        ({"input": ("a.png",), "gallery": "nowhere"}, "--gallery nowhere: legal is a folder"),
        ({"input": ("a.png", "b.png"), "distance": -1.0}, "--distance -1.0: legal is 0"),
    ],
)
def test_what_infer_refuses(run, flags, words):
    with pytest.raises(Refused, match=words):
        opened(run, **flags)


def test_a_gallery_without_a_readable_picture_is_refused(run, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    own = str(run.parent / "people" / "person1" / "0.png")
    with pytest.raises(Refused, match="--gallery .*: no picture that can be read"):
        infer.named(*opened(run, input=(own,), gallery=str(tmp_path)))
    with pytest.raises(Refused, match="--input .*broken.png: not a readable picture"):
        infer.compared(*opened(run, input=(own, str(tmp_path / "broken.png"))))


class Case:
    """What an exam asks of a case."""

    def __init__(self, **flags):
        self.flags, self.seed = EvaluateFlags(run=None, **flags), 0
        self.config = dataclasses.replace(PRESETS["tiny"], grouped_by="identity")


def test_an_exam_tells_an_oracle_from_noise(monkeypatch):
    monkeypatch.setattr(trials, "_DRAWS", 40)
    numbers = np.repeat(np.arange(40), 4)
    pictures = np.random.default_rng(0).integers(0, 256, (160, 8, 8, 1), np.uint8)
    exam = measure.Exam(Case(), data.SampleSet(pictures, {"identity": numbers}))
    by = Comparison(None)
    oracle, _ = exam.take(lambda p: np.eye(40)[numbers], by.distances)
    assert oracle["one-shot"].value == 1 == oracle["AUC"].value and oracle["equal error rate"] == 0
    noise, _ = exam.take(lambda p: p.reshape(160, -1) / 1.0, by.distances)
    assert noise["one-shot"].value < 0.15 and noise["AUC"].low < 0.5 < noise["AUC"].high
    assert exam.facts["ways"] == 20 and exam.facts["trials"] == 400


def test_evaluate_asks_for_classes_of_another_set(run, tmp_path, monkeypatch):
    """Every column on the same trials; and the plane of what the run makes of them."""
    monkeypatch.setattr(trials, "_DRAWS", 10)
    others = class_folder(tmp_path / "others", 8)
    flags = EvaluateFlags(run=run, unseen=str(others), ways=5, trials=20)
    asked = (Config, build, evaluate.measure, evaluate.criteria, flags, evaluate.ablation)
    scores = evaluate_run("siamese", *asked)
    assert set(scores.values) == {"trained", "untrained", "pixel distance"}
    assert (scores.facts["ways"], scores.facts["classes"], scores.facts["samples"]) == (5, 8, 32)
    assert (run / "plane.png").is_file() and (run / "evaluation.json").is_file()
    assert [c.measure for c in scores.criteria] == ["one-shot", "equal error rate"]
    with pytest.raises(Refused, match="--within alphabet: legal is one of label"):
        evaluate_run("siamese", *asked[:4], dataclasses.replace(flags, within="alphabet"))


def test_ablations_are_named_after_their_loss():
    small = PRESETS["small"]
    for name in ("contrastive", "squared", "cross-entropy", "classifier"):
        assert evaluate.ablation(PRESETS[name], small) == name
    assert evaluate.ablation(dataclasses.replace(small, seed=1), small) == ""


def test_the_plane_shows_every_picture():
    embeddings = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1.0]])
    pictures = np.full((4, 8, 8, 3), 200, np.uint8)
    sheet = np.asarray(plane(embeddings, pictures, np.array([0, 0, 1, 1])))
    shown = (sheet == 200).all(-1).sum()
    # Frames of two colours, and the pictures within.
    assert shown == 4 * 42 * 42 and len(np.unique(sheet.reshape(-1, 3), axis=0)) == 4


def test_the_threshold_of_few_classes_says_so(run):
    loaded, _ = opened(run)
    comparison = infer.comparison_of(loaded)
    pictures = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), np.uint8)
    few = threshold.threshold_of(comparison, pictures, np.repeat([0, 1], 6))
    many = threshold.threshold_of(comparison, pictures, np.repeat(np.arange(4), 3))
    assert not few.apart and many.apart
    with pytest.raises(Refused, match="2 are needed to tell"):
        threshold.threshold_of(comparison, pictures, np.zeros(12, int))
