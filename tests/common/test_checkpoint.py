"""Checkpoints: what was saved comes back to the bit, and damage is noticed wherever it is."""

import io
import os
import zipfile

import numpy as np
import pytest

from common.run import checkpoint
from data.errors import EnvironmentFailure, Refused


class Variable:
    def __init__(self, value):
        self.value = np.asarray(value, np.float32)
        self.shape = self.value.shape

    def __array__(self, dtype=None, copy=None):
        return self.value

    def assign(self, value):
        self.value = value


def state(*values):
    return {"net": [Variable(v) for v in values]}


def test_a_checkpoint_comes_back(tmp_path):
    checkpoint.save(tmp_path, 7, state([1, 2], [[3]]))
    empty = state([0, 0], [[0]])
    assert checkpoint.restore(tmp_path, empty) == 7
    np.testing.assert_array_equal(empty["net"][0], [1, 2])
    assert checkpoint.restore(tmp_path / "none", empty) is None


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_a_checkpoint_cut_short_falls_back_to_the_one_before(tmp_path, capsys, keep):
    checkpoint.save(tmp_path, 5, state([1.0]))
    path = checkpoint.save(tmp_path, 10, state([2.0]))
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    fresh = state([0.0])
    assert checkpoint.restore(tmp_path, fresh) == 5
    assert "trying the one of step 5" in capsys.readouterr().err
    checkpoint.path_of(tmp_path, 5).unlink()
    with pytest.raises(Refused, match="step-0000010.npz is damaged; start"):
        checkpoint.restore(tmp_path, fresh)


def test_a_flipped_bit_is_noticed(tmp_path, capsys):
    path = checkpoint.save(tmp_path, 5, state(np.ones(1000)))
    content = bytearray(path.read_bytes())
    content[2000] ^= 1
    path.write_bytes(content)
    with pytest.raises(Refused):
        checkpoint.restore(tmp_path, state(np.zeros(1000)))


def test_another_network_changes_nothing(tmp_path):
    checkpoint.save(tmp_path, 5, state([1.0, 1.0], [1.0]))
    other = state([0.0, 0.0], [0.0, 0.0])
    with pytest.raises(Refused, match="another network"):
        checkpoint.restore(tmp_path, other)
    assert not np.array(other["net"][0]).any()


def test_weights_that_are_not_numbers_are_never_saved(tmp_path):
    checkpoint.save(tmp_path, 5, state([1.0]))
    with pytest.raises(EnvironmentFailure, match="no longer finite at step 6"):
        checkpoint.save(tmp_path, 6, state([np.nan]))
    assert checkpoint.steps(tmp_path) == [5]


def test_pruning_keeps_the_latest_and_the_protected(tmp_path):
    for step in range(-1, 6):
        checkpoint.save(tmp_path, step, state([1.0]))
    checkpoint.prune(tmp_path, 2, 5, protected=1)
    assert checkpoint.steps(tmp_path) == [1, 4, 5]
    # A later one is damaged, or the training would have gone on from it.
    checkpoint.save(tmp_path, 9, state([1.0]))
    checkpoint.prune(tmp_path, 2, 5)
    assert checkpoint.steps(tmp_path) == [4, 5, 9]


def test_one_under_another_step_s_name(tmp_path, capsys):
    """A copy that was put back wrongly: with it the training would go on from a wrong place."""
    checkpoint.save(tmp_path, 5, state([1.0]))
    copy = checkpoint.path_of(tmp_path, 10)
    copy.write_bytes(checkpoint.path_of(tmp_path, 5).read_bytes())
    assert checkpoint.last_whole(tmp_path) == 5
    assert checkpoint.restore(tmp_path, state([0.0])) == 5
    assert "step-0000010.npz is the checkpoint of step 5, renamed" in capsys.readouterr().err


