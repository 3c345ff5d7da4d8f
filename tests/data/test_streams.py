"""Standard streams that are closed, do not know a character, or lose their reader."""

import os
import subprocess
import sys

import pytest

from data import streams
from tests.conftest import ROOT, run

LIST = "recipes.data_prep.messy"
SAYS = "from data.command import run_program\nimport sys\n"
SAYS += "sys.exit(run_program(lambda: print('32×32, façades → σ ½ p\\udcff 漢', file={})))"


@pytest.mark.parametrize("stream", ["sys.stdout", "sys.stderr"])
@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", b"32x32, facades -> sigma 1/2 p? ?\n"),
        ("latin-1", "32×32, façades -> sigma ½ p? ?\n".encode("latin-1")),
        ("utf-8", "32×32, façades → σ ½ p? 漢\n".encode()),
    ],
)
def test_what_a_terminal_does_not_have_is_said_otherwise(tmp_path, stream, encoding, expected):
    done = subprocess.run(
        [sys.executable, "-c", SAYS.format(stream)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        **{"cwd": tmp_path, "capture_output": True},
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, expected)


WRITES = """
import os, sys
from data.command import run_program
def program():
    with open("kept", "w") as file:
        handle = file.fileno()
        print("said"), print("said", file=sys.stderr), os.write(2, b"native")
        sys.stdin.read()
    os.write(os.open("handle", os.O_CREAT | os.O_WRONLY), str(handle).encode())
    return 3
sys.exit(run_program(program))
"""


def test_where_streams_are_closed_nothing_is_written_into_other_files(tmp_path):
    (tmp_path / "w.py").write_text(WRITES)
    shell = f"exec {sys.executable} w.py <&- >&- 2>&-"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", shell], cwd=tmp_path, env=environment)
    assert done.returncode == 3
    assert (tmp_path / "kept").read_bytes() == b""
    assert int((tmp_path / "handle").read_text()) > 2


def test_help_fits_any_terminal(tmp_path, monkeypatch):
    """In five columns it took for ever."""
    monkeypatch.setenv("COLUMNS", "5")
    code, out, err = run(LIST, "--help", cwd=tmp_path)
    assert code == 0 and "--" in out and not err
    monkeypatch.setenv("COLUMNS", "100")
    assert len(run(LIST, "--help", cwd=tmp_path)[1].splitlines()) < len(out.splitlines())


def test_a_reader_that_has_gone_ends_a_listing(tmp_path):
    for gone in ("stdout", "stderr"):
        reading, writing = os.pipe()
        os.close(reading)
        code = (
            "import sys\nfrom data.command import run_program\n"
            f"sys.exit(run_program(lambda: print('x' * 99999, file=sys.{gone})))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            **{"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {gone: writing},
        )
        os.close(writing)
        assert done.returncode == 141 and not (done.stdout or b"") + (done.stderr or b"")


OUTLIVES = """
import os, sys
from data import streams
streams.outlive_readers()
for stream in (sys.stdout, sys.stderr):
    print("there", file=stream, flush=True)
sys.stdin.readline()
for number in range(3):
    for stream in (sys.stdout, sys.stderr):
        print("gone" * 9999, file=stream, flush=True)
os.write(1, b"native")
open("done", "w")
"""


def test_what_outlives_its_reader_goes_on(tmp_path):
    (tmp_path / "o.py").write_text(OUTLIVES)
    process = subprocess.Popen(
        [sys.executable, "o.py"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        **{"cwd": tmp_path, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE},
        stderr=subprocess.PIPE,
    )
    assert process.stdout.readline() == process.stderr.readline() == b"there\n"
    process.stdout.close()
    process.stderr.close()
    process.stdin.write(b"\n")
    process.stdin.close()
    assert process.wait(30) == 0 and (tmp_path / "done").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is full")
def test_other_failures_are_told():
    """A full disk below a log is no reader that has gone."""
    with open("/dev/full", "wb") as full:
        stream = streams._Lasting(full.fileno(), "w", closefd=False)
        with pytest.raises(OSError, match="No space"):
            stream.write(b"x")
