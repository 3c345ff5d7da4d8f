"""Sample from Template: `python -m recipes._template_plain.infer --help`."""

import sys
from dataclasses import dataclass
from functools import partial

from common.commands.infer import LatentFlags, from_latents, latents_of, main
from data.errors import Refused

from .config import Config


@dataclass
class Flags(LatentFlags):
    """Make pictures with the decoder of a run; all else is known from the run's folder."""

    # CHANGE: the options; each field is a flag, and the string below it its help.
    temperature: float = 1.0
    """Standard deviation of the latents: below 1, pictures are less diverse, and fewer fail."""

    def check(self, loaded) -> None:
        """Validate the flags."""
        super().check(loaded)
        if not 0 <= self.temperature <= 10:
            raise Refused(f"--temperature {self.temperature}: legal is 0 to 10")


def draw(config: Config, rng, count: int, flags: Flags) -> dict:
    """Draw the decoder's inputs, `count` rows each, by name."""
    latents = latents_of(config, rng, count, flags)["latent"]
    return {"latent": (flags.temperature * latents).astype("float32")}


# CHANGE: `make` is a function (run, flags) -> `common.commands.made.Made`, and can be your own.
make = partial(from_latents, draw=draw)

if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
