"""A training by several processes on this machine, as by several machines."""

import contextlib
import csv
import os
import re
import shutil
import signal
import time

import numpy as np
import pytest

from common.run import checkpoint
from tests.commands import cluster
from tests.conftest import TINY, called, command, run, started

TRAIN = "recipes.dcgan.train"
FLAGS = [*TINY, "--checkpoint-every", 3, "--sample-every", 3, "--log-every", 1]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module")
def alone(place):
    """6 steps by one process."""
    code, _, err = called(TRAIN, *FLAGS, "--steps", 6, "--run", "alone", cwd=place)
    assert code == 0, err
    return place / "alone"


@contextlib.contextmanager
def workers(*arguments, cwd, count=2, begins=None, way=started):
    """As many processes as workers, killed at the end if they have not ended."""
    tasks, processes = cluster(count), []
    for index in range(count) if begins is None else begins:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TF_CONFIG", tasks[index])
            processes.append(way(TRAIN, *arguments, cwd=cwd))
    try:
        yield processes
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.communicate()


def ends(processes, timeout=200):
    """What has come of each: exit code, standard output and standard error."""
    said = [process.communicate(timeout=timeout) for process in processes]
    return [(p.returncode, *words) for p, words in zip(processes, said, strict=True)]


def error(err):
    """The one line that tells the reader what is wrong."""
    (line,) = (line for line in err.splitlines() if line.startswith("error: "))
    return line


def assert_like(run, other, step):
    """The same weights but for float32's rounding, which Adam makes more of at every step."""
    paths = [checkpoint.path_of(folder / "checkpoints", step) for folder in (run, other)]
    with np.load(paths[0]) as a, np.load(paths[1]) as b:
        assert a.files == b.files
        for name in (name for name in a.files if "/" in name):
            np.testing.assert_allclose(a[name], b[name], atol=2e-4, err_msg=name)


def rows(run):
    with open(run / "metrics.csv", newline="") as file:
        return [{name: float(v) for name, v in row.items()} for row in csv.DictReader(file)]


def test_two_workers_learn_what_one_does(place, alone):
    with workers(*FLAGS, "--steps", 6, "--run", "two", cwd=place) as both:
        (code, out, err), (follows, told, complaint) = ends(both)
    assert code == 0, err
    assert follows == 0, complaint
    assert_like(alone, place / "two", 6)
    for one, two in zip(rows(alone), rows(place / "two"), strict=True):
        assert two["generator/adversarial"] == pytest.approx(one["generator/adversarial"], abs=1e-4)
    assert "on 2 devices, each CPU" in out and "run folder: two" in out
    # Only the chief writes, and says where.
    assert "run folder" not in told and "step 6 of 6; worker 0 (127.0.0.1:" in told
    assert {path.name for path in place.iterdir()} == {"alone", "two"}


@pytest.mark.parametrize("which", [0, 1])
def test_a_killed_worker_loses_nothing(place, alone, which):
    """The others stop and say why, and one process alone goes on as if nothing had been."""
    name = f"killed-{which}"
    # A sheet at every step makes it slow enough to be met at a certain one.
    flags = [*FLAGS, "--sample-every", 1, "--steps", 100_000, "--run", name]
    with workers(*flags, cwd=place) as both:
        wait_for(place / name / "checkpoints" / "step-0000003.npz", both)
        both[which].kill()
        began = time.monotonic()
        (code, _, err) = ends([both[1 - which]], timeout=90)[0]
        assert time.monotonic() - began < 90
    assert code == 1
    assert re.fullmatch(
        rf"error: worker {1 - which} \(\S+\) no longer hears all of the 2 workers, so it stops "
        r"\(\S.*\); .* --resume goes on from the last checkpoint",
        error(err),
    )
    # What was written later goes, to have a step to compare.
    for step in checkpoint.steps(place / name / "checkpoints"):
        if step > 3:
            checkpoint.path_of(place / name / "checkpoints", step).unlink()
    code, out, err = called(TRAIN, "--resume", name, "--steps", 6, cwd=place)
    assert code == 0 and "going on from step 3" in out, err
    assert_like(alone, place / name, 6)
    assert [row["step"] for row in rows(place / name)] == [1, 2, 3, 4, 5, 6]


def test_sigterm_to_any_worker_stops_all_and_two_go_on_from_one(place, alone):
    shutil.copytree(alone, place / "grows")
    checkpoint.path_of(place / "grows" / "checkpoints", 6).unlink()
    # As a user starts them.
    with workers("--resume", "grows", "--steps", 100_000, cwd=place, way=command) as both:
        reached = checkpoint.path_of(place / "grows" / "checkpoints", 6)
        wait_for(reached, both)
        # Under another name: it is soon replaced by later ones.
        (place / "grown" / "checkpoints").mkdir(parents=True)
        os.link(reached, checkpoint.path_of(place / "grown" / "checkpoints", 6))
        both[1].send_signal(signal.SIGTERM)
        (code, out, err), (follows, told, _) = ends(both, timeout=90)
    assert (code, follows) == (143, 143), err
    assert_like(alone, place / "grown", 6)
    stopped = int(re.search(r"stopped by SIGTERM at step (\d+) of 100000, saved", out)[1])
    assert f"step {stopped} of 100000; worker 0" in told
    assert stopped in checkpoint.steps(place / "grows" / "checkpoints")


def wait_for(path, processes):
    """Until a file is there, or any process has ended."""
    until = time.monotonic() + 120
    while not path.exists() and time.monotonic() < until:
        assert all(p.poll() is None for p in processes), [p.communicate() for p in processes]
        time.sleep(0.01)
    assert path.exists()


# --- what cannot be ---


def test_a_worker_that_never_comes(place):
    flags = [*FLAGS, "--batch-size", 6, "--wait", 3, "--run", "never"]
    with workers(*flags, cwd=place, count=3, begins=[0, 2]) as two:
        for code, _, err in ends(two):
            assert code == 1
            assert re.search(r"not connected within 3 s: worker 1 \(127\S+\)", error(err))
    assert not (place / "never").exists()


def test_uneven_batches_and_other_words(place):
    flags = [*FLAGS, "--batch-size", 7, "--run", "uneven"]
    with workers(*flags, cwd=place) as both:
        for code, _, err in ends(both):
            assert code == 2 and "--batch-size 7" in error(err) and "multiple of 2" in error(err)
    assert not (place / "uneven").exists()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--strategy", "multiworker"], "TF_CONFIG is no JSON"),
        (["--strategy", "auto"], "TF_CONFIG is no JSON"),
        (["--strategy", "several"], "--strategy"),
        (["--wait", "-1"], "--wait -1: legal is above 0"),
    ],
)
def test_refused_before_tensorflow_is_loaded(place, flags, words, no_tensorflow, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "{'cluster'")
    code, out, err = run(TRAIN, *FLAGS, *flags, cwd=place, before=[no_tensorflow])
    assert code == 2 and not out and err.count("\n") == 1 and words in err, err


def test_devices_that_are_not_there(place):
    from common.machine import backend

    for flags, code, words in (
        (["--strategy", "mirrored"], 2, "error: --strategy mirrored: there is 1 "),
        (["--require-gpu"], 1, "error: --require-gpu: "),
    ):
        with pytest.MonkeyPatch.context() as patch:
            if backend.has_gpu():
                patch.setenv("CUDA_VISIBLE_DEVICES", "-1")
            found, _, err = called(TRAIN, *FLAGS, *flags, "--run", "nowhere", cwd=place)
        assert found == code and error(err).startswith(words), err
    assert not (place / "nowhere").exists()
