"""Codes that are normal distributions: their divergence from the prior, and draws from them."""

import numpy as np
import pytest

from common.machine import backend  # noqa: F401  first: it imports TensorFlow, quietly

from common.batches import rng_for  # isort: skip
from common.codes import divergence, divergences, drawn_from  # isort: skip


def test_the_divergence_is_that_of_normal_distributions():
    def code(mean, log_variance):
        return np.float32([[mean] * 3 + [log_variance] * 3] * 2)

    assert float(divergence(code(0, 0))) == 0
    assert float(divergence(code(1, 0))) == pytest.approx(1.5)
    assert float(divergence(code(0, np.log(4)))) == pytest.approx(1.5 * (4 - np.log(4) - 1))
    noise = np.float32([[1, 0, -1]] * 2)
    np.testing.assert_allclose(drawn_from(code(2, np.log(4)), noise), [[4, 2, 0]] * 2, rtol=1e-5)


def test_the_divergence_is_what_draws_say():
    """KL(q ‖ p) is the mean of log q(z) − log p(z) over draws from q."""
    rng = rng_for(0, "codes")
    code = rng.normal(0, 0.7, (1, 6)).astype(np.float32)
    noise = rng.standard_normal((200_000, 3)).astype(np.float32)
    latent = np.asarray(drawn_from(np.repeat(code, len(noise), axis=0), noise))
    # What both densities have in common falls away.
    of_code = -0.5 * (noise**2).sum(1) - 0.5 * code[0, 3:].sum()
    gap = of_code + 0.5 * (latent**2).sum(1)
    error = gap.std() / np.sqrt(len(gap))
    assert float(divergence(code)) == pytest.approx(gap.mean(), abs=4 * error)
    assert 4 * error < 0.03 * gap.mean()


def test_a_divergence_is_a_sum_over_latents_and_a_mean_over_codes():
    code = rng_for(1, "codes").normal(0, 1, (5, 8)).astype(np.float32)
    each = np.asarray(divergences(code))
    alone = [float(divergence(code[i : i + 1][:, [j, j + 4]])) for i in range(5) for j in range(4)]
    np.testing.assert_allclose(each, np.reshape(alone, (5, 4)).sum(1), rtol=1e-5)
    assert float(divergence(code)) == pytest.approx(each.mean(), rel=1e-6)
