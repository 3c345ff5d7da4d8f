"""Builds the image and holds it to what docker/README.md says of it: `make image-check`.

Uses docker, or IMAGE_BUILDER: a program called as CONTEXT TAG FOLDER [NAME=VALUE ... --]
[WORDS ...] that builds the image with build arguments and then runs it once with those
words, with the folder as /out, as the user RUN_AS and without a network.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Nobody's number on any machine: what works for them works for every --user.
USER = "4321:4321"
SMALL = ("--pictures", "200", "--batch-size", "8", "--width", "8", "--sample-every", "20")
SMALL += ("--log-every", "10", "--checkpoint-every", "10")


class Missed(Exception):
    """What the image does not do."""


def main(variant: str) -> None:
    """Build, run, stop, resume, and look at what was written."""
    builder = os.environ.get("IMAGE_BUILDER")
    if not builder and not shutil.which("docker"):
        raise Missed("neither docker nor IMAGE_BUILDER is there to build an image with")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as other:
        out = Path(place)
        os.chmod(out, 0o777)
        image = Image(builder, variant, out, staged(Path(other)) if builder else ROOT)
        image.build()
        print(f"built in {time.monotonic() - began:.0f} s", flush=True)

        code, said = image.run("doctor", "--require-gpu")
        print(said[max(0, said.find("versions ")) :].strip())
        # There is no GPU where images are checked: whoever insists on one is told so.
        expect(code == 1 and "error: --require-gpu: " in said, "misses the GPU", code, said)
        if variant == "cuda":
            there = ("all load", "ptxas found, libdevice found", "cuda 12")
            whole = all(words in said for words in there)
            expect(whole and "no NVIDIA device" in said, "has all of CUDA but the GPU", code, said)

        code, said = image.run("dcgan", "train", "--run", "/out/run", "--steps", "20", *SMALL)
        expect(code == 0 and "done: 20 steps" in said, "trains", code, said)
        written = [path for path in out.rglob("*")]
        owner = int(USER.partition(":")[0])
        strangers = [path for path in written if path.stat().st_uid != owner]
        expect(bool(written) and not strangers, "writes files as who runs it", code, strangers)
        code, said = image.run("dcgan", "infer", "--run", "/out/run", "--out", "/out/made.png")
        expect(code == 0 and (out / "made.png").is_file(), "makes pictures", code, said)

        flags = ("--run", "/out/long", "--steps", "100000", *SMALL)
        code, said = image.stopped(out / "long" / "metrics.csv", "dcgan", "train", *flags)
        expect(code == 128 + signal.SIGTERM, "ends with 143 on SIGTERM", code, said)
        expect("--resume" in said, "says how to go on", code, said)
        stopped_at = last_step(out / "long")
        more = str(stopped_at + 10)
        code, said = image.run("dcgan", "train", "--resume", "/out/long", "--steps", more)
        expect(f"going on from step {stopped_at}" in said and code == 0, "goes on", code, said)

        code, said = image.run("dcgan", "train", "--data", "nothing")
        expect(code == 2 and said.count("error: ") == 1, "refuses in one line, with 2", code, said)
    print(f"all of it in {time.monotonic() - began:.0f} s")


def staged(folder: Path) -> Path:
    """The build's context as a folder with the Dockerfile on top, where builders look for it."""
    shutil.copy(ROOT / "docker" / "Dockerfile", folder)
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            source, target = ROOT / line[1:], folder / line[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
    return folder


def last_step(run: Path) -> int:
    """The step of the last checkpoint."""
    return max(int(path.stem.rpartition("-")[2]) for path in run.glob("checkpoints/*.npz"))


def expect(holds: bool, what: str, code: int, said) -> None:
    """Say that something holds, or end."""
    if not holds:
        raise Missed(f"the image never {what}: exit code {code}\n{said}")
    print(f"the image {what}", flush=True)


class Image:
    """The image, by whatever means it is built and run."""

    def __init__(self, builder: str | None, variant: str, out: Path, context: Path):
        self._builder, self._variant, self._out, self._context = builder, variant, out, context
        self._tag, self._name = f"gan-cookbook:{variant}", f"gan-cookbook-check-{os.getpid()}"

    def build(self) -> None:
        """Build it; with a program of the user's own, the help is printed as well."""
        if self._builder:
            code, said = self.run("--help")
            expect(code == 0, "builds", code, said)
            return
        file, argument = ROOT / "docker" / "Dockerfile", f"VARIANT={self._variant}"
        command = ["docker", "build", "--file", file, "--tag", self._tag]
        subprocess.run([*command, "--build-arg", argument, ROOT], check=True)

    def run(self, *words: str) -> tuple[int, str]:
        """Exit code, and what was said."""
        done = subprocess.run(self._command(words), **self._how())
        return done.returncode, done.stdout

    def stopped(self, seen: Path, *words: str, patience: float = 300) -> tuple[int, str]:
        """The same of a container that is sent SIGTERM once a file is there and has grown."""
        running = subprocess.Popen(self._command(words), **self._how())
        until = time.monotonic() + patience
        while not (seen.is_file() and seen.read_text().count("\n") > 3):
            if running.poll() is not None or time.monotonic() > until:
                raise Missed(f"nothing was trained: {running.communicate()[0]}")
            time.sleep(0.5)
        if self._builder:
            for process in _first_processes(words):
                os.kill(process, signal.SIGTERM)
        else:
            stop = ["docker", "kill", "--signal", "TERM", self._name]
            subprocess.run(stop, check=True, stdout=subprocess.DEVNULL)
        said, _ = running.communicate(timeout=120)
        return running.returncode, said

    def _command(self, words: Sequence[str]) -> list:
        if self._builder:
            return [
                self._builder,
                self._context,
                self._tag,
                self._out,
                f"VARIANT={self._variant}",
                "--",
                *words,
            ]
        return [
            *("docker", "run", "--rm", "--init", "--network", "none", "--user", USER),
            *("--name", self._name),
            *("--volume", f"{self._out}:/out", self._tag, *words),
        ]

    def _how(self) -> dict:
        environment = os.environ | {"RUN_AS": USER}
        return {
            **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True},
            **{"env": environment},
        }


def _first_processes(words: Sequence[str]) -> list[int]:
    """The containers' first processes, whose last words are these: to them a stop is sent."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().decode().split("\0")[:-1]
            inner = (folder / "status").read_text()
        except (OSError, UnicodeDecodeError):
            continue
        numbers = next(row for row in inner.splitlines() if row.startswith("NSpid")).split()[1:]
        if line[-len(words) :] == list(words) and len(numbers) > 1 and numbers[-1] == "1":
            found.append(int(folder.name))
    return found


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "cpu")
    except Missed as missed:
        sys.exit(f"error: {missed}")
