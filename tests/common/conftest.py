import numpy as np
import pytest

import data
from common.metrics import features
from tests.common.run_folders import SETTINGS, LatentConfig, pictures_from, run_of


@pytest.fixture(scope="module")
def quick():
    """Nets that learn for a second instead of half a minute."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_FEWEST_STEPS", 250), ("_MOST_STEPS", 250), ("_PICTURES", 3000)):
            patch.setattr(features, name, value)
        yield


@pytest.fixture
def labelled(tmp_path):
    """Writes an .npz of digits, whose labels are all they should be unless changed."""

    def write(count, classes, name="set.npz", **changes):
        drawn = data.find("digits").load("train", 16, count, 5)
        arrays = {"x_train": drawn.samples[..., 0], "y_train": drawn.factors["label"] % classes}
        np.savez(tmp_path / name, **arrays | changes)
        return data.find(str(tmp_path / name))

    return write


@pytest.fixture
def run(tmp_path):
    """A run of a recipe with latents, whose network is there."""
    return run_of(tmp_path / "run", LatentConfig(**SETTINGS), generator=pictures_from("latent"))
