"""Paint pictures in a painting's manner: `python -m recipes.style_transfer.infer --help`."""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import numpy as np

from common.batches import rng_for
from common.commands.infer import keep
from common.commands.name import recipe_name
from common.run.loaded import LoadedRun
from common.translation.chosen import WHOLE
from common.translation.infer import each_picture, examples_for
from common.translation.outputs import Outputs
from common.translation.pictures import read_inputs
from common.translation.sheet import Translated
from data.command import read_flags, run_program
from data.pixels import to_pixels

from . import style
from .colours import with_colours_of
from .config import Config
from .flags import Flags

#: Picture -> painted picture, both uint8 H×W×3.
Paint = Callable[[np.ndarray], np.ndarray]
# Pixels a side below which a generator's borders would be wider than the picture.
_LEAST = 64


def finished(
    content: np.ndarray,
    paint: Paint,
    flags: Flags,
    others: Paint | None = None,
    strength: float = 1.0,
) -> np.ndarray:
    """Paint a picture, and do what the flags ask for: strength, colours, mask.

    Args:
        content: uint8 H×W×3.
        paint: Paints it in the first painting's manner.
        flags: The options.
        others: Where a mask is black; None: there the content stays.
        strength: How far to go from the content to what was painted.

    Returns:
        uint8 H×W×3.
    """

    def painted_by(some: Paint) -> np.ndarray:
        made = some(content)
        return with_colours_of(made, content) if flags.colours == "content" else made

    made = painted_by(paint)
    if flags.mask is not None:
        share = flags.mask_for(content.shape[:2])
        behind = content if others is None else painted_by(others)
        made = _mixed(behind, made, share)
    return made if strength == 1 else _mixed(content, made, strength)


def _mixed(one: np.ndarray, other: np.ndarray, share) -> np.ndarray:
    """Pictures mixed: the second one by `share`."""
    mixed = one * (1 - share) + other * np.float32(1) * share
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def by_training(flags: Flags, config: Config, styles: tuple[str, ...], shares) -> Paint:
    """Return a function that paints a picture by training it itself."""

    def paint(content: np.ndarray) -> np.ndarray:
        # Only now the slow import.
        from .optimise import painted
        from .previews import Previews

        side = max(content.shape[:2])
        paintings = [style.painting(each, round(side * 4 / 3)) for each in styles]
        with Previews(flags.out, content.shape[:2]) as previews:
            return painted(content, paintings, config, shares, flags.whole, previews)

    return paint


def by_network(loaded: LoadedRun, flags: Flags, styles: tuple[str, ...], shares) -> Paint:
    """Return a function that paints a picture of any size with a run's generator."""

    def paint(content: np.ndarray) -> np.ndarray:
        # Only now the slow import; the network comes first, as it imports TensorFlow quietly.
        network = loaded.network()
        from common.translation.translate import Translator, at_inference

        from .enlarged import at_least
        from .manners import blended

        run = at_inference(network)
        if loaded.config.method == "adain":
            paintings = [style.painting(each, 512) for each in styles]
            run = blended(network, paintings, shares, flags.strength)
        translator = Translator(run, loaded.config.padded_to, tile=(flags.whole,) * 2)
        rng = np.random.default_rng(flags.seed)
        return at_least(_LEAST, lambda picture: translator.pixels(picture, rng), content)

    return paint


def from_examples(loaded: LoadedRun, flags: Flags) -> Translated:
    """Paint the run's own pictures, as its sheets show them.

    Raises:
        Refused: they are no longer there, or the network is damaged.
    """
    config = loaded.config
    # Pictures that were trained themselves are those of the training set.
    split = "train" if config.method == "optimise" else "test"
    some = config.training_set(examples_for(config, flags.data, split))
    some = some.take(np.arange(min(config.sample_count, len(some))))
    network = loaded.network()
    from .painted import one_by_one

    batch = {"input": some.inputs, "which": some.factors["which"]}
    if config.method == "adain":
        rng = rng_for(config.seed, "samples")
        paintings = style.paintings(config.style, config.sample_shape[0])
        batch |= style.drawn(paintings, rng, len(some))
    return Translated(to_pixels(one_by_one(network, batch)), {"input": some.samples})


def painter(loaded: LoadedRun | None, flags: Flags) -> Paint:
    """Return the function that does all that the flags ask for."""
    config = flags.settings if loaded is None else loaded.config

    def way(styles: tuple[str, ...], shares: tuple[float, ...]) -> Paint:
        if config.method == "optimise":
            asked = config if flags.seed is None else replace(config, seed=flags.seed)
            return by_training(flags, asked, styles or (config.style,), shares)
        return by_network(loaded, flags, styles, shares)

    if flags.mask is None or len(flags.style) < 2:
        paint, behind = way(flags.style, flags.parts), None
    else:
        paint, behind = (way((each,), (1.0,)) for each in flags.style)
    # AdaIN goes as far as that itself.
    strength = 1.0 if config.method == "adain" else flags.strength
    return lambda content: finished(content, paint, flags, behind, strength)


def main() -> int:
    """Paint pictures from the command line; returns the exit code."""
    recipe = recipe_name(__file__)

    def program() -> None:
        words = f"python -m recipes.{recipe}.infer"
        flags = read_flags(Flags, sys.argv[1:], program=words)
        loaded = None
        if flags.run is not None:
            loaded = LoadedRun.open(flags.run, recipe, Config)
        with redirect_stdout(sys.stderr):
            flags.check(loaded)
        if flags.content is None:
            keep(from_examples(loaded, flags), loaded, flags)
            return
        folder = Path("painted") if flags.run is None else flags.run / "painted"
        out = flags.out or folder
        inputs = read_inputs(flags.content, 3, WHOLE, excluded=out, flag="--content")
        for note in inputs.notes:
            print(f"note: {note}", file=sys.stderr)
        if loaded is None and flags.method != "optimise":
            from .needed import run_for

            # Standard output may be the picture's.
            with redirect_stdout(sys.stderr):
                loaded = run_for(flags.settings, recipe, flags.asked)
        config = flags.settings if loaded is None else loaded.config
        how = f"{config.method}, {config.sees_with}"
        print(f"painting by {how}", file=sys.stderr)
        outputs = Outputs(inputs, out, flags.overwrite, how)
        paint = painter(loaded, replace(flags, out=out))
        each_picture(inputs, outputs, lambda picture, number: paint(picture), doing="painting")

    return run_program(program)


if __name__ == "__main__":
    sys.exit(main())
