"""Batches of a training, as a function of (seed, step) alone.

No state is carried from one batch to the next, so a resumed training needs only its step, and
one device or several see the same numbers.

| entry        | holds                                                                    |
|--------------|--------------------------------------------------------------------------|
| `real`       | real samples, which a generator learns to imitate                        |
| `input`      | a translator's input; of unpaired sets, pictures of A (`real` is of B)   |
| a factor     | `label`, `colour`, `gaze` …: if a network has a `keras.Input` named so,  |
|              | or if the samples are grouped by it                                      |
| what is drawn| latents, noise, coins: whatever the recipe's `draw` gives                |
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection
from functools import lru_cache

import numpy as np

from common.config import Config
from data.errors import Refused
from data.jitter import Jitter, centred
from data.plurals import number_of
from data.samples import SampleSet, UnpairedSet

# Steps of pretraining are negative; seeds must not be.
_OFFSET = 1 << 32

Batch = dict[str, np.ndarray]
Draw = Callable[[np.random.Generator, int], Batch]


def any_of(total: int, most: int, seed: int, purpose: str) -> np.ndarray:
    """Return the indices of at most `most` samples of a set, ascending: any, not the first ones.

    Folders come class by class.

    Args:
        total: How many there are.
        most: How many are wanted, at most.
        seed, purpose: As for `rng_for`.
    """
    return np.sort(rng_for(seed, purpose).permutation(total)[:most])


def rng_for(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """Return an independent random number generator for each (seed, purpose, number)."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), number + _OFFSET])


class Batches:
    """Batches of a data set, each sample once an epoch, with the networks' random inputs.

    Args:
        dataset: The training set. Two unpaired sets are shuffled independently, or sets that
            happen to correspond would be seen as pairs; an epoch of each is as long as that
            set.
        config: `batch_size`, `seed`, `jittering`, `image_size`, and `grouped_by`.
        draw: (rng, count) -> arrays of `count` rows by name, added to the batch.
        asked: Factors that a network has an Input for.
        parts: How many batches a step takes, for networks that are updated more than once;
            sample i of the returned batch belongs to part i mod `parts`.

    Raises:
        Refused: fewer samples than one batch.
    """

    def __init__(
        self,
        dataset: SampleSet | UnpairedSet,
        config: Config,
        draw: Draw = lambda rng, count: {},
        asked: Collection[str] = (),
        parts: int = 1,
    ):
        check_batch(config, len(dataset))
        self._config, self._draw, self._asked, self._parts = config, draw, asked, parts
        if isinstance(dataset, UnpairedSet):
            self._real = _Side(dataset.b, config, "b")
            self._input = _Side(dataset.a, config, "a")
        else:
            self._real, self._input = _Side(dataset, config), None

    @property
    def per_epoch(self) -> int:
        """Number of batches per epoch, of `real`."""
        return self._real.per_epoch

    def __call__(self, step: int) -> Batch:
        """Return the batch of a step; the steps of a pretraining are negative."""
        # A step of pretraining takes one batch.
        numbers = [step] if step < 0 else range(step * self._parts, (step + 1) * self._parts)
        batches = [self._one(number) for number in numbers]
        if len(batches) == 1:
            return batches[0]
        return {name: _interleaved([batch[name] for batch in batches]) for name in batches[0]}

    def _one(self, number: int) -> Batch:
        seed, count = self._config.seed, self._config.batch_size
        taken = self._real(number)
        inputs = self._input(number).samples if self._input else taken.inputs
        batch = {"real": taken.samples} | ({} if inputs is None else {"input": inputs})
        # What is uint8 is taken for pixels.
        batch |= {
            name: np.asarray(v, np.int32) if v.dtype == np.uint8 else v
            for name, v in taken.factors.items()
            if name in self._asked
        }
        return batch | self._draw(rng_for(seed, "noise", number), count)


