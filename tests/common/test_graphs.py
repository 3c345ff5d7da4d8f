"""Graphs run as they were traced in a training, and only there."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.machine import backend
from tests.contract.cases import built, loaded, tiny

OPTION = "disable_meta_optimizer"


def options():
    return tf.config.optimizer.get_experimental_options()


class Looks(keras.callbacks.Callback):
    """Notes how TensorFlow is set while a training goes on, and may fail."""

    def __init__(self, fault=None):
        super().__init__()
        self.seen, self._fault = [], fault

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(options().get(OPTION))
        if self._fault:
            raise self._fault


@pytest.mark.parametrize("before", [None, True, False])
def test_a_training_sets_and_restores(before):
    """Also one that fails; what else the user has set stays."""
    tf.config.optimizer.set_experimental_options({"debug_stripper": False})
    if before is not None:
        tf.config.optimizer.set_experimental_options({OPTION: before})
    config = tiny("first_gan")
    trainer, dataset = built("first_gan", config), loaded(config)
    looks, fails = Looks(), Looks(ValueError("stop"))
    with pytest.raises(ValueError, match="stop"):
        trainer.trainModel(dataset, [fails], verbose=False)
    trainer.trainModel(dataset, [looks], verbose=False)
    assert set(fails.seen + looks.seen) == {True}
    assert options()[OPTION] is bool(before) and options()["debug_stripper"] is False
    tf.config.optimizer.set_experimental_options({OPTION: False})


def test_gpus_have_their_graphs_rewritten(monkeypatch):
    """That lays pictures out as their kernels want them."""
    monkeypatch.setattr(backend, "has_gpu", lambda: True)
    with backend.graphs_as_traced():
        assert not options().get(OPTION)


def test_the_numbers_are_the_same_up_to_roundings():
    @tf.function
    def rewritten(x):
        return tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + 0.5 * bias + 0.5 * bias)

    rng = np.random.default_rng(0)
    kernel, bias = (rng.normal(size=s).astype("float32") for s in ((3, 3, 4, 8), (8,)))
    x = rng.normal(size=(2, 6, 6, 4)).astype("float32")
    as_traced = tf.function(rewritten.python_function)
    with backend.graphs_as_traced():
        one = as_traced(x)
    np.testing.assert_allclose(one, rewritten(x), rtol=1e-5, atol=1e-5)
