"""Two devices that share a batch learn what one learns from all of it."""

import json

import pytest

from common.machine import strategy
from data.errors import Refused
from tests.conftest import ROOT, called


@pytest.fixture(scope="module")
def found():
    code, out, err = called("tests.common.two_devices", cwd=ROOT)
    assert code == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])


def test_which_devices(found):
    assert found["replicas"] == 2 and found["described"].startswith("2 devices, each CPU")
    # A processor is one device, unless one insists.
    assert found["auto"] == 1
    assert "legal is a multiple of 2" in found["uneven"]
    assert found["pairs, uneven"].endswith("legal is a multiple of 4, as 2 neighbours are compared")
    # GPUs are all used, where no number is asked for, and where they can be.
    assert (found["even, auto"], found["uneven, auto"]) == (2, 1)


def test_mirrored_wants_several_devices():
    with pytest.raises(Refused, match="--strategy mirrored: there is 1 .PU; legal here is one"):
        strategy.choose("mirrored", None, 8)
    assert strategy.choose("auto", None, 8) is strategy.choose("one", None, 8)


def test_two_halves_of_a_batch_are_the_batch(found):
    """Weights, moments, batch statistics and averages after steps: float32's rounding apart.

    (Every recipe's gradients are compared in tests/contract.)
    """
    assert max(found["dcgan"].values()) < 1e-4, found["dcgan"]


def test_every_stabiliser_is_the_same_on_two_devices(found):
    """Losses, gradients and buffers after a step. (Of a gradient that is nothing but
    rounding Adam makes a full step: so no weights are compared.)"""
    names = ("logs", "generator_optimizer", "discriminator_optimizer", "discriminator_buffers")
    compared = {name: found["stabilised"][name] for name in names}
    assert max(compared.values()) < 5e-4, compared


def test_a_gate_works_on_two_devices_as_on_one(found):
    """Applied where it is open; weight and count taken back where it is closed."""
    one, two = found["gates"]
    assert one == [0.75, 1] and two == [0.5, 1], "two devices add up their gradients"


def test_pools_of_two_devices_are_one_pool(found):
    one, two = found["pools"]
    assert one == two
    given, held = one
    # Some were swapped, and none was lost.
    assert given != sorted(given)
    assert {*given, *held} == set(range(12))


def test_without_shared_statistics_they_are_not(found):
    assert found["own statistics"]["discriminator"] > 1e-2
