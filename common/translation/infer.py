"""Program behind the infer.py of recipes that translate pictures.

A recipe's infer.py defines `Flags`, a dataclass whose fields are the command's options, and
`make`, a pure function (run, flags, picture, number) -> picture. Its pictures have passed
`as_labels`.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

import data
from common.batches import Batch, unjittered
from common.commands.infer import InferFlags, keep, loaded_with
from common.run.loaded import LoadedRun
from common.translation.chosen import WHOLE, Choice
from common.translation.config import TranslatorConfig
from common.translation.outputs import Outputs, check_out
from common.translation.pictures import Inputs, picture_of, read_inputs
from common.translation.sheet import Translated
from data.command import run_program
from data.errors import Refused
from data.labels import check_labels, nearest
from data.plurals import number_of
from data.progress import counted
from data.reading import Layout
from data.resize import height_and_width
from data.samples import SampleSet, UnpairedSet

_BACK = "generator_back"


@dataclass
class TranslateFlags(InferFlags):
    """Translate pictures with the generator of a run; all else is known from its folder."""

    seed: int = 0
    """Seed of the noise, where the generator takes some."""
    out: Path | None = None
    """A folder; of one picture also a file, or - for standard output; None: in the run's folder."""
    input: str | None = None
    """A picture, a folder, or - for standard input; None: the run's test pictures."""
    layout: Layout = "auto"
    """What --input holds; auto: of pairs, and of two domains, the side that was learned from."""
    direction: Literal["AtoB", "BtoA"] = "AtoB"
    """Direction of the translation, where the run learned both."""
    whole: bool = False
    """Resize pictures to the training's size and back, instead of translating them in tiles."""
    nearest_label: bool = False
    """Replace colours that are no label of the run by the nearest one that is."""
    data: str | None = None
    """Where the run's pictures are now, if they have moved."""

    #: `Outputs` looks at each file.
    read_from = ()

    @property
    def back(self) -> bool:
        """Whether pictures of B are translated to A."""
        return self.direction == "BtoA"

    def check(self, loaded: LoadedRun) -> None:
        """As `InferFlags.check`."""
        super().check(loaded)
        if self.back and _BACK not in loaded.networks:
            raise Refused("--direction BtoA: this run learned one direction alone; legal is AtoB")
        if self.data is not None and self.input is not None:
            raise Refused("--data and --input: legal is one of them")
        if self.input is None and self.layout != "auto":
            raise Refused("--layout: legal with --input only")
        if self.nearest_label and (self.input is None or _palette(loaded, self) is None):
            raise Refused(
                "--nearest-label: legal with --input, and with a run that learned from label maps"
            )
        check_out(self.input, self.out)


#: (run, flags, picture, its index) -> its translation, both uint8 H×W×C.
Make = Callable[[LoadedRun, TranslateFlags, np.ndarray, int], np.ndarray]
#: (config, flags) -> a function that draws the network's extra inputs, see
#: `common.translation.translate.Extra`.
ExtraFor = Callable[[TranslatorConfig, TranslateFlags], Callable[..., Batch]]


def translate(
    loaded: LoadedRun,
    flags: TranslateFlags,
    picture: np.ndarray,
    number: int = 0,
    extra: ExtraFor | None = None,
) -> np.ndarray:
    """Translate a picture of any size.

    Args:
        loaded: The run.
        flags: `direction`, `whole` and `seed` are used.
        picture: uint8 H×W×C, with as many channels as the network takes.
        number: Index of the picture, which decides its extra inputs. The frames of a moving
            picture share an index, or it would flicker.
        extra: For a network that takes more than pictures.

    Returns:
        uint8 H×W×C'.

    Raises:
        Refused: the network's file is damaged.
    """
    # Only now the slow import; the networks come first, as they import TensorFlow quietly.
    network = loaded.network(_BACK if flags.back else "")
    from common.translation.translate import Translator, at_inference, no_extra, rng_for_picture

    config, size = loaded.config, picture.shape[:2]
    trained_size = height_and_width(config.image_size)
    beside = no_extra if extra is None else extra(config, flags)
    translator = Translator(at_inference(network), config.padded_to, beside, trained_size)
    if flags.whole:
        labels = _palette(loaded, flags) is not None
        picture = _resized(picture, trained_size, labels)
    fake = translator.pixels(picture, rng_for_picture(flags.seed, number))
    return _resized(fake, size) if flags.whole else fake


def as_labels(
    loaded: LoadedRun, flags: TranslateFlags, picture: np.ndarray, name: str
) -> np.ndarray:
    """Validate the colours of a label map; pictures of a run without labels pass unchanged.

    Args:
        loaded: The run.
        flags: With `nearest_label`, other colours are replaced by the nearest known one.
        picture: uint8 H×W×C.
        name: Name of the picture in an error.

    Raises:
        Refused: it has other colours.
    """
    palette = _palette(loaded, flags)
    if palette is None:
        return picture
    if not flags.nearest_label:
        check_labels(picture, palette, name)
    return palette[nearest(picture, palette)]


def from_examples(loaded: LoadedRun, flags: TranslateFlags, make: Make) -> Translated:
    """Translate the run's test pictures; returned with the right answers where these are known.

    Raises:
        Refused: the run's pictures are no longer there, or a network is damaged.
    """
    examples = examples_for(loaded.config, flags.data)
    if isinstance(examples, UnpairedSet):
        given, real = (examples.b if flags.back else examples.a).samples, None
    else:
        given, real = np.asarray(examples.inputs), examples.samples
    fakes = [make(loaded, flags, picture, number) for number, picture in enumerate(given)]
    return Translated(np.stack(fakes), {"input": given}, real=real)


