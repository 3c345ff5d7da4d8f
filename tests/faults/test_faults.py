"""A small part of the campaigns; `make faults` runs the whole."""

import pytest

from tests.faults import files, kills, lines


@pytest.mark.parametrize("recipe", ["first_gan", "_template_translator"])
def test_damaged_files(recipe, tmp_path):
    met = files.campaign(files.Ground(recipe, tmp_path), 40, seed=1)
    for kind, how in met.items():
        assert how.total() == 40, kind
    assert met["checkpoint"][files.NOTICED] > 30


def test_damage_that_is_not_noticed_is_a_fault(tmp_path, monkeypatch):
    """The control: without the digest and the checksums there are some."""
    monkeypatch.setattr(files.checkpoint.npz, "read", careless)
    with pytest.raises(files.Fault, match="checkpoint, .* with other values"):
        files.campaign(files.Ground("first_gan", tmp_path), 40, seed=1)


def careless(path, names=None):
    """Reads as NumPy does by itself."""
    import numpy as np

    with files.checkpoint.npz.noticing_damage(), np.load(path) as file:
        return {name: file[name] for name in file.files if name != "digest"}


@pytest.mark.parametrize("recipe", ["dcgan", "pix2pix"])
def test_nonsense_on_the_command_line(recipe, tmp_path):
    assert lines.campaign(recipe, 60, tmp_path, seed=1)[lines.REFUSED] > 50


def test_kills(tmp_path):
    """Before config.yaml is there, at a checkpoint, and at the last touch of all."""
    victim = kills.Victim("first_gan", tmp_path)
    assert victim.killed_at(2) == "begun"
    assert [victim.killed_at(number) for number in (9, 19)] == ["resumed"] * 2
