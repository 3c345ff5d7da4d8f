"""The cache: served again, made again where damaged, and never made twice at once."""

import multiprocessing
import os
import signal
import time

import numpy as np
import pytest

import data
from data import cache

KEY = {"made": "for a test"}


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def load(name="houses"):
    return data.find(name).load("train", 32, 40, 0)


def only_file(folder):
    (file,) = folder.iterdir()
    return file


@pytest.mark.parametrize("name", ["houses", "facades", "digits", "seasons:winter"])
def test_second_load_comes_from_the_cache(own_cache, monkeypatch, name):
    first = load(name)
    monkeypatch.setattr(type(data.find(name).world), "draw_chunk", None)
    again = load(name)
    np.testing.assert_array_equal(again.samples, first.samples)
    assert (again.inputs is None) == (first.inputs is None) == (name != "facades")
    if first.inputs is not None:
        np.testing.assert_array_equal(again.inputs, first.inputs)
    assert list(again.factors) == list(first.factors)


def test_another_version_is_drawn_again(own_cache, monkeypatch):
    load()
    monkeypatch.setattr("data.worlds.houses.Houses.version", 99)
    load()
    assert len(list(own_cache.iterdir())) == 2


def cut(file):
    file.write_bytes(file.read_bytes()[:5000])


def flip(file):
    content = bytearray(file.read_bytes())
    content[1000] ^= 0xFF
    file.write_bytes(content)


def foreign(file):
    file.write_bytes(b"hello")


def pickled(file):
    np.savez(file, images=np.array([object()], dtype=object), key=np.array("x"))


def other(**changes):
    """A file that is whole, and holds something else."""

    def write(file):
        with np.load(file) as arrays:
            kept = dict(arrays)
        np.savez(file, **(kept | changes))

    return write


def lacking(name):
    """A file that is whole but for an array."""

    def write(file):
        with np.load(file) as arrays:
            kept = {n: arrays[n] for n in arrays.files if n != name}
        np.savez(file, **kept)

    return write


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        flip,
        foreign,
        pickled,
        other(key=np.array("another")),
        other(samples=np.zeros((40, 32, 32, 3), np.float32)),
        other(samples=np.zeros(40, np.uint8)),
        other(**{"factor:roof": np.zeros(3, np.int32)}),
        other(inputs=np.zeros((7, 32, 32, 3), np.uint8)),
        lacking("factor:roof"),
    ],
)
def test_a_damaged_cache_is_made_again_and_said(own_cache, capsys, damage):
    first = load()
    damage(only_file(own_cache))
    np.testing.assert_array_equal(load().samples, first.samples)
    said = capsys.readouterr().err
    assert "damaged or not ours: made again" in said and said.count("\n") == 1
    load()
    assert capsys.readouterr().err == ""


def make_slowly(folder, result):
    """One of several processes that want the same set."""
    os.environ["GAN_COOKBOOK_CACHE"] = str(folder)

    def make():
        result.put("made")
        time.sleep(1)
        return {"images": np.full((3, 8, 8, 3), 7, np.uint8)}

    result.put(int(cache.cached_arrays("slow", KEY, make)["images"].sum()))


def test_what_three_want_at_once_is_made_once(own_cache):
    context = multiprocessing.get_context("spawn")
    result = context.Queue()
    workers = [context.Process(target=make_slowly, args=(own_cache, result)) for _ in range(3)]
    [worker.start() for worker in workers]
    [worker.join(60) for worker in workers]
    got = [result.get(timeout=5) for _ in range(4)]
    assert got.count("made") == 1 and got.count(7 * 3 * 8 * 8 * 3) == 3
    assert [file.suffix for file in own_cache.iterdir()] == [".npz"]


def test_a_killed_maker_does_not_block_others(own_cache):
    context = multiprocessing.get_context("spawn")
    result = context.Queue()
    worker = context.Process(target=make_slowly, args=(own_cache, result))
    worker.start()
    assert result.get(timeout=60) == "made"
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    began = time.monotonic()
    kept = cache.cached_arrays("slow", KEY, lambda: {"images": np.zeros(1)})
    assert len(kept) == 1 and time.monotonic() - began < 5
    only_file(own_cache)


def test_one_that_comes_late_does_not_draw_again(own_cache, monkeypatch):
    """It looked before the other wrote, and locked after the other had gone."""
    look = cache._look

    def late(*words, **options):
        monkeypatch.setattr(cache, "_look", look)
        cache.cached_arrays("slow", KEY, lambda: {"images": np.full(2, 5)})

    monkeypatch.setattr(cache, "_look", late)
    kept = cache.cached_arrays("slow", KEY, lambda: pytest.fail("made twice"))
    assert kept["images"].max() == 5


def test_one_that_gives_up_waiting_leaves_the_lock_to_its_owner(own_cache):
    context = multiprocessing.get_context("spawn")
    result = context.Queue()
    maker, waiter = (
        context.Process(target=make_slowly, args=(own_cache, result)) for _ in range(2)
    )
    maker.start()
    assert result.get(timeout=60) == "made"
    waiter.start()
    time.sleep(0.2)
    waiter.terminate()
    waiter.join()
    kept = cache.cached_arrays("slow", KEY, lambda: pytest.fail("made twice"))
    assert kept["images"].max() == 7
    maker.join()


def test_a_waiting_process_says_so(own_cache, capfd):
    context = multiprocessing.get_context("spawn")
    result = context.Queue()
    worker = context.Process(target=make_slowly, args=(own_cache, result))
    worker.start()
    assert result.get(timeout=60) == "made"
    kept = cache.cached_arrays("slow", KEY, lambda: pytest.fail("made twice"))
    assert kept["images"].max() == 7
    assert "another process is making" in capfd.readouterr().err
    worker.join()


def test_what_killed_processes_left_long_ago_is_cleared(own_cache):
    own_cache.mkdir()
    old, new = own_cache / ".aside-old.npz", own_cache / ".aside-new.npz"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    load()
    assert not old.exists() and new.exists()


def test_without_a_cache_it_goes_on(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "file")
    assert len(load()) == 40
    said = capsys.readouterr().err
    assert "going on without" in said and said.count("\n") == 1
