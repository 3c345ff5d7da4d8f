"""Identities of a user's pictures: their codes are looked for, and shown in other observations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from common.commands.made import Made
from common.run.loaded import LoadedRun
from common.translation.fitted import read_fitted
from data.pixels import to_float, to_pixels
from data.sheet import grid

from .codes import IDENTITY, OBSERVATION, crossed, identities, observations
from .config import Config
from .flags import Flags

# Codes that a search may begin from.
_DRAWS = 500


@dataclass(frozen=True)
class Shown(Made):
    """Pictures of identities that were found; a row begins with the picture and what is nearest."""

    title: str = "inverted"
    #: The pictures that were asked for, and the nearest that the generator makes of any codes.
    asked: np.ndarray | None = None
    nearest: np.ndarray | None = None
    #: How far apart these two are, N: see `common.invert.distances`.
    distances: np.ndarray | None = None
    #: Pictures that the observations were taken from.
    observed: np.ndarray | None = None

    def sheet(self) -> Image.Image:
        """Draw a row for each identity; above them, where the observations are from."""
        shape = self.samples.shape[1:]
        rows = self.samples.reshape(len(self.asked), -1, *shape)
        rows = np.concatenate([self.asked[:, None], self.nearest[:, None], rows], axis=1)
        if self.observed is not None:
            corner = np.full((2, *shape), 255, np.uint8)
            rows = np.concatenate([np.concatenate([corner, self.observed])[None], rows])
        return grid(rows.reshape(-1, *shape), rows.shape[1])

    def arrays(self) -> dict[str, np.ndarray]:
        """As `Made.arrays`, with `asked`, `nearest` and `distance`."""
        found = {"asked": self.asked, "nearest": self.nearest, "distance": self.distances}
        return super().arrays() | found


def inverted(loaded: LoadedRun, flags: Flags) -> Shown:
    """Find the codes of the pictures of --input, and show their identities otherwise.

    How near each came is printed.

    Raises:
        Refused: there is no picture that can be read, or the network is damaged.
    """
    config = loaded.config
    names, asked = _read(flags.input, loaded, "--input")
    others = asked[:0]
    if flags.observed_as is not None:
        _, others = _read(flags.observed_as, loaded, "--observed-as")
    # Only now the slow import; the network comes first, as it imports TensorFlow quietly.
    network = loaded.network()
    from common.trainer import generate

    seed = config.seed if flags.seed is None else flags.seed
    wanted = to_float(np.concatenate([asked, others]))
    found = codes_of(wanted, network, config, seed, flags.search_steps)
    for name, left, drawn in zip(names, found.distances, found.drawn, strict=False):
        print(f"{name}: distance {left:.3f} (of {_DRAWS} draws the nearest has {drawn:.3f})")
    who, how = found.codes[IDENTITY][: len(asked)], found.codes[OBSERVATION][len(asked) :]
    how = how if len(how) else observations(config, seed, flags.observations)
    batch = crossed(who, how)
    return Shown(
        to_pixels(generate(network, batch)),
        batch,
        asked=asked,
        nearest=to_pixels(found.pictures[: len(asked)]),
        distances=found.distances[: len(asked)],
        observed=others if len(others) else None,
    )


def codes_of(wanted: np.ndarray, network, config: Config, seed: int, steps: int):
    """Find both codes of pictures; returns a `common.invert.Inverted`.

    Args:
        wanted: Pictures, float32 N×H×W×C in [-1, 1].
        network: The generator's model.
        config: Its settings.
        seed: Seed of the draws at which the search may begin.
        steps: Updates of the codes.
    """
    from common.invert import invert

    draws = {
        IDENTITY: identities(config, seed, _DRAWS),
        OBSERVATION: observations(config, seed, _DRAWS),
    }

    def render(codes: dict):
        return network([codes[IDENTITY], codes[OBSERVATION]], training=False)

    return invert(render, wanted, draws, steps=steps, bounds=(-1, 1))


def _read(place: str, loaded: LoadedRun, flag: str) -> tuple[tuple[str, ...], np.ndarray]:
    config, levels = loaded.config, loaded.levels()
    return read_fitted(place, config.image_size, config.channels, config.fit, flag, levels)
