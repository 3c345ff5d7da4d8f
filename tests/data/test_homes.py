"""Homes that are there, and that are not; and what a command line makes of paths."""

import os
import pwd
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from data import cache
from data.command import read_flags
from data.errors import Refused
from data.fetch import datasets_folder
from data.homes import at_home, keras_home


@pytest.fixture
def homeless(monkeypatch):
    """As in a container whose user is a mere number."""

    def unknown(*_):
        raise KeyError

    for name in ("HOME", "KERAS_HOME", "GAN_COOKBOOK_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)


def test_without_a_home_there_are_other_places(homeless, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cache.folder() == tmp_path / f"gan-cookbook-{os.getuid()}"
    assert keras_home() == Path("/tmp/.keras") and datasets_folder() == Path("/tmp/.keras/datasets")
    with pytest.raises(Refused, match="--out ~/x: nothing says where ~ is; legal is a whole path"):
        at_home(Path("~/x"), "--out")


def test_with_a_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KERAS_HOME", "GAN_COOKBOOK_CACHE"):
        monkeypatch.setenv(name, "~/there")
    assert cache.folder() == keras_home() == tmp_path / "there"
    monkeypatch.delenv("KERAS_HOME")
    assert keras_home() == tmp_path / ".keras"


@dataclass
class Inner:
    run: Path | None = None


@dataclass
class Flags:
    inner: Inner = field(default_factory=Inner)
    beside: tuple[Path, ...] = ()
    data: str = "~/kept"
    input: str | None = None
    count: int = 1


def test_a_tilde_is_the_home_in_every_flag(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    words = ["--inner.run=~/a", "--beside", "~/b", "c", "--input=~/d"]
    flags = read_flags(Flags, words, program="p")
    assert flags.inner.run == tmp_path / "a" and flags.beside == (tmp_path / "b", Path("c"))
    assert flags.input == str(tmp_path / "d") and flags.data == str(tmp_path / "kept")
    # Both halves of two folders are the reader's.
    assert read_flags(Flags, ["--data", "~/a,~/b"], program="p").data == "~/a,~/b"
    with pytest.raises(Refused, match="--beside ~nobody-at-all/x: nothing says where"):
        read_flags(Flags, ["--beside", "~nobody-at-all/x"], program="p")


@pytest.mark.parametrize(
    ("words", "named"),
    [(["--inner.run", ""], "--inner.run"), (["--data="], "--data"), ([""], "an argument")],
)
def test_a_value_of_no_letter_is_no_path(words, named):
    with pytest.raises(Refused, match=f"^{named} is given nothing"):
        read_flags(Flags, words, program="p")
