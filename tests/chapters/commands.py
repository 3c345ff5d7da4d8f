"""The project's commands, as chapters run them."""

from __future__ import annotations

import subprocess
import sys

from tests.chapters import ROOT


def python(*words) -> None:
    """Run `python -m` with these words."""
    subprocess.run([sys.executable, "-m", *map(str, words)], cwd=ROOT, check=True)
