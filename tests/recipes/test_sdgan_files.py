"""SD-GAN with a user's pictures: class folders, sheets and walks, identities of photographs."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

import data
from common.commands.evaluate import evaluate as evaluate_run
from common.evaluation import trials
from common.evaluation.flags import PictureFlags
from common.evaluation.scores import Scores
from common.invert import Inverted
from common.metrics import identity_net
from common.run.loaded import LoadedRun
from data.errors import Refused
from data.samples import SampleSet
from recipes.sdgan import evaluate, infer, inversion, measure, readers
from recipes.sdgan.codes import IDENTITY, OBSERVATION, on_sheet
from recipes.sdgan.config import PRESETS, Config
from recipes.sdgan.flags import Flags
from recipes.sdgan.measure import distinct, means
from recipes.sdgan.train import build
from tests.conftest import called, complaints, refused
from tests.data.folders import class_folder

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(scope="module")
def run(tmp_path_factory, eagerly):
    """A run of two steps on class folders of a user's."""
    place = tmp_path_factory.mktemp("sdgan")
    folder = class_folder(place / "shoes", classes=64, each=3)
    changes = {"precision": "float32", "data": str(folder), "steps": 2, "averaging": 0.0}
    config = dataclasses.replace(PRESETS["tiny"], **changes)
    source = data.find(config.data, config.reading)
    config = config.adapted_to(source)
    trainer = build(config)
    trainer.trainModel(source.load("train", 16, 0, 0), verbose=False)
    trainer.config.data = config.data
    # Codes that make a difference, as after a longer training.
    for variable in trainer.generator.trainable_variables:
        if len(variable.shape) > 1:
            variable.assign(15 * variable)
    trainer.save(place / "run")
    return place / "run"


def opened(run, **flags):
    loaded = LoadedRun.open(run, "sdgan", Config)
    given = Flags(run=run, **flags)
    given.check(loaded)
    return loaded, given


# --- data ---

BAD = {
    "without classes": (0, 4, "nothing says which pictures show the same"),
    "of one picture each": (8, 1, "0 have two pictures or more; at least 2 are needed"),
}


@pytest.mark.parametrize("case", BAD)
def test_folders_without_pairs_are_refused_in_one_line(case, tmp_path):
    classes, each, words = BAD[case]
    folder = class_folder(tmp_path / "shoes", classes or 1, each)
    folder = folder if classes else folder / "person0"
    code, out, err = refused("recipes.sdgan.train", "tiny", "--data", folder, cwd=tmp_path)
    assert code == 2 and words in err and err.count("\n") == 1, err
    assert not (tmp_path / "runs").exists()


def test_classes_of_one_picture_are_left_out_and_counted(tmp_path):
    folder = class_folder(tmp_path / "shoes", 16, 3)
    for number in range(0, 16, 4):
        for picture in (1, 2):
            (folder / f"person{number}" / f"{picture}.png").unlink()
    words = ("tiny", "--data", folder, "--steps", 0, "--precision", "float32")
    code, out, err = called("recipes.sdgan.train", *words, cwd=tmp_path)
    left = [line for line in out.splitlines() if "not learned from" in line]
    assert code == 0 and len(left) == 1, err
    assert left[0].endswith("not learned from, as no other picture shares their label")
    assert 1 <= int(left[0].split()[0]) <= 4


# --- infer ---


def test_a_sheet_has_a_row_for_each_identity_and_a_column_for_each_observation(run):
    made = infer.make(*opened(run, identities=3, observations=5))
    assert (made.title, made.columns, made.samples.shape) == ("pictures", 5, (15, 16, 16, 3))
    who, how = (made.inputs[name].reshape(3, 5, -1) for name in (IDENTITY, OBSERVATION))
    assert (who == who[:, :1]).all() and len(np.unique(who[:, 0], axis=0)) == 3
    assert (how == how[:1]).all() and len(np.unique(how[0], axis=0)) == 5
    # A larger sheet begins with the same ones, and by default it is that of the training.
    larger = infer.make(*opened(run, identities=4, observations=6))
    np.testing.assert_array_equal(
        larger.samples.reshape(4, 6, 16, 16, 3)[:3, :5].reshape(made.samples.shape), made.samples
    )
    usual, sheet = infer.make(*opened(run)), on_sheet(PRESETS["tiny"], 0, 16)
    for name, values in sheet.items():
        np.testing.assert_array_equal(usual.inputs[name], values)
    # Another seed, other people.
    other = infer.make(*opened(run, identities=3, observations=5, seed=1))
    assert not np.array_equal(other.inputs[IDENTITY], made.inputs[IDENTITY])


