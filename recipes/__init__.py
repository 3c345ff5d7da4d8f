"""Recipes, one folder each; `python -m recipes` lists them."""

import importlib.util
import sys
from pathlib import Path

# The packages that a recipe imports, each with a file that is this project's alone.
_OURS = {"common": "commands/train.py", "data": "worlds/world.py"}


def _check_not_hidden() -> None:
    """Refuse to run where a package of the user's own is imported in place of ours.

    Here, because this is run before anything is imported from them. A mere folder `data/`
    hides nothing: Python prefers a package with an `__init__.py`, wherever on its path.
    """
    for name, file in _OURS.items():
        spec = importlib.util.find_spec(name)
        places = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
        if spec is None or any((place / file).is_file() for place in places):
            continue
        found = places[0] if places else spec.origin
        line = (
            f"{found} hides this project's package {name}: use gan-cookbook RECIPE train ..., "
            "which does not look into the current folder, or work in another folder"
        )
        # What Python says while it looks for the module of `python -m`; or our own script.
        if sys.argv[0] == "-m" or Path(sys.argv[0]).name == "gan-cookbook":
            print(f"error: {line}", file=sys.stderr)
            raise SystemExit(2)
        raise ImportError(line)


_check_not_hidden()

# Before a recipe's networks import Keras: it says for which backend.
import common  # noqa: E402, F401
