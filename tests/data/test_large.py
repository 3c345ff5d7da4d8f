"""Sets larger than the memory set aside for them: the same pictures, from a file."""

import errno
import os
import tracemalloc

import numpy as np
import pytest

import data
from data.folders import FolderSource
from data.splits import hold_out
from tests.data.folders import brightness, noise, put


@pytest.fixture(autouse=True)
def small(tmp_path, monkeypatch):
    """A cache of one's own, and no room in memory."""
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", "0")
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "p").mkdir()
    for number in range(150):
        noise((20, 20), number).save(tmp_path / "p" / f"{number:03}.png")
    return tmp_path / "p"


def load(spec, split="train", size=16, count=600):
    return data.find(str(spec)).load(split, size, count, 0)


@pytest.mark.parametrize("spec", ["folder", "houses", "facades"])
def test_the_same_pictures_as_in_memory(folder, monkeypatch, spec):
    spec, size = (folder, 16) if spec == "folder" else (spec, 32)
    large, again = load(spec, size=size), load(spec, size=size)
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", "1")
    small = load(spec, size=size)
    for kept in (large, again):
        assert isinstance(kept.samples, np.memmap) and not isinstance(small.samples, np.memmap)
        np.testing.assert_array_equal(kept.samples, small.samples)
        assert (kept.inputs is None) == (small.inputs is None)
        if kept.inputs is not None:
            np.testing.assert_array_equal(kept.inputs, small.inputs)
        for name, values in small.factors.items():
            np.testing.assert_array_equal(kept.factors[name], values)


def test_it_is_read_once(folder, monkeypatch):
    first = load(folder).samples
    monkeypatch.setattr(FolderSource, "_decode", None)
    np.testing.assert_array_equal(load(folder).samples, first)
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 0


def test_what_cannot_be_read_leaves_no_hole(folder):
    whole = (folder / "002.png").read_bytes()
    (folder / "002.png").write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        kept = load(folder)
        assert len(kept) == 115 and list(kept.left_out) == ["002.png"]
        # Noise is nowhere flat; rows that were never written would be.
        assert kept.samples.std(axis=(1, 2, 3)).min() > 10


def cut(file):
    os.truncate(file, file.stat().st_size // 2)


def remove(file):
    file.unlink()


def other(file):
    np.save(file, np.zeros((3, 3), np.uint8))


@pytest.mark.parametrize("damage", [cut, remove, other])
@pytest.mark.parametrize("ending", [".npy", ".npz"])
def test_a_damaged_file_is_made_again(folder, small, damage, ending):
    first = np.array(load(folder).samples)
    (file,) = small.glob(f"*{ending}")
    damage(file)
    np.testing.assert_array_equal(load(folder).samples, first)


def test_pictures_are_never_in_memory_together(tmp_path, monkeypatch):
    put(tmp_path / "p", [f"{number:03}.png" for number in range(200)], size=(8, 8))
    monkeypatch.setattr("data.folders._AHEAD", 8)
    tracemalloc.start()
    images = load(tmp_path / "p", size=256).samples
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # numpy tells tracemalloc of what it allocates; the file's pages are not among that.
    assert images.nbytes > 30e6 and peak < 12e6
    assert brightness(images) == hold_out(200, "train", [f"/{n:03}" for n in range(200)]).tolist()


def test_a_full_disk_is_told_in_one_line(folder, small, monkeypatch):
    def full(*words):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(
        data.EnvironmentFailure, match=r"take 0.0 GB, which .* cannot hold .No space"
    ):
        load(folder)
    assert list(small.iterdir()) == []


def test_a_limit_that_is_no_number(folder, monkeypatch):
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", "much")
    with pytest.raises(data.Refused, match="GAN_COOKBOOK_MEMORY=much: legal is a number"):
        load(folder)


def test_a_split_without_pictures(tmp_path):
    put(tmp_path / "p", ["a.png"])
    assert len(load(tmp_path / "p", "test")) == 0


def test_batches_come_from_the_file(folder):
    from common.batches import Batches
    from common.config import Config

    images = load(folder).samples
    batch = Batches(data.SampleSet(images), Config(batch_size=8))(3)["real"]
    assert batch.shape == (8, 16, 16, 3) and not np.shares_memory(batch, images)
