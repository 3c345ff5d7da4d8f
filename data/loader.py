"""From what a user writes after `--data` to a source of pictures."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from data import named, worlds
from data.arrays import open_npz
from data.errors import Refused
from data.folders import open_folder
from data.imageset import Source
from data.made import open_world
from data.named import NamedSource


def find(spec: str) -> Source:
    """The source that `spec` names: a world, a real set, a folder or an .npz file.

    One domain of an unpaired world is named as in "seasons:summer".

    A name wins over a folder of the same name; write `./houses` for the folder.

    Raises:
        Refused: there is no such thing, or it cannot be used; says what would be legal.
    """
    if spec.partition(":")[0] in worlds.names():
        return open_world(spec)
    if spec in named.SETS:
        return NamedSource(spec)
    # os.path, not Path: it says no where Path raises (no permission, no such user).
    path = Path(os.path.expanduser(spec))
    if os.path.isdir(path):
        return open_folder(path)
    if os.path.isfile(path):
        if path.suffix == ".npz":
            return open_npz(path)
        raise Refused(f"--data {spec} is a file; legal are a folder of pictures or an .npz file")
    known = worlds.names() + list(named.SETS)
    close = difflib.get_close_matches(spec, known, 1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    raise Refused(
        f"--data {spec}: no such thing{hint}; legal are the worlds {', '.join(worlds.names())}, "
        f"the sets {', '.join(named.SETS)}, a folder of pictures, or an .npz file"
    )
