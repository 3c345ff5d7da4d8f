"""Scores: who got what, which bars hold, and how that is told."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from common.metrics.kid import Estimate
from data.files import atomic_write

#: The run's own generator among the entrants.
TRAINED = "trained"
#: Names of entrants that a run measured beside it cannot have.
RESERVED = (TRAINED, "not averaged", "untrained", "real", "copies", "PCA", "pixels")
RESERVED += ("centres", "Gaussian", "wrong pairing", "mean colours")
RESERVED += ("identity", "colours", "other content", "hidden message")


@dataclass(frozen=True)
class Bar:
    """What the trained generator must reach, and no control may (beside real data)."""

    measure: str
    least: float = -math.inf
    most: float = math.inf
    #: An entrant: the bounds are multiples of its value.
    of: str = ""

    def holds(self, scores: dict[str, dict], who: str) -> bool:
        """Whether an entrant's score lies within the bounds; without a score it does not."""
        value = scores[who].get(self.measure)
        if value is None or (self.of and self.of not in scores):
            return False
        unit = _number(scores[self.of][self.measure]) if self.of else 1.0
        if self.of:
            # Strictly: nobody is better than himself.
            return self.least * unit < _number(value) < self.most * unit
        return self.least <= _number(value) <= self.most

    def __str__(self) -> str:
        of = f" × {self.of}" if self.of else ""
        if math.isinf(self.most):
            return f"{self.measure} ≥ {self.least:g}{of}"
        if math.isinf(self.least):
            return f"{self.measure} ≤ {self.most:g}{of}"
        return f"{self.measure} from {self.least:g} to {self.most:g}{of}"


@dataclass
class Scores:
    """What was measured, of whom, and what it was measured with."""

    #: Of the run: recipe, data, step and the like.
    facts: dict
    #: Entrant -> what it is, in words.
    entrants: dict[str, str]
    #: Measure -> what it is and what would be best, in words.
    measures: dict[str, str]
    #: Entrant -> measure -> value.
    values: dict[str, dict[str, float | Estimate]]
    #: Measure -> why there is no value.
    unavailable: dict[str, str] = field(default_factory=dict)
    bars: tuple[Bar, ...] = ()

    def passes(self, who: str) -> bool:
        """Whether an entrant meets every bar."""
        return all(bar.holds(self.values, who) for bar in self.bars)

    def to_json(self) -> dict:
        """Everything, as what JSON knows."""
        return {
            **self.facts,
            "entrants": self.entrants,
            "measures": self.measures,
            "scores": {
                who: {name: _number(value) for name, value in row.items()}
                for who, row in self.values.items()
            },
            "intervals": {
                who: {n: [v.low, v.high] for n, v in row.items() if isinstance(v, Estimate)}
                for who, row in self.values.items()
            },
            "unavailable": self.unavailable,
            "bars": [str(bar) for bar in self.bars],
            "of_bars": [bar.measure for bar in self.bars],
            "held": {
                who: [bar.holds(self.values, who) for bar in self.bars] for who in self.values
            },
        }

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        with atomic_write(path) as tmp:
            text = json.dumps(self.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
            tmp.write_text(text + "\n", encoding="utf-8")

    def show(self) -> None:
        """Print the table, what the words mean, and which bars hold."""
        # Where nobody's terminal sets a width, no line of the table is broken.
        console = Console() if sys.stdout.isatty() else Console(width=160)
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("")
        for who in self.values:
            table.add_column(who, justify="right")
        for name in self.measures:
            cells = [_told(row.get(name)) for row in self.values.values()]
            table.add_row(name, *cells, style="bold" if self._has_bar(name) else None)
        if self.bars:
            verdicts = ["passes" if self.passes(who) else "fails" for who in self.values]
            table.add_row("all bars", *verdicts, style="bold")
        console.print(table)
        for title, words in (("Columns", self.entrants), ("Rows", self.measures)):
            print(f"\n{title}")
            for name, meaning in words.items():
                print(f"  {name}: {meaning}")
        for name, why in self.unavailable.items():
            print(f"  {name}: not available, {why}")
        print(f"\n{self.facts.get('samples', 0):,} samples of everybody")
        if net := self.facts.get("features"):
            reads = ", ".join(f"{factor} {share:.1%}" for factor, share in net["accuracy"].items())
            print(
                f"in {net['name']} features, d = {net['dimensions']}; of {net['tested']:,} new "
                f"pictures it reads {reads}; digest {net['digest']}"
            )
        if self.bars:
            print("\nBars")
        for bar in self.bars:
            verdict = "met" if bar.holds(self.values, TRAINED) else "MISSED"
            if bar.of and bar.of not in self.values:
                verdict = f"not measured, there is no {bar.of} (--beside)"
            print(f"  {bar}: {verdict}")

    def _has_bar(self, measure: str) -> bool:
        return any(bar.measure == measure for bar in self.bars)


def _number(value: float | Estimate) -> float:
    return float(value.value if isinstance(value, Estimate) else value)


def _told(value: float | Estimate | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, Estimate):
        return f"{value.value:.2g} ± {value.high - value.value:.1g}"
    if isinstance(value, int):
        return str(value)
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
