"""Make pictures with a trained StyleGAN: `python -m recipes.stylegan.infer --help`."""

import sys

import numpy as np

import data
from common.commands.infer import from_latents, main
from common.commands.made import Made
from common.run.loaded import LoadedRun
from common.translation.fitted import read_fitted
from data.errors import Refused
from data.pixels import to_float, to_pixels
from data.progress import say

from .config import Config
from .flags import Flags
from .inputs import fixed, noise_of

# Pictures that are projected at once; each takes seconds.
MOST = 200


def make(loaded: LoadedRun, flags: Flags) -> Made:
    """Make samples, sheets of mixtures or of noise, walks, projections or edits.

    Raises:
        Refused: a network's file is damaged, there is no picture that can be read, or a word was
            not learned.
    """
    config = loaded.config
    psi = config.truncation if flags.truncation is None else flags.truncation
    seed = config.seed if flags.seed is None else flags.seed

    def draw(config, rng, count, flags):
        return fixed(config, seed, count, psi)

    if not (flags.mixing or flags.noises or flags.walk or flags.input or flags.edit):
        return from_latents(loaded, flags, draw)
    photographs = read_photographs(flags.input, loaded) if flags.input is not None else None
    if flags.mixing and photographs is not None and len(photographs) > flags.mixing:
        say(f"note: of {len(photographs)} pictures the first {flags.mixing} are mixed")
        photographs = photographs[: flags.mixing]
    # Only now the slow import; the network comes first, as it imports TensorFlow quietly.
    network = loaded.network()
    from . import sheets
    from .render import Renderer

    renderer, title = Renderer(network, config), flags.title(config.kind)
    if flags.noises:
        made, columns = sheets.noises(renderer, seed, flags.noises, psi)
        return Made(made, title=title, columns=columns)
    if flags.walk:
        frames = sheets.walk(renderer, seed, flags.walk, psi)
        return sheets.Walk(frames, title=title, frames=flags.walk)
    if photographs is None:
        own = renderer.styles(fixed(config, seed, flags.mixing or flags.count)["latent"], psi)
    else:
        from .projection import projected

        own, _ = projected(renderer, to_float(photographs), flags.space, flags.iterations, seed)
    if flags.mixing:
        others = fixed(config, seed, 2 * flags.mixing)["latent"][flags.mixing :]
        sources = own[: flags.mixing], renderer.styles(others, psi)
        groups = flags.groups(config.style_layers)
        made, columns = sheets.mixtures(renderer, sources, groups, noise_of(config, seed, 1))
        return Made(made, {"styles": own}, title=title, columns=columns)
    # What was projected, was with the noise of the first picture.
    noise = noise_of(config, seed, 1 if photographs is not None else len(own))
    noise = np.broadcast_to(noise, (len(own), config.noise_size))
    return _edited(renderer, own, noise, photographs, flags, title)


def _edited(renderer, styles, noise, photographs, flags: Flags, title: str) -> Made:
    """Pictures in columns: photographs, if there are some; those of their styles; and edited."""
    columns = [] if photographs is None else [photographs]
    columns.append(to_pixels(renderer.pictures(styles, noise)))
    inputs = {"styles": styles}
    if flags.edit is not None:
        from .directions import directions, moved, parse_edit

        known = directions(renderer, reader_for(renderer.config))
        inputs["edited"] = moved(styles, parse_edit(flags.edit), known)
        columns.append(to_pixels(renderer.pictures(inputs["edited"], noise)))
    together = np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])
    across = len(columns) * max(1, 8 // len(columns))
    return Made(together, inputs, title=title, columns=min(across, len(together)))


def read_photographs(place: str, loaded: LoadedRun) -> np.ndarray:
    """Read photographs as those of the training were, uint8 N×H×W×C; says what is cut away.

    Raises:
        Refused: there is none that can be read, or there are too many.
    """
    config, levels = loaded.config, loaded.levels()
    _, found = read_fitted(place, config.image_size, config.channels, config.fit, levels=levels)
    if len(found) > MOST:
        raise Refused(f"--input {place}: {len(found)} pictures can be used; legal is 1 to {MOST}")
    return found


def reader_for(config: Config):
    """Return the reader of a run's pictures.

    Raises:
        Refused: the data is not there, or nothing is known of its pictures.
    """
    from .reading import Reader

    reader = Reader.of(data.find(config.data, config.reading), config.image_size)
    if isinstance(reader, str):
        raise Refused(f"--edit: {reader}")
    return reader


if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
