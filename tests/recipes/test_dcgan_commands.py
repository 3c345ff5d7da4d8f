"""DCGAN from the command line, each command in a process of its own.

Where a signal comes, the process is one that a user would start.
"""

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
from tests.conftest import ROOT, TINY, called, command, pictures, refused, run

TRAIN, INFER, EVALUATE = (f"recipes.dcgan.{name}" for name in ("train", "infer", "evaluate"))
# As TINY, at the size that the pictures have.
ANY_SIZE = [*TINY[:2], *TINY[4:]]
WHOLE = [*TINY, "--pretrain-discriminator", 3, "--checkpoint-every", 3]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module")
def whole_run(place):
    """20 steps at once: two and a half epochs, with a discriminator pretrained for 3."""
    code, _, err = called(TRAIN, *WHOLE, "--steps", 20, "--run", "whole", cwd=place)
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
    """Where pictures come from changes nothing."""
    pictures(place / "photos", size=(40, 30), count=24)
    flags = [*TINY, "--data", "photos", "--jitter", 0.25, "--flip", "--steps", 6]
    code, _, err = called(TRAIN, *flags, "--run", "in-memory", cwd=place)
    assert code == 0, err
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", "0")
    code, out, err = called(TRAIN, *flags, "--run", "from-file", cwd=place)
    assert code == 0 and "24 pictures 16×16×1 of photos" in out, err
    assert_same_weights(place / "in-memory", place / "from-file", 6)


def test_the_run_folder_holds_everything(whole_run):
    files = {str(f.relative_to(whole_run)) for f in whole_run.rglob("*") if f.is_file()}
    assert {"config.yaml", "metrics.csv", "generator.keras"} <= files
    assert {"samples/latest.png", "samples/step-0000000.png", "samples/training.webp"} <= files
    assert {"checkpoints/step-0000018.npz", "checkpoints/step-0000020.npz"} <= files
    assert any(f.startswith("events/") for f in files)
    facts = yaml.safe_load((whole_run / "config.yaml").read_text())
    assert facts["config"]["image_size"] == 16 and facts["config"]["channels"] == 3
    assert facts["config"]["precision"] == "float32" and facts["networks"] == ["generator"]
    packages = {"gan_cookbook", "tensorflow", "keras", "numpy", "python", "revision"}
    assert packages <= facts["made_with"].keys()
    assert "device" in facts
    for file in ("config.yaml", "metrics.csv"):
        assert str(whole_run.parent) not in (whole_run / file).read_text()


def test_metrics(whole_run):
    with open(whole_run / "metrics.csv") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [-2, 0, *range(2, 21, 2)]
    assert rows[0]["generator/adversarial"] == "" and rows[0]["discriminator/adversarial"]
    assert all(np.isfinite(float(row["generator/adversarial"])) for row in rows[2:])
    assert all(0 <= float(row["discriminator/pairwise_accuracy"]) <= 1 for row in rows)


def test_a_folder_named_like_a_world_stays_a_folder(place):
    pictures(place / "houses")
    small = [*ANY_SIZE, "--steps", 0, "--data", place / "houses"]
    code, _, err = called(TRAIN, *small, "--run", "named", cwd=place)
    assert code == 0, err
    code, out, err = called(TRAIN, "--resume", "named", cwd=place)
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
        code, _, err = refused(TRAIN, "--resume", "edited", cwd=place)
        assert code == 2 and words in err and err.count("\n") == 1, err


