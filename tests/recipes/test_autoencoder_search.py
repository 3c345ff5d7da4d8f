"""Search by codes, and what infer makes of pictures: files, indices, refusals."""

import dataclasses
import json
import os
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import data
from common.run.loaded import LoadedRun
from data.errors import Refused
from recipes.autoencoder import infer, search
from recipes.autoencoder.config import PRESETS, Config
from recipes.autoencoder.index import index_of, nearest
from tests.conftest import refused

DIGITS = data.find("digits").load("test", 16, 30, 3).samples


def save_digits(folder, numbers):
    folder.mkdir(exist_ok=True)
    for number in numbers:
        Image.fromarray(DIGITS[number][..., 0]).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """An untrained VAE, one whose codes have two numbers, and one without distributions."""
    from recipes.autoencoder.train import build

    place = tmp_path_factory.mktemp("runs")
    for name, changes in (
        ("vae", {}),
        ("plane", {"latent_size": 2}),
        ("plain", {"variational": False, "latent_size": 2}),
    ):
        config = dataclasses.replace(PRESETS["tiny"], precision="float32", averaging=0.0, **changes)
        trainer = build(config.adapted_to(data.find("digits")))
        trainer.save(place / name)
    return place


def opened(runs, name, **flags):
    loaded = LoadedRun.open(runs / name, "autoencoder", Config)
    given = infer.Flags(run=runs / name, **flags)
    given.check(loaded)
    return loaded, given


def searched(run, **flags):
    """The names that are found, by picture asked for."""
    given = search.Flags(run=run, **{name: str(v) for name, v in flags.items() if name != "count"})
    given.count = flags.get("count", 10)
    given.check()
    sheet = search.search(LoadedRun.open(run, "autoencoder", Config), given)
    answer = json.loads(sheet.with_suffix(".json").read_text())
    return {one["input"]: [each["name"] for each in one["similar"]] for one in answer["asked"]}


# --- neighbours ---


def test_neighbours_are_those_that_brute_force_gives():
    rng = np.random.default_rng(0)
    codes, asked = rng.standard_normal((500, 7)), rng.standard_normal((20, 7))
    places, distances = nearest(codes, asked, 12)
    far = np.sqrt(((asked[:, None] - codes[None]) ** 2).sum(-1))
    np.testing.assert_array_equal(places, np.argsort(far, axis=1)[:, :12])
    np.testing.assert_allclose(distances, np.sort(far, axis=1)[:, :12], rtol=1e-6)
    assert nearest(codes[:3], asked, 12)[0].shape == (20, 3)


class Gallery:
    """Pictures with stamps, which counts what is read of them."""

    def __init__(self, stamps):
        self.stamps, self.read = stamps, []

    def pictures(self, names):
        for name in names:
            if name != "broken":
                self.read.append(name)
                yield name, np.full((2, 2, 1), self.stamps[name][0], np.uint8)


def mean_of(pictures):
    return pictures.reshape(len(pictures), -1).mean(1, keepdims=True)


def test_an_index_is_renewed_where_something_changed(tmp_path, capsys):
    file = tmp_path / "index.npz"

    def indexed(stamps, encoder="e"):
        gallery = Gallery(stamps)
        index = index_of(gallery, file, encoder, mean_of)
        return gallery.read, dict(zip(index.names.tolist(), index.codes[:, 0], strict=True))

    stamps = {"a": (1, 0), "b": (2, 0), "broken": (9, 9)}
    assert indexed(stamps) == (["a", "b"], {"a": 1, "b": 2})
    written = file.stat().st_mtime_ns
    assert indexed(stamps) == ([], {"a": 1, "b": 2}), "nothing is encoded twice"
    assert file.stat().st_mtime_ns == written
    # One has changed, one is gone, one is new.
    assert indexed({"b": (3, 1), "c": (4, 0)}) == (["b", "c"], {"b": 3, "c": 4})
    assert "index: 2 pictures, 2 of them new, 1 gone" in capsys.readouterr().out
    assert indexed({"b": (3, 1), "c": (4, 0)}, "other")[0] == ["b", "c"]
    assert "is of another encoder; it is made anew" in capsys.readouterr().err
    file.write_bytes(file.read_bytes()[:-200])
    assert indexed({"b": (3, 1), "c": (4, 0)}, "other") == (["b", "c"], {"b": 3, "c": 4})
    assert "is damaged; it is made anew" in capsys.readouterr().err
    with pytest.raises(Refused, match="none of its pictures can be used"):
        indexed({"broken": (0, 0)}, "third")


