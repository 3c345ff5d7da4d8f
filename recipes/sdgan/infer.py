"""Show one identity in many pictures: `python -m recipes.sdgan.infer --help`."""

from __future__ import annotations

import sys

import numpy as np

from common.commands.infer import main
from common.commands.latents import path_between
from common.commands.made import Made
from common.run.loaded import LoadedRun
from data.pixels import to_pixels

from .codes import IDENTITY, OBSERVATION, crossed, identities, observations
from .config import Config
from .flags import Flags
from .inversion import inverted

# Pictures of a walk.
_STEPS = 10


def make(loaded: LoadedRun, flags: Flags) -> Made:
    """Make a sheet of identities and observations, walks along either, or what --input shows.

    Raises:
        Refused: the network's file is damaged, or there is no picture that can be read.
    """
    if flags.input is not None:
        return inverted(loaded, flags)
    config = loaded.config
    seed = config.seed if flags.seed is None else flags.seed
    rows, columns = flags.rows(config), flags.observations
    if flags.walk:
        batch, columns = walk(config, seed, rows, flags.walk), _STEPS
    else:
        batch = crossed(identities(config, seed, rows), observations(config, seed, columns))
    # Only now the slow import; the network comes first, as it imports TensorFlow quietly.
    network = loaded.network()
    from common.trainer import generate

    samples = to_pixels(generate(network, batch))
    return Made(samples, batch, title=flags.title, columns=columns)


def walk(config: Config, seed: int, rows: int, along: str) -> dict[str, np.ndarray]:
    """Return the codes of walks: along each row one half goes straight from a draw to the next.

    Args:
        config, seed: As for `identities`.
        rows: How many walks.
        along: The half that changes, "identity" or "observation".
    """
    draws = {
        IDENTITY: identities(config, seed, 2 * rows),
        OBSERVATION: observations(config, seed, 2 * rows),
    }
    moving = IDENTITY if along == "identity" else OBSERVATION
    batch = {name: np.repeat(values[::2], _STEPS, axis=0) for name, values in draws.items()}
    ends = draws[moving]
    return batch | {moving: path_between(ends[::2], ends[1::2], _STEPS, "uniform")}


if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
