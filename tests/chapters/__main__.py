"""`make chapters`: make what the chapters show, from the source and from trained runs.

First what needs no training: code is printed from the source, and diagrams are drawn from the
networks; `make chapters QUICK=1` ends there. Then the pictures, which are of the runs of
`make results` with seed 0; what is missing is trained (about half an hour on two cores).
RECIPE=dcgan makes those of one chapter.

Pictures of photographs need them: FACES=FOLDER, FACADES=FOLDER, FRUITS=FOLDER and MONET=FOLDER
name the folders. Where one is not named, its pictures stay as they are. These trainings take
longer, up to hours; what was interrupted goes on. What is committed stays below 300 kB.
"""

from __future__ import annotations

import os
import sys

from data.command import run_program
from data.errors import Refused
from tests.chapters import CHAPTERS, ROOT, make, worlds
from tests.pages.drawings import write_drawings
from tests.pages.marks import write_pages
from tests.photographs import RUNS


def main() -> None:
    """Make what RECIPE and QUICK in the environment ask for; without them, everything."""
    chosen, quick = os.environ.get("RECIPE"), os.environ.get("QUICK", "0")
    if chosen and chosen not in CHAPTERS:
        raise Refused(f"RECIPE={chosen}: there are {', '.join(CHAPTERS)}")
    if quick not in ("0", "1"):
        raise Refused(f"QUICK={quick}: legal are 0 and 1")
    write_drawings([chosen] if chosen else None)
    if quick == "0":
        RUNS.mkdir(parents=True, exist_ok=True)
        if not chosen:
            worlds.make(ROOT / "data" / "pictures")
        for chapter in [chosen] if chosen else CHAPTERS:
            make(chapter)
    # Last: a page shows the pictures that there are.
    for page in write_pages():
        print(page.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(run_program(main))
