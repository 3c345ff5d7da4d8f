"""Linear probe: a classifier on features, trained with few labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from common.batches import rng_for
from common.metrics.checks import checked
from common.metrics.estimate import Estimate, mean_of
from data.errors import Refused


@dataclass(frozen=True)
class Labelled:
    """Features N×d, and a label for each row."""

    features: np.ndarray
    labels: np.ndarray


def pooled(maps: np.ndarray, cells: int = 4) -> np.ndarray:
    """Max-pool feature maps N×H×W×C to cells×cells values per channel, as N×d.

    Radford et al. 2016, section 5.1. A map of fewer pixels stays as it is. Maps of voxels,
    N×S×S×S×C, are pooled along their three axes.
    """
    for axis in range(1, maps.ndim - 1):
        if maps.shape[axis] > cells:
            edges = np.arange(cells) * maps.shape[axis] // cells
            maps = np.maximum.reduceat(maps, edges, axis=axis)
    return maps.reshape(len(maps), -1)


def probe_error(
    learn: Labelled, test: Labelled, count: int = 100, draws: int = 5, seed: int = 0
) -> Estimate:
    """Share of test labels that a linear classifier gets wrong after `count` examples.

    A linear support vector machine on standardised features, as in Radford et al. 2016,
    section 5, trained with as many examples of every class as of any other.

    Args:
        learn: The set that the examples are drawn from.
        draws: Repetitions, each with other examples.

    Returns:
        The mean over the draws, with Student's 95 % interval.

    Raises:
        Refused: as `checked`, one class only, or too few examples of a class.
    """
    features, tests = checked(learn.features, test.features)
    classes = np.unique(learn.labels)
    each = count // len(classes)
    if len(classes) < 2 or each < 1 or draws < 2:
        raise Refused(f"{count} examples of {len(classes)} classes: a probe needs two or more")
    errors = []
    for draw in range(draws):
        rng = rng_for(seed, "probe", draw)
        chosen = []
        for label in classes:
            members = np.flatnonzero(learn.labels == label)
            if len(members) < each:
                raise Refused(f"class {label} has {len(members)} examples, the probe needs {each}")
            chosen.append(rng.choice(members, each, replace=False))
        chosen = np.concatenate(chosen)
        machine = make_pipeline(StandardScaler(), LinearSVC(C=0.01, random_state=0))
        machine.fit(features[chosen], learn.labels[chosen])
        errors.append(1 - machine.score(tests, test.labels))
    return mean_of(errors)