# --- search ---


def test_a_picture_is_found_in_a_folder_that_changes(runs, tmp_path, capsys):
    folder = save_digits(tmp_path / "in", range(12))
    (folder / "broken.png").write_text("no picture")
    large = Image.fromarray(DIGITS[7][..., 0]).resize((64, 64), Image.Resampling.NEAREST)
    large.save(tmp_path / "asked.png")
    run = shutil.copytree(runs / "vae", tmp_path / "run")
    asked = {"input": folder / "3.png", "place": folder}
    found = searched(run, **asked, count=4)
    assert found["3.png"][0] == "3.png" and len(set(found["3.png"])) == 4
    told = capsys.readouterr()
    assert "left out: broken.png" in told.err and "index: 12 pictures, 12 of them new" in told.out
    with Image.open(run / "search.png") as sheet:
        assert sheet.size == (5 * 66 - 2, 64)
    # Another size is fitted, and it is said.
    searched(run, input=tmp_path / "asked.png", place=folder)
    assert "asked.png: 64×64 pixels, fitted to 16×16 as in training" in capsys.readouterr().err
    (folder / "3.png").unlink()
    save_digits(folder, [20])
    shutil.copy(tmp_path / "in" / "20.png", tmp_path / "20.png")
    found = searched(run, input=tmp_path / "20.png", place=folder, count=12)
    assert found["20.png"][0] == "20.png" and "3.png" not in found["20.png"]
    assert "1 gone" in capsys.readouterr().out
    # Nothing in the run says where it lay.
    (kept,) = (run / "index").iterdir()
    assert os.fsencode(str(tmp_path)) not in kept.read_bytes()


def test_a_set_is_searched_by_its_name(runs, tmp_path):
    save_digits(tmp_path, [1])
    run = shutil.copytree(runs / "vae", tmp_path / "run")
    found = searched(run, input=tmp_path / "1.png", place="digits", count=3)
    assert found["1.png"][0].startswith("number ")
    with pytest.raises(Refused, match="--in houses has 3 colour channels; the run's networks take"):
        searched(run, input=tmp_path / "1.png", place="houses")
    with pytest.raises(Refused, match="--in ring gives points; legal are pictures"):
        searched(run, input=tmp_path / "1.png", place="ring")
    with pytest.raises(Refused, match="^--in nowhere: no such thing"):
        searched(run, input=tmp_path / "1.png", place="nowhere")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--run", "plain", "--input", "a.png"], "--in"),
        (["--run", ".", "--input", "a.png", "--in", "."], "is not a run folder"),
        (["--run", "vae", "--input", "a.png", "--in", ".", "--count", "0"], "legal is 1 to 100"),
        (["--run", "vae", "--input", "a.png", "--in", ".", "--out", "x.txt"], "legal endings are"),
        (["--run", "vae", "--input", "a.png", "--in", "."], "--input a.png: no such file"),
        (
            ["--run", "vae", "--input", "a.png", "--in", ".", "--out", "a.png"],
            "--out a.png: would be written over what is read",
        ),
    ],
)
def test_bad_input_gets_one_line(runs, flags, words):
    code, out, err = refused("recipes.autoencoder.search", *flags, cwd=runs)
    assert (code, out) == (2, "") and err.startswith("error: ") and err.count("\n") == 1, err
    assert words in err, err


# --- infer ---


def test_pictures_are_reconstructed_and_walked_between(runs, tmp_path):
    folder = save_digits(tmp_path / "in", range(3))
    made = infer.make(*opened(runs, "vae", input=str(folder)))
    assert made.title == "reconstructed" and made.inputs["latent"].shape == (3, 8)
    np.testing.assert_array_equal(made.inputs["input"], DIGITS[:3])
    ends = (str(folder / "0.png"), str(folder / "2.png"))
    walk = infer.make(*opened(runs, "vae", between=ends))
    assert (walk.title, walk.columns, len(walk.samples)) == ("walk", 12, 12)
    np.testing.assert_array_equal(walk.samples[[0, -1]], DIGITS[[0, 2]])
    np.testing.assert_array_equal(walk.samples[[1, -2]], made.samples[[0, 2]])
    steps = np.diff(walk.inputs["latent"][1:-1], axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape), atol=1e-5)


