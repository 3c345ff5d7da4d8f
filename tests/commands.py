"""Commands as a user starts them, and the same many times as fast, forked from a server.

`run` starts an interpreter. `called` and `refused` have the same (exit code, standard output,
standard error) from a server that has imported the libraries that commands need: each command is
a process of its own, forked from there, that imports and runs the module as `python -m` does and
ends as Python ends. So nothing leaks from one command to the next. Of this project a server has
imported nothing, or, for `refused` commands of its recipes, what all of them import. Where that
could tell another story (signals, the seconds of a start, what a library or this project makes of
the environment while it is imported), use `run` or `command`.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECONDS = 240
FORBIDDEN = "TENSORFLOW WAS IMPORTED"

_LIGHT = ("numpy", "yaml", "tyro", "tyro._backends._tyro_backend", "typeguard", "psutil")
_LIGHT += ("PIL.Image", "scipy.stats")
# On the import alone TensorFlow starts no thread, and finds no device.
_HEAVY = (*_LIGHT, "tensorflow", "keras", "matplotlib.figure", "sklearn.decomposition")
_HEAVY += ("tensorboard.summary.v2", "tensorflow.python.data.ops.range_op")
# What the commands of every recipe import before TensorFlow.
_OURS = tuple(f"common.commands.{name}" for name in ("train", "infer", "evaluate"))
_OURS += ("common.translation.config", "common.translation.infer", "common.conditions")
# Environment that libraries look at while they are imported.
_AT_IMPORT = ("PYTHON", "TF_", "KERAS", "CUDA", "XLA", "OMP_", "OPENBLAS_", "MPL", "LC_")
_AT_IMPORT += ("LANG", "HOME", "COLUMNS")


def command(module, *arguments, cwd, path=ROOT, before=(), **options):
    """Start `python -m module arguments` as a user would; returns the process."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (*before, path)))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def run(module, *arguments, cwd, **options):
    """Run a command to its end; returns (exit code, standard output, standard error)."""
    process = command(module, *arguments, cwd=cwd, **options)
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def cluster(count: int) -> list[str]:
    """Return `TF_CONFIG` of each of some workers on this machine, whose ports are free."""
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{door.getsockname()[1]}" for door in doors]
    for door in doors:
        door.close()
    tasks = [{"type": "worker", "index": index} for index in range(count)]
    return [json.dumps({"cluster": {"worker": addresses}, "task": task}) for task in tasks]


def called(module, *arguments, cwd, path=ROOT, before=()):
    """As `run`, but the libraries are imported already."""
    process = started(module, *arguments, cwd=cwd, path=path, before=before)
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def started(module, *arguments, cwd, path=ROOT, before=()):
    """As `command`, but the libraries are imported already."""
    server = _server(_HEAVY)
    if not server.honest():
        return command(module, *arguments, cwd=cwd, path=path, before=before)
    return Forked(server, module, arguments, cwd, [*before, path])


def refused(module, *arguments, cwd, path=ROOT):
    """As `run` in which importing TensorFlow or Keras ends the command with `FORBIDDEN`."""
    shadowed = any(Path(cwd, name).exists() for name in ("common", "data", "recipes"))
    ours = path == ROOT and module.startswith("recipes.") and not shadowed
    server = _server((*_LIGHT, *_OURS) if ours else _LIGHT)
    assert server.honest() and not server.knows_tensorflow
    process = Forked(server, module, arguments, cwd, [path], forbidden=["tensorflow", "keras"])
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


@cache
def _server(names: tuple[str, ...]) -> Server:
    return Server(names)


