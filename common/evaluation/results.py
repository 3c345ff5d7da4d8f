"""Results of a recipe's experiments, as `make results` writes them to results.json."""

from __future__ import annotations

import json
from pathlib import Path


def read_results(folder: Path) -> dict[str, dict]:
    """Read the results of a recipe's experiments, by the experiment's name.

    Args:
        folder: The recipe's folder. Results of another recipe, from which the folder was copied,
            are ignored.
    """
    path = folder / "results.json"
    if not path.is_file():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return kept["experiments"] if kept["recipe"] == folder.name else {}
