"""The tables of results in the README and in the chapters, from recipes/*/results.json alone."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from common.evaluation.results import read_results
from common.evaluation.scores import TRAINED
from data.files import atomic_write
from data.named import SETS

ROOT = Path(__file__).parent.parent
SETS_MARK, END = "<!-- sets -->", "<!-- end of sets -->"


def write_tables() -> None:
    """Put the tables into their places."""
    for path in places():
        text = path.read_text(encoding="utf-8")
        anew = renewed(path, text)
        if anew != text:
            with atomic_write(path) as tmp:
                tmp.write_text(anew, encoding="utf-8")


def places() -> list[Path]:
    """The files that have tables."""
    return [
        *(ROOT / "README.md", ROOT / "data" / "README.md"),
        *sorted(ROOT.glob("recipes/*/README.md")),
    ]


def renewed(path: Path, text: str) -> str:
    """A file's text with what stands between its marks made anew."""

    def table(match: re.Match) -> str:
        wanted = match[1].split()
        if wanted == ["all"]:
            body = overview()
        else:
            kept = read_results(path.parent)
            if not set(wanted) <= set(kept):
                # Not measured yet: what stands there stays.
                return match[0]
            trials = [kept[name] for name in wanted]
            body = details(*trials) if len(trials) == 1 else compared(wanted, trials)
        return f"<!-- results: {match[1]} -->\n{body}\n<!-- end of results -->"

    if SETS_MARK in text:
        head, _, rest = text.partition(SETS_MARK)
        text = head + SETS_MARK + "\n" + sets_table() + END + rest.partition(END)[2]
    marks = r"<!-- results: ([^>]+) -->\n.*?<!-- end of results -->"
    return re.sub(marks, table, text, flags=re.DOTALL)


def sets_table() -> str:
    """One row a real set: what it is, and where it comes from."""
    rows = [
        "| name | is | for training | pixels | to fetch | terms | from | SHA-256 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, facts in SETS.items():
        side = "" if not facts.sizes[0][0] else "×".join(map(str, facts.sizes[0][::-1]))
        known = f"{facts.sha256[:8]}…" if facts.sha256 else "not published"
        address = facts.address.partition("://")[2] or f"`tfds:{facts.address}`"
        rows.append(
            f"| `{name}` | {facts.kind} | {facts.count:,} | {side} | {facts.megabytes:,.0f} MB "
            f"| {facts.licence} | {address} | {known} |"
        )
    return "\n".join(rows) + "\n"


def overview() -> str:
    """One row a criterion: what it asks, how many runs meet it, and with which figures."""
    rows = [
        "| trained | criterion | met | trained run | real data | others |",
        "|---|---|---|---|---|---|",
    ]
    for path in sorted(ROOT.glob("recipes/*/results.json")):
        for name, trial in read_results(path.parent).items():
            if trial["aside"]:
                continue
            for criterion, measure, met in zip(
                trial["criteria"], trial["of_criteria"], trial["met"], strict=True
            ):
                told = {
                    candidate: told_of(row[measure])
                    for candidate, row in trial["scores"].items()
                    if measure in row
                }
                others = ", ".join(
                    f"{candidate} {value}"
                    for candidate, value in told.items()
                    if candidate not in (TRAINED, "real")
                )
                real = told.get("real", "–")
                recipe = path.parent.name
                rows.append(
                    f"| [{recipe}](recipes/{recipe}/README.md) {name} | {criterion} "
                    f"| {_share(met, trial)} | {told.get(TRAINED, '–')} | {real} | {others} |"
                )
    return "\n".join(rows)


def _share(met: int | None, trial: dict) -> str:
    return "not measured" if met is None else f"{met} of {trial['seeds']}"


def details(trial: dict) -> str:
    """Every measure of every candidate, and how it was obtained."""
    candidates = list(trial["scores"])
    rows = ["| | " + " | ".join(candidates) + " |", "|---" * (len(candidates) + 1) + "|"]
    for measure in trial["measures"]:
        cells = [told_of(trial["scores"][name].get(measure, [])) for name in candidates]
        rows.append(f"| {measure} | " + " | ".join(cells) + " |")
    verdicts = [f"{trial['passes'][name]} of {trial['seeds']}" for name in candidates]
    rows.append("| **meets every criterion** | " + " | ".join(verdicts) + " |")
    seconds = told_of(trial["seconds"])
    several = trial["seeds"] > 1
    rows += [
        "",
        f"*`{trial['command']}`, {trial['seeds']} {'seeds' if several else 'seed'}, "
        f"{trial['steps']:,} steps, {seconds} s{' each' if several else ''}; "
        f"{trial['samples']:,} samples per column"
        f"{'; median [lowest – highest] of the seeds' if several else ''}. {trial['machine']}.*",
    ]
    if trial["features"]:
        known = trial["features"]
        reads = ", ".join(f"{name} {share:.1%}" for name, share in known["accuracy"].items())
        learned = f"of {known['tested']:,} pictures that it never saw the net reads {reads}"
        rows += [
            "",
            f"*Distances are in {known['name']} features, d = {known['dimensions']}, "
            f"N = {trial['samples']:,}; {learned if reads else 'its weights are random'}; digest "
            f"{known['digest']}.*",
        ]
    rows += ["", "Criteria: " + "; ".join(trial["criteria"]) + "."]
    return "\n".join(rows)


def compared(names: list[str], trials: list[dict]) -> str:
    """Some trials by the measures that the first one's criteria ask for, with their first seed."""
    measures = list(dict.fromkeys(trials[0]["of_criteria"]))
    rows = ["| | " + " | ".join(measures) + " | command |", "|---" * (len(measures) + 2) + "|"]
    for name, trial in zip(names, trials, strict=True):
        cells = [told_of(trial["scores"][TRAINED].get(measure, [])[:1]) for measure in measures]
        rows.append(f"| {name} | " + " | ".join(cells) + f" | `{trial['command']}` |")
    return "\n".join([*rows, "", "*Seed 0 of each.*"])


def told_of(values: list[float]) -> str:
    """Median and range in three digits; one figure where they are the same, a dash for none."""
    if not values:
        return "–"
    low, middle, high = (_digits(f(values)) for f in (np.min, np.median, np.max))
    return middle if low == high else f"{middle} [{low} – {high}]"


def _digits(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 or value == 0 else f"{value:.1e}"
