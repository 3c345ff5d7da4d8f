"""Place of a new run: a new folder, or an empty one, that may be written to."""

from __future__ import annotations

import contextlib
import datetime
import os
import secrets
from pathlib import Path

from data.errors import Refused
from data.files import ASIDE

RUNS = Path("runs")
#: What a volume, or a folder that a desktop has shown, holds while it is empty.
_NOTHING = {"lost+found", ".DS_Store"}


def check_free(path: Path | None, recipe: str) -> None:
    """Refuse a place in which no new run can be made; an empty folder is free.

    Args:
        path: Where --run says; None: in runs/RECIPE.
        recipe: The recipe's name.

    Raises:
        Refused: there is something, or there is no permission to write.
    """
    if path is not None and (what := occupant(path)):
        way = "a run: --resume it" if what == "a run" else what
        raise Refused(f"--run {path} holds {way}, or choose a new folder")
    where = RUNS / recipe if path is None else path
    if reason := _why_not(where):
        other = "--run names another place" if path is None else "choose another folder"
        raise Refused(f"--run {where} cannot be made, as {reason}: {other}")


def occupant(path: Path) -> str:
    """Return what is at a path, in words: "a run" or "something else"; "": it is free."""
    if not os.path.lexists(path):
        return ""
    with contextlib.suppress(OSError):
        # What a killed process was about to put there is nothing, either.
        there = {name for name in os.listdir(path) if not name.startswith(ASIDE)}
        if not there - _NOTHING:
            return ""
    return "a run" if os.path.isfile(path / "config.yaml") else "something else"


def _why_not(path: Path) -> str:
    """Why nothing can be written into a folder that may not be there yet; "" if it can."""
    place = path.absolute()
    while not os.path.lexists(place):
        place = place.parent
    if not os.path.isdir(place):
        return f"{place} is no folder"
    allowed = os.access(place, os.W_OK | os.X_OK)
    return "" if allowed else f"there is no permission to write in {place}"


def make_folder(path: Path | None, recipe: str) -> Path:
    """Make the folder of a new run, which may be there and empty; see `check_free`."""
    if path is not None:
        path.mkdir(parents=True, exist_ok=True)
        return path
    # Named after the time, and numbered where several runs start in one second.
    now, number = datetime.datetime.now().strftime("%Y-%m-%d-%H%M%S"), 1
    while True:
        path = RUNS / recipe / (now if number == 1 else f"{now}-{number}")
        try:
            path.mkdir(parents=True)
            return path
        except FileExistsError:
            number += 1


def write_once(path: Path, text: str) -> None:
    """Write a file that must not be there, whole or not at all.

    Raises:
        FileExistsError: it is there, if only since a moment ago.
    """
    tmp = path.with_name(f"{ASIDE}{secrets.token_hex(4)}{path.suffix}")
    try:
        tmp.write_text(text, encoding="utf-8")
        try:
            os.link(tmp, path)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links.
            os.replace(tmp, path)
    finally:
        tmp.unlink(missing_ok=True)
