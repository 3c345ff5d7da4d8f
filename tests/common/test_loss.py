import math

import numpy as np
import pytest
from keras import ops

from common import loss

REAL = np.array([[0.7], [-1.2], [2.0]], np.float32)
FAKE = np.array([[-0.4], [0.9], [-3.0]], np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def bce_d():
    return -np.log(sigmoid(REAL)).mean() - np.log(1 - sigmoid(FAKE)).mean()


# Written from the papers' formulas, on probabilities where the papers use them.
CLOSED = {
    "minimax": (bce_d(), np.log(1 - sigmoid(FAKE)).mean()),
    "non-saturating": (bce_d(), -np.log(sigmoid(FAKE)).mean()),
    "least-squares": (
        0.5 * ((REAL - 1) ** 2).mean() + 0.5 * (FAKE**2).mean(),
        0.5 * ((FAKE - 1) ** 2).mean(),
    ),
    "wasserstein": (FAKE.mean() - REAL.mean(), -FAKE.mean()),
    "hinge": (
        np.maximum(0, 1 - REAL).mean() + np.maximum(0, 1 + FAKE).mean(),
        -FAKE.mean(),
    ),
    "relativistic": (
        -np.log(sigmoid(REAL - FAKE)).mean(),
        -np.log(sigmoid(FAKE - REAL)).mean(),
    ),
}


def test_every_loss_has_a_closed_form_here():
    assert set(CLOSED) == set(loss.LOSSES)


@pytest.mark.parametrize("name", loss.LOSSES)
def test_closed_form(name):
    game = loss.get(name)
    for_discriminator, for_generator = CLOSED[name]
    assert float(game.discriminator(REAL, FAKE)) == pytest.approx(for_discriminator, rel=1e-5)
    assert float(game.generator(FAKE, REAL)) == pytest.approx(for_generator, rel=1e-5)


@pytest.mark.parametrize("name", ["minimax", "non-saturating"])
def test_an_undecided_discriminator_costs_two_logs_of_two(name):
    zero = np.zeros((5, 1), np.float32)
    assert float(loss.get(name).discriminator(zero, zero)) == pytest.approx(2 * math.log(2))


@pytest.mark.parametrize("name", loss.LOSSES)
def test_sure_and_wrong_stays_finite(name):
    """No log of 0: logits of ±1,000 cost what their formula says, not infinity."""
    far = np.full((2, 1), 1000.0, np.float32)
    game = loss.get(name)
    assert math.isfinite(float(game.discriminator(-far, far)))
    assert math.isfinite(float(game.generator(-far, far)))


def test_bfloat16_logits_are_computed_in_float32():
    value = loss.get("non-saturating").discriminator(
        ops.cast(REAL, "bfloat16"), ops.cast(FAKE, "bfloat16")
    )
    assert value.dtype == "float32"
    assert float(value) == pytest.approx(CLOSED["non-saturating"][0], rel=2e-2)


def test_pairwise_accuracy():
    assert float(loss.pairwise_accuracy(REAL, FAKE)) == pytest.approx(2 / 3)
