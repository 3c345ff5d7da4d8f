"""Sets of pictures from TensorFlow Datasets, as `tfds:NAME`; needs the extra "datasets"."""

from __future__ import annotations

import importlib.util
import logging
import os
from pathlib import Path

import numpy as np
from PIL import Image

from data import cache
from data.domains import DomainsSource
from data.errors import EnvironmentFailure, Refused
from data.fetch import datasets_folder, why
from data.layouts import SPLITS as SPLIT_NAMES
from data.pictures import plain
from data.progress import counted
from data.quiet import quietly
from data.reading import Reading
from data.resize import fitted, height_and_width
from data.samples import SampleSet
from data.source import Source
from data.splits import MOST_CLASSES, SPLITS, divided, split_of

PREFIX = "tfds:"
_MISSING = "needs the package tensorflow-datasets: pip install 'gan-cookbook[datasets]'"
# Where a set does not say how large its pictures are, as many are looked at.
_LOOKED_AT = 200
# Timeout of a silent server.
_SECONDS = 15.0


def open_by_name(spec: str, reading: Reading) -> Source:
    """Open "tfds:NAME", "tfds:NAME/CONFIG" or one domain of it, "tfds:NAME/CONFIG:A".

    Nothing is known of such a set before it is fetched, so it is fetched now.

    Raises:
        Refused: there is no such set, it holds no pictures, or the extra is missing.
        EnvironmentFailure: it cannot be fetched.
    """
    name, _, domain = spec.removeprefix(PREFIX).partition(":")
    source = _open(name, reading)
    if not domain:
        return source
    if domain not in source.domains:
        legal = " or ".join(f"{PREFIX}{name}:{d}" for d in source.domains) or PREFIX + name
        raise Refused(f"--data {spec}: legal is {legal}")
    return source.domains[domain]


def check(name: str) -> None:
    """Refuse if the package tensorflow-datasets is not installed."""
    # Without loading it, nor TensorFlow, which takes seconds.
    if importlib.util.find_spec("tensorflow_datasets") is None:
        raise Refused(f"--data {name} {_MISSING}")


def _tfds():
    """Import TensorFlow Datasets, with TensorFlow loaded now, where its messages are caught."""
    with quietly():
        importlib.import_module("keras").distribution.list_devices()
        return importlib.import_module("tensorflow_datasets")


def _builder(name: str):
    check(PREFIX + name)
    tfds = _tfds()
    try:
        return tfds.builder(name, data_dir=_folder())
    except tfds.core.DatasetNotFoundError as fault:
        raise Refused(f"--data {PREFIX}{name}: TensorFlow Datasets has no such set") from fault
    except (ValueError, AssertionError) as fault:
        # It has the set, and not this configuration or version of it.
        first = str(fault).splitlines()[0]
        raise Refused(f"--data {PREFIX}{name}: {first}") from fault


def _folder() -> str:
    return os.environ.get("TFDS_DATA_DIR") or str(datasets_folder() / "tensorflow_datasets")


def _open(name: str, reading: Reading) -> Source:
    builder = _builder(name)
    tfds = _tfds()
    picture = _picture_feature(name, builder.info.features, tfds)
    try:
        if not builder.is_prepared():
            _ask_for(builder)
        builder.download_and_prepare()
    except Exception as fault:
        # A dead address, a wrong checksum, a quota, a full disk: each an error of its own.
        by_hand = f"`tfds build {name}` on a machine that can, then put its folder into"
        raise EnvironmentFailure(
            f"{PREFIX}{name} could not be fetched ({why(fault)[:200]}); {by_hand} "
            f"{Path(_folder())} by hand"
        ) from fault
    found = list(builder.info.splits)
    sides = {
        side: {SPLIT_NAMES[s[:-1]]: s for s in found if s[-1:] == side and s[:-1] in SPLIT_NAMES}
        for side in "AB"
    }
    if all(sides.values()):
        domains = {
            side: TensorflowSource(builder, f"{name}:{side}", splits, picture, reading)
            for side, splits in sides.items()
        }
        return DomainsSource(name, domains)
    own = {SPLIT_NAMES[split]: split for split in found if split in SPLIT_NAMES}
    if not own:
        raise Refused(f"{PREFIX}{name} has the splits {', '.join(found)}: none of {SPLITS}")
    return TensorflowSource(builder, name, own, picture, reading)


