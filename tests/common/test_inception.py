"""Inception's features: from a file only, the right layer, the right range; fetched if asked."""

import json
import os
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving import legacy_h5_format

import data
from common.commands.evaluate import evaluate
from common.commands.train import main as train
from common.evaluation.flags import PictureFlags
from common.evaluation.metric_set import MetricOptions, MetricSet
from common.evaluation.reference import ReferenceSet
from common.metrics import inception
from data.errors import EnvironmentFailure, Refused
from recipes.dcgan import train as dcgan
from recipes.dcgan.config import PRESETS, Config
from recipes.dcgan.evaluate import criteria, measure
from recipes.dcgan.train import build
from tests.conftest import TINY, pictures, refused


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Random weights in the shape of the real ones."""
    keras.utils.set_random_seed(0)
    network = keras.applications.InceptionV3(include_top=False, weights=None)
    file = tmp_path_factory.mktemp("keras") / inception.KERAS_FILE
    file.parent.mkdir()
    # The published file is of Keras 2, and so is its layout.
    with h5py.File(file, "w") as group:
        legacy_h5_format.save_weights_to_hdf5_group(group, network)
    return network, file


def test_features_are_the_last_pooling_of_pictures_in_range(weights):
    network, file = weights
    images = data.find("houses").load("test", 64, 3, 0).samples
    net = inception.Inception(file)
    found = net(images)
    assert found.shape == (3, inception.DIMENSIONS) and found.dtype == np.float32
    resized = keras.ops.image.resize(images.astype("float32"), (299, 299), antialias=True)
    prepared = keras.applications.inception_v3.preprocess_input(np.array(resized))
    expected = np.asarray(network(prepared)).mean((1, 2))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    # Grey pictures are colour pictures without colour.
    grey = images[..., :1]
    np.testing.assert_array_equal(net(grey), net(grey.repeat(3, -1)))


def test_where_weights_are_looked_for(weights, tmp_path, monkeypatch):
    _, file = weights
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert inception.weights(None) is None and inception.weights(file) == file
    monkeypatch.setenv("KERAS_HOME", str(file.parent.parent))
    assert inception.weights(None) == file


def test_a_file_of_something_else_is_refused(tmp_path):
    file = tmp_path / "x.h5"
    file.write_bytes(b"no weights")
    with pytest.raises(Refused, match="does not hold InceptionV3's weights"):
        inception.Inception(file)
    # At once, before anything else is looked at.
    words = ("--run", "nowhere", "--inception", file)
    code, _, err = refused("recipes.dcgan.evaluate", *words, cwd=tmp_path)
    assert code == 2 and err == f"error: --inception {file} does not hold InceptionV3's weights\n"


def test_kid_for_few_fid_for_many(weights, tmp_path, monkeypatch):
    """A user's folder: distances in Inception's features are there, the others are not."""
    pictures(tmp_path / "p", size=(20, 20), count=400)
    words = [*TINY, "--data", str(tmp_path / "p"), "--steps", "0", "--run", str(tmp_path / "r")]
    monkeypatch.setattr("sys.argv", ["train", *words])
    assert train(dcgan.__file__, PRESETS, build) == 0

    class Quick:
        def __init__(self, file):
            pass

        def __call__(self, images):
            return images.reshape(len(images), -1)[:, :4].astype(float)

    monkeypatch.setattr(inception, "Inception", Quick)
    _, file = weights
    config, source = Config(image_size=16), data.find(str(tmp_path / "p"))
    reference = ReferenceSet.of(source.load("train", 16, 64, 0), source, config, None)
    few = MetricSet.of(reference, source, MetricOptions(inception=file), 0)
    assert "KID" in few.measures and "FID" not in few.measures
    assert "KID" in few.score(reference.held_out.samples)
    assert "10000 or more, there are 20" in few.unavailable["FID"]
    monkeypatch.setattr(inception, "FEWEST", 20)
    flags = PictureFlags(tmp_path / "r", inception=file)
    many = evaluate("dcgan", Config, build, measure, criteria, flags)
    assert many.values["untrained"]["FID"] > many.values["real"]["FID"]
    assert {"KID", "coverage (Inception)"} <= set(many.values["real"])
    assert "FID" not in many.unavailable and "modes" in many.unavailable
    assert json.loads((tmp_path / "r" / "evaluation.json").read_text())["inception"]


def test_weights_are_fetched_where_that_is_asked_for(tmp_path, monkeypatch):
    """By Keras, which knows their checksum; a failure names the way without a network."""
    asked = []

    def fetch(**options):
        asked.append(options["weights"])
        if len(asked) == 1:
            raise Exception("URL fetch failure: no network")
        file = Path(os.environ["KERAS_HOME"]) / inception.KERAS_FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"weights")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras.applications, "InceptionV3", fetch)
    PictureFlags(tmp_path, inception=Path("download")).check()
    with pytest.raises(EnvironmentFailure, match="no network.*name it: --inception FILE"):
        inception.download()
    assert inception.download() == tmp_path / inception.KERAS_FILE and asked == ["imagenet"] * 2
