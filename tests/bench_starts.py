"""The starts' part of `make bench`: what passes before a command's first line."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from tests.commands import ROOT
from tests.pages.report import in_words

ROUNDS = 5


def main() -> None:
    """Measure a process that imports Keras, with and without what it only wraps; print a table."""
    print("| | here | as Keras does | times as fast |")
    print("|---|---|---|---|")
    lines = {"here": "", "Keras": "imports.UNNEEDED = (); "}
    times = {side: [] for side in lines}
    for turn in range(2 * ROUNDS):
        # Now one first, now the other: what the machine does meanwhile falls on both.
        for side in sorted(lines, reverse=bool(turn % 2)):
            began = time.perf_counter()
            words = "from common.machine import imports; " + lines[side]
            words += "import common.machine.backend"
            subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=True)
            times[side].append(time.perf_counter() - began)
    here, keras = (np.reshape(times[side], (ROUNDS, 2)).mean(1) for side in lines)
    seconds = " | ".join(f"{in_words(each, 1)} s" for each in (here, keras))
    print(f"| importing Keras | {seconds} | {in_words(keras / here, 2)} |", flush=True)
