"""What a training says of the time that it will take, and where nothing else would be said."""

import dataclasses
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

import data
from common.callbacks.estimate import Estimate, in_words
from common.commands import train
from common.machine import nvidia
from data import progress
from recipes.dcgan.config import Config
from recipes.pix2pix import config as pix2pix
from tests.conftest import pictures


def said_of(steps, seconds, first=100.0, capsys=None, start=0, config=None, left_to=None):
    """What is said in a training whose steps take so many seconds; after which step."""
    now, told = [0.0], []
    config = config or Config(image_size=64, channels=3, steps=steps)
    watch = Estimate(config, clock=lambda: now[0])
    phase = SimpleNamespace(until=steps if left_to is None else left_to)
    watch.set_model(SimpleNamespace(step=start, config=config, phase=phase))
    watch.on_train_begin()
    for number in range(start, phase.until):
        now[0] += first if number == start else seconds
        watch.model.step += 1
        watch.on_train_batch_end(number, {"loss": np.float32(0)})
        if (line := capsys.readouterr().err) and "step builds" not in line:
            told.append((number + 1, line))
    watch.on_train_end()
    return told


def test_it_is_told_once_after_a_few_steps(capsys):
    ((step, line),) = said_of(3001, 0.5, capsys=capsys)
    # The first one compiles, and is not counted: 4 others, 2,996 to come.
    assert step == 5
    assert line == (
        "about 25 minutes for 2,996 more steps (roughly, with --image-size: 32 pixels about 6 "
        "minutes, 128 pixels about 100 minutes, 256 pixels about 6.7 hours)\n"
    ).replace("about 100 minutes", in_words(0.5 * 2996 * 4))


@pytest.mark.parametrize(
    ("steps", "seconds", "first", "told_at"),
    [
        # A second of quick steps is timed.
        (100_000, 0.01, 1, 101),
        # Of slow ones as many as are over in a quarter of a minute.
        (300, 10.0, 160, 3),
        (300, 20.0, 160, 2),
        # Half a minute in all, the first step too, is short.
        (40, 0.5, 5, None),
        (40, 0.5, 20, 5),
        (1, 0.5, 100, None),
    ],
)
def test_when_it_is_told(capsys, steps, seconds, first, told_at):
    told = said_of(steps, seconds, first, capsys)
    assert [step for step, _ in told] == ([] if told_at is None else [told_at])


def test_of_a_resumed_training_what_is_left_is_told(capsys):
    ((step, line),) = said_of(1000, 1.0, capsys=capsys, start=500)
    assert step == 505 and line.startswith("about 8 minutes for 495 more steps")


def test_a_pretraining_s_steps_are_others(capsys):
    assert said_of(1000, 1.0, capsys=capsys, start=-20, left_to=0) == []


def test_sizes_that_cannot_be_chosen_are_not_told(capsys):
    points = Config(kind="points", channels=2, steps=1000)
    wide = pix2pix.Config(image_size=(64, 128), channels=3, steps=1000)
    for config in (points, wide):
        ((_, line),) = said_of(1000, 1.0, capsys=capsys, config=config)
        assert line == "about 17 minutes for 995 more steps\n"


def test_durations():
    for seconds, words in {
        40: "about 1 minute",
        100: "about 2 minutes",
        5400: "about 90 minutes",
        6 * 3600: "about 6.0 hours",
        20 * 3600: "about 20 hours",
    }.items():
        assert in_words(seconds) == words


def test_silence_ends_after_a_while(monkeypatch, capsys):
    monkeypatch.setattr(progress, "_PATIENCE", 0.05)
    until, said = time.monotonic() + 20, ""
    with progress.waiting("thinking"):
        # A busy machine takes its time.
        while not said and time.monotonic() < until:
            time.sleep(0.01)
            said += capsys.readouterr().err
    assert said == "thinking …\n"
    before = set(threading.enumerate())
    monkeypatch.setattr(progress, "_PATIENCE", 60)
    with progress.waiting("thinking"):
        (timer,) = set(threading.enumerate()) - before
    timer.join(20)
    assert not timer.is_alive() and capsys.readouterr().err == ""
    # Its reader may have gone.
    monkeypatch.setattr(sys, "stderr", None)
    progress.say("nobody reads this")


def test_how_much_longer(monkeypatch, capsys):
    """By what is done after the first, which has waited for libraries."""
    monkeypatch.setattr(progress, "_PATIENCE", 0.05)
    for first, lines in ((0.3, ["reading 100 files …"]), (0.0, [])):
        with progress.counted("reading 100 files", 100) as tell:
            time.sleep(first)
            tell(1)
            for done in (2, 3, 4):
                time.sleep(0.06)
                tell(done)
        *before, told = capsys.readouterr().err.splitlines()
        assert before == lines and told.startswith("reading 100 files: 100 in all, about ")
        assert 5 <= int(told.split()[-3]) < 25
    # What is nearly over is not worth a line.
    with progress.counted("reading 3 files", 3) as tell:
        for done in (1, 2, 3):
            tell(done)
            time.sleep(0.04)
    assert capsys.readouterr().err == ""


def test_bars_inside_of_bars(monkeypatch, capsys):
    """A task inside of another shares its bars: a terminal has one place for them."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress.counted("outer", 2) as outer:
        with progress.counted("inner", 3) as inner:
            inner(3)
        outer(2)
    assert not progress._bars


# --- what is told before ---


@pytest.mark.parametrize(
    ("asked", "gpu", "size"), [(None, False, 64), (None, True, 96), (96, False, 96), (32, True, 32)]
)
def test_a_cpu_is_given_small_pictures_unless_asked(tmp_path, monkeypatch, asked, gpu, size):
    source = data.find(str(pictures(tmp_path / "p", size=(100, 110), count=3)))
    monkeypatch.setattr(train, "may_have_gpu", lambda: gpu)
    config, remark = train._sized(Config(image_size=asked), source)
    assert (config.image_size, config.channels) == (size, 1)
    said = "64 pixels a side, as there is no GPU here; --image-size 96 takes 2 times as long"
    assert remark == said * (size == 64)
    # A world's usual size is chosen for the recipe.
    assert train._sized(Config(), data.find("houses"))[0].image_size == 40


def test_few_pictures():
    config = Config(channels=3, image_size=64)
    assert train._few(config, 192) == (
        "192 pictures are few to learn from; what helps is --flip --augment"
    )
    assert train._few(dataclasses.replace(config, flip=True), 192).endswith("is --augment")
    assert train._few(dataclasses.replace(config, flip=True, augment=True), 192) == ""
    assert train._few(config, 1000) == "" == train._few(pix2pix.Config(), 192)


def test_what_is_set_aside(tmp_path, capsys):
    source = data.find(str(pictures(tmp_path / "p", count=120)))
    train._load(source, Config(image_size=16, batch_size=4).adapted_to(source))
    said, err = capsys.readouterr()
    learned, aside = said.splitlines()
    count = int(learned.split(" pictures 16×16×1 of p")[0])
    assert 60 < count < 120
    assert aside == f"{120 - count} pictures set aside for validation and tests"
    assert err == f"note: {count} pictures are few to learn from; what helps is --flip --augment\n"


def test_whether_there_may_be_a_gpu(monkeypatch, tmp_path):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    for devices, found in (((str(tmp_path),), True), ((str(tmp_path / "none"),), False)):
        monkeypatch.setattr(nvidia, "_DEVICES", devices)
        assert nvidia.may_have_gpu() == found
    monkeypatch.setattr(nvidia, "_DEVICES", (str(tmp_path),))
    for hidden in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert not nvidia.may_have_gpu()
