"""`make faults`: the campaigns against every recipe; the counts go into RELIABILITY.md."""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from common.machine import backend  # noqa: F401  first: TensorFlow, quietly
from data.command import read_flags, run_program
from data.errors import Refused
from tests.contract.cases import NAMES
from tests.faults import files, hostile, kills, lines, writers
from tests.reliability import write_part
from tests.summaries import machine

PROGRAM = "python -m tests.faults"
# What is counted, in the order of the page, and what it is called there.
_COLUMNS = {
    files.REFUSED: "damaged files: refused",
    files.NOTICED: "done without",
    files.SAME: "harmless",
    f"hostile, {hostile.REFUSED}": "hostile files: refused",
    f"hostile, {hostile.USED}": "to no effect",
    "lines": "lines",
    "train": "kills of train",
    "save": "of save",
    "infer": "of infer",
}
# Of one recipe's time, the shares of damage, hostile files, command lines and kills.
_SHARES = (0.15, 0.15, 0.1, 0.6)
# How many of each are tried before the clock is looked at.
_AT_ONCE = 10
# Every fourth touch first, then those between: of a short campaign, too, some are late ones.
_FIRST, _STRIDE = (1, 3, 2, 4), 4


@dataclass
class Flags:
    """Damage files, send hostile ones, try command lines and kill commands, of every recipe."""

    minutes: float = 60.0
    """How long, for all recipes together; kills may end sooner, as every touch has had its own."""
    seed: int = 0
    """Seed of everything random."""


def main(flags: Flags) -> int:
    """Run the campaigns, print and write down the counts; 1 where a fault was found."""
    if not 0 < flags.minutes <= 10_000:
        raise Refused(f"--minutes {flags.minutes}: legal is above 0, to 10000")
    began, rows, faults = time.monotonic(), {}, []
    with tempfile.TemporaryDirectory() as place:
        # Neither the user's cache nor a set that was fetched before decides anything.
        os.environ |= {"GAN_COOKBOOK_CACHE": f"{place}/cache", "KERAS_HOME": f"{place}/keras"}
        for number, recipe in enumerate(NAMES):
            left = flags.minutes * 60 - (time.monotonic() - began)
            rows[recipe], found = _campaign(
                recipe, Path(place, recipe), left / (len(NAMES) - number), flags.seed
            )
            faults += found
            print(recipe, dict(rows[recipe]), flush=True)
    if not faults:
        write_part("counts", lambda _: _table(rows, flags, time.monotonic() - began))
    return min(1, len(faults))


def _campaign(recipe: str, place: Path, seconds: float, seed: int) -> tuple[Counter, list[str]]:
    """All that is tried with one recipe in so many seconds: counts, and what was found."""
    counts, faults, began, share = Counter(), [], time.monotonic(), 0.0
    place.mkdir()
    ground = files.Ground(recipe, place / "ground")
    tries = _damage(ground), _hostile(ground, place), _lines(recipe, place), _kills(recipe, place)
    for each, own in zip(tries, _SHARES, strict=True):
        share += own
        for number in itertools.count(seed * 1_000_000):
            try:
                found = each(number)
            except files.Fault as fault:
                faults.append(f"{recipe}: {fault}")
                print(f"FAULT {faults[-1]}", flush=True)
                found = Counter()
            if found is None:
                break
            counts += found
            if time.monotonic() - began > share * seconds:
                break
    return counts, faults


#: A number of its own for all that is random -> what was counted; None: there is no more.
Try = Callable[[int], Counter | None]


def _damage(ground: files.Ground) -> Try:
    return lambda number: sum(files.campaign(ground, _AT_ONCE, number).values(), Counter())


def _hostile(ground: files.Ground, place: Path) -> Try:
    def attempts(number: int) -> Counter:
        folder = place / f"hostile-{number}"
        folder.mkdir()
        met = hostile.campaign(ground, _AT_ONCE, folder, number)
        return Counter({f"hostile, {how}": count for how, count in met.items()})

    return attempts


def _lines(recipe: str, place: Path) -> Try:
    folder = place / "lines"
    folder.mkdir()
    return lambda number: Counter(lines=lines.campaign(recipe, _AT_ONCE, folder, number).total())


def _kills(recipe: str, place: Path) -> Try:
    folder, killed = place / "kills", None

    def attempt(number: int) -> Counter | None:
        nonlocal killed
        if killed is None:
            folder.mkdir()
            killed = _killed(recipe, folder)
        what = next(killed, None)
        return None if what is None else Counter([what])

    return attempt


def _killed(recipe: str, folder: Path) -> Iterator[str]:
    """Kill one command after another at one touch after another; tells which it was."""
    trained = kills.Victim(recipe, folder)
    makers = {
        "train": lambda: trained,
        "save": lambda: writers.Saved(recipe, folder),
        "infer": lambda: writers.Inferred(recipe, folder),
    }
    turns = {name: _touches(make) for name, make in makers.items()}
    while turns:
        for name in list(turns):
            if next(turns[name], None) is None:
                turns.pop(name)
            else:
                yield name


def _touches(make: Callable) -> Iterator[int]:
    """Kill a victim at one touch after another, until each has had its own."""
    victim = make()
    for first in _FIRST:
        yield from itertools.takewhile(victim.killed_at, itertools.count(first, _STRIDE))


def _table(rows: dict[str, Counter], flags: Flags, seconds: float) -> list[str]:
    return [
        f"| recipe | {' | '.join(_COLUMNS.values())} |",
        "|" + "---|" * (len(_COLUMNS) + 1),
        *(
            f"| {recipe} | {' | '.join(f'{counts[name]:,}' for name in _COLUMNS)} |"
            for recipe, counts in rows.items()
        ),
        "",
        f"*`{PROGRAM} --minutes {flags.minutes:g} --seed {flags.seed}`, {seconds / 60:.0f} min "
        f"on {machine()}.*",
    ]


if __name__ == "__main__":
    sys.exit(run_program(lambda: main(read_flags(Flags, sys.argv[1:], program=PROGRAM))))