class _Side:
    """The samples of one set, shuffled by themselves."""

    def __init__(self, dataset: SampleSet, config: Config, name: str = ""):
        self._dataset, self._config, self._name = dataset, config, name
        self._jitter, self._size = config.jittering, config.image_size
        # Derived inputs are computed anew at each use, also without jitter.
        if self._jitter is None and dataset.derive is not None:
            self._jitter, self._size = Jitter(), dataset.samples.shape[1:3]
        self._groups = _Groups.of(dataset, config) if config.grouped_by else None
        self._places = self._groups.places if self._groups else np.arange(len(dataset))
        self._classes = self._balanced() if config.balance else None
        self.per_epoch = self._epoch() // config.batch_size
        self._order = lru_cache(maxsize=2)(self._shuffled)

    def __call__(self, number: int) -> SampleSet:
        epoch, place = divmod(number, self.per_epoch)
        size = self._config.batch_size
        chosen = self._order(epoch)[place * size :][:size]
        if self._groups is None:
            return self._taken(chosen, number)
        chosen = self._groups.around(chosen, self._rng("groups", number))
        return self._groups.folded(self._taken(chosen.ravel(), number))

    def _taken(self, chosen: np.ndarray, number: int) -> SampleSet:
        if self._jitter is None:
            return self._dataset.take(chosen)
        return self._jitter.cut(self._dataset, chosen, self._size, self._rng("jitter", number))

    def _shuffled(self, epoch: int) -> np.ndarray:
        rng = self._rng("order", epoch)
        if self._classes is None:
            return self._places[rng.permutation(len(self._places))]
        # Of a small class each sample several times before any once more.
        most = max(map(len, self._classes))
        drawn = [
            np.concatenate([rng.permutation(places) for _ in range(-(-most // len(places)))])[:most]
            for places in self._classes
        ]
        return rng.permutation(np.concatenate(drawn))

    def _balanced(self) -> list[np.ndarray]:
        """The places of each value of the factor that is balanced."""
        values = classes_of(self._dataset, self._config)[self._places]
        return [self._places[values == value] for value in np.unique(values)]

    def _epoch(self) -> int:
        """Samples of an epoch; balanced, every class has as many as the largest one."""
        if self._classes is None:
            return len(self._places)
        return len(self._classes) * max(map(len, self._classes))

    def _rng(self, purpose: str, number: int) -> np.random.Generator:
        return rng_for(self._config.seed, f"{purpose}{self._name}", number)


def classes_of(dataset: SampleSet, config: Config) -> np.ndarray:
    """Return the values of the factor that `config.balance` names, one a sample.

    Raises:
        Refused: the samples have no such factor, or it has no classes.
    """
    name = config.balance
    legal = [n for n, v in dataset.factors.items() if v.ndim == 1 and v.dtype.kind in "iubUSO"]
    if name not in legal:
        told = f"these have {', '.join(legal)}" if legal else "of these no factor is known"
        raise Refused(f"--balance {name}: legal is a factor with classes; {told}")
    return dataset.factors[name]


def check_balance(dataset: SampleSet | UnpairedSet, config: Config) -> None:
    """As `classes_of`, for what is to be balanced in a training; nothing where nothing is."""
    if config.balance:
        for side in (dataset.a, dataset.b) if isinstance(dataset, UnpairedSet) else (dataset,):
            classes_of(side, config)


def check_groups(dataset: SampleSet | UnpairedSet, config: Config) -> None:
    """Refuse a set in which too few samples share the value that a training groups them by."""
    if config.grouped_by:
        for side in (dataset.a, dataset.b) if isinstance(dataset, UnpairedSet) else (dataset,):
            _Groups.of(side, config)


class _Groups:
    """Groups of samples that share the value of a factor: two pictures of one identity, say."""

    def __init__(self, values: np.ndarray, factor: str, size: int):
        self._factor, self._size, self._values = factor, size, values
        members = {value: np.flatnonzero(values == value) for value in np.unique(values)}
        self._members = {v: index for v, index in members.items() if len(index) >= size}
        #: Indices of the samples whose value is shared by enough others.
        self.places = np.flatnonzero(np.isin(values, list(self._members)))

    @classmethod
    def of(cls, dataset: SampleSet, config: Config) -> _Groups:
        factor, size = config.grouped_by, config.group_size
        if factor not in dataset.factors:
            known = ", ".join(dataset.factors) or "none"
            raise Refused(f"samples are grouped by {factor}; the known factors of these: {known}")
        groups = cls(dataset.factors[factor], factor, size)
        if len(groups.places) < config.batch_size:
            raise Refused(
                f"--batch-size {config.batch_size}: legal is up to {len(groups.places)}, as many "
                f"samples share their {factor} with {size - 1} or more others"
            )
        return groups

    def around(self, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Add to each chosen index others of the same value: N -> N×size."""
        groups = []
        for place in chosen:
            members = self._members[self._values[place]]
            others = rng.permutation(members[members != place])[: self._size - 1]
            groups.append([place, *others])
        return np.array(groups)

    def folded(self, taken: SampleSet) -> SampleSet:
        """Fold N·size samples to N×size; the shared factor is kept once for each group."""

        def fold(values):
            return values.reshape(-1, self._size, *values.shape[1:])

        factors = {name: fold(values) for name, values in taken.factors.items()}
        factors[self._factor] = factors[self._factor][:, 0]
        inputs = None if taken.inputs is None else fold(taken.inputs)
        return SampleSet(fold(taken.samples), factors, inputs)


def _interleaved(parts: list[np.ndarray]) -> np.ndarray:
    """Interleave the rows of all parts, so that each device's share holds rows of every part."""
    return np.stack(parts, axis=1).reshape(-1, *parts[0].shape[1:])


def check_batch(config: Config, count: int) -> None:
    """Refuse a batch larger than the data, and data that is too little for any batch."""
    least = config.least_batch
    there = f"there {'is' if count == 1 else 'are'} {number_of(count, 'pictures')} for training"
    if count < least:
        raise Refused(f"--data {config.data}: {there}; at least {least} are needed")
    if config.batch_size > count:
        legal = f"{least} to {count}" if count > least else count
        raise Refused(f"--batch-size {config.batch_size}: {there}; legal is {legal}")


def unjittered(dataset, config: Config):
    """Crop a set that was loaded for jitter to the size that the networks take."""
    if config.jittering is None:
        return dataset
    if isinstance(dataset, UnpairedSet):
        return UnpairedSet(unjittered(dataset.a, config), unjittered(dataset.b, config))
    size, inputs = config.image_size, dataset.inputs
    inputs = None if inputs is None else centred(inputs, size)
    return SampleSet(centred(dataset.samples, size), dataset.factors, inputs, derive=dataset.derive)


def draw_latents(rng: np.random.Generator, count: int, size: int, prior: str) -> np.ndarray:
    """Draw latent vectors, float32 count×size.

    Args:
        prior: "uniform" (−1 to 1), "unit" (0 to 1) or "normal", N(0, 1).
    """
    if prior == "unit":
        return rng.random((count, size), np.float32)
    if prior == "uniform":
        return rng.uniform(-1, 1, (count, size)).astype(np.float32)
    return rng.standard_normal((count, size)).astype(np.float32)
