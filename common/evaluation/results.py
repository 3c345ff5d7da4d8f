"""The figures of a recipe's experiments, as `make results` keeps them in its results.json."""

from __future__ import annotations

import json
from pathlib import Path


def read_results(folder: Path) -> dict[str, dict]:
    """The results of each experiment of a recipe, by the experiment's name.

    Args:
        folder: The recipe's folder. The results of another recipe, from which the folder was
            copied, are not its own: there are none then.
    """
    path = folder / "results.json"
    if not path.is_file():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return kept["experiments"] if kept["recipe"] == folder.name else {}
