"""The commands that a chapter shows in its `console` blocks, and what it says they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT, complaints


@dataclass(frozen=True)
class Shown:
    """A command line, and the lines below it; "…" stands for anything."""

    command: str
    output: str


def shown_in(page: Path) -> list[Shown]:
    """The commands of a page, in their order."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [Shown(*part.partition("\n")[::2]) for part in parts]


def carried_out(shown: Shown, folder: Path) -> str:
    """What a command prints, errors first, without progress."""
    words = shlex.split(shown.command)
    if words[0] == "rm":
        for file in [f for pattern in words[1:] for f in folder.glob(pattern)]:
            file.unlink()
        return ""
    assert words[:2] == ["python", "-m"], shown.command
    done = subprocess.run(
        [sys.executable, *words[1:]],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    return "\n".join([*complaints(done.stderr), *done.stdout.splitlines()])


def says_the_same(printed: str, shown: str) -> bool:
    """Whether a page says what was printed."""
    pattern = ".*".join(map(re.escape, shown.strip().split("…")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None
