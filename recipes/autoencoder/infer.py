"""Reconstruct pictures and make new ones: `python -m recipes.autoencoder.infer --help`."""

import sys
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import ndtri

import data
from common.batches import unjittered
from common.commands.infer import LatentFlags, from_latents, main
from common.commands.latents import path_between
from common.commands.made import Made
from common.run.loaded import LoadedRun
from common.translation.fitted import read_fitted
from common.translation.infer import examples_for
from common.translation.sheet import Translated
from data.errors import Refused
from data.pixels import to_pixels

from .config import Config

# Pictures of a walk between two; and training pictures whose codes span the plane of points.
_STEPS, _SPANNING = 10, 2000


@dataclass
class Flags(LatentFlags):
    """Use a run's autoencoder: make pictures of noise, or of the codes of pictures."""

    input: str | None = None
    """A picture or a folder of pictures: reconstruct each."""
    between: tuple[str, str] | None = None
    """Two pictures: walk from the code of one to that of the other."""
    plane: int = 0
    """Decode the plane of a code of two numbers, this many pictures a side."""
    data: str | None = None
    """Where the run's pictures are now, if they have moved."""

    read_from = ("input", "between")

    def check(self, loaded: LoadedRun) -> None:
        """As `LatentFlags.check`."""
        super().check(loaded)
        names = ("input", "between", "plane", "interpolate", "arithmetic")
        given = [name for name in names if getattr(self, name) not in (None, 0)]
        if len(given) > 1:
            raise Refused(f"--{given[0]} and --{given[1]}: legal is one of them")
        if self.numbered and given:
            raise Refused(f"--numbered and --{given[0]}: legal is one of them")
        if not 0 <= self.plane <= 50:
            raise Refused(f"--plane {self.plane}: legal is 0 to 50")
        size = loaded.config.latent_size
        if self.plane and size != 2:
            raise Refused(
                f"--plane: legal with codes of 2 numbers; {self.run} has {size} (python -m "
                "recipes.autoencoder.train plane)"
            )
        for flag in ("interpolate", "arithmetic"):
            if getattr(self, flag) and not loaded.config.variational:
                raise Refused(
                    f"--{flag}: legal where latents are drawn; the codes of {self.run} are points "
                    "of no known distribution. --between takes two pictures"
                )

    def title(self, kind: str) -> str:
        """As `LatentFlags.title`."""
        if self.input is not None:
            return "reconstructed"
        if self.between is not None:
            return "walk"
        return "plane" if self.plane else super().title(kind)


def make(loaded: LoadedRun, flags: Flags) -> Made:
    """Make pictures: of noise, or of the codes that the flags ask for.

    Points have no distribution to draw from: without a flag, the run's own pictures are
    reconstructed.

    Raises:
        Refused: a network's file is damaged, or a picture cannot be read.
    """
    if flags.between is not None:
        return walk(loaded, flags)
    if flags.plane:
        return plane(loaded, flags)
    if flags.input is not None:
        return reconstruction(loaded, read(loaded, flags.input, "--input"))
    if loaded.config.variational:
        return from_latents(loaded, flags)
    return reconstruction(loaded, examples_for(loaded.config, flags.data).samples)


def read(loaded: LoadedRun, place: str, flag: str) -> np.ndarray:
    """Read pictures as the run's networks take them, uint8 N×H×W×C."""
    config, levels = loaded.config, loaded.levels()
    return read_fitted(place, config.image_size, config.channels, config.fit, flag, levels)[1]


def networks(loaded: LoadedRun) -> tuple:
    """Return functions of the run's networks: pictures → codes, and codes → pictures, uint8."""
    # Only now the slow import; the networks come first, as they import TensorFlow quietly.
    encoder, decoder = loaded.network("encoder"), loaded.network("decoder")
    from common.trainer import generate

    from .decoding import codes_of

    def decode(latent: np.ndarray) -> np.ndarray:
        return to_pixels(generate(decoder, {"latent": latent}))

    return partial(codes_of, encoder, config=loaded.config), decode


def reconstruction(loaded: LoadedRun, pictures: np.ndarray) -> Translated:
    """Reconstruct pictures uint8 N×H×W×C, and show each beside its reconstruction."""
    encode, decode = networks(loaded)
    codes = encode(pictures)
    inputs = {"input": pictures, "latent": codes}
    return Translated(decode(codes), inputs, title="reconstructed")


def walk(loaded: LoadedRun, flags: Flags) -> Made:
    """Walk on a straight line between the codes of two pictures, which stand at its ends."""
    both = np.concatenate([read(loaded, place, "--between")[:1] for place in flags.between])
    encode, decode = networks(loaded)
    codes = encode(both)
    latent = path_between(codes[:1], codes[1:], _STEPS, "uniform")
    samples = np.concatenate([both[:1], decode(latent), both[1:]])
    ends = np.concatenate([codes[:1], latent, codes[1:]])
    return Made(samples, {"latent": ends}, title="walk", columns=_STEPS + 2)


def plane(loaded: LoadedRun, flags: Flags) -> Made:
    """Decode a grid of codes of two numbers.

    Of distributions, at equal steps of probability under N(0, 1) (Kingma and Welling 2014,
    figure 4); of points, between the quantiles of training pictures' codes.
    """
    encode, decode = networks(loaded)
    shares = (np.arange(flags.plane) + 0.5) / flags.plane
    if loaded.config.variational:
        x = y = ndtri(shares)
    else:
        x, y = np.quantile(encode(training_pictures(loaded, flags.data)), shares, axis=0).T
    # As in a plot: the first number to the right, the second upwards.
    latent = np.stack(np.meshgrid(x, y[::-1]), axis=-1).reshape(-1, 2).astype(np.float32)
    return Made(decode(latent), {"latent": latent}, title="plane", columns=flags.plane)


def training_pictures(loaded: LoadedRun, place: str | None) -> np.ndarray:
    """Load some of the pictures that a run was trained on, uint8 N×H×W×C."""
    config = loaded.config
    source = data.find(place or config.data, config.reading)
    config.check_kind(source)
    count = min(_SPANNING, config.pictures)
    pictures = source.load("train", config.loaded_size, count, config.seed)
    some = pictures.take(np.arange(min(count, len(pictures))))
    return unjittered(config.training_set(some), config).samples


if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
