"""A small part of the campaigns; `make faults` runs the whole."""

import contextlib
from collections import Counter

import keras
import numpy as np
import pytest

from tests.faults import __main__ as campaigns
from tests.faults import files, hostile, kills, lines, traps, writers


@pytest.mark.parametrize("recipe", ["first_gan", "_template_translator"])
def test_damaged_files(recipe, tmp_path):
    met = files.campaign(files.Ground(recipe, tmp_path), 30, seed=1)
    for kind, how in met.items():
        assert how.total() == 30, kind
    assert met["checkpoint"][files.NOTICED] > 22


def test_damage_that_is_not_noticed_is_a_fault(tmp_path, monkeypatch):
    """The control: without the digest and the checksums there are some."""
    monkeypatch.setattr(files.checkpoint.npz, "read", careless)
    with pytest.raises(files.Fault, match="checkpoint, .* with other values"):
        files.campaign(files.Ground("first_gan", tmp_path), 40, seed=1)


def careless(path, names=None, own=False):
    """Reads as NumPy does by itself."""
    with files.checkpoint.npz.noticing_damage(), np.load(path) as file:
        return {name: file[name] for name in file.files if name != "digest"}


@pytest.mark.parametrize("recipe", ["first_gan", "_template_translator"])
def test_hostile_files(recipe, tmp_path):
    (tmp_path / "met").mkdir()
    ground = files.Ground(recipe, tmp_path / "ground")
    met = hostile.campaign(ground, 20, tmp_path / "met", seed=1)
    assert met.total() == 20 and met[hostile.REFUSED] > 7


def opened_carelessly(path):
    """Reads what is sent as those do who trust it."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=True) as file:
            return [file[name] for name in file.files]
    return keras.saving.load_model(path, safe_mode=False)


@pytest.mark.parametrize(("trap", "ending"), [(traps.pickled, ".npz"), (traps.network, ".keras")])
def test_who_trusts_what_is_sent_runs_its_code(trap, ending, tmp_path):
    """The control: these traps do snap."""
    for seed in range(60):
        path = tmp_path / f"{seed}{ending}"
        words = trap(path, np.random.default_rng(seed), tmp_path)
        if trap is traps.pickled or "Lambda" in words:
            with contextlib.suppress(Exception):
                opened_carelessly(path)
            if (tmp_path / traps.OUTSIDE).exists():
                return
    pytest.fail("none did")


@pytest.mark.parametrize("recipe", ["dcgan", "simgan"])
def test_nonsense_on_the_command_line(recipe, tmp_path):
    assert lines.campaign(recipe, 25, tmp_path, seed=1)[lines.REFUSED] > 15


def test_kills(tmp_path):
    """Before config.yaml is there, at a checkpoint, and at the last touch of all."""
    victim = kills.Victim("first_gan", tmp_path)
    assert victim.killed_at(2) == "begun"
    assert [victim.killed_at(number) for number in (9, 19)] == ["resumed"] * 2
    # With the run that was trained: while infer writes, and a trainer is saved.
    assert writers.Inferred("first_gan", tmp_path).killed_at(2)
    assert writers.Saved("first_gan", tmp_path).killed_at(6)


def test_each_touch_has_its_kill(tmp_path, monkeypatch):
    """Every fourth one first, and one command in turn with the others."""
    touches = {"train": [], "save": [], "infer": []}

    class Victim:
        def __init__(self, name):
            self.name = name

        def killed_at(self, number):
            touches[self.name].append(number)
            return number <= {"train": 9, "save": 2, "infer": 5}[self.name]

    monkeypatch.setattr(campaigns.kills, "Victim", lambda *_: Victim("train"))
    monkeypatch.setattr(campaigns.writers, "Saved", lambda *_: Victim("save"))
    monkeypatch.setattr(campaigns.writers, "Inferred", lambda *_: Victim("infer"))
    told = list(campaigns._killed("nobody", tmp_path))
    assert told[:6] == ["train", "save", "infer"] * 2
    assert Counter(told) == {"train": 9, "save": 2, "infer": 5}
    assert [n for n in touches["train"] if n <= 9] == [1, 5, 9, 3, 7, 2, 6, 4, 8]
