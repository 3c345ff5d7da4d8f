"""Factors in words, and words as factors."""

from __future__ import annotations

import re

import numpy as np

from data.errors import Refused

Words = dict[str, tuple[str, ...] | None]

# "a smiling woman with a hat"
_FILLERS = {"a", "an", "and", "the", "with", "in"}


def told(words: Words, factors: dict[str, np.ndarray]) -> list[str]:
    """Describe each sample in words: "red, gable, two storeys, tower, day, winter".

    Words for absence ("no tower") and numbers on a scale are left out.
    """
    known = [name for name, values in words.items() if values is not None and name in factors]
    lines = zip(*(np.asarray(words[name], object)[factors[name]] for name in known), strict=True)
    return [", ".join(word for word in line if not word.startswith("no ")) for line in lines]


def understood(words: Words, text: str) -> dict[str, int]:
    """Parse the factors in a text: "red tower winter" -> colour 2, tower 1, season 3.

    Raises:
        Refused: something in it is no word for a factor, or two words contradict each other.
    """
    choices = [
        (word, name, number)
        for name, values in words.items()
        for number, word in enumerate(values or ())
    ]
    if not choices:
        raise Refused(f"'{text}': nothing is known in words about these pictures")
    left, asked = " " + re.sub(r"[\s,]+", " ", text.lower()) + " ", {}
    # The longest words first: "no tower" is not a tower.
    for word, name, number in sorted(choices, key=lambda c: -len(c[0])):
        if f" {word.lower()} " in left:
            left = re.sub(f"( {re.escape(word.lower())})+ ", " ", left)
            if asked.setdefault(name, number) != number:
                raise Refused(f"'{text}' asks for two kinds of {name} at once")
    left = " ".join(word for word in left.split() if word not in _FILLERS)
    if left:
        legal = "; ".join(_some(values) for values in words.values() if values)
        raise Refused(f"'{left}' is no word for these pictures; legal are {legal}")
    return asked


def matching(factors: dict[str, np.ndarray], asked: dict[str, int]) -> np.ndarray:
    """Indices of the samples that have all the given factor values.

    Raises:
        Refused: nothing is known of one of these factors.
    """
    if unknown := ", ".join(sorted(asked.keys() - factors.keys())):
        legal = f"; legal are words for {', '.join(factors)}" if factors else ""
        raise Refused(f"no {unknown} is known of these samples{legal}")
    chosen = np.ones(len(next(iter(factors.values()))), bool)
    for name, number in asked.items():
        chosen &= factors[name] == number
    return np.flatnonzero(chosen)


def _some(values: tuple[str, ...]) -> str:
    return ", ".join(values) if len(values) <= 20 else f"{values[0]} to {values[-1]}"
