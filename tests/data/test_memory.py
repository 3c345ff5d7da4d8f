"""Sources of what is in memory already."""

import numpy as np
import pytest

import data
from data import derived
from data.memory import source_of
from data.samples import SampleSet, UnpairedSet

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (9, 16, 24, 3), np.uint8)
SQUARE = COLOUR[:, :, :16]
POINTS = RNG.normal(0, [3, 4], (5000, 2))
GRIDS = RNG.random((5, 8, 8, 8)) < 0.3


def test_pictures():
    source = source_of(COLOUR)
    assert (source.name, source.kind, source.channels, source.count) == (
        "an array",
        "pictures",
        3,
        9,
    )
    assert (source.input_channels, source.factors, source.usual_size) == (None, {}, 16)
    assert source.describe_sizes() == "24×16"
    assert source.load("train", (16, 24), 5, 1).samples is COLOUR, "no copy"
    small = source.load("train", 8, 0, 0).samples
    assert small.shape == (9, 8, 8, 3)
    # Resized as any other source's: the centre, and not squeezed.
    np.testing.assert_allclose(
        small.astype(float).mean((1, 2)), COLOUR[:, :, 4:20].mean((1, 2)), atol=8
    )


@pytest.mark.parametrize("split", ["test", "validation"])
def test_everything_is_for_training(split):
    for dataset in (COLOUR, POINTS, GRIDS):
        empty = source_of(dataset).load(split, 8, 10, 0)
        assert len(empty) == 0 and empty.kind == source_of(dataset).kind
    with pytest.raises(data.Refused, match="split 'half'"):
        source_of(COLOUR).load("half", 8, 1, 0)


def test_grey_pictures_get_a_channel_and_no_copy():
    grey = np.ascontiguousarray(SQUARE[..., 0])
    source = source_of(grey)
    loaded = source.load("train", 16, 0, 0).samples
    assert source.channels == 1 and loaded.shape == (9, 16, 16, 1)
    assert np.shares_memory(loaded, grey)


def test_points():
    source = source_of(POINTS)
    assert (source.kind, source.channels, source.sizes) == ("points", 2, None)
    assert source.std == pytest.approx(12.5**0.5, rel=0.05)
    loaded = source.load("train", 0, 0, 0)
    assert loaded.kind == "points" and loaded.samples.dtype == np.float32
    np.testing.assert_allclose(loaded.samples, POINTS, rtol=1e-6)


@pytest.mark.parametrize("grids", [GRIDS, GRIDS[..., None]])
def test_voxels(grids):
    source = source_of(grids)
    assert (source.kind, source.channels, source.describe_sizes()) == ("voxels", 1, "8×8×8")
    loaded = source.load("train", 8, 0, 0).samples
    assert loaded.shape == (5, 8, 8, 8, 1) and np.shares_memory(loaded, grids)
    assert source.load("train", 16, 0, 0).samples.sum() == 8 * GRIDS.sum()


def test_a_set_of_samples_keeps_its_factors_and_inputs():
    dataset = SampleSet(COLOUR, {"label": np.arange(9)}, COLOUR[..., :1])
    source = source_of(dataset)
    assert (source.kind, source.input_channels, source.factors) == ("pairs", 1, {"label": None})
    assert source.load("train", (16, 24), 0, 0) is dataset
    small = source.load("train", 8, 0, 0)
    assert small.inputs.shape == (9, 8, 8, 1) and small.factors["label"].tolist() == list(range(9))
    made = source_of(SampleSet(COLOUR, derive=derived.WAYS["grey"]))
    assert (made.kind, made.input_channels) == ("pairs", 1)
    assert made.load("train", 8, 0, 0).take(np.arange(2)).inputs.shape == (2, 8, 8, 1)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.array([0, 1, 2, 0, 2, 0, 1, 2, 2]), ("0", "1", "2")),
        (np.array([3, 3, 3, 0, 0, 0, 0, 0, 0]), ("0", "1", "2", "3")),
        (np.arange(9), None),
        (np.array([-1, 1, 2, 0, 2, 0, 1, 2, 2]), None),
        (np.linspace(0, 1, 9), None),
        (np.zeros((9, 2), int), None),
    ],
)
def test_classes_have_words(values, words):
    """Whole numbers from 0 that occur several times each are classes: their words are numbers."""
    assert source_of(SampleSet(COLOUR, {"label": values})).factors == {"label": words}


def test_views_and_their_shapes():
    grids = GRIDS[..., None]
    views = np.zeros((5, 32, 32, 1), np.uint8)
    source = source_of(SampleSet(grids, inputs=views))
    assert (source.kind, source.input_channels, source.input_size) == ("voxels", 1, (32, 32))
    loaded = source.load("train", 16, 0, 0)
    assert loaded.samples.shape == (5, 16, 16, 16, 1) and loaded.inputs is views


def test_two_unpaired_sets():
    source = source_of(UnpairedSet(SampleSet(COLOUR), SampleSet(SQUARE[:4])))
    assert source.kind == "domains" and list(source.domains) == ["A", "B"]
    loaded = source.load("train", 16, 0, 0)
    assert np.shares_memory(loaded.b.samples, COLOUR)
    assert loaded.a.samples.shape == (9, 16, 16, 3)
    assert len(loaded.b) == 4 and len(source.load("test", 16, 0, 0)) == 0
    with pytest.raises(data.Refused, match="B gives points; legal for unpaired sets are pictures"):
        source_of(UnpairedSet(SampleSet(COLOUR), SampleSet(POINTS)))


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (COLOUR / 255.0, r"float64 of shape .*uint8 .*0 to 255.*become uint8 by data.pixels"),
        (COLOUR.astype(np.int64), "an array is int64 of shape"),
        (COLOUR[..., :2], r"shape \(9, 16, 24, 2\); legal are"),
        (COLOUR[0, 0, 0], r"uint8 of shape \(3,\)"),
        (COLOUR[:0], "is empty"),
        (POINTS[0], "float64 of shape"),
        (POINTS * np.nan, "not finite"),
        (GRIDS[:, :7], r"bool of shape \(5, 7, 8, 8\)"),
        ([[1, 2]], "a list is no data set"),
        (SampleSet(COLOUR, {"label": np.arange(3)}), "3 values of 'label' for 9 samples"),
        (SampleSet(COLOUR, inputs=COLOUR[:3]), "legal are 9 pictures, uint8"),
        (SampleSet(COLOUR, inputs=SQUARE), "legal is the samples' height"),
    ],
    ids=range(12),
)
def test_what_is_no_data_set(dataset, words):
    with pytest.raises(data.Refused, match=words) as no:
        source_of(dataset)
    assert "\n" not in str(no.value)
