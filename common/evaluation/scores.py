"""Scores of candidates and the criteria for them, with printing and storage."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass, field
from pathlib import Path

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

    def met_by(self, name: str, values: dict[str, Values]) -> bool:
        """Return whether a candidate's value lies within the bounds; without a value it does not.

        Args:
            name: The candidate.
            values: Candidate -> measure -> value.
        """
        value = values[name].get(self.measure)
        if value is None or not self.measured(values):
            return False
        if self.of:
            unit = _number(values[self.of][self.measure])
            # Strictly: no candidate is better than itself.
            return self.least * unit < _number(value) < self.most * unit
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
        )

    def passes(self, name: str) -> bool:
        """Return whether a candidate meets every criterion."""
        return all(criterion.met_by(name, self.values) for criterion in self.criteria)

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
            "met": {
                name: [criterion.met_by(name, self.values) for criterion in self.criteria]
                for name in self.values
            },
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
            verdicts = ["passes" if self.passes(name) else "fails" for name in self.values]
            table.add_row("all criteria", *verdicts, style="bold")
        console.print(table)
        for title, words in (("Columns", self.candidates), ("Rows", self.measures)):
            print(f"\n{title}")
            for name, meaning in words.items():
                print(f"  {name}: {meaning}")
        for measure, why in self.unavailable.items():
            print(f"  {measure}: not available, {why}")
        print(f"\n{self.facts.get('samples', 0):,} samples per column")
        if net := self.facts.get("features"):
            reads = ", ".join(f"{factor} {share:.1%}" for factor, share in net["accuracy"].items())
            print(
                f"in {net['name']} features, d = {net['dimensions']}; of {net['tested']:,} new "
                f"pictures it reads {reads}; digest {net['digest']}"
            )
        if self.criteria:
            print("\nCriteria")
        for criterion in self.criteria:
            verdict = "met" if criterion.met_by(TRAINED, self.values) else "MISSED"
            if not criterion.measured(self.values):
                verdict = f"not measured, there is no {criterion.of} (--beside)"
            print(f"  {criterion}: {verdict}")


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
