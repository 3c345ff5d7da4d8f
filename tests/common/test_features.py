"""The feature net: what it learns, what it refuses, and scores that worsen with the pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

import data
from common.metrics import feature_network, features
from common.metrics.frechet import frechet_distance
from common.metrics.kid import kernel_distance
from common.metrics.neighbours import neighbourhood
from data.errors import Refused
from tests.conftest import pictures


@pytest.fixture(scope="module")
def net(quick):
    return features.feature_net(data.find("digits"), 16)


@pytest.fixture(scope="module")
def digits():
    return data.find("digits").load("test", 16, 4000, 1)


def test_the_net_reads_and_says_how_well(net, digits):
    read = net.read(digits.samples)
    share = (read["label"] == digits.factors["label"]).mean()
    assert share > 0.85 and share == pytest.approx(net.info.accuracy["label"], abs=0.04)
    assert net.info.name == "digits-net" and net.info.factors == {"label": 10, "typeface": 18}
    found = net(digits.samples)
    assert found.shape == (4000, features.DIMENSIONS) and found.dtype == np.float32
    # Each number has about the same weight.
    assert np.abs(found.mean(0)).max() < 1 and 0.6 < found.std(0).min() < found.std(0).max() < 1.6


def test_the_net_is_kept_and_the_same_again(net, digits, monkeypatch):
    monkeypatch.setattr(features, "_train", None)
    again = features.feature_net(data.find("digits"), 16)
    assert again.info == net.info
    np.testing.assert_array_equal(again(digits.samples[:9]), net(digits.samples[:9]))


def kept_file(folder, size):
    (file,) = folder.glob(f"digits-net-{size}-*.npz")
    return file


def test_a_net_of_other_data_is_refused(net, cache, tmp_path):
    file = kept_file(cache, 16)
    same = features.feature_net(data.find("digits"), 16, file)
    assert same.info.digest == net.info.digest
    with pytest.raises(Refused, match="made for data digits, size 16.*data digits, size 20"):
        features.feature_net(data.find("digits"), 20, file)
    with pytest.raises(Refused, match="this run's data is data houses"):
        features.feature_net(data.find("houses"), 16, file)
    changed = dict(np.load(file))
    changed["weight-000"] = changed["weight-000"] + 1
    np.savez(tmp_path / "changed.npz", **changed)
    with pytest.raises(Refused, match="is no feature net"):
        features.feature_net(data.find("digits"), 16, tmp_path / "changed.npz")
    broken = tmp_path / "net.npz"
    broken.write_bytes(file.read_bytes()[:3000])
    with pytest.raises(Refused, match="is no feature net"):
        features.feature_net(data.find("digits"), 16, broken)


def test_a_net_refuses_other_pictures(net, digits):
    for wrong in (digits.samples[:, :8], digits.samples.astype(np.float32)):
        with pytest.raises(Refused, match="digits-net reads uint8 pictures"):
            net(wrong)


def test_nothing_known_no_net(tmp_path):
    source = data.find(str(pictures(tmp_path / "p", count=120)))
    assert "nothing is known" in features.feature_net(source, 16)
    with pytest.raises(Refused, match="--features n.npz: nothing is known"):
        features.feature_net(source, 16, Path("n.npz"))


def test_labels_that_no_net_can_learn_from(quick, labelled):
    def why(source):
        return features.feature_net(source, 16)

    assert "nothing is known" in why(labelled(40, 1))
    assert "too few to teach" in why(labelled(300, 10))
    many = labelled(400, 10, y_train=np.arange(400))
    assert "nothing is known" in why(many)
    # Labels that have nothing to do with the pictures: the net is not used, and says so.
    arbitrary = np.random.default_rng(0).integers(0, 10, 4000)
    assert "has learned too little" in why(labelled(4000, 10, y_train=arbitrary))


def test_the_same_pictures_with_other_labels_have_another_net(quick, labelled):
    # A test split without labels is no trouble: validation samples stand in for them.
    tests = data.find("digits").load("test", 16, 300, 5).samples[..., 0]
    ten, five = labelled(4000, 10, x_test=tests), labelled(4000, 5, "five.npz")
    nets = [features.feature_net(source, 16) for source in (ten, five)]
    assert [net.info.factors["label"] for net in nets] == [10, 5]
    assert nets[0].info.digest != nets[1].info.digest
    assert 0 < nets[0].info.tested <= len(ten.load("validation", 16, 4000, 0))


def test_large_pictures_are_looked_at_in_cells():
    for size, seen in ((16, 16), (64, 64), (128, 64), (256, 64)):
        network = feature_network.build((size, size, 3), {"label": 10})
        convolution = next(layer for layer in network.layers if "conv" in layer.name)
        assert convolution.input.shape == (None, seen, seen, 3)


def blurred(images, radius):
    rows = [Image.fromarray(i[..., 0]).filter(ImageFilter.GaussianBlur(radius)) for i in images]
    return np.stack([np.asarray(r) for r in rows])[..., None]


def noisy(images, deviation):
    away = np.random.default_rng(0).normal(0, 1, images.shape) * deviation
    return np.clip(images + away, 0, 255).astype(np.uint8)


def lacking(digits, modes):
    return digits.samples[2000:][digits.factors["label"][2000:] >= modes][:900]


@pytest.mark.parametrize("harm", ["blur", "noise", "dropped modes"])
def test_what_harms_pictures_worsens_their_scores(net, digits, harm):
    held_out = digits.samples[2000:2900]
    course = {
        "blur": [held_out, *(blurred(held_out, r) for r in (0.5, 1, 2))],
        "noise": [held_out, *(noisy(held_out, d) for d in (20, 50, 100))],
        "dropped modes": [held_out, *(lacking(digits, m) for m in (2, 4, 6))],
    }[harm]
    reference = net(digits.samples[:900])
    fakes = [net(images) for images in course]
    distances = [frechet_distance(reference, f) for f in fakes]
    kernel = [kernel_distance(reference, f).value for f in fakes]
    coverage = [neighbourhood(reference, f).coverage for f in fakes]
    assert np.all(np.diff(distances) > 0) and np.all(np.diff(kernel) > 0)
    assert np.all(np.diff(coverage) < 0)
    assert kernel_distance(reference, fakes[0]).low < 0.02


def test_a_net_for_any_light_sees_past_it(quick, digits, net):
    """And the control: the plain one, another net with weights of its own, does so less."""
    sturdy = features.feature_net(data.find("digits"), 16, any_light=True)
    assert sturdy.info.digest != net.info.digest
    clear = digits.samples[:1000].astype(float)
    grain = np.random.default_rng(0).normal(0, 4, clear.shape)
    darker = np.clip(0.88 * clear + 12 + grain, 0, 255).astype(np.uint8)
    changed = [
        (n.read(darker)["label"] != n.read(digits.samples[:1000])["label"]).mean()
        for n in (sturdy, net)
    ]
    assert changed[0] < 0.1 and changed[0] < changed[1], changed
