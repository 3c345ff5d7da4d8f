"""Directions in w along which a picture changes in one respect, for which there is a word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.batches import draw_latents, rng_for
from data.errors import Refused
from data.pixels import to_pixels
from data.progress import waiting

from .inputs import noise_of
from .reading import Reader, words_of

if TYPE_CHECKING:
    # It imports Keras, before which flags are refused.
    from .render import Renderer

#: Pictures that directions are found by; and how many of them must show a word.
_PICTURES, _FEWEST = 2000, 40
# Least mean share of pictures with and without a word that a direction tells rightly.
_LEARNED = 0.7
_ONE = re.compile(r"\s*(\w[\w -]*?)\s*=\s*([+-]?\d+(?:\.\d+)?)(?=\s|$)")


@dataclass(frozen=True)
class Direction:
    """Direction in w that a word names."""

    #: One standard deviation of w along it, L numbers.
    step: np.ndarray
    #: Mean share of new pictures, with the word and without, that it tells apart.
    accuracy: float


def parse_edit(text: str) -> dict[str, float]:
    """Parse "red hair=2 hat=-1" into words and how far to move.

    Raises:
        Refused: the text is no such list.
    """
    found, end = {}, 0
    while match := _ONE.match(text, end):
        found[match[1]], end = float(match[2]), match.end()
    if not found or text[end:].strip():
        raise Refused(
            f'--edit "{text}": legal are words and how far to move, as in "red hair=2 hat=-1"'
        )
    return found


def check_words(words, known, learned: bool = False) -> None:
    """Refuse words that are not among those that are known, or were learned."""
    strange = [word for word in words if word not in known]
    if strange:
        why = "this run's directions are" if learned else "this run's data has the words"
        what = ", ".join(sorted(known)) or "none"
        raise Refused(f'--edit "{strange[0]}": {why} {what}')


@waiting("reading made faces, and looking for directions")
def directions(renderer: Renderer, reader: Reader) -> dict[str, Direction]:
    """Find directions by linear probes: for each word that is read in made pictures.

    A support vector machine learns to tell styles w whose pictures show the word from others; what
    it looks along is the direction (as Shen et al. 2020 do). A word that it cannot tell of new
    styles is left out.

    Args:
        renderer: The generator.
        reader: Reads factors off pictures.
    """
    _, w, read = read_pictures(renderer, reader, _PICTURES)
    found = {}
    for word, (factor, value) in words_of(reader.words).items():
        shows = read[factor] == value
        if min(shows.sum(), (~shows).sum()) >= _FEWEST:
            direction = probed(w, shows)
            if direction.accuracy >= _LEARNED:
                found[word] = direction
    return found


def read_pictures(renderer: Renderer, reader: Reader, count: int, seed: int = 0):
    """Make pictures, and read them: their latents and w, N×L, and factor -> N values."""
    config = renderer.config
    latents = draw_latents(rng_for(seed, "directions"), count, config.latent_size, "normal")
    w, noise = renderer.w(latents), noise_of(config, seed, count)
    return latents, w, reader(to_pixels(renderer.pictures(renderer.truncated(w, 1.0), noise)))


def probed(w: np.ndarray, shows: np.ndarray) -> Direction:
    """Find the direction that tells w N×L that show something from others; tested on a third."""
    normal, told, true = _separated(w, shows)
    accuracy = np.mean([(told[true == side] == side).mean() for side in np.unique(true)])
    return Direction(normal.astype(np.float32), float(accuracy))


def probed_entropy(codes: np.ndarray, shows: np.ndarray) -> float:
    """Compute H(Y|X), in bits, of what codes N×L show, given what a linear machine says of it."""
    _, told, true = _separated(codes, shows)
    left = 0.0
    for answer in np.unique(told):
        share = np.bincount(true[told == answer].astype(int), minlength=2) / (told == answer).sum()
        left -= (told == answer).mean() * sum(p * np.log2(p) for p in share if p)
    return float(left)


def _separated(codes: np.ndarray, shows: np.ndarray):
    """A linear machine's normal, one deviation long; and what it says of the last third."""
    from sklearn.svm import LinearSVC

    edge = len(codes) * 2 // 3
    mean, deviation = codes.mean(0), codes.std(0) + 1e-9
    scaled = (codes - mean) / deviation
    machine = LinearSVC(C=0.01, class_weight="balanced", random_state=0)
    machine.fit(scaled[:edge], shows[:edge])
    normal = machine.coef_[0] / np.linalg.norm(machine.coef_[0])
    return normal * deviation, machine.predict(scaled[edge:]), shows[edge:]


def moved(styles: np.ndarray, edit: dict[str, float], known: dict[str, Direction]) -> np.ndarray:
    """Move styles N×layers×L along directions."""
    check_words(edit, known, learned=True)
    return styles + sum(far * known[word].step for word, far in edit.items())
