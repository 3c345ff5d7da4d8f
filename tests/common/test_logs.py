"""Logs that cannot be read or written never stop a training."""

import errno
import os

import numpy as np
import pytest
import tensorflow as tf

from common.machine.backend import EventWriter, readable_faults
from common.run import metrics_file
from data.errors import EnvironmentFailure


@pytest.mark.parametrize("kind", ["file", "link", "later"])
def test_where_events_cannot_be_written_a_note_says_so_once(tmp_path, capsys, kind, monkeypatch):
    folder = tmp_path / "events"
    if kind == "file":
        folder.write_text("in the way")
    elif kind == "link":
        folder.symlink_to("nowhere")
    writer = EventWriter(folder)
    if kind == "later":

        def full(*_):
            raise tf.errors.ResourceExhaustedError(None, None, "{{node x}} the disk is full [Op:Y]")

        monkeypatch.setattr(tf.summary, "scalar", full)
    for step in range(3):
        writer.scalars(step, {"loss": 1.0})
        writer.picture(step, "fake", np.zeros((4, 4, 3), np.uint8))
        writer.flush()
    told = capsys.readouterr().err
    assert told.count("\n") == told.count("note: nothing can be written for TensorBoard") == 1, told
    assert str(folder) in told and "Op:" not in told


def test_events_that_can_be_written_are(tmp_path, capsys):
    """The control."""
    writer = EventWriter(tmp_path / "events")
    writer.scalars(1, {"loss": 1.0})
    writer.flush()
    assert sum(file.stat().st_size for file in (tmp_path / "events").iterdir()) > 60
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("kind", ["giant", "latin", "folder", "none", "pipe", "itself"])
def test_a_log_that_cannot_be_read_is_none(tmp_path, kind):
    path = tmp_path / "metrics.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        # To read it would wait for ever.
        os.mkfifo(path)
    elif kind == "itself":
        path.symlink_to(path)
    elif kind != "none":
        more = b"9" * 200_000 if kind == "giant" else b"\xff"
        path.write_bytes(b"step,loss\n1,.5\n2," + more + b"\n")
    assert metrics_file.read(path) is None


def test_what_is_exhausted_is_told_apart():
    """TensorFlow has one error for the memory and for the disk."""
    with pytest.raises(EnvironmentFailure) as no, readable_faults("try less"):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
    assert str(no.value) == "out of memory; try less"
    with pytest.raises(OSError) as no, readable_faults("try less"):
        raise tf.errors.ResourceExhaustedError(None, None, "x; No space left on device")
    assert no.value.errno == errno.ENOSPC
