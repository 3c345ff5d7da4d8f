"""Conditions: factors of a sample, such as its label, that networks are told.

A recipe whose Config is a `ConditionalConfig` builds its networks with `inputs` and
`encoded`; batches then hold the factors (`common.batches`), and what is made for no batch
takes its conditions from `drawn`. Nothing here imports TensorFlow before a network is built.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from tyro.conf import Suppress

from common.adversarial import AdversarialConfig
from common.batches import Batch, rng_for
from common.config import flag
from data.errors import Refused
from data.samples import SampleSet
from data.source import Source
from data.words import matching, understood

# Combinations that a run remembers, to draw from.
_REMEMBERED = 256
# Samples of a row, where each column can be a combination of its own.
_COLUMNS, _MOST_COLUMNS = 8, 20


@dataclass(kw_only=True)
class ConditionalConfig(AdversarialConfig):
    """Settings of a recipe whose networks are told some of the samples' factors."""

    conditions: tuple[str, ...] = ()
    """Factors that both networks are told; none named: the label, or else all that have words."""
    held_out: tuple[str, ...] = ()
    """Combinations never to be learned from, in words: "red tower" "blue winter"."""
    combinations: Suppress[str] = ""
    """Values of the conditions, 0.3.1 and so on, of some training samples: the data's own."""

    def adapted_to(self, source: Source) -> ConditionalConfig:
        """As `Config.adapted_to`; settles the conditions.

        Raises:
            Refused: nothing is known of the samples in words, or not what was asked for.
        """
        settled = super().adapted_to(source)
        if self.condition_sizes:
            # What is in memory may have lost its words since.
            return dataclasses.replace(settled, words=self.words)
        known = settled.words
        if not known:
            raise Refused(
                f"--data {source.name}: no labels are known, and this recipe learns from labelled "
                "samples: folders with a folder a class, arrays with labels, or a world"
            )
        strange = [name for name in self.conditions if name not in known]
        if strange:
            raise Refused(
                f"--conditions {strange[0]}: {source.name} has no such factor in words; legal are "
                f"{', '.join(known)}"
            )
        usual = ("label",) if "label" in known else tuple(known)
        settled = dataclasses.replace(settled, conditions=self.conditions or usual)
        settled.held_out_values()
        return settled

    @property
    def settled(self) -> bool:
        """As `Config.settled`; the conditions and their words, too."""
        return super().settled and bool(self.condition_sizes)

    @property
    def condition_words(self) -> dict[str, tuple[str, ...]]:
        """Condition -> the words for its values."""
        return {name: self.words[name] for name in self.conditions if name in self.words}

    @property
    def condition_sizes(self) -> dict[str, int]:
        """Condition -> how many values it can have."""
        return {name: len(words) for name, words in self.condition_words.items()}

    def held_out_values(self) -> list[dict[str, int]]:
        """Return the combinations that are held out, condition -> value.

        Raises:
            Refused: a word that the data does not have, or a combination of fewer than two.
        """
        found = []
        for text in self.held_out:
            try:
                asked = understood(self.condition_words, text)
            except Refused as no:
                raise Refused(f"{flag('held_out')} {no}") from None
            if len(asked) < 2:
                raise Refused(
                    f'{flag("held_out")} "{text}": legal are two words or more, as of a word that '
                    "it never saw a network knows nothing"
                )
            found.append(asked)
        return found

    def is_held_out(self, factors: dict[str, np.ndarray]) -> np.ndarray:
        """Return which samples have a combination that is held out, bool N."""
        held = np.zeros(len(next(iter(factors.values()))), bool)
        for asked in self.held_out_values():
            held[matching(factors, asked)] = True
        return held

    def training_set(self, loaded):
        """As `Config.training_set`, without the combinations that are held out.

        Raises:
            Refused: samples without labels, or with others than the networks know.
        """
        learned = super().training_set(loaded)
        for name, count in self.condition_sizes.items():
            values = learned.factors.get(name)
            if values is None:
                raise Refused(f"these samples have no '{name}', which this recipe learns from")
            if len(values) and not 0 <= values.min() <= values.max() < count:
                strange = values[(values < 0) | (values >= count)][0]
                raise Refused(f"{name} {strange}: legal are 0 to {count - 1}")
        if not self.held_out:
            return learned
        kept = np.flatnonzero(~self.is_held_out(learned.factors))
        return learned if len(kept) == len(learned) else learned.take(kept)

    def informed_by(self, learned: SampleSet) -> ConditionalConfig:
        """As `Config.informed_by`: remembers combinations of the conditions, as they come."""
        some = rng_for(0, "combinations").permutation(len(learned))[:_REMEMBERED]
        rows = np.stack([learned.factors[name][some] for name in self.conditions], axis=1)
        told = " ".join(".".join(map(str, row)) for row in rows)
        return dataclasses.replace(self, combinations=told)

    @property
    def columns(self) -> int | None:
        """Samples of a row on a sheet of `drawn` conditions; None: as square as can be."""
        if len(self.conditions) > 1:
            return _COLUMNS
        (count,) = self.condition_sizes.values()
        return count if count <= _MOST_COLUMNS else None

    def remembered(self) -> dict[str, np.ndarray]:
        """Return the remembered combinations, condition -> int32 values.

        Where there are none yet, they are drawn evenly.
        """
        sizes = self.condition_sizes
        if self.combinations:
            rows = [row.split(".") for row in self.combinations.split()]
            table = np.array(rows, np.int32).T
        else:
            rng = rng_for(0, "combinations")
            table = [rng.integers(0, n, _REMEMBERED, np.int32) for n in sizes.values()]
        return dict(zip(sizes, table, strict=True))


