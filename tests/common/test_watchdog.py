"""The watchdog: what it stops, what it leaves alone, and what it knows after a resume."""

import dataclasses
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from common.adversarial import AdversarialConfig
from common.callbacks.checkpoints import Checkpoints
from common.callbacks.watchdog import Watchdog, diversity
from common.run import checkpoint
from data.errors import EnvironmentFailure


def watched(mode, rows):
    dog = Watchdog(AdversarialConfig(log_every=1, watchdog=mode), 1.0)
    model = SimpleNamespace(step=0)
    dog.set_model(model)
    for model.step, (accuracy, generator) in enumerate(rows, 1):
        logs = {"discriminator/adversarial": 0.1, "discriminator/pairwise_accuracy": accuracy}
        dog.on_train_batch_end(0, logs | {"generator/adversarial": generator})
    return dog


def test_nan_stops_in_every_mode():
    for mode in ("stop", "warn", "off"):
        with pytest.raises(EnvironmentFailure, match="generator/adversarial is nan at step 3"):
            watched(mode, [(0.5, 1.0), (0.5, 1.0), (0.5, float("nan"))])


WON = [(0.7, 2.0)] * 5 + [(1.0, 2.0 + 0.2 * i) for i in range(40)]


def test_a_discriminator_that_has_won_is_told_of():
    with pytest.raises(EnvironmentFailure, match="has won.*since step 6"):
        watched("stop", WON)


def test_a_critic_s_scores_are_not_compared():
    """They have no zero and no scale, so three times as much means nothing."""
    dog = Watchdog(AdversarialConfig(log_every=1, loss="wasserstein"), 1.0)
    model = SimpleNamespace(step=0)
    dog.set_model(model)
    names = ("discriminator/pairwise_accuracy", "generator/adversarial")
    for model.step, row in enumerate(WON, 1):
        dog.on_train_batch_end(0, dict(zip(names, row, strict=True)))
    assert dog.suspicious_since is None


def test_a_warning_is_given_once(capsys):
    watched("warn", WON)
    assert capsys.readouterr().err.count("has won") == 1
    watched("off", WON)
    assert capsys.readouterr().err == ""


def test_advice_names_only_flags_that_the_recipe_has():
    class Bare(AdversarialConfig):
        unfit = {"r1": "its paper has none", "instance_noise": "nor that"}

    on = AdversarialConfig(r1=10.0)
    for config, words in (
        (AdversarialConfig(), "or --r1 1$"),
        (on, "or --instance-noise 0.1$"),
        (Bare(), "--discriminator-rate$"),
    ):
        dog = Watchdog(dataclasses.replace(config, log_every=1), 1.0)
        model = SimpleNamespace(step=0)
        dog.set_model(model)
        names = ("discriminator/pairwise_accuracy", "generator/adversarial")
        with pytest.raises(EnvironmentFailure) as told:
            for model.step, row in enumerate(WON, 1):
                dog.on_train_batch_end(0, dict(zip(names, row, strict=True)))
        assert re.search(words, str(told.value).split(". Start")[0])


def test_an_even_game_is_left_alone():
    assert watched("stop", [(0.95, 5.0)] * 100).suspicious_since is None
    sure = watched("stop", [(0.9, 3.0)] * 4 + [(1.0, 3.0)] * 100)
    assert sure.suspicious_since == 5


def test_collapse():
    dog = Watchdog(
        AdversarialConfig(log_every=1),
        diversity(np.random.default_rng(0).normal(size=(9, 8, 8, 1))),
    )
    same = np.zeros((9, 8, 8, 1))
    dog.look_at(0, same)  # grey at the beginning: not a collapse yet
    dog.look_at(1, np.random.default_rng(1).normal(size=(9, 8, 8, 1)))
    assert dog.suspicious_since is None
    dog.look_at(2, 0.1 * np.random.default_rng(1).normal(size=(9, 8, 8, 1)))
    assert dog.suspicious_since == 2
    with pytest.raises(EnvironmentFailure, match="collapsed: at step 3"):
        dog.look_at(3, same)


def after(notes, **settings):
    """A watchdog that goes on from what a file has kept of another."""
    dog = Watchdog(AdversarialConfig(log_every=1, **settings), 1.0)
    dog.recall(json.loads(json.dumps(notes)))
    return dog


@pytest.mark.parametrize("stop", [3, 10, 20, 25])
def test_a_resumed_watchdog_stops_where_the_whole_one_does(stop):
    told = []
    for parts in ([WON], [WON[:stop], WON[stop:]]):
        notes, step = {}, 0
        with pytest.raises(EnvironmentFailure) as failure:
            for part in parts:
                dog = after(notes)
                dog.set_model(model := SimpleNamespace(step=step))
                for accuracy, generator in part:
                    model.step = step = step + 1
                    logs = {"discriminator/pairwise_accuracy": accuracy}
                    dog.on_train_batch_end(0, logs | {"generator/adversarial": generator})
                notes = dog.notes()
        told.append(str(failure.value))
    assert told[0] == told[1] and "since step 6" in told[0]


def test_other_settings_get_as_much_patience():
    """And the last good checkpoint stays protected meanwhile."""
    for changed, last in ((False, 1), (True, 20)):
        dog = after({})
        dog.recall({"sure": [6, 2.0, 30], "alive_at": None, "fading": False}, changed)
        dog.set_model(model := SimpleNamespace(step=100))
        assert dog.suspicious_since == 6
        with pytest.raises(EnvironmentFailure, match="since step 6"):
            for model.step in range(101, 200):
                logs = {"discriminator/pairwise_accuracy": 1.0, "generator/adversarial": 9.0}
                dog.on_train_batch_end(0, logs)
        assert model.step == 100 + last


def test_what_is_known_is_told():
    assert after({}).worry == "" and after({"sure": [6, 2.0, 3]}).worry == ""
    won = after({"sure": [6, 2.0, 30]})
    assert won.worry.endswith("has told every real sample from every fake one since step 6")
    faded = after({"alive_at": 40, "fading": True})
    assert faded.worry == "the samples were last diverse at step 40"
    assert (won.suspicious_since, faded.suspicious_since) == (6, 41)


def test_a_resumed_run_keeps_its_last_good_checkpoint(tmp_path):
    """While something looks wrong, and the control: not when nothing is known of it."""
    variables = {"net": [np.float32(1)]}
    model = SimpleNamespace(step=0, stop_training=False, state=lambda: variables, average=None)
    for notes, kept in (({"sure": [150, 2.0, 30]}, [100, 500, 600]), ({}, [500, 600])):
        for step in (100, 200, 300):
            checkpoint.save(tmp_path, step, variables)
        place = SimpleNamespace(
            checkpoints=tmp_path, save_networks=lambda _: None, facts={"saved": True}
        )
        callback = Checkpoints(place, SimpleNamespace(flush=lambda: None), 100, after(notes))
        callback.set_model(model)
        for model.step in (400, 500, 600):
            callback.save()
        assert checkpoint.steps(tmp_path) == kept
        assert checkpoint.notes_of(tmp_path, 600)["watchdog"]["sure"] == notes.get("sure")