@pytest.mark.parametrize("along", ["identity", "observation"])
def test_a_walk_changes_one_half_of_the_code(run, along):
    made = infer.make(*opened(run, walk=along, identities=2))
    assert (made.title, made.columns, len(made.samples)) == (f"walk-{along}", 10, 20)
    moving, still = (IDENTITY, OBSERVATION) if along == "identity" else (OBSERVATION, IDENTITY)
    moved, stays = (made.inputs[name].reshape(2, 10, -1) for name in (moving, still))
    assert (stays == stays[:, :1]).all()
    steps = np.diff(moved, axis=1)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[:, :1], steps.shape), atol=1e-5)
    assert np.abs(steps).min(axis=(1, 2)).max() > 0


def photographs(run, folder, count, size=16):
    """What the run's network makes of some codes, as files of a size."""
    made = infer.make(*opened(run, identities=count, observations=1, seed=7))
    folder.mkdir()
    for number, pixels in enumerate(made.samples):
        Image.fromarray(pixels).resize((size, size)).save(folder / f"{number}.png")
    return folder


def test_the_identity_of_a_picture_is_shown_in_other_observations(run, tmp_path, capsys):
    """The reconstruction is nearer than the nearest draw, and its distance is told."""
    folder = photographs(run, tmp_path / "in", 2)
    made = infer.make(*opened(run, input=str(folder), observations=3, search_steps=10))
    told = capsys.readouterr()
    assert complaints(told.err) == [] and told.out.count(" draws the nearest has ") == 2
    lines = [line.replace(")", "").split() for line in told.out.splitlines()]
    assert all(float(words[2]) < float(words[-1]) for words in lines), told.out
    assert lines[0][0] == "0:" and made.title == "inverted"
    assert made.samples.shape == (6, 16, 16, 3) and made.asked.shape == (2, 16, 16, 3)
    who = made.inputs[IDENTITY].reshape(2, 3, -1)
    assert (who == who[:, :1]).all() and np.abs(who).max() <= 1
    # Each row: the picture, its reconstruction, and three observations.
    tile = 64 + 2
    assert made.sheet().size == (5 * tile - 2, 2 * tile - 2)
    assert {"asked", "nearest", "distance", IDENTITY, OBSERVATION} < set(made.arrays())


def test_an_observation_is_taken_from_another_picture(run, tmp_path, capsys):
    """The same for every identity; a header says whose. Other sizes are fitted, and told."""
    given = photographs(run, tmp_path / "in", 1, size=40)
    others = photographs(run, tmp_path / "as", 2)
    flags = {"input": str(given), "observed_as": str(others), "search_steps": 1}
    made = infer.make(*opened(run, **flags))
    told = capsys.readouterr()
    (note,) = complaints(told.err)
    assert note == f"note: {given} is brought to 16×16 pixels, as in training"
    # What is looked for is told of the pictures whose identity is asked for alone.
    assert told.out.count("distance") == 1
    assert made.samples.shape[0] == 2 and made.observed.shape == (2, 16, 16, 3)
    assert made.sheet().size == (4 * 66 - 2, 2 * 66 - 2)


