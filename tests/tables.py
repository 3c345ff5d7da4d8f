"""The tables of results in RESULTS.md and in the chapters, from recipes/*/results.json alone.

What stands between <!-- results: … --> and <!-- end of results --> is written here:

* `houses`: everything about an experiment of the chapter's recipe;
* `houses | trained, real, PCA`: some candidates by the measures that criteria ask for;
* `houses | trained, real | coverage, density`: by these measures;
* `stabilisers | rows | seconds, recall`: a row for it and for each of its ablations;
* `ring without-blur`: several experiments beside each other; `faces dcgan/faces | | coverage`:
  one of another recipe, too, by these measures;
* `all`, `every`: a row a criterion of all recipes; everything about every experiment.
"""

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
#: In place of columns: there is a row for each candidate.
ROWS = "rows"
SECONDS = "seconds"


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
        *(ROOT / "RESULTS.md", ROOT / "data" / "README.md"),
        *sorted(ROOT.glob("recipes/*/README.md")),
    ]


def renewed(path: Path, text: str) -> str:
    """A file's text with what stands between its marks made anew."""

    def table(match: re.Match) -> str:
        names, columns, chosen = ([*match[1].split("|"), "", ""])[:3]
        wanted = names.split()
        columns, chosen = (
            [word.strip() for word in part.split(",") if word.strip()] for part in (columns, chosen)
        )
        if wanted == ["all"]:
            body = overview()
        elif wanted == ["every"]:
            body = everything()
        else:
            trials = [_trial(path.parent, name) for name in wanted]
            if None in trials:
                # Not measured yet: what stands there stays.
                return match[0]
            if len(trials) > 1:
                body = compared(wanted, trials, chosen)
            elif columns == [ROWS]:
                body = listed(trials[0], chosen)
            elif columns:
                body = excerpt(trials[0], columns, chosen)
            else:
                body = details(*trials)
        return f"<!-- results: {match[1]} -->\n{body}\n<!-- end of results -->"

    if SETS_MARK in text:
        head, _, rest = text.partition(SETS_MARK)
        text = head + SETS_MARK + "\n" + sets_table() + END + rest.partition(END)[2]
    marks = r"<!-- results: ([^>]+) -->\n.*?<!-- end of results -->"
    return re.sub(marks, table, text, flags=re.DOTALL)


def _trial(folder: Path, name: str) -> dict | None:
    """An experiment of a folder's recipe or, as `dcgan/faces`, of another one."""
    recipe, _, own = name.rpartition("/")
    return read_results(folder.parent / recipe if recipe else folder).get(own)


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
                share = _share(met, criterion, measure, trial)
                recipe = path.parent.name
                rows.append(
                    f"| [{recipe}](recipes/{recipe}/README.md) {name} | {criterion} "
                    f"| {share} | {told.get(TRAINED, '–')} | {real} | {others} |"
                )
    return "\n".join(rows)


def _share(met: int | None, criterion: str, measure: str, trial: dict) -> str:
    """How many seeds meet a criterion; it does not count where an untrained model meets it, too."""
    if met is not None:
        return f"{met} of {trial['seeds']}"
    needed = {TRAINED, criterion.partition(" × ")[2] or TRAINED}
    measured = all(measure in trial["scores"].get(name, {}) for name in needed)
    return "not counted" if measured else "not measured"


def everything() -> str:
    """Every experiment of every recipe under a heading of its own, which chapters link to."""
    return "\n\n".join(
        f"### {path.parent.name} {name}\n\n{details(trial)}"
        for path in sorted(ROOT.glob("recipes/*/results.json"))
        for name, trial in read_results(path.parent).items()
    )


def excerpt(trial: dict, candidates: list[str], chosen: list[str] | None = None) -> str:
    """Some candidates by some measures, and how that was obtained.

    Args:
        chosen: The measures; None: those that the criteria ask for. Where those are among
            them, it is told who meets the criteria.

    Raises:
        LookupError: there is no such candidate or measure.
    """
    for asked, there in ((candidates, trial["scores"]), (chosen or [], trial["measures"])):
        if unknown := set(asked) - set(there):
            raise LookupError(f"no {', '.join(unknown)}; there are {', '.join(there)}")
    rows = _table(trial, candidates, chosen or list(dict.fromkeys(trial["of_criteria"])))
    if chosen and not set(trial["of_criteria"]) <= set(chosen):
        # Who meets the criteria says nothing where their measures are not shown.
        return "\n".join([*rows[:-1], "", _provenance(trial)])
    return "\n".join([*rows, "", _provenance(trial), "", _criteria(trial)])


