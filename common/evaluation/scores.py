"""Scores of candidates and the criteria for them, with printing and storage."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table

from common.metrics.estimate import Estimate
from data.files import atomic_write

#: The candidates' names of the run's own model, of that without averaging, and without training.
TRAINED, NOT_AVERAGED, UNTRAINED = "trained", "not averaged", "untrained"

Values = dict[str, float | Estimate]


@dataclass(frozen=True)
class Criterion:
    """Bounds on a measure that the trained model must meet, and some control does not."""

    measure: str
    least: float = -math.inf
    most: float = math.inf
    #: A candidate: the bounds are multiples of its value.
    of: str = ""
    #: Whether it only rules out a cheat. An untrained model may meet it, so it counts where a
    #: criterion that is no guard is met.
    guard: bool = False

    def met_by(self, name: str, values: dict[str, Values]) -> bool | None:
        """Return whether a candidate's value lies within the bounds.

        Args:
            name: The candidate.
            values: Candidate -> measure -> value.

        Returns:
            None: this was not measured.
        """
        value = values[name].get(self.measure)
        if value is None or not self.measured(values):
            return None
        if self.of:
            unit, found = _number(values[self.of][self.measure]), _number(value)
            # Strictly: no candidate is better than itself. Infinity times 0 is no bound.
            above = math.isinf(self.least) or self.least * unit < found
            return above and (math.isinf(self.most) or found < self.most * unit)
        return self.least <= _number(value) <= self.most

    def measured(self, values: dict[str, Values]) -> bool:
        """Return whether the value that the bounds are multiples of, if any, was measured."""
        return not self.of or self.measure in values.get(self.of, {})

    def __str__(self) -> str:
        of = f" × {self.of}" if self.of else ""
        if math.isinf(self.most):
            return f"{self.measure} ≥ {self.least:g}{of}"
        if math.isinf(self.least):
            return f"{self.measure} ≤ {self.most:g}{of}"
        return f"{self.measure} from {self.least:g} to {self.most:g}{of}"


@dataclass
class Scores:
    """Values of measures by candidate, with descriptions and facts."""

    #: Facts of the evaluation: `samples` of a candidate, the nets that were used, and the like.
    facts: dict
    #: Candidate -> what it is, in words.
    candidates: dict[str, str]
    #: Measure -> what it is and what would be best, in words.
    measures: dict[str, str]
    #: Candidate -> measure -> value.
    values: dict[str, Values]
    #: Measure -> why there is no value.
    unavailable: dict[str, str] = field(default_factory=dict)
    criteria: tuple[Criterion, ...] = ()
    #: Pictures to look at, by the names of their files, without an ending.
    sheets: dict[str, Image.Image] = field(default_factory=dict)

    def __add__(self, other: Scores) -> Scores:
        """Merge the measures of both, for the candidates of either; the first's facts prevail."""
        names = dict.fromkeys([*self.values, *other.values])
        measures = self.measures | other.measures
        unavailable = self.unavailable | other.unavailable
        return Scores(
            other.facts | self.facts,
            other.candidates | self.candidates,
            measures,
            {name: self.values.get(name, {}) | other.values.get(name, {}) for name in names},
            {name: why for name, why in unavailable.items() if name not in measures},
            (*self.criteria, *other.criteria),
            other.sheets | self.sheets,
        )

    @property
    def informed(self) -> bool:
        """Whether the features are those of a net that has learned from such data."""
        return bool((self.facts.get("features") or {}).get("accuracy"))

    def met(self, name: str) -> list[bool | None]:
        """Return which criteria a candidate meets; None: it cannot be told.

        It cannot where something was not measured, nor by bounds within which the untrained model
        lies: those tell nothing. Guards count for who meets a criterion that is none.
        """
        found = [criterion.met_by(name, self.values) for criterion in self.criteria]
        idle = [self._is_idle(criterion) for criterion in self.criteria]
        found = [None if no_bar else met for met, no_bar in zip(found, idle, strict=True)]
        learned = any(m for m, c in zip(found, self.criteria, strict=True) if not c.guard)
        return [
            None if met and criterion.guard and not learned else met
            for met, criterion in zip(found, self.criteria, strict=True)
        ]

    def passes(self, name: str) -> bool:
        """Return whether a candidate meets every criterion."""
        return all(self.met(name))

    def _is_idle(self, criterion: Criterion) -> bool:
        """Whether bounds that are no guard would let the untrained model pass."""
        untrained = UNTRAINED in self.values and criterion.met_by(UNTRAINED, self.values)
        return bool(untrained) and not criterion.guard

    def verdict(self) -> str:
        """Return in one sentence what the criteria say of the trained model."""
        found = list(zip(self.met(TRAINED), self.criteria, strict=True))
        missed = [str(criterion) for met, criterion in found if met is False]
        told, count = sum(met is not None for met, _ in found), len(found)
        if not any(met is not None and not criterion.guard for met, criterion in found):
            return "Not measured: nothing here can tell this run from an untrained one."
        if missed:
            words = f"Fails: {len(missed)} of {told} criteria missed ({', '.join(missed)})"
        else:
            words = f"Passes: {told} of {told} criteria met"
        return words + (f", {count - told} not measured." if told < count else ".")

    def to_json(self) -> dict:
        """Return everything as JSON-serialisable values."""
        return {
            **self.facts,
            "candidates": self.candidates,
            "measures": self.measures,
            "scores": {
                name: {measure: _number(value) for measure, value in row.items()}
                for name, row in self.values.items()
            },
            "intervals": {
                name: {m: [v.low, v.high] for m, v in row.items() if isinstance(v, Estimate)}
                for name, row in self.values.items()
            },
            "unavailable": self.unavailable,
            "criteria": [str(criterion) for criterion in self.criteria],
            "of_criteria": [criterion.measure for criterion in self.criteria],
            "met": {name: self.met(name) for name in self.values},
            "verdict": self.verdict() if self.criteria else "",
        }

    def save(self, path: Path) -> None:
        """Write `to_json` to a file."""
        with atomic_write(path) as tmp:
            text = json.dumps(self.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
            tmp.write_text(text + "\n", encoding="utf-8")

    def show(self) -> None:
        """Print the table, what its names mean, and which criteria are met."""
        # Without a terminal, a width at which no line of the table is broken.
        console = Console() if sys.stdout.isatty() else Console(width=160)
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("")
        for name in self.values:
            table.add_column(name, justify="right")
        asked = {criterion.measure for criterion in self.criteria}
        for measure in self.measures:
            cells = [_in_words(row.get(measure)) for row in self.values.values()]
            table.add_row(measure, *cells, style="bold" if measure in asked else None)
        if self.criteria:
            verdicts = [_all_of(self.met(name)) for name in self.values]
            table.add_row("all criteria", *verdicts, style="bold")
        console.print(table)
        for title, words in (("Columns", self.candidates), ("Rows", self.measures)):
            print(f"\n{title}")
            for name, meaning in words.items():
                print(f"  {name}: {meaning}")
        for measure, why in self.unavailable.items():
            print(f"  {measure}: not measured, {why}")
        print(f"\n{self.facts.get('samples', 0):,} samples per column")
        if net := self.facts.get("features"):
            print(f"in {net['name']} features, d = {net['dimensions']}; {_knows(net)}")
        if self.criteria:
            print("\nCriteria")
        for criterion, met in zip(self.criteria, self.met(TRAINED), strict=True):
            words = self._why_not(criterion) if met is None else "met" if met else "MISSED"
            print(f"  {criterion}: {words}")
        if self.criteria:
            print(f"\n{self.verdict()}")

    def _why_not(self, criterion: Criterion) -> str:
        """Why it cannot be told whether the trained model meets a criterion."""
        if self._is_idle(criterion):
            return "not counted, the untrained model meets it"
        if criterion.measure not in self.values.get(TRAINED, {}):
            return "not measured"
        if not criterion.measured(self.values):
            return f"not measured, there is no {criterion.of} (--beside)"
        return "not counted, no other criterion is met"


def _all_of(met: list[bool | None]) -> str:
    """What a candidate makes of all criteria, in a word."""
    if all(met):
        return "passes"
    if False in met:
        return "fails"
    return "passes, in part" if True in met else "–"


def _knows(net: dict) -> str:
    """What a feature net has learned, in words."""
    if not net["accuracy"]:
        return "its weights are random, and it has learned nothing"
    reads = ", ".join(f"{factor} {share:.1%}" for factor, share in net["accuracy"].items())
    return f"of {net['tested']:,} new pictures it reads {reads}; digest {net['digest']}"


def _number(value: float | Estimate) -> float:
    return float(value.value if isinstance(value, Estimate) else value)


def _in_words(value: float | Estimate | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, Estimate):
        return f"{value.value:.2g} ± {value.high - value.value:.1g}"
    if isinstance(value, int):
        return str(value)
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
