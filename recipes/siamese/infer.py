"""Tell the same from different: `python -m recipes.siamese.infer --help`."""

from __future__ import annotations

import json
import sys

import numpy as np

from common.commands.infer import keep, loaded_with
from common.commands.made import writing
from common.groups import OWN
from common.run.loaded import LoadedRun
from common.translation.infer import examples_for
from common.translation.sheet import Translated
from data.command import run_program
from data.errors import Refused
from data.files import atomic_write
from data.pixels import to_float

from . import threshold
from .compare import Comparison
from .config import Config
from .flags import Flags
from .gallery import Gallery, read_all


def comparison_of(loaded: LoadedRun) -> Comparison:
    """Load a run's comparison."""
    return Comparison.of([loaded.network(name) for name in loaded.networks], loaded.config)


def make(loaded: LoadedRun, flags: Flags) -> Translated:
    """Set beside each of the run's own pictures the nearest of the others.

    Raises:
        Refused: they are no longer there, or the network is damaged.
    """
    some = examples_for(loaded.config, flags.data).samples
    comparison = comparison_of(loaded)
    from .siamese import nearest_of

    nearest = some[nearest_of(comparison, to_float(some))]
    return Translated(nearest, {"input": some}, title="nearest")


def compared(loaded: LoadedRun, flags: Flags) -> list[dict]:
    """Compare the two pictures of --input.

    Raises:
        Refused: one of them cannot be read.
    """
    pictures = [read_all(place, loaded, "--input", only=True)[0] for place in flags.input]
    comparison = comparison_of(loaded)
    one, other = comparison.embed(np.stack([p.pixels for p in pictures]))
    distance = float(comparison.distances(one[None], other[None])[0])
    limit = limit_of(loaded, comparison, flags)
    same = bool(distance <= limit.distance)
    word = "same" if same else "different"
    side = "within" if same else "beyond"
    print(f"{word}: distance {distance:.3f}, {side} the threshold {limit.distance:.3f}")
    tell(limit, loaded.config)
    return [{"input": list(flags.input), "same": same, "distance": distance}]


def named(loaded: LoadedRun, flags: Flags) -> list[dict]:
    """Name each picture of --input after the nearest of --gallery, or call it unknown.

    Raises:
        Refused: there is nothing in the gallery that can be read.
    """
    known = Gallery.read(flags.gallery, loaded)
    queries = [found for place in flags.input for found in read_all(place, loaded, "--input")]
    if not queries:
        raise Refused("--input: no picture that can be read")
    comparison = comparison_of(loaded)
    limit = limit_of(loaded, comparison, flags)
    pixels = [each.pixels for each in (*known.pictures, *queries)]
    embedded, asked = np.split(comparison.embed(np.stack(pixels)), [len(known.pictures)])
    answers = []
    for query, mine in zip(queries, asked, strict=True):
        apart = comparison.distances(np.tile(mine, (len(embedded), 1)), embedded)
        nearest, distance = known.names[int(apart.argmin())], float(apart.min())
        same = distance <= limit.distance
        told = nearest if same else f"unknown, the nearest is {nearest}"
        print(f"{query.place}: {told} (distance {distance:.3f})")
        answers.append(
            {"input": query.place, "name": nearest if same else None, "nearest": nearest}
            | {"distance": distance}
        )
    print(f"threshold {limit.distance:.3f}")
    tell(limit, loaded.config)
    return answers


def limit_of(loaded: LoadedRun, comparison: Comparison, flags: Flags) -> threshold.Threshold:
    """Return the threshold that decides, with its error rates on held-out pairs."""
    return threshold.for_run(loaded, comparison, flags.data, flags.distance)


def tell(limit: threshold.Threshold, config: Config) -> None:
    """Print how often a threshold is wrong."""
    print(
        f"of held-out pairs, {limit.pairs:,} of either kind, it takes {limit.accepted:.1%} of "
        f"different ones for the same, and {limit.rejected:.1%} of equal ones for different"
    )
    if not limit.apart:
        print("note: so few classes were held out that they also chose it", file=sys.stderr)
    if config.split_by == OWN:
        print(
            f"note: with --split-by {OWN}, held-out pictures may be of classes that were learned; "
            "of new ones it is wrong more often",
            file=sys.stderr,
        )


def main() -> int:
    """Compare pictures from the command line; returns the exit code."""

    def program() -> None:
        loaded, flags = loaded_with(__file__, Config, Flags)
        if not flags.input:
            keep(make(loaded, flags), loaded, flags)
            return
        answers = (compared if flags.gallery is None else named)(loaded, flags)
        if flags.out is not None:
            with writing(flags.out), atomic_write(flags.out) as tmp:
                text = json.dumps(answers, indent=2, ensure_ascii=False)
                tmp.write_text(text + "\n", encoding="utf-8")

    return run_program(program)


if __name__ == "__main__":
    sys.exit(main())
