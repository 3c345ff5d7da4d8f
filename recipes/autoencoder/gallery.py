"""Sets of pictures to be searched: a folder, or whatever `--data` takes."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

import data
from common.run.folder import fingerprint
from common.translation.fitted import each_fitted
from common.translation.pictures import read_inputs
from data.errors import Refused
from data.files import resolved
from data.levels import Levels
from data.listing import picture_files, printable

from .config import Config


class Folder:
    """Pictures of a folder, each named by its path below it.

    Args:
        place: The folder.
        config: Of the run, whose networks take the pictures.
        levels: The values that become 0 and 255, as in the run's training; None: its pictures had
            8 bits.

    Raises:
        Refused: it has no pictures.
    """

    def __init__(self, place: Path, config: Config, levels: Levels | None = None):
        self._inputs = read_inputs(str(place), config.channels, levels=levels, flag="--in")
        self._config = config
        #: What tells it from other places; the path itself is nobody's business.
        self.key = f"{zlib.crc32(str(resolved(place)).encode()):08x}"
        self._parts = {part.file: part for part in self._inputs.parts}
        #: Name -> what changes with the picture: bytes, and when they were written.
        self.stamps: dict[str, tuple[int, int]] = {}
        for file in self._parts:
            status = os.stat(place / file)
            self.stamps[file] = (status.st_size, status.st_mtime_ns)

    def pictures(self, names: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield named pictures, uint8 H×W×C; those that cannot be read are told, and left out."""
        config = self._config
        for name in names:
            # One at a time: a picture that is stored under another ending is called so.
            inputs = replace(self._inputs, parts=[self._parts[name]], unusable={})
            for _, pixels in each_fitted(inputs, config.image_size, config.fit):
                yield name, pixels


class Loaded:
    """Pictures of a world, a named set or a file of arrays: all its splits.

    Args:
        spec: As `--data` takes it.
        config: Of the run, whose networks take the pictures.

    Raises:
        Refused: there is no such thing, or it holds no such pictures.
    """

    def __init__(self, spec: str, config: Config):
        try:
            source = data.find(spec, config.reading)
        except Refused as no:
            raise Refused(str(no).replace("--data", "--in", 1)) from no
        if source.kind not in config.learns_from:
            raise Refused(f"--in {printable(spec)} gives {source.kind}; legal are pictures")
        if source.channels != config.channels:
            raise Refused(
                f"--in {printable(spec)} has {source.channels} colour channels; the run's networks "
                f"take {config.channels}"
            )
        self.key = f"{zlib.crc32(spec.encode()):08x}"
        self.stamps: dict[str, tuple[int, int]] = {}
        self._places: dict[str, tuple[np.ndarray, int]] = {}
        splits = ("train",) if source.count is None else ("train", "validation", "test")
        for split in splits:
            some = source.load(split, config.image_size, config.pictures, config.seed)
            stamp = fingerprint(some.samples) if len(some) else 0
            for place in range(len(some)):
                name = source.name_of(split, place, some.left_out)
                self.stamps[name] = (stamp, place)
                self._places[name] = some.samples, place

    def pictures(self, names: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        """As `Folder.pictures`."""
        for name in names:
            samples, place = self._places[name]
            yield name, samples[place]


def open_gallery(place: str, config: Config, levels: Levels | None = None) -> Folder | Loaded:
    """Open what is to be searched.

    Raises:
        Refused: there is no such thing, or nothing in it that can be searched.
    """
    path = Path(place).expanduser()
    if path.is_dir() and picture_files(path).files:
        return Folder(path, config, levels)
    return Loaded(place, config)
