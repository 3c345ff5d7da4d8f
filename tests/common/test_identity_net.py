"""The identity net: a judge that has learned from other identities, or says that it has not."""

import numpy as np
import pytest
from PIL import Image

import data
from common.metrics import identity_net
from common.metrics.identity_net import DIMENSIONS, IdentityNet
from data.reading import Reading
from tests.data.folders import class_folder


@pytest.fixture
def hasty(monkeypatch):
    """A net that learns little, from few pictures."""
    monkeypatch.setattr(identity_net, "_STEPS", 30)
    monkeypatch.setattr(identity_net, "_BATCH", 24)
    monkeypatch.setattr(identity_net, "_WIDTH", 16)
    monkeypatch.setattr(identity_net, "_PICTURES", 400)
    monkeypatch.setattr(identity_net, "_TESTS", 200)


def found(place):
    return data.find(str(place), Reading(split_by="label"))


def test_people_are_told_apart_who_were_never_seen(hasty, capsys):
    """Of an endless world; trained once, and then taken from the cache."""
    faces = data.find("faces")
    net = identity_net.identity_net(faces, 16, "identity")
    assert isinstance(net, IdentityNet) and "training faces-identity-net" in capsys.readouterr().out
    assert net.info.accuracy["identity"] > 0.75 and net.info.trained_on == 400
    test = faces.load("test", 16, 200, 5)
    embeddings = net(test.samples)
    assert embeddings.shape == (200, DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, rtol=1e-4)
    # Four pictures of each follow each other.
    one = np.linalg.norm(embeddings[::4] - embeddings[1::4], axis=1).mean()
    two = np.linalg.norm(embeddings[:-4:4] - embeddings[4::4], axis=1).mean()
    assert one < 0.85 * two
    again = identity_net.identity_net(faces, 16, "identity")
    assert capsys.readouterr().out == "" and again.info == net.info


def test_of_a_finite_set_it_learns_from_what_was_trained_on_too(hasty, tmp_path):
    net = identity_net.identity_net(found(class_folder(tmp_path / "people", 24)), 16, "label")
    assert isinstance(net, IdentityNet)
    test = found(tmp_path / "people").load("test", 16, 0, 0)
    assert net.info.trained_on == 96 - len(test) == 96 - net.info.tested


def test_a_net_that_has_learned_nothing_is_not_asked(hasty, tmp_path):
    """Pictures of noise have no identity; and with too few for tests nothing can be said."""
    rng = np.random.default_rng(0)
    for number in range(24):
        (tmp_path / "noise" / f"{number}").mkdir(parents=True)
        for picture in range(4):
            pixels = rng.integers(0, 256, (16, 16, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "noise" / f"{number}" / f"{picture}.png")
    told = identity_net.identity_net(found(tmp_path / "noise"), 16, "label")
    assert "has learned too little" in told and "it reads label best" in told
