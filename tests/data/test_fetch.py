"""Fetching: the right file, whole, or one line and nothing."""

import contextlib
import hashlib
import json
import os
import signal
import time

import pytest

from data.errors import EnvironmentFailure
from data.fetch import fetch
from tests.conftest import command
from tests.data.server import serving

CONTENT = os.urandom(300_000)
SUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server():
    with serving() as server:
        server.files["set.bin"] = CONTENT
        yield server


@pytest.fixture
def path(tmp_path):
    return tmp_path / "datasets" / "set.bin"


def names(path):
    return sorted(p.name for p in path.parent.iterdir()) if path.parent.exists() else []


@pytest.mark.parametrize("known", [SUM, None], ids=["checked", "unchecked"])
def test_a_file_is_fetched_once_and_recorded(server, path, known):
    for _ in range(2):
        assert fetch(server.url("set.bin"), path, known).read_bytes() == CONTENT
    assert server.asked == ["set.bin"] and names(path) == ["set.bin", "set.bin.json"]
    record = json.loads(path.with_name("set.bin.json").read_text())
    assert record == {"url": server.url("set.bin"), "bytes": len(CONTENT), "sha256": SUM}


def test_a_file_that_was_put_there_by_hand_is_taken_if_it_is_right(server, path):
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    fetch(server.url("set.bin"), path, SUM)
    assert server.asked == []
    path.write_bytes(CONTENT[:-1])
    assert fetch(server.url("set.bin"), path, SUM).read_bytes() == CONTENT
    assert server.asked == ["set.bin"]


def test_a_file_of_which_only_an_md5_is_published(server, path):
    known = hashlib.md5(CONTENT).hexdigest()
    assert fetch(server.url("set.bin"), path, md5=known).read_bytes() == CONTENT
    path.write_bytes(CONTENT[:-1])
    assert fetch(server.url("set.bin"), path, md5=known).read_bytes() == CONTENT
    assert server.asked == ["set.bin"] * 2
    with pytest.raises(EnvironmentFailure, match="its checksum is another"):
        fetch(server.url("set.bin"), path, md5="0" * 32)


def test_the_record_notices_a_file_that_has_changed(server, path):
    fetch(server.url("set.bin"), path)
    path.write_bytes(CONTENT[:100])
    assert fetch(server.url("set.bin"), path).read_bytes() == CONTENT


def refused(server, path, name="set.bin", known=SUM):
    with pytest.raises(EnvironmentFailure) as no:
        fetch(server.url(name), path, known)
    words = str(no.value)
    assert "\n" not in words and len(words) < 400
    assert f"put {server.url(name)} into {path.parent} by hand, as set.bin" in words
    assert not path.exists()
    return words


def test_another_file_than_expected(server, path):
    server.files["set.bin"] = b"something else"
    assert "its checksum is another" in refused(server, path)
    assert names(path) == []


def test_an_address_that_is_dead(server, path):
    assert "the server says 404 Not Found" in refused(server, path, "gone.bin")


@pytest.mark.parametrize("known", [SUM, None], ids=["checked", "unchecked"])
def test_a_connection_that_breaks_off(server, path, known):
    server.fault = "cut"
    assert "the connection broke off" in refused(server, path, known=known)
    server.fault = ""
    assert fetch(server.url("set.bin"), path, known).read_bytes() == CONTENT


def test_a_server_that_does_not_tell_the_length(server, path):
    server.fault = "silent"
    assert fetch(server.url("set.bin"), path, SUM).read_bytes() == CONTENT
    server.fault = "silent cut"
    path.unlink()
    assert "its checksum is another" in refused(server, path)


def test_a_machine_without_a_network(path):
    with serving() as server:
        pass
    assert "no connection" in refused(server, path)


def test_a_file_that_is_larger_than_it_may_be(server, path):
    for fault in ("", "silent"):
        server.fault = fault
        with pytest.raises(EnvironmentFailure, match="it is larger than 0 MB"):
            fetch(server.url("set.bin"), path, most=20_000)
        assert names(path) == []
    fetch(server.url("set.bin"), path, most=300_000)


def test_a_file_in_a_folder_that_others_keep(server, path, monkeypatch):
    path.parent.mkdir()
    path.write_bytes(CONTENT)

    def refuse(*words):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("data.fetch.atomic_write", refuse)
    assert fetch(server.url("set.bin"), path, SUM) == path and server.asked == []


def test_a_folder_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailure, match="could not be fetched"):
        fetch(server.url("set.bin"), tmp_path / "file" / "set.bin", SUM)


def size_of(file):
    """Its bytes; of one that is gone by now, none."""
    with contextlib.suppress(FileNotFoundError):
        return file.stat().st_size
    return 0


def test_a_killed_fetch_leaves_nothing_that_is_used(server, path, tmp_path):
    """Killed in the middle; the next one begins anew."""
    server.files["set.bin"] = os.urandom(80_000_000)
    known = hashlib.sha256(server.files["set.bin"]).hexdigest()
    code = (
        f"from data.fetch import fetch; from pathlib import Path; fetch({server.url('set.bin')!r}"
    )
    (tmp_path / "one.py").write_text(f"{code}, Path({str(path)!r}), {known!r})\n")
    process = command("one", cwd=tmp_path)
    while not any(size_of(file) > 1_000_000 for file in path.parent.rglob("*")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not path.exists()
    assert fetch(server.url("set.bin"), path, known).read_bytes() == server.files["set.bin"]
    assert server.asked == ["set.bin"] * 2
