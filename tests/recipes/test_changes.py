"""Going on with a run under settings that are changed, or after it has failed."""

import dataclasses
import shutil

import numpy as np
import pytest
import yaml

from common.adversarial import AdversarialConfig
from common.run import checkpoint
from data.errors import Refused
from recipes.first_gan.config import Config
from recipes.first_gan.gan import FirstGAN
from tests.conftest import called, refused

TRAIN = "recipes.first_gan.train"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place")
    code, _, err = called(TRAIN, "tiny", "--precision", "float32", "--run", "run", cwd=folder)
    assert code == 0, err
    return folder


def facts(run):
    return yaml.safe_load((run / "config.yaml").read_text())


def note(run, **more):
    (run / "config.yaml").write_text(yaml.safe_dump(facts(run) | more, sort_keys=False))


def weights(run, step):
    with np.load(checkpoint.path_of(run / "checkpoints", step)) as file:
        return {name: file[name] for name in file.files}


def test_a_rate_is_changed_and_recorded(place):
    run = shutil.copytree(place / "run", place / "changed")
    was = facts(run)["config"]["generator_rate"]
    words = ("--resume", run.name, "--steps", 9, "--generator-rate", 0)
    code, out, err = called(TRAIN, *words, cwd=place)
    assert code == 0 and f"--generator-rate: from {was} to 0.0" in out, err
    (change,) = facts(run)["changes"]
    assert change == {"step": 6, "generator_rate": {"from": was, "to": 0.0}}
    assert facts(run)["config"]["generator_rate"] == 0
    # The generator stands still, its opponent goes on.
    before, after = weights(run, 6), weights(run, 9)
    same = {n.split("/")[0] for n in before if np.array_equal(before[n], after[n])}
    moved = {n.split("/")[0] for n in before if not np.array_equal(before[n], after[n])}
    assert "generator" in same - moved and "discriminator" in moved


def test_a_restored_trainer_has_the_rates_of_its_configuration(tmp_path):
    config = Config(channels=2, width=8, depth=1, decay_steps=0)
    one = FirstGAN(config)
    checkpoint.save(tmp_path, 3, one.state())
    for rate in (config.generator_rate, 0.5):
        other = FirstGAN(dataclasses.replace(config, generator_rate=rate, seed=1))
        assert other.restore(tmp_path) == 3 == other.step
        assert float(np.asarray(other.generator.optimizer.learning_rate)) == pytest.approx(rate)
        pair = (gan.generator.model.variables for gan in (one, other))
        for a, b in zip(*pair, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--generator-rate", "-1"], "--generator-rate -1.0: legal is 0 to 1"),
        (["--generator-rate", "x"], "--generator-rate"),
        (["--r1", "1"], "--r1: with --resume legal where the discriminator stays without penalty"),
        (["--width", "8"], "--width: a run keeps this setting"),
        (["--latent-size", "8"], "--latent-size: a run keeps this setting"),
        (["--gneerator-rate", "1"], "perhaps you meant --generator-rate"),
    ],
)
def test_what_cannot_be_changed(place, flags, words):
    code, out, err = refused(TRAIN, "--resume", "run", *flags, cwd=place)
    assert code == 2 and words in err and err.count("\n") == 1 and not out, err


def test_penalties_change_where_they_decide_over_no_layer():
    config = AdversarialConfig(r1=1.0)
    assert config.changed(r1=0.5).r1 == 0.5
    assert config.changed(r1=0.0, r2=1.0).penalised
    with pytest.raises(Refused, match="--r1: .* stays with penalty"):
        config.changed(r1=0.0)
    for name in config.changeable():
        assert hasattr(config, name)


def test_a_run_that_failed_says_so_once(place):
    run = shutil.copytree(place / "run", place / "failed")
    note(run, failed="the generator has collapsed")
    code, _, err = called(TRAIN, "--resume", run.name, "--steps", 7, cwd=place)
    assert code == 0 and "note: before, it was stopped: the generator has collapsed" in err
    assert "failed" not in facts(run)


def test_a_training_that_fails_is_recorded_and_known_when_resumed(place):
    """Its discriminator wins, as the generator stands still."""
    rates = ("--generator-rate", 0, "--discriminator-rate", 0.03)
    words = ("tiny", "--precision", "float32", *rates, "--steps", 60, "--run", "lost")
    told = []
    for flags in (words, ("--resume", "lost")):
        code, _, err = called(TRAIN, *flags, cwd=place)
        assert code == 1, err
        told += [line.removeprefix("error: ") for line in err.splitlines() if "error: " in line]
        assert facts(place / "lost")["failed"] == told[-1]
    assert "has won" in told[0] and f"before, it was stopped: {told[0]}" in err
    since = [words.split("since step ")[1].split(",")[0] for words in told]
    assert since[0] == since[1], "it begins anew to count"


def test_a_run_whose_name_is_no_utf_8(tmp_path):
    """As older disks have them: it is trained, logged for TensorBoard, and used."""
    name = "run-\udcff"
    code, _, err = called(TRAIN, "tiny", "--precision", "float32", "--run", name, cwd=tmp_path)
    assert code == 0 and "note" not in err, err
    run = tmp_path / name
    assert checkpoint.last(run / "checkpoints") == 6
    assert any(file.stat().st_size > 1000 for file in (run / "events").iterdir())
    code, out, err = called(TRAIN.replace("train", "infer"), "--run", name, cwd=tmp_path)
    assert code == 0 and (run / "points.png").is_file(), err
