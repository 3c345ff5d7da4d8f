"""metrics.csv as this project writes it, and as spreadsheet programs leave it behind."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

#: Between two fields: ours, and what a spreadsheet writes where a comma is the decimal point.
_DELIMITERS = ",;\t"


def read(path: Path, expected: Sequence[str] = ()) -> tuple[list[str], list[dict[str, str]]] | None:
    """Read the columns' names and the rows, in which a row cut short is left out.

    A byte order mark, semicolons or tabs with decimal commas, and a missing header are what
    editing by hand leaves: none of them changes the values.

    Args:
        path: The file.
        expected: Names of the columns where the file has no header.

    Returns:
        None where there is no file, or it holds something else.
    """
    if not path.is_file():
        # Nor a pipe, which to read would wait for ever, or a device without an end.
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return None
    if delimiter != ",":
        lines = [[field.replace(",", ".") for field in line] for line in lines]
    if lines and _is_row(lines[0]) and len(lines[0]) == len(expected):
        lines.insert(0, list(expected))
    if not lines or "step" not in lines[0]:
        return None if any(lines) else ([], [])
    names, *rows = lines
    step = names.index("step")
    whole = (row for row in rows if len(row) >= len(names) and _is_number(row[step]))
    return names, [dict(zip(names, row, strict=False)) for row in whole]


def _is_row(line: list[str]) -> bool:
    return bool(line) and all(field == "" or _is_number(field) for field in line)


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
