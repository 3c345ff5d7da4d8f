"""Inversion of generators: the codes whose picture is nearest to a given one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from common.machine import backend  # first: it imports TensorFlow, quietly

import keras  # isort: skip
from keras import ops  # isort: skip

from common.batches import Batch
from common.filters import FILTERS, FeatureNet, random_filters
from data.progress import counted

# Rows that are drawn at once; and the least side of a map that a filter sees.
_AT_ONCE, _LEAST = 64, 5


class Inverted(NamedTuple):
    """Codes that were found for N pictures, and how near they came."""

    #: Name -> float32, N rows.
    codes: Batch
    #: What the generator makes of them, float32 N×H×W×C in [-1, 1].
    pictures: np.ndarray
    #: How far these are from the pictures asked for, N: see `distances`.
    distances: np.ndarray
    #: How far the nearest of the draws was, before anything was optimised, N.
    drawn: np.ndarray


def invert(
    render: Callable[[dict], object],
    wanted: np.ndarray,
    draws: Batch,
    starts: int = 4,
    steps: int = 200,
    rate: float = 0.05,
    bounds: tuple[float, float] | None = None,
) -> Inverted:
    """Find the codes whose pictures are nearest to given ones, by gradient descent on the codes.

    The distance is one of random filters' maps, and so has many local minima: the search begins at
    the nearest of some draws, at several of them, and keeps the best (as Zhu et al. 2016, section
    3.1, begin at a good guess). Adam, whose rate falls along half a cosine.

    Args:
        render: Codes by name, tensors of N rows -> pictures N×H×W×C in [-1, 1]; a network at
            inference, with all inputs that are no codes.
        wanted: Pictures, float32 N×H×W×C in [-1, 1], H and W at least 5.
        draws: Codes from which the search may begin, by name, M rows each.
        starts: At how many of them it begins.
        steps: Updates of the codes.
        rate: Adam's learning rate at first, in the codes' units.
        bounds: The range that codes are kept in; None: they are free.
    """
    net = compared_in(min(wanted.shape[1:3]))
    starts = min(starts, len(next(iter(draws.values()))))
    codes = {
        name: keras.Variable(values[:starts], dtype="float32", name=name)
        for name, values in draws.items()
    }
    variables = list(codes.values())
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps))
    optimizer.build(variables)
    fresh = [np.array(v) for v in optimizer.variables]

    @backend.compiled
    def apart(some, target):
        return distances(net, render(some), target)

    @backend.compiled
    def step(target):
        with backend.tape() as tape:
            # Of a sum: no start's gradient depends on another.
            total = ops.sum(distances(net, render({n: v.value for n, v in codes.items()}), target))
        optimizer.apply(tape.gradient(total, variables), variables)
        for variable in variables if bounds else ():
            variable.assign(ops.clip(variable.value, *bounds))

    found = []
    with counted("looking for codes", len(wanted) * steps) as progress:
        for number, picture in enumerate(wanted):
            target = ops.convert_to_tensor(picture[None])
            away = np.concatenate([np.asarray(apart(p, target)) for p in _parts(draws)])
            nearest = np.argsort(away, kind="stable")[:starts]
            for name, variable in codes.items():
                variable.assign(draws[name][nearest])
            for variable, value in zip(optimizer.variables, fresh, strict=True):
                variable.assign(value)
            for done in range(steps):
                step(target)
                progress(number * steps + done + 1)
            held = {name: v.value for name, v in codes.items()}
            left = np.asarray(apart(held, target))
            best = int(left.argmin())
            made = np.asarray(render(held))[best]
            kept = {name: np.array(v)[best] for name, v in codes.items()}
            found.append((kept, made, float(left[best]), float(away.min())))
    kept, made, left, away = zip(*found, strict=True)
    together = {name: np.stack([each[name] for each in kept]) for name in draws}
    return Inverted(together, np.stack(made), np.array(left), np.array(away))


def compared_in(side: int) -> FeatureNet:
    """Return the random filters that see pictures of so many pixels a side."""
    wanted = [name for k, name in enumerate(FILTERS) if side // 2**k >= _LEAST]
    return random_filters(0, wanted)


def distances(net: FeatureNet, made, wanted):
    """Compute how far apart pictures are, N: the mean absolute difference of pixels and of maps.

    A mean over the pixels and each of the net's maps: filters at several scales see edges and
    colours in a place, and pixels the light.

    Args:
        net: As `compared_in` returns it.
        made, wanted: N×H×W×C in [-1, 1], or one row in place of N.
    """
    pairs = [(made, wanted)]
    pairs += zip(net(made).values(), net(wanted).values(), strict=True)
    each = [ops.mean(ops.absolute(one - other), axis=(1, 2, 3)) for one, other in pairs]
    return sum(each) / len(each)


def _parts(draws: Batch):
    """Parts of the draws, as tensors: all of them together would take much memory."""
    count = len(next(iter(draws.values())))
    for start in range(0, count, _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        yield {n: ops.convert_to_tensor(v[rows].astype(np.float32)) for n, v in draws.items()}
