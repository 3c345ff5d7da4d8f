"""Sets that are written: a folder for each class."""

import numpy as np

import data
from data.writing import write


def test_classes_whose_folders_would_be_called_the_same(tmp_path):
    words = np.array(["A", "A_", "a/b", "a-b", ".c", "c", "train", "train_"])
    images = np.random.default_rng(0).integers(0, 256, (24, 16, 16), np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=words[np.arange(24) % 8])
    source = data.find(str(tmp_path / "a.npz"))
    write(source, tmp_path / "out", 16)
    again = data.find(str(tmp_path / "out"))
    names = [".c", "A", "A_", "a-b", "a/b", "c", "train", "train_"]
    assert source.factors == {"label": tuple(names)}
    folders = ("A_", "A__", "a-b", "a-b_", "c", "c_", "train_", "train__")
    assert again.factors == {"label": folders}
    # The same pictures are together.
    ours, theirs = (s.load("train", 16, 0, 0) for s in (source, again))
    assert together(ours) == together(theirs) and len(theirs) == 24


def together(loaded):
    """Sets of pictures, one a class."""
    labels = loaded.factors["label"]
    return {
        frozenset(picture.tobytes() for picture in loaded.samples[labels == label])
        for label in np.unique(labels)
    }
