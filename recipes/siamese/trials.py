"""One-shot trials and pairs, drawn from pictures with classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.errors import Refused


@dataclass(frozen=True)
class Classes:
    """The pictures of each class, by their indices; classes of a single picture are left out.

    Args:
        numbers: Class of each picture, N.
        within: For each picture a value that the classes of one trial share: an alphabet.
        observers: For each picture who drew or took it: a gallery is by one, queries by another.
    """

    numbers: np.ndarray
    within: np.ndarray | None = None
    observers: np.ndarray | None = None

    @property
    def members(self) -> dict[int, np.ndarray]:
        """Class -> the indices of its pictures."""
        found = {n: np.flatnonzero(self.numbers == n) for n in np.unique(self.numbers)}
        return {number: index for number, index in found.items() if len(index) > 1}


def one_shot(
    classes: Classes, rng: np.random.Generator, ways: int = 20, count: int = 400
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw sets of one-shot trials (Koch et al. 2015, section 4.3).

    Of each of `ways` classes one picture is the gallery's and another one a query, which is to be
    found in the gallery. Where the classes have alphabets, each set is of one, in turn.

    Yields:
        Indices of the gallery and of the queries, `ways` each, until there are `count` queries.

    Raises:
        Refused: nowhere are there as many classes.
    """
    members = classes.members
    groups = [list(members)]
    if classes.within is not None:
        values = {number: classes.within[index[0]] for number, index in members.items()}
        different = sorted(set(values.values()))
        groups = [[n for n, value in values.items() if value == one] for one in different]
    groups = [group for group in groups if len(group) >= ways]
    if ways < 2 or not groups:
        most = max(map(len, groups), default=len(members))
        raise Refused(f"{ways}-way trials need as many classes of two pictures; there are {most}")
    for number in range(-(-count // ways)):
        chosen = rng.permutation(groups[number % len(groups)])[:ways]
        pairs = np.array([_two(members[each], classes.observers, number, rng) for each in chosen])
        yield pairs[:, 0], pairs[:, 1]


def _two(index: np.ndarray, observers, number: int, rng) -> np.ndarray:
    """Two pictures of a class; in each set by the same two observers, if there are any."""
    if observers is not None:
        own = np.random.default_rng(number).permutation(np.unique(observers))
        by = [index[observers[index] == one] for one in own]
        found = [one[0] for one in by if len(one)][:2]
        if len(found) == 2:
            return np.array(found)
    return rng.permutation(index)[:2]


def verification(
    classes: Classes, rng: np.random.Generator, count: int = 5000
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw pairs, as many of one class as of two.

    Returns:
        Indices of the first pictures, of the second ones, and whether they differ (bool).

    Raises:
        Refused: there are no two classes with two pictures.
    """
    members = list(classes.members.values())
    if len(members) < 2:
        raise Refused(
            f"{len(members)} classes with two pictures or more for testing; 2 are needed to tell "
            "equal pairs from different ones"
        )
    equal = np.concatenate([np.array(np.triu_indices(len(m), 1)).T for m in members])
    owner = np.repeat(np.arange(len(members)), [len(m) * (len(m) - 1) // 2 for m in members])
    kept = rng.permutation(len(equal))[:count]
    one = np.array([members[owner[k]][equal[k, 0]] for k in kept])
    other = np.array([members[owner[k]][equal[k, 1]] for k in kept])
    pairs = [rng.choice(len(members), 2, replace=False) for _ in kept]
    first = np.array([rng.choice(members[a]) for a, _ in pairs])
    second = np.array([rng.choice(members[b]) for _, b in pairs])
    different = np.repeat([False, True], len(kept))
    return np.concatenate([one, first]), np.concatenate([other, second]), different
