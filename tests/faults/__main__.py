"""`make faults`: the campaigns against every recipe; the counts go into RELIABILITY.md."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from common.machine import backend  # noqa: F401  first: TensorFlow, quietly
from data.command import read_flags, run_program
from data.files import atomic_write
from tests.contract.cases import NAMES
from tests.faults import files, kills, lines
from tests.results import machine

PAGE = Path(__file__).parent.parent.parent / "RELIABILITY.md"
BEGIN, END = "<!-- counts -->", "<!-- end of counts -->"
PROGRAM = "python -m tests.faults"


@dataclass
class Flags:
    """Damage files, try command lines and kill trainings, of every recipe."""

    damage: int = 1000
    """How often each kind of file is damaged, for each recipe."""
    lines: int = 2000
    """How many command lines are tried, for each recipe."""
    kills: int = 1000
    """Touches of the run folder at which a training is killed, at most; it ends after some."""
    seed: int = 0
    """Seed of everything random."""


def main(flags: Flags) -> int:
    """Run the campaigns, print and write down the counts; 1 where a fault was found."""
    began, rows, faults = time.time(), {}, []
    with tempfile.TemporaryDirectory() as place:
        # Neither the user's cache nor a set that was fetched before decides anything.
        os.environ |= {"GAN_COOKBOOK_CACHE": f"{place}/cache", "KERAS_HOME": f"{place}/keras"}
        for recipe in NAMES:
            rows[recipe] = Counter()
            for campaign in (_damage, _lines, _kills):
                folder = Path(place, recipe, campaign.__name__)
                folder.mkdir(parents=True)
                try:
                    rows[recipe] += campaign(recipe, folder, flags)
                except files.Fault as fault:
                    faults.append(f"{recipe}: {fault}")
                    print(f"FAULT {faults[-1]}", flush=True)
            print(recipe, dict(rows[recipe]), flush=True)
    if not faults:
        _write(rows, flags, time.time() - began)
    return min(1, len(faults))


def _damage(recipe: str, place: Path, flags: Flags) -> Counter:
    met = files.campaign(files.Ground(recipe, place), flags.damage, flags.seed)
    ways = {files.REFUSED: "refused", files.NOTICED: "done without", files.SAME: "harmless"}
    found = Counter()
    for counts in met.values():
        for how, count in counts.items():
            found[ways[how]] += count
    return found


def _lines(recipe: str, place: Path, flags: Flags) -> Counter:
    return Counter(lines=lines.campaign(recipe, flags.lines, place, flags.seed).total())


def _kills(recipe: str, place: Path, flags: Flags) -> Counter:
    victim = kills.Victim(recipe, place)
    for number in range(1, flags.kills + 1):
        if not victim.killed_at(number):
            return Counter(kills=number - 1)
    return Counter(kills=flags.kills)


def _write(rows: dict[str, Counter], flags: Flags, seconds: float) -> None:
    """Write the table into the page."""
    columns = ("refused", "done without", "harmless", "lines", "kills")
    table = ["| recipe | damaged files: refused | done without | harmless | lines | kills |"]
    table += ["|" + "---|" * 6]
    table += [
        f"| {recipe} | {' | '.join(f'{counts[name]:,}' for name in columns)} |"
        for recipe, counts in rows.items()
    ]
    words = f"--damage {flags.damage} --lines {flags.lines} --kills {flags.kills}"
    took = f"{seconds / 60:.0f} min on {machine()}"
    table += ["", f"*`{PROGRAM} {words} --seed {flags.seed}`, {took}.*"]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    with atomic_write(PAGE) as tmp:
        text = f"{before}{BEGIN}\n" + "\n".join(table) + f"\n{END}{after}"
        tmp.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run_program(lambda: main(read_flags(Flags, sys.argv[1:], program=PROGRAM))))