def test_infer_in_a_run_that_was_moved(whole_run, place):
    moved = shutil.copytree(whole_run, place / "moved" / "elsewhere")
    code, _, err = called(INFER, "--run", moved, "--interpolate", 3, cwd=place)
    assert code == 0, err
    assert Image.open(moved / "interpolation.png").size == (10 * 66 - 2, 3 * 66 - 2)
    sums = ["--run", moved, "--arithmetic", "1,2,3 - 4,5,6 + 7,8,9"]
    code, _, err = called(INFER, *sums, "--out", "sum.npz", cwd=place)
    assert code == 0, err
    # And in an interpreter that is fresh.
    code, _, err = run(INFER, *sums, "--out", "fresh.npz", cwd=place)
    assert code == 0, err
    with np.load(place / "sum.npz") as file, np.load(place / "fresh.npz") as fresh:
        assert file["images"].shape == (20, 16, 16, 3)
        np.testing.assert_array_equal(file["images"], fresh["images"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_save_and_stop(place, number):
    """The last one with nobody left to read what is printed: its terminal was closed."""
    if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip("under nohup a training goes on, and so does that of a test")
    name = f"signal{int(number)}"
    process = command(TRAIN, *TINY, "--steps", 100_000, "--run", name, cwd=place)
    metrics = place / name / "metrics.csv"
    wait_for(lambda: metrics.exists() and len(metrics.read_text().splitlines()) > 3)
    # Meanwhile it belongs to that process.
    for other in ([TRAIN, "--resume", name], [EVALUATE, "--run", name]):
        code, _, err = refused(*other, cwd=place)
        assert code == 2 and "is being trained" in err and err.count("\n") == 1, err
    if number == signal.SIGHUP:
        process.stdout.close()
        process.stderr.close()
        rows = len(metrics.read_text().splitlines())
        # Long enough for some lines that nobody reads.
        wait_for(lambda: len(metrics.read_text().splitlines()) > rows + 25)
    process.send_signal(number)
    out, err = ("", "") if number == signal.SIGHUP else process.communicate(timeout=60)
    assert process.wait(60) == 128 + number, err
    (step,) = checkpoint.steps(place / name / "checkpoints")
    if out:
        assert f"stopped by {number.name} at step {step} of 100000" in out
        assert f"--resume {name}" in out
    assert yaml.safe_load((place / name / "config.yaml").read_text())["saved"]
    assert (place / name / "generator.keras").is_file()


def test_kill_9_loses_only_the_steps_since_the_last_checkpoint(whole_run, place):
    """In the second epoch; and what goes on from there is as if it had never been stopped."""
    # A sheet at every step makes it slow enough to be met before the last.
    flags = [*WHOLE, "--sample-every", 1, "--steps", 100_000, "--run", "killed"]
    process = command(TRAIN, *flags, cwd=place)
    wait_for(lambda: (checkpoint.last(place / "killed" / "checkpoints") or 0) >= 9)
    process.kill()
    process.communicate()
    reached = checkpoint.last(place / "killed" / "checkpoints")
    assert reached < 20
    code, out, err = called(TRAIN, "--resume", "killed", "--steps", 20, cwd=place)
    assert code == 0 and f"going on from step {reached}" in out, err
    assert_same_weights(whole_run, place / "killed", 20)
    for name in ("metrics.csv", "samples/latest.png"):
        assert (whole_run / name).read_bytes() == (place / "killed" / name).read_bytes(), name


def test_a_run_killed_before_its_first_checkpoint_can_be_resumed(place):
    process = command(TRAIN, *TINY, "--steps", 20, "--run", "early", cwd=place)
    wait_for(lambda: (place / "early" / "config.yaml").exists())
    process.kill()
    process.communicate()
    code, out, err = called(TRAIN, "--resume", "early", cwd=place)
    assert code == 0 and "done: 20 steps" in out, err
    assert "beginning at step 0 in early, as no checkpoint was reached before" in err


def test_nothing_of_a_run_without_its_checkpoints_is_written_over(whole_run, place):
    lost = shutil.copytree(whole_run, place / "lost")
    code, _, err = refused(TRAIN, "--resume", "lost", "--from-scratch", cwd=place)
    assert code == 2 and "lost has a checkpoint of step 20" in err and err.count("\n") == 1
    shutil.rmtree(lost / "checkpoints")
    before = {file: file.read_bytes() for file in lost.rglob("*") if file.is_file()}
    code, _, err = refused(TRAIN, "--resume", "lost", "--steps", 40, cwd=place)
    assert code == 2 and "still has generator.keras and metrics.csv with 12 rows" in err, err
    assert {file: file.read_bytes() for file in lost.rglob("*") if file.is_file()} == before
    # Where it is wanted, it is gone on with.
    code, _, err = refused(TRAIN, "--resume", "lost", "--from-scratch", cwd=place)
    assert code == 1 and "TENSORFLOW WAS IMPORTED" in err


def wait_for(condition, seconds=90):
    until = time.time() + seconds
    while not condition():
        assert time.time() < until, "nothing happened"
        time.sleep(0.01)


def test_a_checkpoint_cut_in_half_falls_back(whole_run, place):
    broken = shutil.copytree(whole_run, place / "broken")
    path = checkpoint.path_of(broken / "checkpoints", 20)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    code, out, err = called(TRAIN, "--resume", "broken", cwd=place)
    assert code == 0 and "is damaged; trying the one of step 18" in err
    assert_same_weights(whole_run, broken, 20)


def test_a_full_disk_is_one_line_and_loses_nothing(whole_run, place):
    """A limit on file sizes stands in for the disk: checkpoints no longer fit, pictures do."""
    shutil.copytree(whole_run, place / "full")
    kept = checkpoint.path_of(place / "full" / "checkpoints", 20)
    content = kept.read_bytes()
    limited = place / "limited.py"
    limited.write_text(
        "import resource, runpy, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(content) // 2},) * 2)\n"
        "sys.argv = sys.argv[1:]\n"
        f"runpy.run_module('{TRAIN}', run_name='__main__')\n"
    )
    arguments = ["train", "--resume", "full", "--steps", "24"]
    code, out, err = called("limited", *arguments, cwd=place, before=[place])
    assert code == 1 and "Traceback" not in err, err
    (line,) = [line for line in err.splitlines() if line.startswith("error:")]
    assert "the disk is full" in line and "step 20 is whole" in line
    assert kept.read_bytes() == content
    code, out, err = called(TRAIN, "--resume", "full", "--steps", 22, cwd=place)
    assert code == 0 and "going on from step 20" in out, err


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
    small = [*ANY_SIZE, "--steps", 2, *flags]
    code, out, err = called(TRAIN, *small, "--data", SHARED / spec, "--run", "r", cwd=tmp_path)
    assert code == 0, err
    facts = yaml.safe_load((tmp_path / "r" / "config.yaml").read_text())
    config = facts["config"]
    assert (config["image_size"], config["channels"]) == expected
    assert not Path(config["data"]).is_absolute()


def test_labels_must_be_the_same_on_resume(tmp_path):
    """A run of before they were noted goes on; pictures alone are known again."""
    grey = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 1), np.uint8)
    labels = np.arange(40) % 4
    np.savez(tmp_path / "p.npz", images=grey, label=labels)
    small = [*ANY_SIZE, "--steps", 0]
    code, _, err = called(TRAIN, *small, "--data", "p.npz", "--run", "r", cwd=tmp_path)
    assert code == 0, err
    resume = ["--resume", "r", "--steps", 1]
    np.savez(tmp_path / "p.npz", images=grey, label=labels[::-1])
    code, _, err = refused(TRAIN, *resume, cwd=tmp_path)
    assert code == 2 and "p.npz has other labels than" in err
    kept = tmp_path / "r" / "config.yaml"
    facts = yaml.safe_load(kept.read_text())
    assert facts["data"].pop("factors")
    kept.write_text(yaml.safe_dump(facts, sort_keys=False))
    code, out, err = called(TRAIN, *resume, cwd=tmp_path)
    assert code == 0 and "done: 1 step," in out, err


def test_a_folder_sets_size_and_channels_and_must_be_the_same_on_resume(tmp_path):
    pictures(tmp_path / "p")
    pictures(tmp_path / "q")
    small = [*ANY_SIZE, "--steps", 0]
    code, out, err = called(TRAIN, *small, "--data", "p", "--run", "r", cwd=tmp_path)
    assert code == 0 and "12 pictures 24×24×1 of p (40×24)" in out, err
    resume = ["--resume", "r", "--steps", 1]
    code, _, err = refused(TRAIN, *resume, "--data", "q", cwd=tmp_path)
    assert code == 2 and "does not hold the samples" in err
    (tmp_path / "p").rename(tmp_path / "moved")
    code, _, err = refused(TRAIN, *resume, cwd=tmp_path)
    assert code == 2 and "--data says where to" in err
    code, out, err = called(TRAIN, *resume, "--data", "moved", cwd=tmp_path)
    assert code == 0 and "done: 1 step," in out, err