def test_the_plane_is_laid_out_by_probability(runs):
    made = infer.make(*opened(runs, "plane", plane=4))
    x = made.inputs["latent"].reshape(4, 4, 2)
    # Quartiles' middles of N(0, 1): the first number to the right, the second upwards.
    wanted = [-1.15035, -0.31864, 0.31864, 1.15035]
    np.testing.assert_allclose(x[0, :, 0], wanted, atol=1e-4)
    np.testing.assert_allclose(x[::-1, 0, 1], wanted, atol=1e-4)
    points = infer.make(*opened(runs, "plain", plane=3))
    assert len(points.samples) == 9 and np.isfinite(points.inputs["latent"]).all()


def test_without_distributions_the_runs_own_pictures_are_reconstructed(runs):
    made = infer.make(*opened(runs, "plain"))
    assert made.title == "reconstructed" and len(made.samples) == 4


@pytest.mark.parametrize(
    ("run", "flags", "words"),
    [
        ("vae", {"plane": 3}, "--plane: legal with codes of 2 numbers; .* has 8"),
        ("plane", {"plane": 51}, "--plane 51: legal is 0 to 50"),
        ("vae", {"input": "a", "between": ("a", "b")}, "--input and --between: legal is one"),
        ("vae", {"input": "a", "numbered": True}, "--numbered and --input: legal is one"),
        ("plain", {"interpolate": 2}, "--interpolate: legal where latents are drawn"),
        ("plain", {"arithmetic": "1 + 2"}, "--arithmetic: legal where latents are drawn"),
    ],
)
def test_what_a_run_cannot_do_is_refused(runs, run, flags, words):
    with pytest.raises(Refused, match=words):
        opened(runs, run, **flags)


# --- evaluate ---


def test_evaluate_measures_a_run_beside_its_controls(tmp_path, eagerly):
    from common.commands.evaluate import evaluate as evaluated
    from recipes.autoencoder import evaluate
    from recipes.autoencoder.train import build

    changes = {"network": "dense", "hidden": 8, "decoder": "bernoulli", "steps": 2}
    config = dataclasses.replace(PRESETS["tiny"], precision="float32", **changes)
    source = data.find("digits")
    trainer = build(config.adapted_to(source))
    trainer.trainModel(source.load("train", 16, config.pictures, config.seed), verbose=False)
    trainer.config.data = "digits"
    trainer.save(tmp_path / "run")
    flags = evaluate.Flags(run=tmp_path / "run", count=60)
    parts = (evaluate.build, evaluate.measure, evaluate.criteria)
    scores = evaluated("autoencoder", Config, *parts, flags, evaluate.ablation)
    values = scores.values
    assert {*values} == {
        *("trained", "not averaged", "untrained"),
        *("mean picture", "PCA code", "pixels"),
    }
    for name in ("trained", "untrained"):
        assert {*values[name]} == {"error", "−ELBO", "precision@10", "gain"}
    assert {*values["mean picture"]} == {"error", "−ELBO"} and values["pixels"]["gain"] == 0
    # What nobody has to learn: components are nearer than the mean.
    assert 0 < values["PCA code"]["error"] < values["mean picture"]["error"] < 1
    bits = values["trained"]["gain"] + values["pixels"]["precision@10"]
    assert values["trained"]["precision@10"] == pytest.approx(bits)
    assert scores.passes("trained") is False
    with Image.open(tmp_path / "run" / "reconstructions.png") as sheet:
        assert sheet.width == 6 * 66 - 2
    case = SimpleNamespace(config=dataclasses.replace(config, variational=False), reserve=print)
    case.flags = evaluate.Flags(run=tmp_path / "run", samples=True)
    with pytest.raises(Refused, match="--samples: legal with a variational run"):
        evaluate.measure(case)