def listed(trial: dict, measures: list[str]) -> str:
    """A row for the trained run and each of its ablations, with what is different about it.

    Args:
        measures: The columns; `seconds` is how long the training took.
    """
    ablations = trial["ablations"]
    common = trial["command"].partition(".train")[2] + " "
    rows = ["| | flags | " + " | ".join(measures) + " |", "|---" * (len(measures) + 2) + "|"]
    for name in (TRAINED, *ablations):
        took = trial["seconds"] if name == TRAINED else trial["seconds_of"][name]
        cells = [
            told_of(took) if measure == SECONDS else _cell(trial, name, measure)
            for measure in measures
        ]
        more = f" {ablations[name]}".removeprefix(common) if name in ablations else ""
        flags = f"`{more.strip()}`" if more else "–"
        rows.append(f"| {name} | {flags} | " + " | ".join(cells) + " |")
    return "\n".join([*rows, "", _provenance(trial)])


def details(trial: dict) -> str:
    """Every measure of every candidate, and how it was obtained."""
    if trial.get("rows"):
        return listed(trial, [SECONDS, *trial["measures"]])
    rows = _table(trial, list(trial["scores"]), list(trial["measures"]))
    rows += ["", _provenance(trial)]
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
    return "\n".join([*rows, "", _criteria(trial)])


def _table(trial: dict, candidates: list[str], measures: list[str]) -> list[str]:
    """Rows: a measure each, and who meets every criterion."""
    rows = ["| | " + " | ".join(candidates) + " |", "|---" * (len(candidates) + 1) + "|"]
    for measure in measures:
        cells = [_cell(trial, name, measure) for name in candidates]
        rows.append(f"| {measure} | " + " | ".join(cells) + " |")
    verdicts = [_verdict(trial, name) for name in candidates]
    rows.append("| **meets every criterion** | " + " | ".join(verdicts) + " |")
    return rows


def _verdict(trial: dict, name: str) -> str:
    """With how many seeds a candidate meets every criterion, or all that were measured of it."""
    partly = trial.get("in_part", {}).get(name, 0)
    if partly and not trial["passes"][name]:
        return f"{partly} of {trial['seeds']}, in part"
    return f"{trial['passes'][name]} of {trial['seeds']}"


def _cell(trial: dict, candidate: str, measure: str) -> str:
    """A figure with its range over the seeds or, of one seed, its own interval."""
    told = told_of(trial["scores"][candidate].get(measure, []))
    interval = trial.get("intervals", {}).get(candidate, {}).get(measure)
    return f"{told} [{_digits(interval[0])} – {_digits(interval[1])}]" if interval else told


def _provenance(trial: dict) -> str:
    """How a trial's figures were obtained."""
    several = trial["seeds"] > 1
    spread = "; median [lowest – highest] of the seeds" if several else ""
    if trial.get("intervals") and any(trial["intervals"].values()):
        spread = "; with 95 % intervals where they were measured"
    return (
        f"*`{trial['command']}`, {trial['seeds']} {'seeds' if several else 'seed'}, "
        f"{trial['steps']:,} steps, {told_of(trial['seconds'])} s{' each' if several else ''}; "
        f"{trial['samples']:,} samples per column{spread}. {trial['machine']}.*"
    )


def _criteria(trial: dict) -> str:
    return "Criteria: " + "; ".join(trial["criteria"]) + "."


def compared(names: list[str], trials: list[dict], chosen: list[str] | None = None) -> str:
    """Some trials by some measures, with their first seed.

    Args:
        chosen: The measures; None: those that the first one's criteria ask for.
    """
    measures = chosen or list(dict.fromkeys(trials[0]["of_criteria"]))
    rows = ["| | " + " | ".join(measures) + " | command |", "|---" * (len(measures) + 2) + "|"]
    for name, trial in zip(names, trials, strict=True):
        cells = [told_of(trial["scores"][TRAINED].get(measure, [])[:1]) for measure in measures]
        rows.append(f"| {name} | " + " | ".join(cells) + f" | `{trial['command']}` |")
    nets = {(trial.get("features") or {}).get("digest") for trial in trials}
    note = "Seed 0 of each."
    if len(nets) > 1:
        note += " Their feature nets were trained apart, so small differences mean nothing."
    return "\n".join([*rows, "", f"*{note}*"])


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
