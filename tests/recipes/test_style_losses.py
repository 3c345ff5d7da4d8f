"""Perceptual losses in closed form, and the feature nets that they look at."""

import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving import legacy_h5_format

from data.errors import Refused
from recipes.style_transfer import features, losses, weights

pytestmark = pytest.mark.usefixtures("eagerly")

RNG = np.random.default_rng(0)


def test_a_gram_matrix_in_closed_form():
    """Of two channels, over places: products, divided by places and channels."""
    maps = np.array([[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]], np.float32)
    flat = maps.reshape(4, 2)
    np.testing.assert_allclose(losses.gram(maps)[0], flat.T @ flat / (4 * 2), rtol=1e-6)
    # Where things are does not matter, nor how large the picture is.
    moved = np.concatenate([maps[:, ::-1]] * 2, axis=2)
    np.testing.assert_allclose(losses.gram(moved), losses.gram(maps), rtol=1e-6)


def test_both_reductions_of_the_gram_loss():
    one, other = (RNG.normal(size=(2, 6, 5, 3)).astype(np.float32) for _ in range(2))
    grams = losses.gram(one), losses.gram(other)
    squares = (np.array(grams[0]) - np.array(grams[1])) ** 2
    assert float(losses.gram_loss(*grams)) == pytest.approx(squares.mean(), rel=1e-5)
    # Gatys et al., equation 4: with N channels and M places, of matrices that are not divided.
    n, m = 3, 30
    raw = [np.array(g) * n * m for g in grams]
    theirs = ((raw[0] - raw[1]) ** 2).sum((1, 2)) / (4 * n**2 * m**2)
    assert float(losses.gram_loss(*grams, "sum")) == pytest.approx(theirs.mean(), rel=1e-4)


def test_adain_gives_the_statistics_of_the_style():
    content = RNG.normal(2, 3, (2, 8, 9, 4)).astype(np.float32)
    style = RNG.normal(-1, 0.5, (2, 5, 7, 4)).astype(np.float32)
    made = np.array(losses.adain(content, style))
    np.testing.assert_allclose(made.mean((1, 2)), style.mean((1, 2)), atol=1e-4)
    np.testing.assert_allclose(made.std((1, 2)), style.std((1, 2)), rtol=1e-3)
    # Each channel is only shifted and scaled.
    for channel in range(4):
        one, other = content[0, ..., channel].ravel(), made[0, ..., channel].ravel()
        assert np.corrcoef(one, other)[0, 1] == pytest.approx(1, abs=1e-5)
    # A picture with its own statistics stays as it is.
    np.testing.assert_allclose(losses.adain(content, content), content, atol=1e-4)


def test_statistics_and_their_loss_in_closed_form():
    maps = np.array([[[[0.0], [2.0]]]], np.float32)
    mean, deviation = losses.statistics(maps)
    assert mean.shape == (1, 1, 1, 1) and float(mean[0, 0, 0, 0]) == 1
    assert float(deviation[0, 0, 0, 0]) == pytest.approx(np.sqrt(1 + losses.EPSILON))
    # The mean 3 and the deviation 1 away; two such channels count twice.
    other = np.array([[[[2.0], [6.0]]]], np.float32)
    loss = float(losses.statistics_loss(maps, other))
    assert loss == pytest.approx(3**2 + 1**2, rel=1e-4)
    both = [np.repeat(each, 2, axis=-1) for each in (maps, other)]
    assert float(losses.statistics_loss(*both)) == pytest.approx(2 * loss, rel=1e-5)


def test_content_and_total_variation_in_closed_form():
    maps = np.zeros((1, 4, 4, 2), np.float32)
    assert float(losses.content_loss(maps, maps + 3)) == 9
    assert float(losses.total_variation(maps)) == 0
    edge = np.zeros((1, 4, 4, 1), np.float32)
    edge[:, 2:] = 1
    # One of three rows of differences downwards, none to the right.
    assert float(losses.total_variation(edge)) == pytest.approx(1 / 3)


# --- feature nets ---


@pytest.fixture(scope="module")
def vgg16(tmp_path_factory):
    """Random weights in both layouts of Keras', and the network that has them."""
    keras.utils.set_random_seed(0)
    network = keras.applications.VGG16(include_top=False, weights=None)
    place = tmp_path_factory.mktemp("vgg")
    with h5py.File(place / "published.h5", "w") as group:
        legacy_h5_format.save_weights_to_hdf5_group(group, network)
    network.save_weights(place / "newer.weights.h5")
    return network, place


@pytest.mark.parametrize("file", ["published.h5", "newer.weights.h5"])
def test_vgg_sees_what_it_was_trained_on(vgg16, file):
    """The layers of Keras' own network, by their names, in its preprocessing: BGR and means."""
    network, place = vgg16
    wanted = ("block1_conv2", "block3_conv3")
    net = features.vgg("vgg16", place / file, wanted)
    assert net.name == "VGG16" and net.layers == wanted
    pixels = RNG.integers(0, 256, (1, 32, 40, 3)).astype(np.uint8)
    found = net(pixels.astype(np.float32) / 127.5 - 1)
    prepared = keras.applications.vgg16.preprocess_input(pixels.astype(np.float32))
    outputs = [network.get_layer(name).output for name in wanted]
    expected = keras.Model(network.input, outputs)(prepared)
    for name, maps in zip(wanted, expected, strict=True):
        np.testing.assert_allclose(found[name], maps, rtol=1e-3, atol=1e-2)


def test_preprocessing_in_closed_form():
    black = np.array(features.preprocessed(np.full((1, 1, 1, 3), -1.0, np.float32)))
    np.testing.assert_allclose(black[0, 0, 0], [-103.939, -116.779, -123.68], rtol=1e-6)
    red = np.array(features.preprocessed(np.array([[[[1.0, -1.0, -1.0]]]], np.float32)))
    np.testing.assert_allclose(red[0, 0, 0], [-103.939, -116.779, 255 - 123.68], rtol=1e-5)


def test_another_networks_file_is_refused_by_its_shapes(vgg16, tmp_path):
    _, place = vgg16
    weights.check_file(place / "published.h5", "vgg16")
    with pytest.raises(Refused, match=r"not hold VGG19's weights: it is VGG16's \(--features vgg"):
        weights.check_file(place / "published.h5", "vgg19")
    with h5py.File(tmp_path / "other.h5", "w") as group:
        for part, shape in (("kernel:0", (7, 7, 3, 8)), ("bias:0", (8,))):
            group[f"conv1/conv1/{part}"] = np.zeros(shape, np.float32)
    with pytest.raises(Refused, match="has 1 convolutions, the first of shape"):
        weights.check_file(tmp_path / "other.h5", "vgg16")
    (tmp_path / "no.h5").write_bytes(b"words")
    with pytest.raises(Refused, match="is damaged, or is no file of weights"):
        weights.check_file(tmp_path / "no.h5", "vgg16")


def test_where_weights_are_looked_for(vgg16, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert weights.located(None, "vgg16") is None
    cached = tmp_path / "models" / "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
    cached.parent.mkdir()
    cached.write_bytes(b"")
    assert weights.located(None, "vgg16") == cached and weights.located(None, "vgg19") is None
    with pytest.raises(Refused, match=r"--vgg nowhere.h5: no such file; .* download, .* \(59 MB\)"):
        weights.located("nowhere.h5", "vgg16")
