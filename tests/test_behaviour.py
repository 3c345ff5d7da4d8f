"""The digest of what a training does: the same while it does the same, another after any change."""

import pytest

from common.trainer import Phase
from tests.behaviour import _looked_at, digest, settings

FLAGS = ("--width", "4", "--batch-size", "8", "--steps", "30", "--decay-steps", "20")
FLAGS += ("--blur-steps", "10", "--depth", "1")


def of(*flags):
    return digest("first_gan", (*FLAGS, *flags))


@pytest.fixture(scope="module")
def plain():
    return of()


def test_the_same_training_has_the_same_digest(plain):
    # Nor does it matter how it is watched.
    assert of("--log-every", "7", "--sample-count", "9") == plain


@pytest.mark.parametrize(
    "flags",
    [
        ("--generator-rate", "0.001000001"),
        # What is the same in the first steps, and is not in later ones.
        ("--decay-steps", "21"),
        # What is the same in every step.
        ("--watchdog", "off"),
    ],
    ids=lambda flags: flags[0],
)
def test_other_settings_have_another(plain, flags):
    assert of(*flags) != plain


def test_another_step_has_another(plain, monkeypatch):
    from recipes.first_gan.gan import FirstLoss

    before = FirstLoss.generator
    monkeypatch.setattr(FirstLoss, "generator", lambda *of: before(*of) * 1.000001)
    assert of() != plain


def test_every_phase_is_looked_at():
    class Two:
        step = -5

        @staticmethod
        def phases():
            return [Phase(None, 0), Phase(None, 30)]

    assert _looked_at(Two) == [-5, 0, 15, 27]
    Two.step = 0
    assert _looked_at(Two) == [0, 15, 27]
    Two.phases = staticmethod(lambda: [Phase(None, 2)])
    assert _looked_at(Two) == [0, 1]


def test_a_command_line_as_train_reads_it():
    assert settings("first_gan", ["vanilla", "--data", "grid"]).averaging == 0
    assert settings("first_gan", ["--data", "grid"]).data == "grid"


def test_a_network_that_has_to_know_its_data_is_looked_at_too():
    """A classifier has weights for each class, which the data alone tells."""
    assert digest("siamese", ("tiny", "--loss", "classifier")) != digest("siamese", ("tiny",))