def test_identities_are_of_the_pictures_and_observations_of_the_others(run, tmp_path, monkeypatch):
    given = photographs(run, tmp_path / "in", 1)
    others = photographs(run, tmp_path / "as", 2)
    codes = {name: np.eye(3, dtype=np.float32) for name in (IDENTITY, OBSERVATION)}

    def found(wanted, *asked):
        return Inverted(codes, wanted, np.zeros(3), np.zeros(3))

    monkeypatch.setattr(inversion, "codes_of", found)
    made = infer.make(*opened(run, input=str(given), observed_as=str(others)))
    np.testing.assert_array_equal(made.inputs[IDENTITY], np.eye(3)[[0, 0]])
    np.testing.assert_array_equal(made.inputs[OBSERVATION], np.eye(3)[[1, 2]])


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"identities": 0}, "--identities 0: legal is 1 to 10000"),
        ({"observations": 101}, "--observations 101: legal is 1 to 100"),
        ({"identities": 200, "observations": 100}, "100 of 200 --identities: legal are 10,000"),
        ({"search_steps": 9}, "--search-steps: legal with --input"),
        (
            {"input": "a.png", "observed_as": "b.png", "observations": 3},
            "--observations and --observed-as: legal is one of them",
        ),
        ({"observed_as": "a.png"}, "--observed-as: legal with --input"),
        ({"input": "a.png", "walk": "identity"}, "--walk and --input: legal is one of them"),
        (
            {"walk": "identity", "observations": 3},
            "--observations and --walk: legal is one of them",
        ),
        ({"search_steps": 0}, "--search-steps 0: legal is 1"),
    ],
)
def test_what_infer_refuses(run, flags, words):
    with pytest.raises(Refused, match=words):
        opened(run, **flags)


def test_a_file_of_an_unknown_ending_is_refused(run, tmp_path):
    words = ("--run", run, "--out", "people.txt")
    code, _, err = refused("recipes.sdgan.infer", *words, cwd=tmp_path)
    assert code == 2 and "--out people.txt: legal endings are .png" in err, err
    words = ("--run", run, "--input", "nowhere.png")
    code, _, err = refused("recipes.sdgan.infer", *words, cwd=tmp_path)
    assert code == 2 and "--input nowhere.png: no such file or folder" in err, err


# --- evaluate ---


def test_identities_that_are_near_an_earlier_one_are_not_distinct():
    corners = np.eye(4)
    assert distinct(corners, 0.5) == 1 and distinct(corners, 1.5) == 0.25
    assert distinct(np.concatenate([corners, corners]), 0.1) == 0.5
    found = means(np.array([[1.0, 0], [0, 1], [0, 2]]), np.array([0, 0, 1]))
    np.testing.assert_allclose(found, [[0.5**0.5, 0.5**0.5], [0, 1]])


def test_spreads_in_closed_form():
    """Numbers: the root of the mean variance; classes: how often two differ."""
    numbers = np.array([0, 0, 1, 1, 2])
    assert readers._spread(np.array([0.0, 2, 5, 5, 9]), numbers) == pytest.approx(1)
    assert readers._spread(np.array([1, 2, 7, 7, 7]), numbers) == pytest.approx(0.5)
    assert readers._spread(np.array([1, 1, 2, 3]), np.zeros(4, int)) == pytest.approx(5 / 6)
    assert readers._spread(np.array([4, 4]), np.arange(2)) == 0


def test_what_varies_within_an_identity_is_found_by_itself():
    """Not what is the same in all its pictures, nor what nobody can read."""

    class Oracle:
        """Reads the first pixel, whatever the factor is called."""

        def __init__(self):
            self.info = type("Info", (), {"factors": {"hat": 3, "hair": 3, "shoe": 2}})()
            self.info.learned = lambda name: 0.1 if name == "shoe" else 1.0

        def read(self, pictures):
            return {name: pictures[:, 0, 0, 0] for name in self.info.factors}

    rng = np.random.default_rng(0)
    numbers = np.repeat(np.arange(50), 4)
    hat, hair, shoe = rng.integers(0, 3, 200), numbers % 3, rng.integers(0, 2, 200)
    pictures = np.zeros((200, 4, 4, 1), np.uint8)
    pictures[:, 0, 0, 0] = hat
    real = SampleSet(pictures, {"hat": hat, "hair": hair, "shoe": shoe, "identity": numbers})
    reading = readers.Readers.__new__(readers.Readers)
    reading._net = Oracle()
    assert reading._candidates(real, numbers) == ["hat", "shoe"]
    readers.FeatureNet, kept = Oracle, readers.FeatureNet
    try:
        reading._read = {"hat": reading._reader(None, "hat", real)}
        assert reading._reader(None, "shoe", real) is None
    finally:
        readers.FeatureNet = kept
    reading.real = reading._spreads(pictures, numbers)
    assert reading.variety(pictures, numbers) == {"hat": pytest.approx(1)}
    same = pictures[np.repeat(np.arange(0, 200, 4), 4)]
    assert reading.variety(same, numbers) == {"hat": 0}


