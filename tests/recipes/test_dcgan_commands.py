"""DCGAN from the command line, each command in a process of its own, as a user runs it."""

import csv
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from common.run import checkpoint
from tests.conftest import ROOT, TINY, command, pictures, run

TRAIN, INFER = "recipes.dcgan.train", "recipes.dcgan.infer"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module")
def whole_run(place):
    """20 steps at once: two and a half epochs, with a discriminator pretrained for 3."""
    flags = ["--steps", 20, "--pretrain-discriminator", 3, "--checkpoint-every", 10]
    code, out, err = run(TRAIN, *TINY, *flags, "--run", "whole", cwd=place)
    assert code == 0, err
    return place / "whole"


def arrays(folder, step):
    with np.load(checkpoint.path_of(folder / "checkpoints", step)) as file:
        return {name: file[name] for name in file.files}


def assert_same_weights(one, other, step):
    a, b = arrays(one, step), arrays(other, step)
    assert a.keys() == b.keys() and len(a) > 40, len(a)
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


# --- a run ---


def test_jittered_pictures_from_a_file_give_the_weights_of_those_in_memory(place, monkeypatch):
    """Where pictures come from changes nothing, and jitter goes on where it stopped."""
    pictures(place / "photos", size=(40, 30), count=24)
    flags = [*TINY, "--data", "photos", "--jitter", 0.25, "--flip", "--pretrain-discriminator", 1]
    code, _, err = run(TRAIN, *flags, "--steps", 6, "--run", "in-memory", cwd=place)
    assert code == 0, err
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", "0")
    code, out, err = run(TRAIN, *flags, "--steps", 3, "--run", "from-file", cwd=place)
    assert code == 0 and "24 pictures 16×16×1 of photos" in out, err
    code, _, err = run(TRAIN, "--resume", "from-file", "--steps", 6, cwd=place)
    assert code == 0, err
    assert_same_weights(place / "in-memory", place / "from-file", 6)


def test_the_run_folder_holds_everything(whole_run):
    files = {str(f.relative_to(whole_run)) for f in whole_run.rglob("*") if f.is_file()}
    assert {"config.yaml", "metrics.csv", "generator.keras"} <= files
    assert {"samples/latest.png", "samples/step-0000000.png", "samples/training.webp"} <= files
    assert {"checkpoints/step-0000010.npz", "checkpoints/step-0000020.npz"} <= files
    assert any(f.startswith("events/") for f in files)
    facts = yaml.safe_load((whole_run / "config.yaml").read_text())
    assert facts["config"]["image_size"] == 16 and facts["config"]["channels"] == 3
    assert facts["config"]["precision"] == "float32"
    assert {"tensorflow", "keras", "numpy", "python", "revision"} <= facts["made_with"].keys()
    assert "device" in facts
    for file in ("config.yaml", "metrics.csv"):
        assert str(whole_run.parent) not in (whole_run / file).read_text()


def test_metrics(whole_run):
    with open(whole_run / "metrics.csv") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [-2, 0, *range(2, 21, 2)]
    assert rows[0]["generator/adversarial"] == "" and rows[0]["discriminator/adversarial"]
    assert all(np.isfinite(float(row["generator/adversarial"])) for row in rows[2:])


def test_stopping_and_going_on_changes_nothing(whole_run, place):
    """Stopped at 9, in the middle of the second epoch, and again while pretraining."""
    flags = ["--pretrain-discriminator", 3, "--checkpoint-every", 10, "--run", "parts"]
    code, _, err = run(TRAIN, *TINY, "--steps", 9, *flags, cwd=place)
    assert code == 0, err
    code, out, err = run(TRAIN, "--resume", "parts", "--steps", 20, cwd=place)
    assert code == 0 and "going on from step 9" in out, err
    assert_same_weights(whole_run, place / "parts", 20)
    for name in ("metrics.csv", "samples/latest.png"):
        assert (whole_run / name).read_bytes() == (place / "parts" / name).read_bytes()


