"""The fast ways to run a command say what a new interpreter says."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import commands
from tests.commands import called, refused, run, started

PROBE = """
import atexit, json, os, random, signal, sys
import numpy

atexit.register(lambda: print("the end"))
here = os.path.realpath(sys.path[0]) == os.getcwd()
print(json.dumps([sys.argv[1:], __name__, __package__, here, os.environ["TOLD"]]))
print(os.path.basename(sys.argv[0]), os.path.basename(__file__), sys.stdin.read())
print(sorted(m for m in sys.modules if m.partition(".")[0] in ("data", "common", "recipes")))
print(signal.getsignal(signal.SIGINT), hasattr(numpy, "left"), sys.stdout.isatty())
print("à l'erreur", file=sys.stderr)
os.write(2, b"at the level of files\\n")
# What a command may leave behind.
numpy.left = True
os.environ["LEFT"] = "there"
os.chdir("/")
signal.signal(signal.SIGINT, signal.SIG_IGN)
ends = {
    "0": lambda: None, "3": lambda: sys.exit(3), "words": lambda: sys.exit("words"),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL), "at once": lambda: os._exit(5),
}
ends[sys.argv[1]]()
"""


@pytest.fixture
def probe(tmp_path, monkeypatch):
    (tmp_path / "probe.py").write_text(PROBE)
    monkeypatch.setenv("TOLD", "a word")
    return {"cwd": tmp_path, "stdin": subprocess.DEVNULL}


@pytest.mark.parametrize("end", ["0", "3", "words", "killed", "at once"])
def test_as_a_new_interpreter(probe, end):
    expected = run("probe", end, "two words", **probe)
    assert "false" not in expected[1] and "LEFT" not in os.environ
    del probe["stdin"]
    for way in (called, refused, called):
        assert way("probe", end, "two words", **probe) == expected


def test_what_is_raised_is_told_and_a_package_is_found_where_it_is(tmp_path):
    folder = tmp_path / "some"
    folder.mkdir()
    (folder / "__init__.py").write_text("import sys\nprint(sys.argv[0])\n")
    (folder / "inner.py").write_text("from . import __name__ as name\nraise ValueError(name)\n")
    for way in (run, called):
        code, out, err = way("some.inner", cwd=tmp_path)
        assert (code, out, err.splitlines()[-1]) == (1, "-m\n", "ValueError: some")
        (tmp_path / "stopped.py").write_text("raise KeyboardInterrupt")
        assert way("stopped", cwd=tmp_path)[0] == -signal.SIGINT
        code, out, err = way("some.none", cwd=tmp_path)
        assert code == 1 and "No module named some.none" in err


def test_unseeded_numbers_differ(tmp_path):
    (tmp_path / "probe.py").write_text("import numpy as n, random as r\nprint(n.random.rand())")
    assert called("probe", cwd=tmp_path) != called("probe", cwd=tmp_path)


def test_tensorflow_is_there_and_computes(tmp_path):
    (tmp_path / "probe.py").write_text(
        "import sys\nthere = 'keras' in sys.modules\nimport tensorflow as tf\n"
        "print(there, float(tf.function(lambda x: x @ x)(tf.ones((9, 9)))[0, 0]))"
    )
    assert called("probe", cwd=tmp_path)[1] == "True 9.0\n"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads are not counted")
def test_the_server_can_be_forked_from():
    """Or else `called` starts interpreters, and the tests take twice as long."""
    server = commands._server(commands._HEAVY)
    assert server.threads == 1 and server.knows_tensorflow


def test_libraries_that_would_be_imported_otherwise_are(tmp_path, monkeypatch):
    (tmp_path / "probe.py").write_text("import sys\nprint('keras' in sys.modules)")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert called("probe", cwd=tmp_path)[1] == "False\n"


def test_an_import_that_is_forbidden(tmp_path):
    (tmp_path / "probe.py").write_text("try:\n    import keras\nexcept Exception: print('no')")
    code, out, err = refused("probe", cwd=tmp_path)
    assert code == 1 and not out and err.strip() == commands.FORBIDDEN


def test_a_command_that_never_ends(tmp_path):
    (tmp_path / "probe.py").write_text("import time\ntime.sleep(99)")
    server = commands.Server(["numpy"])
    process = commands.Forked(server, "probe", [], tmp_path, [])
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=0.5)
    assert server._process.returncode is not None
    until = time.monotonic() + 20
    while Path("/proc", str(process.pid), "exe").exists():
        assert time.monotonic() < until, "it lives on"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_two_at_once_and_signals(tmp_path, number):
    """Each ends as an interpreter would that is sent the same; the other goes on."""
    (tmp_path / "probe.py").write_text(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "print('begins', flush=True)\n"
        "until = time.time() + float(sys.argv[1])\n"
        "while time.time() < until: time.sleep(.01)\n"
    )
    one, two = (started("probe", seconds, cwd=tmp_path) for seconds in (60, 1))
    assert one.poll() is None and one.pid != two.pid
    while "begins" not in Path(one._files[0]).read_text():
        time.sleep(0.01)
    one.send_signal(number)
    out, _ = one.communicate(timeout=30)
    assert out == "begins\n" and one.poll() == one.returncode
    assert one.returncode == {signal.SIGTERM: 7, signal.SIGINT: -2, signal.SIGKILL: -9}[number]
    assert two.communicate(timeout=30)[0] == "begins\n" and two.returncode == 0