def drawn(config: ConditionalConfig, seed: int, count: int) -> Batch:
    """Draw the conditions of `count` samples for a sheet, int32 by name.

    Of a single condition a column a value; of several a column a combination, as they come in
    the training set. A larger count only appends to a smaller one.
    """
    place = np.arange(count)
    if len(config.conditions) == 1:
        ((name, size),) = config.condition_sizes.items()
        return {name: (place % size).astype(np.int32)}
    rows = config.remembered()
    order = rng_for(seed, "conditions").permutation(len(next(iter(rows.values()))))
    chosen = order[place % config.columns % len(order)]
    return {name: values[chosen] for name, values in rows.items()}


def showing(config: ConditionalConfig, text: str, seed: int, count: int) -> Batch:
    """Draw conditions that fit a text, int32 by name; what it leaves open is as in the training.

    That is, of the remembered combinations those are drawn that have the most of what is asked:
    a smiling woman gets no beard. What is asked for and they lack is put in their place.

    Args:
        text: Words for some of the conditions: "red tower winter".

    Raises:
        Refused: something in it is no word for a condition, nothing is, or words contradict each
            other.
    """
    asked = understood(config.condition_words, text)
    if not asked:
        known = ", ".join(config.conditions)
        raise Refused(f"'{text}' asks for nothing; legal are words for {known}")
    rows = config.remembered()
    fitting = np.sum([rows[name] == value for name, value in asked.items()], axis=0)
    best = np.flatnonzero(fitting == fitting.max())
    chosen = best[rng_for(seed, "showing").integers(0, len(best), count)]
    found = {name: values[chosen] for name, values in rows.items()}
    return found | {name: np.full(count, value, np.int32) for name, value in asked.items()}


def spelled(config: ConditionalConfig, text: str) -> np.ndarray:
    """Return the values of the single condition that a text spells, one a character, int32.

    Raises:
        Refused: there are several conditions, or a character is no word for a value.
    """
    if len(config.conditions) > 1:
        several = ", ".join(config.conditions)
        raise Refused(f"--text: legal with a single condition; this run has {several}")
    ((name, words),) = config.condition_words.items()
    letters = [word for word in words if len(word) == 1]
    strange = [letter for letter in text if letter not in letters]
    if strange or not text:
        legal = f"legal are {' '.join(letters)}" if letters else "none of its words is a letter"
        raise Refused(f'--text "{text}": {strange[0] if strange else "it"} is no {name}; {legal}')
    return np.array([words.index(letter) for letter in text], np.int32)


def inputs(config: ConditionalConfig) -> list:
    """Create a Keras Input for each condition: int32 (N,), named after it."""
    import keras

    return [keras.Input((), dtype="int32", name=name) for name in config.conditions]


def encoded(given: list, config: ConditionalConfig):
    """Encode conditions as one vector: the one-hot vectors of all, side by side, (N, values)."""
    from keras import layers, ops

    sizes = config.condition_sizes.values()
    parts = [ops.one_hot(value, size) for value, size in zip(given, sizes, strict=True)]
    return parts[0] if len(parts) == 1 else layers.Concatenate()(parts)
