"""Facts in a run's config.yaml, read so that whatever is wrong with the file is one line."""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from data.errors import Refused
from data.npz import Damaged, noticing_damage


def read_facts(file: Path) -> dict:
    """Read a config.yaml that can be used as one: all code relies on the kinds of its entries.

    Raises:
        Refused: it is damaged.
        OSError: it cannot be read.
    """
    try:
        # YAML's reader raises anything for numbers and dates that are none, and for depth.
        with noticing_damage():
            facts = yaml.safe_load(file.read_text(encoding="utf-8"))
            if not _is_configuration(facts):
                raise Damaged
    except Damaged as fault:
        raise Refused(f"{file} is damaged: not the configuration of a run") from fault
    return facts


def _is_configuration(facts: dict) -> bool:
    data, shapes, changes = facts["data"], facts.get("shapes", {}), facts.get("changes", [])
    tables = facts["config"], data, facts.get("made_with", {}), shapes, data.get("levels", {})
    return (
        isinstance(facts["recipe"], str)
        and all(isinstance(table, dict) for table in (*tables, *shapes.values()))
        and isinstance(changes, list)
        and all(_is_name(name) for name in _listed(facts.get("networks", [])))
        and all(_are_numbers(levels, 2) for levels in data.get("levels", {}).values())
        and _are_labels(data.get("labels"))
    )


def _listed(value) -> list:
    return value if isinstance(value, list) else [None]


def _is_name(name) -> bool:
    """Whether it is a file's name and no path, which would lead out of the run."""
    return isinstance(name, str) and name not in ("", ".", "..") and name == os.path.basename(name)


def _are_numbers(values, count: int) -> bool:
    numbers = isinstance(values, list) and len(values) == count
    return numbers and all(type(value) in (int, float) for value in values)


def _are_labels(labels) -> bool:
    """Whether these are colours, of 1 or 3 channels; or None, where there are no labels."""
    if labels is None:
        return True
    colours = isinstance(labels, list) and labels and isinstance(labels[0], list)
    return bool(colours) and all(
        _are_numbers(colour, len(labels[0])) and all(0 <= v <= 255 for v in colour)
        for colour in labels
    )
