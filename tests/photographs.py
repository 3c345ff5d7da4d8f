"""Trainings on photographs, which chapters show pictures of where somebody has the photographs.

They take from half an hour to hours on two cores. What was interrupted goes on.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from data.errors import Refused
from tests import results

#: Where the runs of chapters lie.
RUNS = Path(__file__).parent.parent / "runs" / "chapters"


@dataclass(frozen=True)
class Photographs:
    """A training on photographs that are not part of this project."""

    recipe: str
    #: What its run and its pictures are called.
    name: str
    #: The variable of the environment that names the folder.
    variable: str
    flags: tuple[str, ...]

    def run(self) -> Path | None:
        """Return the run, trained where that is needed; None, said in a line: no photographs."""
        place = os.environ.get(self.variable)
        if not place:
            print(
                f"{self.recipe}, {self.name}: left as it is, {self.variable}=FOLDER names the "
                "photographs",
                file=sys.stderr,
            )
            return None
        if not Path(place).is_dir():
            raise Refused(f"{self.variable}={place}: there is no such folder")
        run = RUNS / f"{self.recipe}-{self.name}"
        results.train(self.recipe, ("--data", place, *self.flags), run, 0)
        return run


#: Aligned faces, 64 pixels or more a side.
FACES = Photographs(
    *("dcgan", "faces", "FACES"),
    (
        *("--image-size", "48", "--flip", "--steps", "6000", "--sample-every", "250"),
        *("--decay-from", "3000", "--decay-steps", "3000"),
    ),
)
#: The same faces, with styles.
PORTRAITS = Photographs(
    *("stylegan", "portraits", "FACES"),
    (
        *("--flip", "--image-size", "64", "--width", "512"),
        *("--steps", "10000", "--sample-every", "500"),
    ),
)
#: Façades with label maps, in pairs side by side: the photograph is the left half.
FACADES = Photographs(
    *("pix2pix", "facades128", "FACADES"),
    (
        *("--direction", "BtoA", "--image-size", "128", "--patch-layers", "3"),
        *("--steps", "16000", "--sample-every", "1000"),
    ),
)
#: Two folders: apples, and oranges.
FRUITS = Photographs(
    *("cyclegan", "apple2orange", "FRUITS"),
    (
        *("--image-size", "128", "--width", "32", "--batch-size", "1", "--patch-layers", "3"),
        *("--generator-rate", "2e-4", "--discriminator-rate", "2e-4", "--averaging", "0.999"),
        *("--steps", "20000", "--decay-from", "10000", "--decay-steps", "10000"),
        *("--sample-every", "1000"),
    ),
)
#: Two folders: paintings, and photographs.
MONET = Photographs("cyclegan", "monet128", "MONET", FRUITS.flags)