def member_changed(path, name, change):
    """Rewrite a file with one member's bytes changed, and a right checksum of them."""
    with zipfile.ZipFile(path) as archive:
        content = {info.filename: archive.read(info) for info in archive.infolist()}
    content[f"{name}.npy"] = change(content[f"{name}.npy"])
    with zipfile.ZipFile(path, "w") as archive:
        for member, values in content.items():
            if values is not None:
                archive.writestr(member, values)


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b"<f4", b"<f2"),
        lambda content: content.replace(b"<f4", b"<i4"),
        lambda content: content.replace(b"(8,)", b"(4,)"),
        lambda content: content.replace(b"(8,)", b"(9" + b"9" * 12 + b",)"),
        lambda content: content.replace(b"{", b"{'"),
        lambda content: content.replace(b"{", b"((((("),
        lambda content: content[:-4] + b"\0\0\0\0",
        lambda content: npy(np.ones(8, np.float64)),
        lambda content: b"no array",
        lambda content: b"",
        lambda content: None,
    ],
)
def test_damage_that_the_format_does_not_notice(tmp_path, capsys, change):
    """All of it with right checksums: the digest tells, or the header's end."""
    checkpoint.save(tmp_path, 5, state(np.zeros(8)))
    member_changed(checkpoint.save(tmp_path, 10, state(np.ones(8))), "net/0000", change)
    fresh = state(np.full(8, 7.0))
    assert checkpoint.restore(tmp_path, fresh) == 5 and not np.asarray(fresh["net"][0]).any()
    assert "is damaged; trying the one of step 5" in capsys.readouterr().err
    assert checkpoint.last_whole(tmp_path) == 5 and checkpoint.last(tmp_path) == 10


def test_one_byte_of_a_header(tmp_path):
    """As a bad disk changes it: the archive's checksum is of the whole member."""
    path = checkpoint.save(tmp_path, 5, state(np.ones(8)))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"'descr': '<f4'", b"'descr': '<f2'"))
    assert path.read_bytes() != content
    with pytest.raises(Refused, match="step-0000005.npz is damaged; start a new run"):
        checkpoint.restore(tmp_path, state(np.ones(8)))


def test_values_of_another_type_are_of_another_network(tmp_path):
    """Whole, and not what these variables hold."""

    class Whole(Variable):
        def __init__(self, value):
            super().__init__(value)
            self.value = np.asarray(value, np.int32)

    checkpoint.save(tmp_path, 5, {"net": [Whole([1, 2])]})
    with pytest.raises(Refused, match="is of another network"):
        checkpoint.restore(tmp_path, state([1, 2]))


def test_one_that_does_not_fit_or_cannot_be_read_falls_back(tmp_path, capsys, monkeypatch):
    checkpoint.save(tmp_path, 5, state([1.0]))
    checkpoint.save(tmp_path, 8, state([1.0, 2.0]))
    checkpoint.path_of(tmp_path, 10).symlink_to("nowhere")
    fresh = state([0.0])
    assert checkpoint.restore(tmp_path, fresh) == 5
    said = capsys.readouterr().err
    assert "step-0000010.npz cannot be read (No such file" in said
    assert "step-0000008.npz is of another network" in said and said.count("\n") == 2


@pytest.mark.parametrize("kind", ["pipe", "itself", "bomb", "pickle"])
def test_what_is_no_checkpoint_falls_back(tmp_path, capsys, kind):
    """A pipe is not waited for, zeros without end are not read, and no object is unpickled."""
    checkpoint.save(tmp_path, 5, state([1.0]))
    path, made = checkpoint.path_of(tmp_path, 10), tmp_path / "made"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "itself":
        path.symlink_to(path)
    elif kind == "bomb":
        np.savez_compressed(path, **{"net/0000": np.zeros(5_000_000, np.float32)}, step=10)
    else:
        np.savez(path, **{"net/0000": np.array([Makes(made)], dtype=object)}, step=10)
    fresh = state([0.0])
    assert checkpoint.restore(tmp_path, fresh) == 5 and np.asarray(fresh["net"][0]) == 1
    why = "cannot be read (Too many levels" if kind == "itself" else "is damaged; trying the one"
    assert why in capsys.readouterr().err and not made.exists()
    assert checkpoint.last_whole(tmp_path) == 5


class Makes:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_the_pickle_would_do_harm(tmp_path):
    """The control."""
    np.savez(tmp_path / "a.npz", x=np.array([Makes(tmp_path / "made")], dtype=object))
    with np.load(tmp_path / "a.npz", allow_pickle=True) as file:
        assert file["x"] == [None] and (tmp_path / "made").exists()


def test_notes_come_back_and_older_files_have_none(tmp_path):
    notes = {"watchdog": {"sure": [6, 2.0000000001, 3], "fading": False}}
    checkpoint.save(tmp_path, 5, state([1.0]), notes)
    assert checkpoint.notes_of(tmp_path, 5) == notes
    np.savez(checkpoint.path_of(tmp_path, 7), step=np.int64(7), **{"net/0000": np.float32([2])})
    fresh = state([0.0])
    assert checkpoint.restore(tmp_path, fresh) == 7 and checkpoint.notes_of(tmp_path, 7) == {}
