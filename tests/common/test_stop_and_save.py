"""Signals stop a training after its step, and slow steps do not put a checkpoint off."""

import importlib
import signal
from types import SimpleNamespace

import pytest

from common.callbacks import checkpoints, stop
from common.callbacks.checkpoints import Checkpoints
from common.callbacks.stop import GracefulStop
from common.run import checkpoint


def a_model(step=0):
    return SimpleNamespace(step=step, stop_training=False, state=lambda: {"a": [1.0]}, average=None)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_stops_after_the_step_and_a_second_one_at_once(name):
    number, calls = getattr(signal, name), []
    before = signal.signal(number, lambda *_: calls.append("at once"))
    try:
        graceful = GracefulStop()
        graceful.set_model(a_model())
        with graceful:
            graceful.on_train_batch_end(0)
            assert not graceful.model.stop_training
            signal.raise_signal(number)
            graceful.on_train_batch_end(1)
            assert graceful.model.stop_training and graceful.stopped_by == number and not calls
            signal.raise_signal(number)
            assert calls == ["at once"]
        assert signal.getsignal(number)(0, None) is None and len(calls) == 2
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_what_is_ignored_stays_so(name):
    """As nohup has it, and a shell for what runs in the background."""
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with GracefulStop() as graceful:
            signal.raise_signal(number)
        assert graceful.stopped_by is None and signal.getsignal(number) == signal.SIG_IGN
    finally:
        signal.signal(number, before)


def test_a_system_without_hangups(monkeypatch):
    """What this one has in addition is not needed."""
    monkeypatch.delattr(signal, "SIGHUP")
    try:
        assert len(importlib.reload(stop)._SIGNALS) == 2
        with stop.GracefulStop() as graceful:
            assert graceful.stopped_by is None
    finally:
        monkeypatch.undo()
        importlib.reload(stop)


def saved_steps(tmp_path, monkeypatch, seconds, every, steps):
    """The steps of which there was a checkpoint, where a step takes some seconds."""
    now, saved = [0.0], []
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(checkpoint, "save", lambda folder, step, *_: saved.append(step))
    run = SimpleNamespace(checkpoints=tmp_path, save_networks=lambda _: None, facts={"saved": True})
    calm = SimpleNamespace(suspicious_since=None, notes=dict)
    callback = Checkpoints(run, SimpleNamespace(flush=lambda: None), every, calm)
    callback.set_model(a_model())
    for step in range(1, steps + 1):
        now[0] += seconds
        callback.model.step = step
        callback.on_train_batch_end(step)
    return saved


def test_a_checkpoint_every_ten_minutes_at_least(tmp_path, monkeypatch):
    assert saved_steps(tmp_path, monkeypatch, 100, 1000, 20) == [6, 12, 18]
    assert saved_steps(tmp_path, monkeypatch, 100, 4, 20) == [4, 8, 12, 16, 20]
    assert saved_steps(tmp_path, monkeypatch, 0.1, 1000, 2000) == [1000, 2000]
    assert saved_steps(tmp_path, monkeypatch, 700, 1000, 3) == [1, 2, 3]
