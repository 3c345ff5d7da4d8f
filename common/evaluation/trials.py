"""One-shot trials and pairs, drawn from pictures with classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from common.metrics.estimate import Estimate
from data.errors import Refused

# Draws of classes for an interval.
_DRAWS = 200
#: First pictures, second ones, and whether they differ: see `verification`.
Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]


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

    @property
    def groups(self) -> list[list[int]]:
        """The classes of each alphabet; without alphabets, all of them."""
        members = self.members
        if self.within is None:
            return [list(members)]
        values = {number: self.within[index[0]] for number, index in members.items()}
        different = sorted(set(values.values()))
        return [[n for n, value in values.items() if value == one] for one in different]

    @property
    def most_together(self) -> int:
        """The largest number of classes that a trial can have."""
        return max(map(len, self.groups), default=0)


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
    groups = [group for group in classes.groups if len(group) >= ways]
    if ways < 2 or not groups:
        most = classes.most_together
        raise Refused(f"{ways}-way trials need as many classes of two pictures; there are {most}")
    observers = None if classes.observers is None else np.unique(classes.observers)
    for number in range(-(-count // ways)):
        chosen = rng.permutation(groups[number % len(groups)])[:ways]
        order = None if observers is None else rng.permutation(observers)
        pairs = [_two(members[each], classes.observers, order, rng) for each in chosen]
        gallery, queries = np.array(pairs).T
        yield gallery, queries


def _two(index: np.ndarray, observers, order, rng) -> np.ndarray:
    """Two pictures of a class: by the first two observers, in an order, that it has any of."""
    if observers is not None:
        by = [index[observers[index] == one] for one in order]
        found = [rng.choice(own) for own in by if len(own)][:2]
        if len(found) == 2:
            return np.array(found)
    return rng.permutation(index)[:2]


def verification(classes: Classes, rng: np.random.Generator, count: int = 5000) -> Pairs:
    """Draw pairs, as many of one class as of two.

    Returns:
        Indices of the first pictures, of the second ones, and whether they differ (bool).

    Raises:
        Refused: there are no two classes with two pictures.
    """
    members = list(classes.members.values())
    if len(members) < 2:
        there = "is 1 class" if len(members) == 1 else f"are {len(members)} classes"
        raise Refused(
            f"for testing there {there} with two pictures or more; 2 are needed to tell equal "
            "pairs from different ones"
        )
    equal = _equal_pairs(members, rng, count)
    first, second = np.array([_of_two(members, rng) for _ in equal]).T
    different = np.repeat([False, True], len(equal))
    return np.append(equal[:, 0], first), np.append(equal[:, 1], second), different


def area(classes: Classes, pairs: Pairs, apart: np.ndarray) -> Estimate:
    """Compute the area under the curve of pairs told to be the same over those that are not (AUC).

    Its interval is one over draws of classes with replacement: pairs share classes, and are no
    independent samples. The classes are.

    Args:
        classes: Of the pictures.
        pairs: As `verification` draws them.
        apart: How far apart the pictures of each pair are.
    """
    from sklearn.metrics import roc_auc_score

    one, other, different = pairs
    numbers = classes.numbers
    rng, own = np.random.default_rng(0), list(classes.members)
    drawn, found = np.zeros(int(numbers.max()) + 1, int), []
    for _ in range(_DRAWS):
        drawn[own] = rng.multinomial(len(own), np.full(len(own), 1 / len(own)))
        # A pair of one class is there as often as the class is.
        weights = drawn[numbers[one]] * np.where(different, drawn[numbers[other]], 1)
        if weights[different].any() and weights[~different].any():
            found.append(roc_auc_score(different, apart, sample_weight=weights))
    value = float(roc_auc_score(different, apart))
    low, high = np.quantile(found, (0.025, 0.975)) if found else (value, value)
    return Estimate(value, float(low), float(high))


def _equal_pairs(members: list[np.ndarray], rng: np.random.Generator, count: int) -> np.ndarray:
    """Pairs of one class, N×2: all that there are, or a draw of `count`."""
    sizes = np.array([len(index) * (len(index) - 1) // 2 for index in members])
    if sizes.sum() <= count:
        pairs = [index[np.array(np.triu_indices(len(index), 1)).T] for index in members]
        return np.concatenate(pairs)
    # Large classes have more pairs than memory holds.
    owners = rng.choice(len(members), count, p=sizes / sizes.sum())
    return np.array([rng.choice(members[owner], 2, replace=False) for owner in owners])


def _of_two(members: list[np.ndarray], rng: np.random.Generator) -> tuple[int, int]:
    """A picture each of two classes."""
    one, other = rng.choice(len(members), 2, replace=False)
    return rng.choice(members[one]), rng.choice(members[other])