def test_infer_gives_the_sample_saved_in_training(whole_run, place):
    code, out, err = run(INFER, "--run", "whole", "--count", 4, "--out", "again.png", cwd=place)
    assert code == 0, err
    saved = (whole_run / "samples" / "latest.png").read_bytes()
    assert (place / "again.png").read_bytes() == saved
    # The control: other latents give other pictures.
    run(INFER, "--run", "whole", "--count", 4, "--seed", 1, "--out", "other.png", cwd=place)
    assert (place / "other.png").read_bytes() != saved


def test_a_generator_that_is_damaged_is_said_to_be(whole_run, place):
    hurt = shutil.copytree(whole_run, place / "hurt")
    content = (hurt / "generator.keras").read_bytes()
    (hurt / "generator.keras").write_bytes(content[: len(content) // 2])
    code, _, err = run(INFER, "--run", "hurt", cwd=place)
    assert code == 2 and "is damaged" in err and err.count("\n") == 1, err


def test_a_folder_named_like_a_world_stays_a_folder(place):
    pictures(place / "houses")
    small = [*TINY[:2], *TINY[4:], "--steps", 2, "--data", place / "houses"]
    code, _, err = run(TRAIN, *small, "--run", "named", cwd=place)
    assert code == 0, err
    code, out, err = run(TRAIN, "--resume", "named", "--steps", 3, cwd=place)
    assert code == 0 and "12 pictures" in out, err


def test_a_hand_in_the_configuration(whole_run, place):
    edited = shutil.copytree(whole_run, place / "edited")
    for old, new, words in (
        ("loss: non-saturating", "loss: nice", "loss nice: legal are minimax"),
        ("latent_size: 100", "latent_sise: 100", "does not know"),
        ("width: 4", "width: 0", "1 or more"),
    ):
        text = (whole_run / "config.yaml").read_text()
        assert old in text
        (edited / "config.yaml").write_text(text.replace(old, new))
        code, _, err = run(TRAIN, "--resume", "edited", cwd=place)
        assert code == 2 and words in err and err.count("\n") == 1, err


def test_infer_walks_and_adds(whole_run, place):
    moved = shutil.copytree(whole_run, place / "moved" / "elsewhere")
    code, out, _ = run(INFER, "--run", moved, "--interpolate", 3, cwd=place)
    assert code == 0 and Image.open(moved / "interpolation.png").size == (10 * 66 - 2, 3 * 66 - 2)
    sums = ["--arithmetic", "1,2,3 - 4,5,6 + 7,8,9", "--out", "sum.npz"]
    code, out, _ = run(INFER, "--run", moved, *sums, cwd=place)
    with np.load(place / "sum.npz") as file:
        assert code == 0 and file["images"].shape == (20, 16, 16, 3)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_save_and_stop(place, number):
    name = f"signal{int(number)}"
    process = command(TRAIN, *TINY, "--steps", 100_000, "--run", name, cwd=place)
    metrics = place / name / "metrics.csv"
    wait_for(lambda: metrics.exists() and len(metrics.read_text().splitlines()) > 3)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number, err
    assert f"stopped by {number.name} at step" in out and f"--resume {name}" in out
    (step,) = checkpoint.steps(place / name / "checkpoints")
    assert f"at step {step} of 100000" in out
    assert (place / name / "generator.keras").is_file()


def test_kill_9_loses_only_the_steps_since_the_last_checkpoint(place):
    flags = [*TINY, "--steps", 40, "--checkpoint-every", 3]
    code, _, err = run(TRAIN, *flags, "--run", "unharmed", cwd=place)
    assert code == 0, err
    flags = [*TINY, "--steps", 100_000, "--checkpoint-every", 3, "--run", "killed"]
    process = command(TRAIN, *flags, cwd=place)
    wait_for(lambda: checkpoint.steps(place / "killed" / "checkpoints"))
    process.kill()
    process.communicate()
    assert checkpoint.steps(place / "killed" / "checkpoints")[-1] < 40
    code, out, err = run(TRAIN, "--resume", "killed", "--steps", 40, cwd=place)
    assert code == 0, err
    assert_same_weights(place / "unharmed", place / "killed", 40)


def test_a_run_killed_before_its_first_checkpoint_can_be_resumed(place):
    process = command(TRAIN, *TINY, "--steps", 20, "--run", "early", cwd=place)
    wait_for(lambda: (place / "early" / "config.yaml").exists())
    process.kill()
    process.communicate()
    code, out, err = run(TRAIN, "--resume", "early", cwd=place)
    assert code == 0 and "done: 20 steps" in out, err


def wait_for(condition, seconds=90):
    until = time.time() + seconds
    while not condition():
        assert time.time() < until, "nothing happened"
        time.sleep(0.05)


def test_a_checkpoint_cut_in_half_falls_back(whole_run, place):
    broken = shutil.copytree(whole_run, place / "broken")
    path = checkpoint.path_of(broken / "checkpoints", 20)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    code, out, err = run(TRAIN, "--resume", "broken", cwd=place)
    assert code == 0 and "is damaged; using the one of step 10" in err
    assert_same_weights(whole_run, broken, 20)


def test_a_full_disk_is_one_line_and_loses_nothing(place):
    """A limit on file sizes stands in for the disk: checkpoints no longer fit, pictures do."""
    code, out, err = run(TRAIN, *TINY, "--steps", 4, "--run", "full", cwd=place)
    assert code == 0, err
    kept = checkpoint.path_of(place / "full" / "checkpoints", 4)
    content = kept.read_bytes()
    limited = place / "limited.py"
    limited.write_text(
        "import resource, runpy, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(content) // 2},) * 2)\n"
        "sys.argv = sys.argv[1:]\n"
        f"runpy.run_module('{TRAIN}', run_name='__main__')\n"
    )
    arguments = ["train", "--resume", "full", "--steps", "8"]
    code, out, err = run("limited", *arguments, cwd=place, before=[place])
    assert code == 1 and "Traceback" not in err, err
    (line,) = [line for line in err.splitlines() if line.startswith("error:")]
    assert "the disk is full" in line and "step 4 is whole" in line
    assert kept.read_bytes() == content
    code, out, err = run(TRAIN, "--resume", "full", "--steps", 8, cwd=place)
    assert code == 0 and "going on from step 4" in out, err


# --- copied into another project ---


def test_common_data_and_one_recipe_work_elsewhere(tmp_path):
    for part in ("common", "data", "recipes/dcgan"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    code, out, err = run(TRAIN, *TINY, "--steps", 2, "--run", "r", cwd=tmp_path, path=tmp_path)
    assert code == 0 and "done: 2 steps" in out, err


# --- a user's own pictures ---


SHARED = ROOT.parent / "shared" / "datasets"


@pytest.mark.parametrize(
    ("spec", "flags", "expected"),
    [
        ("mnist/mnist.npz", [], (28, 1)),
        ("monet2photo/photo", ["--image-size", "16"], (16, 3)),
    ],
)
def test_real_pictures(tmp_path, spec, flags, expected):
    if not (SHARED / spec).exists():
        pytest.skip(f"no {SHARED / spec} here")
    small = [*TINY[:2], *TINY[4:], "--steps", 2, *flags]
    code, out, err = run(TRAIN, *small, "--data", SHARED / spec, "--run", "r", cwd=tmp_path)
    assert code == 0, err
    facts = yaml.safe_load((tmp_path / "r" / "config.yaml").read_text())
    config = facts["config"]
    assert (config["image_size"], config["channels"]) == expected
    assert not Path(config["data"]).is_absolute()


def test_a_folder_sets_size_and_channels_and_must_be_the_same_on_resume(tmp_path):
    pictures(tmp_path / "p")
    pictures(tmp_path / "q")
    small = [*TINY[:2], *TINY[4:], "--steps", 2]
    code, out, err = run(TRAIN, *small, "--data", "p", "--run", "r", cwd=tmp_path)
    assert code == 0 and "12 pictures 24×24×1 of p (40×24)" in out, err
    resume = ["--resume", "r", "--steps", 4]
    code, _, err = run(TRAIN, *resume, "--data", "q", cwd=tmp_path)
    assert code == 2 and "does not hold the samples" in err
    (tmp_path / "p").rename(tmp_path / "moved")
    code, _, err = run(TRAIN, *resume, cwd=tmp_path)
    assert code == 2 and "--data says where to" in err
    code, out, err = run(TRAIN, *resume, "--data", "moved", cwd=tmp_path)
    assert code == 0, err
