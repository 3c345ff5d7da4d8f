"""What grows is found, and noise is not."""

import dataclasses
import mmap
import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from common.callbacks.checkpoints import Checkpoints
from common.callbacks.samples import Samples
from data.errors import Refused
from tests import reliability
from tests.soak import __main__ as command
from tests.soak import trained
from tests.soak.growth import Look, growth
from tests.soak.watch import Watch, logged_step

MB = 1e6
MORE = ["memory", "descriptors", "threads"]


def an_hour(**leaks):
    """What an hour looks like, every ten seconds, on a machine that others use, too.

    The warm-up takes a quarter of it; checkpoints are peaks.
    """
    rng, looks, step, computed = np.random.default_rng(0), [], 0, 0.0
    for number in range(360):
        warm, noise = min(1, number / 90), rng.normal(size=4)
        saves = number % 6 == 0
        # Others leave a tenth to a whole of a core.
        share = rng.uniform(0.1, 1)
        computed += 10 * share
        step += round(1000 * share * (1 + 0.05 * noise[0]) * (1 - leaks.get("speed", 0) * number))
        looks.append(
            Look(
                seconds=10.0 * number + noise[1],
                memory=500 * MB + warm * 200 * MB + 3 * MB * noise[2] + 90 * MB * saves,
                descriptors=9 + 2 * saves,
                threads=20 + round(10 * warm) + (noise[3] > 2),
                step=step,
                computed=computed,
            )
        )
    return [
        dataclasses.replace(
            each,
            **{
                name: getattr(each, name) + (int(more * n) if name != "memory" else more * n)
                for name, more in leaks.items()
                if name != "speed"
            },
        )
        for n, each in enumerate(looks)
    ]


def test_noise_and_a_warm_up_are_no_growth():
    found = growth(an_hour())
    assert found.faults == []
    assert abs(found.an_hour) < 2 * MB and found.memory == pytest.approx(700 * MB, rel=0.02)
    assert found.descriptors == (9, 9) and found.threads[0] in (30, 31)
    assert 0.95 < found.speed < 1.05


@pytest.mark.parametrize(
    ("leak", "words"),
    [
        # 11 MB an hour of 700 MB; one every ten minutes; each step a little slower.
        ({"memory": 11 * MB / 360}, "memory grows by 1"),
        ({"descriptors": 1 / 60}, "descriptors grew from 1"),
        ({"threads": 1 / 40}, "threads grew from 3"),
        ({"speed": 0.4 / 270}, "the speed fell to 5"),
    ],
)
def test_growth_is_found(leak, words):
    (fault,) = growth(an_hour(**leak)).faults
    assert fault.startswith(words), fault


@pytest.mark.parametrize("leaks", [False, True])
def test_a_process_that_leaks(leaks):
    """The control of the looking: a megabyte, a file and a thread of every second step stay."""
    step, kept, over = 0, [], threading.Event()
    watch, looks = Watch(os.getpid(), lambda: step), []
    for step in range(1, 33):
        if leaks and step % 2:
            thread = threading.Thread(target=over.wait, daemon=True)
            thread.start()
            # Of the system: memory that Python has had before would be used again.
            page = mmap.mmap(-1, 1_000_000, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            page.write(os.urandom(1_000_000))
            kept += [page, os.open(os.devnull, os.O_RDONLY)]
        # The clock of computed time has ticks.
        began = time.process_time()
        while time.process_time() - began < 0.02:
            pass
        looks.append(watch.look())
    over.set()
    for descriptor in kept[1::2]:
        os.close(descriptor)
    found = growth(looks)
    assert [look.step for look in looks] == list(range(1, 33))
    if leaks:
        assert [words.split()[0] for words in found.faults[:3]] == MORE
        # 16 MB over what the clock says this took.
        assert found.an_hour > 16 * MB * 3600 / looks[-1].seconds / 4
    else:
        # (Of a second a little memory would be gigabytes in an hour.)
        assert not set(MORE[1:]) & {words.split()[0] for words in found.faults}


def test_samples_and_checkpoints_come_by_the_clock(monkeypatch):
    """However fast the steps are."""
    monkeypatch.setattr(Checkpoints, "_LONGEST", Checkpoints._LONGEST)
    monkeypatch.setattr(Samples, "on_train_batch_end", Samples.on_train_batch_end)
    clock, drawn = [0], []
    monkeypatch.setattr(trained, "time", SimpleNamespace(monotonic=lambda: clock[-1]))
    trained.save_every(60)
    samples = SimpleNamespace(draw=lambda: drawn.append(clock[-1]))
    for seconds in range(0, 200, 10):
        clock.append(seconds)
        Samples.on_train_batch_end(samples, 0)
    assert drawn == [60, 120, 180] and Checkpoints._LONGEST == 60


@pytest.mark.parametrize(
    ("text", "step"),
    [("", None), ("step,loss\n", None), ("step,loss\n50,1\n100,2\n", 100), ("step\n7,1\n1", 7)],
)
def test_the_last_whole_row_of_a_log(tmp_path, text, step):
    (tmp_path / "metrics.csv").write_text(text)
    assert logged_step(tmp_path / "metrics.csv") == step
    assert logged_step(tmp_path / "none.csv") is None


def test_a_recipe_has_one_row():
    found = growth(an_hour())
    lines = []
    for hours, recipe in ((1, "pix2pix"), (1, "dcgan"), (2, "pix2pix")):
        flags = command.Flags(recipe=recipe, hours=hours)
        lines = command._with_row(lines, flags, 1234, found)
    assert [line[: line.index("|", 12)] for line in lines[2:]] == ["| dcgan | 1 ", "| pix2pix | 2 "]
    assert f"| 1,234 | {found.memory / 1e6:,.0f} MB |" in lines[3] and "9 → 9" in lines[3]
    assert "`python -m tests.soak --recipe pix2pix --hours 2`" in lines[3]
    assert len({line.count("|") for line in lines}) == 1


@pytest.mark.parametrize(
    ("flags", "words"),
    [({"recipe": "nobody"}, "--recipe nobody: legal are .*dcgan"), ({"hours": 0.0}, "0.1 to")],
)
def test_refused(flags, words):
    with pytest.raises(Refused, match=words):
        command.main(command.Flags(**flags))


def test_a_part_of_the_page_is_written_anew(tmp_path, monkeypatch):
    page = Path(tmp_path, "page.md")
    page.write_text("a\n<!-- x -->\nold\n<!-- end of x -->\nb\n")
    monkeypatch.setattr(reliability, "PAGE", page)
    reliability.write_part("x", lambda lines: [*lines, "new"])
    assert page.read_text() == "a\n<!-- x -->\nold\nnew\n<!-- end of x -->\nb\n"
