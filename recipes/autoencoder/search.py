"""Find the pictures most like another by their codes: `python -m recipes.autoencoder.search`."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from common.commands.made import check_kept, writing
from common.commands.name import recipe_name
from common.run.loaded import LoadedRun
from common.translation.fitted import each_fitted
from common.translation.pictures import read_inputs
from data.command import read_flags, run_program
from data.errors import Refused
from data.files import atomic_write
from data.levels import Levels
from data.listing import printable
from data.plurals import number_of
from data.resize import height_and_width
from data.sheet import save, side_by_side

from .config import Config
from .gallery import open_gallery
from .index import index_of, nearest
from .infer import networks

_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


@dataclass
class Flags:
    """Find the pictures that a run's encoder gives the codes nearest to a picture's."""

    run: Path
    """The run folder; it keeps an index of what was searched."""
    input: str
    """The picture; of a folder, each of its pictures."""
    place: Annotated[str, tyro.conf.arg(name="in")]
    """What is searched: a folder of pictures, or a world, a set or a file of arrays."""
    count: int = 10
    """How many pictures to find."""
    out: Path | None = None
    """The sheet; a .json of the same name says the rest; None: search.png in the run's folder."""

    def check(self) -> None:
        """Validate the flags.

        Raises:
            Refused: with the flag and what is legal, in one line.
        """
        if not 1 <= self.count <= 100:
            raise Refused(f"--count {self.count}: legal is 1 to 100")
        if self.out is not None and self.out.suffix.lower() not in _ENDINGS:
            raise Refused(f"--out {self.out}: legal endings are {' '.join(_ENDINGS)}")
        if self.out is not None:
            for out in (self.out, self.out.with_suffix(".json")):
                check_kept(out, (self.input, self.place))


def asked(flags: Flags, config: Config, levels: Levels | None) -> tuple[list[str], np.ndarray]:
    """Read the pictures to search for, fitted as in training, and say which ones were fitted.

    Args:
        flags: The options.
        config: The run's.
        levels: The values that become 0 and 255, as `LoadedRun.levels` has them.

    Returns:
        Their names, and uint8 N×H×W×C.

    Raises:
        Refused: there is none.
    """
    names, found, size = [], [], height_and_width(config.image_size)
    inputs = read_inputs(flags.input, config.channels, levels=levels)
    for picture, pixels in each_fitted(inputs, config.image_size, config.fit):
        height, width = picture.frames[0].shape[:2]
        if (height, width) != size:
            told = f"{width}×{height} pixels, fitted to {size[1]}×{size[0]} as in training"
            print(f"note: {printable(picture.name)}: {told}", file=sys.stderr)
        names.append(picture.name)
        found.append(pixels)
    if not found:
        raise Refused(f"--input {printable(flags.input)}: none of its pictures can be used")
    return names, np.stack(found)


def search(loaded: LoadedRun, flags: Flags) -> Path:
    """Search, and write the sheet and the JSON; returns the sheet's path.

    Raises:
        Refused: there is nothing to search for, or in; or a network's file is damaged.
        EnvironmentFailure: a file cannot be written.
    """
    config, levels = loaded.config, loaded.levels()
    names, pictures = asked(flags, config, levels)
    gallery = open_gallery(flags.place, config, levels)
    encode, _ = networks(loaded)
    digest = hashlib.sha256(loaded.run.network("encoder").read_bytes()).hexdigest()[:16]
    file = loaded.run.path / "index" / f"{gallery.key}.npz"
    index = index_of(gallery, file, digest, encode)
    codes = encode(pictures)
    # Its import would be most of the time that is told.
    import sklearn.neighbors  # noqa: F401

    began = time.perf_counter()
    places, distances = nearest(index.codes, codes, flags.count)
    took = time.perf_counter() - began
    found = index.names[places]
    similar = [
        [
            {"name": str(name), "distance": float(distance)}
            for name, distance in zip(*row, strict=True)
        ]
        for row in zip(found, distances, strict=True)
    ]
    told = [{"input": n, "similar": rows} for n, rows in zip(names, similar, strict=True)]
    out = flags.out or loaded.run.path / "search.png"
    shown = dict(gallery.pictures(list(dict.fromkeys(found.ravel().tolist()))))
    columns = [np.stack([shown[str(name)] for name in column]) for column in found.T]
    with writing(out):
        save(side_by_side(pictures, *columns, across=1), out)
    beside = out.with_suffix(".json")
    with writing(beside), atomic_write(beside) as tmp:
        answer = {"in": flags.place, "searched": len(index.names), "asked": told}
        tmp.write_text(json.dumps(answer, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, rows in zip(names, similar, strict=True):
        print(f"{printable(name)}: {', '.join(printable(row['name']) for row in rows)}")
    print(f"{number_of(len(index.names), 'pictures')} searched in {took:.2f} s")
    print(f"{out}\n{beside}")
    return out


def main() -> int:
    """Search from the command line; returns the exit code."""
    recipe = recipe_name(__file__)

    def program() -> None:
        flags = read_flags(Flags, sys.argv[1:], program=f"python -m recipes.{recipe}.search")
        flags.check()
        search(LoadedRun.open(flags.run, recipe, Config), flags)

    return run_program(program)


if __name__ == "__main__":
    sys.exit(main())