def test_evaluate_compares_with_real_pairs_and_copies(run, monkeypatch):
    """Every control has its column; copied pairs have no variety, real ones all of it."""
    monkeypatch.setattr(trials, "_DRAWS", 10)
    monkeypatch.setattr(identity_net, "_STEPS", 15)
    monkeypatch.setattr(measure, "_SEARCH", 1)
    monkeypatch.setattr(measure, "_SOUGHT", 2)
    asked = (Config, build, evaluate.measure, evaluate.criteria, PictureFlags(run=run))
    scores = evaluate_run("sdgan", *asked, evaluate.ablation)
    rows = {"trained", "untrained", "real", "copied pairs", "one observation", "copies", "PCA"}
    assert set(scores.values) == rows
    assert scores.values["real"]["variety"] == pytest.approx(1)
    assert scores.values["copied pairs"]["variety"] == pytest.approx(0, abs=1e-6)
    assert scores.values["one observation"]["variety"] == pytest.approx(0, abs=1e-6)
    assert scores.facts["identities"] >= 2 and scores.facts["pictures of each"] == 4
    # The net has not had the time to learn; then nothing is said of who is seen.
    if "identity AUC" in scores.measures:
        assert scores.values["copied pairs"]["identity AUC"].value == 1
        assert 0 <= scores.values["trained"]["identity found"].value <= 1
    else:
        assert "has learned too little" in scores.unavailable["identity found"]
    assert not scores.passes("copied pairs") and not scores.passes("one observation")
    assert (run / "nearest.png").is_file()


def verdict_of(**rows):
    scores = Scores({}, dict.fromkeys(rows, ""), {}, rows)
    scores.criteria = tuple(evaluate.criteria(PRESETS["small"], scores))
    return {name: scores.passes(name) for name in rows}


def test_every_control_fails():
    """Figures as they would be: who passes by one measure fails by another."""

    def row(auc, variety, identities, distance=30.0):
        found = {"identity AUC": auc, "variety": variety, "identities": identities}
        return found | {"Fréchet distance": distance, "copied": 0.01}

    found = verdict_of(
        trained=row(0.94, 0.9, 0.93, 33.0),
        untrained=row(0.8, 0.1, 0.01, 900.0),
        real=row(0.97, 1.0, 0.95, 2.0),
        DCGAN=row(0.75, 1.0, 0.9, 30.0),
        strangers=row(0.6, 1.0, 0.9, 31.0),
        copied=row(1.0, 0.0, 0.95, 2.0),
        still=row(1.0, 0.0, 0.9, 40.0),
        one_person=row(0.5, 1.0, 0.001, 60.0),
        far=row(0.96, 0.9, 0.93, 40.0),
    )
    assert [name for name, passes in found.items() if passes] == ["trained", "real"]


def test_ablations_are_named():
    small = PRESETS["small"]
    assert evaluate.ablation(PRESETS["single"], small) == "DCGAN"
    assert evaluate.ablation(PRESETS["strangers"], small) == "strangers"
    assert evaluate.ablation(PRESETS["stacked"], small) == "stacked"
    longer = dataclasses.replace(PRESETS["single"], steps=9000)
    assert evaluate.ablation(longer, small) == "DCGAN"
    assert evaluate.ablation(dataclasses.replace(small, width=8), small) == ""
