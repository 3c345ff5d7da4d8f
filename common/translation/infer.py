"""The program behind infer.py of every recipe that makes pictures from pictures."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

import data
from common.batches import unjittered
from common.commands.infer import load_network
from common.run.folder import Run
from common.translation.config import TranslatorConfig
from common.translation.pictures import (
    ENDINGS,
    MOVING_ENDINGS,
    STANDARD,
    Brought,
    bring,
    picture_of,
    write,
    write_to_standard_output,
)
from data.command import read_flags, run_program
from data.errors import EnvironmentFailure, Refused
from data.labels import check_labels, nearest
from data.listing import printable
from data.resize import height_and_width
from data.samples import UnpairedSet

# Of a sheet; more pictures than that are written, but not shown on it.
_ON_SHEET = 32
_SHEET = "side-by-side.png"


@dataclass
class InferFlags:
    """Translate pictures with the generator of a run; all else is known from its folder."""

    run: Path
    """The run folder."""
    input: str | None = None
    """A picture, a folder, or - for standard input; None: the run's test pictures."""
    out: Path | None = None
    """A folder; of one picture also a file, or - for standard output; None: in the run's folder."""
    direction: Literal["AtoB", "BtoA"] = "AtoB"
    """Which way, where the run learned both."""
    whole: bool = False
    """Bring pictures to the training's size and back, instead of working through them in tiles."""
    nearest_label: bool = False
    """Take colours that are no label of the run for the nearest that is one."""
    seed: int = 0
    """Decides the noise, where the generator takes some."""
    data: str | None = None
    """Where the run's pictures are now, if they have moved."""


def main(
    recipe: str,
    kind: type[TranslatorConfig],
    noise: Callable | None = None,
    both_ways: bool = False,
) -> int:
    """Translate pictures from the command line.

    Args:
        recipe: Its name.
        kind: Its configuration.
        noise: Configuration -> what the network takes beside pictures, see
            `common.translation.translate.Noise`.
        both_ways: Whether the recipe learns to go back, too.

    Returns:
        The exit code.
    """
    return run_program(lambda: _infer(recipe, kind, noise, both_ways, sys.argv[1:]))


def _infer(recipe, kind, noise, both_ways: bool, arguments: list[str]) -> None:
    flags = read_flags(InferFlags, arguments, program=f"python -m recipes.{recipe}.infer")
    if flags.out is not None:
        flags.out = flags.out.expanduser()
    run = Run.open(flags.run, recipe)
    config = run.config(kind)
    back = flags.direction == "BtoA"
    _check(flags, run, back, both_ways)
    channels = config.channels if back else config.input_channels
    palette = None if back else run.facts["data"].get("labels")
    brought = None
    if flags.input is not None:
        # What cannot be read is refused before the slow import.
        brought = _Brought(bring(flags.input, channels, but=flags.out))
    else:
        examples = _test_pictures(flags, config)

    from common.translation.translate import Translator

    network = load_network(run, "generator_back" if back else "generator")
    size = height_and_width(config.image_size)

    def translator(tile) -> Translator:
        takes = {} if noise is None else {"noise": noise(config)}
        return Translator(network, config.padded_to, tile=tile, **takes)

    if brought is None:
        _translate_examples(flags, run, config, examples, translator(None), back)
        return
    work = _Work(flags, translator(size), palette, size)
    work.do(brought, run)


def _check(flags: InferFlags, run: Run, back: bool, both_ways: bool) -> None:
    if back and not both_ways:
        raise Refused(
            "--direction BtoA: this recipe learns one direction, which its training was given"
        )
    if not 0 <= flags.seed < 2**32:
        raise Refused(f"--seed {flags.seed}: legal is 0 to {2**32 - 1}")
    if flags.data is not None and flags.input is not None:
        raise Refused("--data and --input: legal is one of them")
    if str(flags.out) == STANDARD and (flags.input is None or _is_folder(flags)):
        raise Refused("--out -: legal with --input and one picture")
    if flags.input is not None and flags.out is not None and flags.out.is_dir():
        if _is_folder(flags) and flags.out.samefile(Path(flags.input).expanduser()):
            raise Refused(f"--out {flags.out}: would be written over what is read")
    elif flags.input is not None and flags.out is not None:
        ending = flags.out.suffix.lower()
        if _is_folder(flags) and ending in ENDINGS:
            raise Refused(f"--out {flags.out}: legal is a folder, as --input is one")
        if not _is_folder(flags) and ending and ending not in ENDINGS:
            raise Refused(f"--out {flags.out}: legal endings are {' '.join(ENDINGS)}")
    if not run.generator.is_file():
        raise Refused(f"{run.path} has no generator.keras yet: no checkpoint was reached")


def _test_pictures(flags: InferFlags, config: TranslatorConfig):
    if flags.data is not None:
        config = dataclasses.replace(config, data=flags.data)
    try:
        source = data.find(config.data, config.reading)
    except Refused as no:
        raise Refused(f"{no}; the run's pictures have moved? --data says where to") from no
    config.check_kind(source)
    nothing = source.load("test", config.loaded_size, config.sample_count, config.seed)
    if not len(nothing):
        nothing = source.load("train", config.loaded_size, config.pictures, config.seed)
    return unjittered(config.examples_of(source, nothing), config)


