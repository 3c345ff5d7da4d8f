"""The starts' part of `make bench`: what passes before a command's first line and first step."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time

import numpy as np

from common.machine import backend
from tests.behaviour import settings
from tests.bench_steps import RECIPES, milliseconds, untaken
from tests.commands import ROOT
from tests.pages.report import in_words

ROUNDS = 3


def main() -> None:
    """Measure the imports, and the first step of every recipe; print them as tables."""
    print("| | here | as Keras does | times as fast |")
    print("|---|---|---|---|")
    compare_imports()
    print("\n| first step of | graph as traced | rewritten | later steps, times as fast |")
    print("|---|---|---|---|")
    for name in RECIPES:
        compare(name, settings(name, []))


def compare_imports() -> None:
    """Measure a process that imports Keras, with and without what it only wraps, as a row."""
    lines = {"here": "", "Keras": "imports.UNNEEDED = (); "}
    times = {side: [] for side in lines}
    for _ in range(ROUNDS):
        for side, line in lines.items():
            began = time.perf_counter()
            words = f"from common.machine import imports; {line}import common.machine.backend"
            subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=True)
            times[side].append(time.perf_counter() - began)
    here, keras = (np.array(each) for each in times.values())
    seconds = " | ".join(f"{in_words(each, 1)} s" for each in (here, keras))
    print(f"| importing Keras | {seconds} | {in_words(keras / here, 2)} |", flush=True)


def compare(recipe: str, config) -> None:
    """Measure a recipe's first step, its tracing included, on both sides, and print it as a row."""
    kinds = {"traced": backend.graphs_as_traced, "rewritten": contextlib.nullcontext}
    first, later = ({kind: [] for kind in kinds} for _ in range(2))
    for turn in range(ROUNDS):
        sides = {}
        # Now one first, now the other: what the machine does meanwhile falls on both.
        for kind in sorted(kinds, reverse=bool(turn % 2)):
            sides[kind] = untaken(recipe, config)
            with kinds[kind]():
                began = time.perf_counter()
                sides[kind]()
                first[kind].append(time.perf_counter() - began)
        for take in sides.values():
            take()
        for kind in sorted(kinds, reverse=bool(turn % 2)):
            later[kind].append(milliseconds(sides[kind]))
    first, later = ({kind: np.array(t) for kind, t in each.items()} for each in (first, later))
    ratio = later["rewritten"] / later["traced"]
    seconds = " | ".join(f"{in_words(first[kind], 1)} s" for kind in ("traced", "rewritten"))
    print(f"| {recipe} | {seconds} | {in_words(ratio, 2)} |", flush=True)
