"""What every recipe promises of its training: it moves, it resumes, it leaves others alone."""

import contextlib
import functools
import math

import numpy as np
import pytest

from common.run import checkpoint
from tests.contract.cases import (
    NAMES,
    batch_of,
    built,
    differing,
    every_option,
    loaded,
    single_options,
    snapshot,
    tiny,
)


# Steps are computed as they stand: to compile one takes longer than some dozens. What is compiled
# is trained by the commands (test_commands.py).
def step_on(trainer, dataset, last):
    """Steps from where a trainer stands; returns the last one's logs."""
    logs = {}
    for phase in trainer.phases():
        while trainer.step < min(phase.until, last):
            logs = phase.step(batch_of(trainer, dataset, phase, trainer.step))
            trainer.step += 1
    return logs


def states_of(recipe, **changes):
    """The states before a training and after each step, until every network has moved.

    With finite values. That takes one step, or two where a network waits for another.
    """
    config = tiny(recipe, averaging=0.0, **changes)
    trainer, dataset = built(recipe, config), loaded(config)
    states, waiting = [snapshot(trainer)], {net.name for net in trainer.networks}
    while waiting and len(states) < 3:
        logs = step_on(trainer, dataset, len(states))
        assert all(math.isfinite(float(value)) for value in logs.values()), changes
        states.append(snapshot(trainer))
        waiting -= set(differing(states[0], states[-1]))
    assert not waiting, (changes, waiting)
    return states


@functools.lru_cache(maxsize=2)
def plain(recipe):
    """The same with no option, trained once for the tests below."""
    return states_of(recipe)


@pytest.mark.parametrize("recipe", NAMES)
def test_each_option_trains(recipe):
    """Alone: finite values, every network moves, and otherwise than without the option."""
    without = plain(recipe)
    # By the gradients' moments: whatever its gradient is, a weight's first step by Adam is as long.
    names = [name for name in without[0] if name.endswith("_optimizer")]
    for option in single_options(recipe)[1:]:
        states = states_of(recipe, **option)
        if set(option) != {"stop_at_equilibrium"}:
            # After as many steps, or after all that there are.
            beside = without[min(len(states), len(without)) - 1]
            assert not all(same(states[-1][name], beside[name]) for name in names), option


def same(some: list, others: list) -> bool:
    """Whether arrays are the same to the bit."""
    return len(some) == len(others) and all(map(np.array_equal, some, others))


def bits_of(network) -> bytes:
    return b"".join(np.array(v).tobytes() for values in network.state().values() for v in values)


@contextlib.contextmanager
def each_changes_itself_alone(trainer):
    """Within, every update of a network is looked at: what it leaves alone, and that it moves."""
    seen = {}
    for network in trainer.networks:
        others = [other for other in trainer.networks if other is not network]

        def update(*given, network=network, others=others, whole=network.trainModel, **more):
            before = [bits_of(each) for each in (*others, network)]
            logs = whole(*given, **more)
            after = [bits_of(each) for each in (*others, network)]
            *stays, own = [x == y for x, y in zip(before, after, strict=True)]
            seen.setdefault(network.name, []).append((all(stays), not own))
            return logs

        network.trainModel = update
    yield
    for network in trainer.networks:
        del network.trainModel
    assert set(seen) == {network.name for network in trainer.networks}
    for name, updates in seen.items():
        assert all(others_stay for others_stay, _ in updates), f"{name} moved another network"
        assert all(moves for _, moves in updates), f"{name} did not move"


@pytest.mark.parametrize("recipe", NAMES)
def test_each_network_changes_itself_alone(recipe):
    """With every option on: weights, statistics, seeds, buffers and optimizers of the others.

    Here in bfloat16; in float32 in the next test, which trains the same.
    """
    config = tiny(recipe, **every_option(recipe))
    config.precision = "mixed_bfloat16"
    trainer, dataset = built(recipe, config), loaded(config)
    with each_changes_itself_alone(trainer):
        for phase in trainer.phases():
            phase.step(batch_of(trainer, dataset, phase, 0 if phase.until > 0 else -1))


@pytest.mark.parametrize("recipe", NAMES)
def test_stopping_and_going_on_changes_nothing(recipe, tmp_path):
    """3 + 2 steps are 5, with every option on at once; finite all along.

    In the first 3, which hold every phase, each network changes itself alone. The average moves.
    """
    config = tiny(recipe, **every_option(recipe))
    whole, dataset = built(recipe, config), loaded(config)
    with each_changes_itself_alone(whole):
        step_on(whole, dataset, 3)
    checkpoint.save(tmp_path, whole.step, whole.state())
    at_three = snapshot(whole)
    logs = step_on(whole, dataset, 5)
    assert all(math.isfinite(float(value)) for value in logs.values())
    assert "average" in differing(at_three, snapshot(whole))

    other = built(recipe, config)
    other.step = checkpoint.restore(tmp_path, other.state())
    assert other.step == 3 and differing(snapshot(whole), snapshot(other))
    step_on(other, dataset, 5)
    assert differing(snapshot(whole), snapshot(other)) == []


@pytest.mark.parametrize("recipe", NAMES)
def test_the_seed_decides_everything(recipe):
    """Two trainers of one configuration are equal to the bit, and those of another seed are not."""
    first = plain(recipe)[1]
    for seed in (0, 1):
        config = tiny(recipe, averaging=0.0, seed=seed)
        trainer = built(recipe, config)
        step_on(trainer, loaded(config), 1)
        assert bool(differing(first, snapshot(trainer))) == seed
