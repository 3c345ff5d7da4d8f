"""Equilibrium stops a training: when it is due, not before, and the same after a resume."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from common.callbacks.equilibrium import Equilibrium
from common.callbacks.samples import Samples
from recipes.first_gan.config import Config
from recipes.first_gan.gan import FirstGAN


class Game:
    stop_training = False


def watch(rankings, tolerance=0.02):
    """The step at which a course of rankings is stopped; None if it is not."""
    watcher = Equilibrium(tolerance)
    watcher.set_model(Game())
    for step, accuracy in enumerate(rankings):
        watcher.on_train_batch_end(0, {"discriminator/pairwise_accuracy": accuracy})
        if watcher.model.stop_training:
            return step
    return None


LEAD, EVEN = [0.9] * 100, [0.5] * 1200


def test_it_stops_after_a_lead_and_a_lasting_balance():
    stopped = watch(LEAD + EVEN)
    # The mean forgets the lead in a few hundred steps; then the balance must last.
    assert 100 + Equilibrium.PATIENCE < stopped < 100 + Equilibrium.PATIENCE + 400


def test_it_does_not_stop_a_discriminator_that_never_led():
    assert watch(EVEN * 5) is None
    noisy = 0.5 + 0.03 * np.random.default_rng(0).normal(size=5000)
    assert watch(noisy) is None


def test_it_does_not_stop_where_one_side_leads():
    assert watch(LEAD + [0.56] * 5000) is None
    # A discriminator that has died ranks nothing right.
    assert watch(LEAD + [0.0] * 5000) is None
    # One leads, then the other, sooner than the patience ends: on average even, never at rest.
    swings = 0.5 + 0.1 * np.sin(np.arange(5000) / 100)
    assert watch(np.r_[LEAD, swings]) is None


def test_it_goes_on_as_if_never_stopped():
    whole = Equilibrium(0.02)
    first, second = Equilibrium(0.02), Equilibrium(0.02)
    course = LEAD + [0.5] * 700
    for watcher, part in ((whole, course), (first, course[:400])):
        watcher.set_model(Game())
        watcher.on_train_begin()
        for accuracy in part:
            watcher.on_train_batch_end(0, {"discriminator/pairwise_accuracy": accuracy})
    second.set_model(Game())
    second.state()["equilibrium"][0].assign(first.state()["equilibrium"][0])
    # What was restored stays until there is something new.
    kept = np.array(second.state()["equilibrium"][0])
    np.testing.assert_array_equal(kept, first.state()["equilibrium"][0])
    second.on_train_begin()
    for accuracy in course[400:]:
        second.on_train_batch_end(0, {"discriminator/pairwise_accuracy": accuracy})
    np.testing.assert_array_equal(*(w.state()["equilibrium"][0] for w in (whole, second)))


SMALL = Config(
    channels=2,
    log_every=1000,
    width=16,
    depth=2,
    batch_size=256,
    steps=6000,
    decay_from=0,
    decay_steps=1500,
    magnification=1.0,
    blur=0.0,
    stop_at_equilibrium=0.02,
)


def train(config, *callbacks):
    gan = FirstGAN(config)
    points = np.random.default_rng(0).normal(3, 0.5, (4000, 2)).astype(np.float32)
    gan.trainModel(points, callbacks, verbose=False)
    return gan


class Silent:
    def __getattr__(self, name):
        return lambda *_: None


def test_a_game_that_is_played_out_ends_early(tmp_path):
    """And the last sheet shows where."""
    config = dataclasses.replace(SMALL, sample_every=5000, sample_count=20)
    samples = Samples(SimpleNamespace(samples=tmp_path), Silent(), config, Silent())
    gan = train(config, samples)
    assert gan.equilibrium.reached and 500 < gan.step < 5000
    assert (tmp_path / f"step-{gan.step:07d}.png").is_file()
    made = gan.sample(1000)
    assert made.mean(0) == pytest.approx([3, 3], abs=0.2)
    # To train on changes nothing: the game is over.
    step = gan.step
    gan.trainModel(made, verbose=False)
    assert gan.step == step


def test_a_discriminator_that_does_not_learn_ends_nothing():
    gan = train(dataclasses.replace(SMALL, discriminator_rate=0.0, steps=1200))
    assert gan.step == 1200 and not gan.equilibrium.reached