class Server:
    """A process that has imported some libraries, and is forked for each command."""

    def __init__(self, names):
        self._environment = _at_import()
        self._process = subprocess.Popen(
            # Not from this folder, in which `data` would be the tests' own.
            [sys.executable, "-P", __file__, str(ROOT), *names],
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        atexit.register(self.close)
        facts = self._answer()
        self.threads, self.knows_tensorflow = facts["threads"], facts["tensorflow"]

    def honest(self) -> bool:
        """Whether a fork of it is what a new process is: no threads, the same environment."""
        return self.threads == 1 and self._environment == _at_import()

    def ask(self, wanted: dict, timeout: float = SECONDS) -> dict:
        """Send a request, and wait for its answer."""
        self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
        self._process.stdin.flush()
        return self._answer(timeout)

    def _answer(self, timeout=SECONDS) -> dict:
        ready, _, _ = select.select([self._process.stdout], [], [], timeout)
        line = self._process.stdout.readline() if ready else b""
        if not line:
            self.close()
            _server.cache_clear()
            raise subprocess.TimeoutExpired(self._process.args, timeout)
        return json.loads(line)

    def close(self):
        """End it, and the commands that it may be running."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


class Forked:
    """A command forked from a server; as much of `subprocess.Popen` as tests need."""

    def __init__(self, server: Server, module, arguments, cwd, paths, forbidden=()):
        self._server, self.returncode = server, None
        self._place = tempfile.TemporaryDirectory()
        self._files = [os.path.join(self._place.name, name) for name in ("out", "err")]
        wanted = {
            "module": module,
            "arguments": [str(word) for word in arguments],
            "cwd": str(cwd),
            "paths": [str(path) for path in paths],
            "environment": dict(os.environ),
            "files": self._files,
            "forbidden": list(forbidden),
        }
        self.pid = server.ask(wanted)["pid"]

    def poll(self) -> int | None:
        """Its exit code; None: it has not ended."""
        if self.returncode is None:
            self.returncode = self._server.ask({"ended": self.pid})["code"]
        return self.returncode

    def wait(self, timeout: float = SECONDS) -> int:
        """Wait for its end; returns the exit code."""
        if self.returncode is None:
            self.returncode = self._server.ask({"awaited": self.pid}, timeout)["code"]
        return self.returncode

    def communicate(self, timeout: float = SECONDS) -> tuple[str, str]:
        """Wait for its end; returns what it wrote to standard output and standard error."""
        self.wait(timeout)
        with self._place:
            return tuple(Path(file).read_text(encoding="utf-8") for file in self._files)

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _at_import() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(_AT_IMPORT)}


def _serve(names) -> str:
    """Fork for each request; returns in the forked process, with the module that it is to run."""
    # As this project sets them before it imports Keras.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    place, *names = names
    # First, so that it is the last of what a process does before Python clears up.
    atexit.register(_leave)
    sys.path.insert(0, place)
    for name in names:
        importlib.import_module(name)
    sys.path.remove(place)
    if "PIL.Image" in names:
        # It imports its readers of pictures when the first picture is read.
        sys.modules["PIL.Image"].init()
    # What is imported is not looked through for garbage again in each process: that took a second.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0
    _tell({"threads": threads, "tensorflow": "tensorflow" in sys.modules})
    while line := sys.stdin.readline():
        wanted = json.loads(line)
        if "module" not in wanted:
            _tell({"code": _exit_code(**wanted)})
        elif child := os.fork():
            _tell({"pid": child})
        else:
            return _become(wanted)
    raise SystemExit


def _exit_code(awaited: int = 0, ended: int = 0) -> int | None:
    found, status = os.waitpid(awaited or ended, 0 if awaited else os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _tell(facts: dict) -> None:
    os.write(1, json.dumps(facts).encode() + b"\n")


def _become(wanted: dict) -> str:
    """Be the process that `python -m` would start."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for handle, file in enumerate((nothing, *wanted["files"])):
        handle_of = file if isinstance(file, int) else os.open(file, os.O_CREAT | os.O_WRONLY)
        os.dup2(handle_of, handle)
        os.close(handle_of)
    os.chdir(wanted["cwd"])
    os.environ.clear()
    os.environ |= wanted["environment"] | {"PYTHONPATH": os.pathsep.join(wanted["paths"])}
    sys.path[:0] = [os.getcwd(), *wanted["paths"]]
    # What sys.argv is for as long as `python -m` looks for the module.
    sys.argv = ["-m", *wanted["arguments"]]
    # Python's own generator is seeded anew in a fork, NumPy's is not.
    sys.modules["numpy"].random.seed()
    if wanted["forbidden"]:
        sys.meta_path.insert(0, _Forbids(wanted["forbidden"]))
    return wanted["module"]


class _Forbids:
    """Ends the process that imports one of some packages."""

    def __init__(self, packages):
        self._packages = packages

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self._packages:
            raise SystemExit(FORBIDDEN)


class _End:
    """The exit code of this process, once its module has come to an end of which that is known."""

    code = None


def _leave() -> None:
    """End a forked process without the clearing of each object.

    That copies all memory that it shares with the server: a quarter of a second for nothing.
    """
    if _End.code is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_End.code)


if __name__ == "__main__":
    _module = _serve(sys.argv[1:])
    # Outermost, so that what the module raises ends this process as it would end its own.
    try:
        runpy.run_module(_module, run_name="__main__", alter_sys=True)
        _End.code = 0
    except SystemExit as end:
        _End.code = end.code or 0 if isinstance(end.code, int | None) else 1
        raise
    except Exception:
        _End.code = 1
        raise