def _ask_for(builder) -> None:
    """Send one request to the server of a set.

    Without a network TensorFlow Datasets would retry for minutes.
    """
    import requests

    logging.getLogger("urllib3").setLevel(logging.ERROR)
    for url in list(builder.url_infos or ())[:1]:
        requests.head(url, timeout=_SECONDS)


def _picture_feature(name: str, features, tfds) -> str:
    """The name of the picture feature: "image", or the first one of pictures."""
    pictures = [
        key
        for key, feature in features.items()
        if isinstance(feature, tfds.features.Image) and feature.np_dtype == np.uint8
    ]
    if not pictures:
        held = ", ".join(sorted(features))
        raise Refused(f"{PREFIX}{name} holds {held}: no pictures of 8 bits")
    return "image" if "image" in pictures else pictures[0]


class TensorflowSource(Source):
    """Pictures of a set that has been prepared."""

    def __init__(self, builder, name: str, splits: dict[str, str], picture: str, reading: Reading):
        self.name, self._builder, self._splits = f"tfds-{name.replace('/', '-')}", builder, splits
        self._picture, self._fit, self._way = picture, reading.fit, reading.splitting
        counts = {own: builder.info.splits[theirs].num_examples for own, theirs in splits.items()}
        self._brought = np.repeat(list(counts), list(counts.values()))
        self.count = len(self._brought)
        *size, channels = builder.info.features[picture].shape
        self.channels = 1 if channels == 1 else 3
        if None in size:
            sizes = sorted((e[picture].shape[:2] for e in self._some(_LOOKED_AT)), key=min)
            self.sizes = (tuple(map(int, sizes[0])), tuple(map(int, sizes[-1])))
        else:
            self.sizes = (tuple(size), tuple(size))
        self.factors = _factors_of(builder.info.features)

    def load(self, split, size, count, seed):
        """As `Source.load`; `count` and `seed` change nothing."""
        wanted = divided(self._brought, split_of(split), way=self._way)
        shape = (len(wanted), *height_and_width(size), self.channels)
        key = {"set": self._builder.info.full_name, "splits": self._splits, "split": split}
        key |= {"shape": shape, "fit": self._fit, "picture": self._picture, "way": self._way}
        key |= {"version": 2}
        label = f"{self.name.replace(':', '-')}-{shape[2]}x{shape[1]}"
        shapes = {"samples": shape}
        return cache.cached(label, key, shapes, lambda rows: self._read(wanted, rows["samples"]))

    def _read(self, wanted: np.ndarray, rows: np.ndarray) -> SampleSet:
        known = {name: np.zeros(len(wanted), np.int32) for name in self.factors}
        with counted(f"reading {self.name}", self.count) as progress:
            place, chosen = 0, np.isin(np.arange(self.count), wanted)
            for number, example in enumerate(self._some(self.count)):
                progress(number + 1)
                if not chosen[number]:
                    continue
                pixels = example[self._picture]
                picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
                small = fitted(plain(picture, self.channels), rows.shape[1:3], self._fit)
                rows[place] = np.asarray(small).reshape(rows.shape[1:])
                for name, values in known.items():
                    values[place] = example.get("attributes", {}).get(name, example.get(name, 0))
                place += 1
        return SampleSet(rows[:place], {name: values[:place] for name, values in known.items()})

    def _some(self, most: int):
        """Yield the first examples in a fixed order, one split after another."""
        tfds = _tfds()
        # Decoded pictures are kept in our cache, not in memory.
        plainly = tfds.ReadConfig(try_autocache=False)
        for theirs in self._splits.values():
            if most <= 0:
                return
            examples = self._builder.as_dataset(
                split=theirs, shuffle_files=False, read_config=plainly
            )
            for example in tfds.as_numpy(examples.take(most)):
                yield example
                most -= 1


def _factors_of(features) -> dict[str, tuple[str, ...]]:
    """The factors of a set with their words: its label and its boolean attributes."""
    known, features = {}, dict(features.items())
    label = features.get("label")
    if hasattr(label, "names") and label.num_classes <= MOST_CLASSES:
        known["label"] = tuple(label.names or map(str, range(label.num_classes)))
    attributes = features.get("attributes")
    for name, feature in attributes.items() if hasattr(attributes, "items") else ():
        if feature.np_dtype == np.bool_:
            word = name.replace("_", " ").lower()
            known[name] = (f"no {word}", word)
    return known