def _translate_examples(flags, run, config, examples, translator, back: bool) -> None:
    from common.translation.gan import side_by_side
    from data.sheet import save

    out = flags.out or run.path / "translated.png"
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise Refused(f"--out {out}: legal is a picture file, without --input")
    if isinstance(examples, UnpairedSet):
        given = (examples.b if back else examples.a).samples
        columns = [given, translator.all(given, flags.seed)]
    else:
        given = np.asarray(examples.inputs)
        columns = [given, translator.all(given, flags.seed), examples.samples]
    _written(lambda: save(side_by_side(*columns), out), out)
    print(f"{len(given)} pictures: {out}")


class _Brought:
    """The user's pictures, of which the first has been read already."""

    def __init__(self, pictures: Iterator[Brought | str]):
        self._rest = pictures
        self._first = next(pictures)

    def __iter__(self):
        yield self._first
        yield from self._rest


class _Work:
    """Translates what was brought and writes it."""

    def __init__(self, flags: InferFlags, translator, palette, size: tuple[int, int]):
        self._flags, self._translator, self._size = flags, translator, size
        self._palette = None if palette is None else np.array(palette, np.uint8)

    def do(self, brought, run: Run) -> None:
        """Everything, in order; what a folder holds beside is said at the end."""
        flags = self._flags
        out, written, rows, faults = flags.out or run.path / "translated", [], [], []
        to_file = not _is_folder(flags) and out.suffix != "" and not out.is_dir()
        try:
            for number, one in enumerate(brought):
                if isinstance(one, str):
                    faults.append(one)
                    continue
                try:
                    frames = self._frames(one, number)
                    if str(out) == STANDARD:
                        write_to_standard_output(one, frames)
                        return
                    path = out if to_file else out / one.name
                    self._write(one, frames, path, written)
                except Refused as no:
                    if not _is_folder(flags):
                        raise
                    faults.append(str(no))
                    continue
                if one.remark:
                    print(one.remark, file=sys.stderr)
                written.append(path)
                if len(rows) < _ON_SHEET:
                    rows.append(_row(one.frames[0], frames[0]))
        finally:
            for fault in faults:
                print(f"left out: {fault}", file=sys.stderr)
        if not written:
            raise Refused(f"--input {printable(flags.input)}: none of its pictures can be used")
        if not to_file:
            sheet = _free(out / _SHEET, written)
            _written(lambda: _sheet(rows).save(sheet), sheet)
            print(f"side by side: {sheet}")
        many = len(written) > 1
        print(f"{len(written)} picture{'s' * many}: {path if to_file else out}")

    def _write(self, one: Brought, frames, path: Path, written: list[Path]) -> None:
        """Write one translation, over nothing that was read or written in this program."""
        if path in written:
            raise Refused(f"{one.name}: another picture's translation has this name")
        read = None if self._flags.input == STANDARD else _source(self._flags, one)
        if read and path.exists() and path.samefile(read):
            raise Refused(f"--out {path}: would be written over what is read")
        if len(frames) > 1 and path.suffix.lower() not in MOVING_ENDINGS:
            raise Refused(
                f"--out {path}: {len(frames)} frames; legal endings are {' '.join(MOVING_ENDINGS)}"
            )
        try:
            _written(lambda: write(one, frames, path), path)
        except ValueError as fault:
            raise Refused(f"{one.name} cannot be written: {fault}") from fault

    def _frames(self, one: Brought, number: int) -> list[np.ndarray]:
        from common.translation.translate import dice_of

        made = []
        for picture in one.frames:
            if self._palette is not None:
                if not self._flags.nearest_label:
                    check_labels(picture, self._palette, one.name)
                picture = self._palette[nearest(picture, self._palette)]
            height, width = picture.shape[:2]
            if self._flags.whole:
                picture = _resized(picture, self._size, self._palette is not None)
            # The frames of a moving picture share their noise, or it would flicker.
            result = self._translator.pixels(picture, dice_of(self._flags.seed, number))
            made.append(_resized(result, (height, width)) if self._flags.whole else result)
        return made


def _is_folder(flags: InferFlags) -> bool:
    return flags.input != STANDARD and Path(flags.input).expanduser().is_dir()


def _source(flags: InferFlags, one: Brought) -> Path:
    place = Path(flags.input).expanduser()
    return place / one.name if place.is_dir() else place


def _free(path: Path, taken: list[Path]) -> Path:
    """A name that no translation has."""
    number, found = 2, path
    while found in taken:
        found, number = path.with_stem(f"{path.stem}-{number}"), number + 1
    return found


def _resized(pixels: np.ndarray, size: tuple[int, int], label_map: bool = False) -> np.ndarray:
    filtering = Image.Resampling.NEAREST if label_map else Image.Resampling.BICUBIC
    resized = picture_of(pixels).resize(size[::-1], filtering)
    return np.asarray(resized).reshape(*size, pixels.shape[-1])


def _row(before: np.ndarray, after: np.ndarray, largest: int = 256) -> Image.Image:
    """A picture with its translation to the right of it, small enough to be seen."""
    row = Image.new("RGB", (2 * before.shape[1] + 2, before.shape[0]), "white")
    for place, pixels in ((0, before), (before.shape[1] + 2, after)):
        row.paste(picture_of(pixels), (place, 0))
    row.thumbnail((2 * largest, largest))
    return row


def _sheet(rows: list[Image.Image]) -> Image.Image:
    """The rows below each other."""
    height = sum(row.height + 2 for row in rows) - 2
    sheet = Image.new("RGB", (max(row.width for row in rows), height), "white")
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height + 2
    return sheet


def _written(write_it: Callable[[], None], path: Path) -> None:
    try:
        write_it()
    except OSError as fault:
        raise EnvironmentFailure(f"{path} cannot be written: {fault}") from fault
