"""`python -m tests.data.oracle WORLD`: how well a net reads each factor off a world's pictures.

The network is the feature net's, trained for longer: what it cannot read, nobody may expect of a
generator.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated

import tyro

import data
from data.command import read_flags, run_program

TESTS = 4000


@dataclass
class Flags:
    """Train a net to read a world's factors, and test it on new pictures."""

    world: tyro.conf.Positional[str]
    """The world, or one of its variants."""
    size: int = 64
    """Pixels a side."""
    pictures: Annotated[int, tyro.conf.arg(help="Pictures to learn from.")] = 16_000
    epochs: int = 12
    """How often each is seen."""


def main(flags: Flags) -> int:
    """Train, test and print."""
    from common.metrics.feature_network import BATCH, DIMENSIONS, Batches
    from common.metrics.features import FeatureNet
    from common.metrics.helper_net import NetInfo

    source = data.find(flags.world)
    words = {name: values for name, values in source.factors.items() if values}
    training = source.load("train", flags.size, flags.pictures, 0)
    tests = source.load("test", flags.size, TESTS, 0)
    made_for = {"size": flags.size, "channels": source.channels}
    factors = {name: len(values) for name, values in words.items()}
    info = NetInfo("oracle", made_for, factors, DIMENSIONS)
    steps = flags.epochs * len(training) // BATCH
    batches = Batches(training, list(factors), steps, 0, False)
    net = FeatureNet.train(info, batches, (tests.samples, tests.factors), 0)
    for name in words:
        right, guess = net.info.accuracy[name], net.info.guessing[name]
        print(f"{name}: {right:.1%} right, {guess:.1%} by guessing", flush=True)
    print(f"{len(tests):,} new pictures of {flags.size}×{flags.size}, {net.info.seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(
        run_program(
            lambda: main(read_flags(Flags, sys.argv[1:], program="python -m tests.data.oracle"))
        )
    )
