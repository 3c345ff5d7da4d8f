"""Files of named arrays: whatever is wrong with one is damage, wherever a library notices it."""

import io
import os
import tracemalloc
import zipfile

import numpy as np
import pytest

import data
from data import cache, npz

WHOLE = np.arange(12 * 8 * 8, dtype=np.uint8).reshape(12, 8, 8)


def header(text):
    """An array of which the header says something else."""
    file = io.BytesIO()
    np.save(file, WHOLE)
    content = file.getvalue()
    (length,) = np.frombuffer(content[8:10], "<u2")
    told = text.encode("latin-1").ljust(length - 1) + b"\n"
    return content[:10] + told + content[10 + length :]


SHAPE = "'fortran_order': False, 'shape': (12, 8, 8)"
HEADERS = {
    # What NumPy raises for the first three: TokenError, SyntaxError, ValueError.
    "brackets": "{'descr': '|u1', ((((((",
    "indents": "{'descr': '|u1',\n  'a':\n 3",
    "words": "hello",
    "type": f"{{'descr': '|u99999999999', {SHAPE}}}",
    "type of nothing": f"{{'descr': [], {SHAPE}}}",
    "objects": f"{{'descr': '|O', {SHAPE}}}",
    "longer": "{'descr': '|u1', 'fortran_order': False, 'shape': (12, 8, 9)}",
    "shorter": "{'descr': '|u1', 'fortran_order': False, 'shape': (12, 8, 7)}",
    "giant": "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 64, 64)}",
    "negative": "{'descr': '|u1', 'fortran_order': False, 'shape': (-12, -8, 8)}",
}


def npz_of(path, content):
    """An .npz with one member, its checksum right."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", content)
    return path


@pytest.mark.parametrize("kind", [*HEADERS, "no array", "nothing"])
def test_a_header_that_says_something_else(tmp_path, kind):
    content = {"no array": b"hello", "nothing": b""}.get(kind) or header(HEADERS.get(kind, ""))
    path = npz_of(tmp_path / "a.npz", b"" if kind == "nothing" else content)
    with pytest.raises(npz.Damaged):
        npz.read(path)
    with pytest.raises(data.Refused, match="a.npz (cannot be read as .npz|holds Python objects)"):
        data.find(str(path))
    (tmp_path / "b.npy").write_bytes(content)
    # An .npy has no length beside the header's: what follows too early an end is not looked at.
    if kind not in ("shorter", "nothing"):
        with pytest.raises(data.Refused, match="b.npy"):
            data.find(str(tmp_path / "b.npy"))


def test_the_whole_one(tmp_path):
    """The control."""
    text = f"{{'descr': '|u1', {SHAPE}}}"
    np.testing.assert_array_equal(
        npz.read(npz_of(tmp_path / "a.npz", header(text)))["images"], WHOLE
    )


def test_a_header_in_the_cache(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path))

    def asked():
        return cache.cached_arrays("a", {"of": 1}, lambda: {"x": WHOLE})["x"]

    asked()
    (file,) = tmp_path.glob("*.npz")
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for kind in ("brackets", "giant"):
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in (parts | {"x.npy": header(HEADERS[kind])}).items():
                archive.writestr(name, content)
        np.testing.assert_array_equal(asked(), WHOLE)
        assert "is damaged or not ours: made again" in capsys.readouterr().err


def test_a_member_that_is_no_array_is_passed_over(tmp_path):
    """Beside arrays a file may hold anything."""
    with zipfile.ZipFile(path := tmp_path / "a.npz", "w") as archive:
        archive.writestr("images.npy", header(f"{{'descr': '|u1', {SHAPE}}}"))
        archive.writestr("notes.txt", "taken in spring")
    assert len(data.find(str(path)).load("train", 8, 0, 0)) == 12
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("notes.npy", "taken in spring")
    with pytest.raises(data.Refused, match="a.npz cannot be read as .npz"):
        data.find(str(path))


def test_what_is_not_compressed_holds_no_more_than_its_own_size(tmp_path):
    """Thirty megabytes of nothing in thirty kilobytes are never in memory."""
    np.savez_compressed(path := tmp_path / "a.npz", a=np.zeros(30_000_000, np.uint8))
    assert path.stat().st_size < 60_000
    tracemalloc.start()
    try:
        with pytest.raises(npz.Damaged, match="more than its own size"):
            npz.read(path, own=True)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    npz.write(path, {"a": WHOLE})
    np.testing.assert_array_equal(npz.read(path, own=True)["a"], WHOLE)


@pytest.mark.parametrize("name", ["a.npz", "a.h5"])
def test_a_pipe_is_no_file(tmp_path, name):
    """To open it would wait for ever."""
    os.mkfifo(tmp_path / name)
    with pytest.raises(npz.Damaged, match="not a file"):
        npz.read(tmp_path / name)
    with pytest.raises(data.Refused, match=f"{name} is no file"):
        data.find(str(tmp_path))