def main(
    file: str,
    kind: type[TranslatorConfig],
    make: Make = translate,
    flags: type[TranslateFlags] = TranslateFlags,
) -> int:
    """Translate pictures from the command line.

    Args:
        file: The recipe's infer.py; its folder's name is the recipe's.
        kind: The recipe's configuration.
        make: Translates one picture. It reads no command line and writes no file.
        flags: The dataclass of the command line's flags.

    Returns:
        The exit code.
    """

    def program() -> None:
        loaded, chosen = loaded_with(file, kind, flags)
        if chosen.input is None:
            keep(from_examples(loaded, chosen, make), loaded, chosen)
        else:
            translate_inputs(loaded, chosen, make)

    return run_program(program)


def place_of_translations(run: Path, back: bool = False) -> Path:
    """Return the folder in a run's that translations go to where no other is named.

    Args:
        run: The run's folder.
        back: Whether they are from B to A.
    """
    return run / ("translated-BtoA" if back else "translated")


def translate_inputs(loaded: LoadedRun, flags: TranslateFlags, make: Make) -> None:
    """Translate what `flags.input` names, and write it to `flags.out`.

    Raises:
        Refused: there is nothing to be translated or no way to write it.
        EnvironmentFailure: the disk does not take it.
    """
    config = loaded.config
    channels = config.channels if flags.back else config.input_channels
    levels = loaded.levels("real" if flags.back else "input")
    chosen = choice_of(loaded, flags)
    inputs = read_inputs(flags.input, channels, chosen, excluded=flags.out, levels=levels)
    for note in inputs.notes:
        print(f"note: {note}", file=sys.stderr)
    place = flags.out or place_of_translations(loaded.run.path, flags.back)
    outputs = Outputs(inputs, place, flags.overwrite)

    def prepare(frame: np.ndarray, name: str) -> np.ndarray:
        return as_labels(loaded, flags, frame, name)

    each_picture(inputs, outputs, lambda frame, n: make(loaded, flags, frame, n), prepare)


def each_picture(
    inputs: Inputs,
    outputs: Outputs,
    make: Callable[[np.ndarray, int], np.ndarray],
    prepare: Callable[[np.ndarray, str], np.ndarray] = lambda frame, name: frame,
    doing: str = "translating",
) -> None:
    """Make a picture of each that is read, of a moving one for each frame, and write it.

    Args:
        inputs: What is read.
        outputs: Where it is written.
        make: (picture, its index) -> what is made of it, both uint8 H×W×C.
        prepare: (picture, its name) -> what `make` is given; it may refuse the picture.
        doing: What is done, in one word.

    Raises:
        Refused: nothing could be read, or written.
        EnvironmentFailure: the disk does not take it.
    """
    try:
        with counted(f"{doing} {number_of(len(inputs), 'pictures')}", len(inputs)) as progress:
            # Read one after the other: what cannot be read at all is refused before `make` has
            # imported anything.
            for number, image in enumerate(inputs):
                try:
                    if isinstance(image, str):
                        raise Refused(image)
                    given = [prepare(frame, image.name) for frame in image.frames]
                except Refused as no:
                    outputs.leave_out(no)
                    continue
                outputs.add(image, _frames(given, number, make, doing))
                progress(min(number + 1, len(inputs)))
    finally:
        outputs.tell_left_out()
    outputs.close()


def _frames(frames: list[np.ndarray], number: int, make: Callable, doing: str) -> list[np.ndarray]:
    """What is made of a picture's frames."""
    if len(frames) == 1:
        return [make(frames[0], number)]
    made = []
    with counted(f"{doing} {len(frames):,} frames", len(frames)) as progress:
        for frame in frames:
            made.append(make(frame, number))
            progress(len(made))
    return made


def choice_of(loaded: LoadedRun, flags: TranslateFlags) -> Choice:
    """Return which side of pairs, or of two domains, the run learned to translate."""
    reading, asked = loaded.config.reading, flags.layout != "auto"
    if reading.pairs is not None and not asked:
        # Its inputs are made from single pictures.
        return WHOLE
    flipped = loaded.config.learns_from[0] == "pairs" and reading.direction == "BtoA"
    layout = flags.layout if asked else reading.layout
    halves = loaded.run.facts["data"].get("halves")
    return Choice(layout, flipped != flags.back, asked, halves)


def _palette(loaded: LoadedRun, flags: TranslateFlags) -> np.ndarray | None:
    """The colours of the labels that the run learned from, uint8 L×C, if it did."""
    labels = None if flags.back else loaded.run.facts["data"].get("labels")
    return None if labels is None else np.array(labels, np.uint8)


def examples_for(
    config: TranslatorConfig, place: str | None, split: str = "test"
) -> SampleSet | UnpairedSet:
    """Load the pictures that a run's sheets show.

    Args:
        config: The run's.
        place: Where its pictures are now; None: where they were.
        split: The split that they are of; where there is none for tests, the training's.

    Raises:
        Refused: they are no longer there.
    """
    if place is not None:
        config = dataclasses.replace(config, data=place)
    try:
        source = data.find(config.data, config.reading)
    except Refused as no:
        raise Refused(f"{no}; the run's pictures have moved? --data says where to") from no
    config.check_kind(source)
    count = config.sample_count if split == "test" else config.pictures
    kept = source.load(split, config.loaded_size, count, config.seed)
    if not len(kept):
        kept = source.load("train", config.loaded_size, config.pictures, config.seed)
    return unjittered(config.examples_of(source, kept), config)


def _resized(pixels: np.ndarray, size: tuple[int, int], label_map: bool = False) -> np.ndarray:
    filtering = Image.Resampling.NEAREST if label_map else Image.Resampling.BICUBIC
    resized = picture_of(pixels).resize(size[::-1], filtering)
    return np.asarray(resized).reshape(*size, pixels.shape[-1])
