"""What holds for every world that draws pictures or shapes."""

import functools
import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

import data
from data import worlds
from data.drawing.canvas import Canvas
from data.made import open_world
from tests.conftest import ROOT
from tests.data.readers import Reader, shrunk

PICTURES = ["digits", "eyes:simulated", "eyes:real", "facades", "faces", "houses"]
PICTURES += ["fruit:apples", "fruit:oranges", "fruit:bananas"]
PICTURES += ["paintings", "paintings:scenes", "seasons:summer", "seasons:winter", "stacked_digits"]
SHAPES = ["furniture", "furniture:views"]
all_worlds = pytest.mark.parametrize("name", PICTURES)
and_shapes = pytest.mark.parametrize("name", PICTURES + SHAPES)


def world(name):
    return open_world(name).world


def arrays(drawn):
    return [drawn.samples, *([] if drawn.inputs is None else [drawn.inputs])]


def test_these_are_all_the_worlds():
    assert {name.split(":")[0] for name in PICTURES + SHAPES} | {"ring", "grid"} == set(
        worlds.names()
    )


def hashes(name):
    drawn = arrays(world(name).draw(np.arange(50, 60), 32, seed=3))
    return [hashlib.sha256(images).hexdigest() for images in drawn]


@pytest.fixture(scope="module")
def elsewhere():
    """The hashes of what another process draws."""
    code = (
        "import json, sys; from tests.data.test_worlds import hashes;"
        "print(json.dumps({name: hashes(name) for name in sys.argv[1:]}))"
    )
    words = [sys.executable, "-c", code, *PICTURES, *SHAPES]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@and_shapes
def test_same_in_another_process(name, elsewhere):
    assert elsewhere[name] == hashes(name)


@and_shapes
@pytest.mark.parametrize("pixels", [1, 7 * 32 * 32, 1 << 22])
def test_same_in_chunks_of_any_size(monkeypatch, name, pixels):
    expected = world(name).draw(np.arange(30), 32)
    monkeypatch.setattr(type(world(name)), "chunk_pixels", pixels)
    again = world(name).draw(np.arange(30), 32)
    for first, second in zip(arrays(expected), arrays(again), strict=True):
        np.testing.assert_array_equal(first, second)
    for factor in expected.factors:
        np.testing.assert_array_equal(expected.factors[factor], again.factors[factor])


@and_shapes
@pytest.mark.parametrize("size", [32, 64])
def test_a_picture_does_not_depend_on_its_neighbours(name, size):
    together = world(name).draw(np.arange(160, 190), size)
    for index in (0, 13, 19):
        alone = world(name).draw(np.array([160 + index]), size)
        for first, second in zip(arrays(together), arrays(alone), strict=True):
            np.testing.assert_array_equal(first[index], second[0])


@all_worlds
def test_everything_is_reckoned_in_float32(monkeypatch, name):
    """A stray float64 costs time and memory, and changes no picture: so look for it."""
    paint, seen = Canvas.paint, []

    def watched(self, coverage, colour):
        seen.extend((coverage.dtype, np.asarray(colour).dtype))
        paint(self, coverage, colour)

    monkeypatch.setattr(Canvas, "paint", watched)
    world(name).draw(np.arange(3), 32)
    assert set(seen) <= {np.dtype(np.float32)}


@pytest.mark.parametrize("name", [*PICTURES, "furniture"])
def test_seeds_and_splits_share_no_picture(name):
    seen = set()
    for seed, split in [(0, "train"), (0, "validation"), (0, "test"), (1, "train")]:
        images = world(name).draw(np.arange(150), 32, seed, split).samples
        hashes = {picture.tobytes() for picture in images}
        assert len(hashes) == 150
        assert not hashes & seen
        seen |= hashes


@all_worlds
def test_types_ranges_and_factors(name):
    it = world(name)
    for size in (it.smallest_size, 48):
        drawn = it.draw(np.arange(200), size)
        for images in arrays(drawn):
            assert images.dtype == np.uint8
            assert images.shape == (200, size, size, 3 if images is drawn.inputs else it.channels)
        assert drawn.samples.min() < 40 and drawn.samples.max() > 215
    assert set(drawn.factors) == set(it.factors)
    for factor, words in it.factors.items():
        values = drawn.factors[factor]
        assert values.shape == (200,)
        if words is None:
            assert values.dtype in (np.float32, np.int64) and np.ptp(values) > 0
        else:
            assert values.dtype == np.int32
            assert values.min() >= 0 and values.max() < len(words)
            if len(words) < 20:
                assert set(values) == set(range(len(words)))


@and_shapes
def test_the_largest_size_can_be_drawn(name):
    it = world(name)
    assert it.draw(np.arange(2), it.largest_size).samples.shape[1] == it.largest_size


@all_worlds
def test_sizes_show_the_same_scene(name):
    large = world(name).draw(np.arange(40), 64)
    small = world(name).draw(np.arange(40), 32)
    halved = shrunk(large.samples, 2)
    near = np.abs(halved - small.samples).mean()
    other = np.abs(halved - np.roll(small.samples, 1, axis=0)).mean()
    assert near < 8 and near < other / 4


def figures_of(name):
    """Numbers that any change of a drawing changes: sums under signs drawn by lot."""
    drawn = world(name).draw(np.arange(64), 32 if name in SHAPES else 64)
    signs = np.random.default_rng(0)
    pixels = [
        float((images * signs.choice((-1.0, 1.0), images.shape)).sum())
        * (255 if images.dtype == bool else 1)
        for images in arrays(drawn)
    ]
    known = [float((v * signs.choice((-1.0, 1.0), v.shape)).sum()) for v in drawn.factors.values()]
    return np.round(pixels + known, 1)


# Whoever changes a drawing finds this test red, and raises the world's `version` along with
# these figures: else the cache would go on serving what was drawn before.
FIGURES = {
    "digits": (1, [27653.0, 35.0, -209.0, -0.4, 0.1, 11.9, 0.6, -0.0, 0.4, 3.2]),
    "facades": (1, [100864.0, 125880.0, 87.0, -20.0, 12.0]),
    "eyes:simulated": (1, [12658.0, -1.6, -0.1, 0.3, 1.2, 10.1]),
    "eyes:real": (1, [26542.0, 3.7, 1.8, -0.7, 1.7, 2.4]),
    "faces": (2, [-26863.0, 16.0, -6.0, 10.0, -2.0, -10.0, 7.0, -5.0, -4.0, 0.8, -4.9, -0.2, -5.5]),
    "fruit:apples": (2, [29626.0, -13.0, 2.0, 7.0, 4.0, -1.3, 3.2, -2.7, 0.4]),
    "fruit:oranges": (2, [138536.0, 34.0, -6.0, 23.0, -5.0, 1.4, 1.3, -2.0, -0.6]),
    "fruit:bananas": (2, [29203.0, 21.0, -21.0, 23.0, 3.0, 0.8, 2.2, -2.6, 0.5]),
    "furniture": (
        1,
        [-10965.0, -49.0, -29.0, -2.0, 3.0, 0.0, 2.0, 4.0, 0.0, -7.0, 0.0, -3.0]
        + [0.0, 6.0, -6.0, -10.0, 2.5, -0.3, -7.6],
    ),
    "furniture:views": (
        1,
        [-10965.0, 223390.0, -5.0, 29.0, -2.0, 3.0, 0.0, -4.0, 0.0, 2.0, 5.0]
        + [0.0, 1.0, -2.0, 0.0, -4.0, 2.0, 1.4, 3.2, -10.4, -11.4, -1.0],
    ),
    "houses": (2, [47105.0, 12.0, -9.0, 10.0, -6.0, -19.0, 13.0, -1.2]),
    "paintings": (1, [17884.0, -9.0, -16.0, 7.0, -4.0, -9.0, 2.0, -10.0]),
    "paintings:scenes": (1, [136376.0, 5.0, -4.0, 10.0, -7.0, -33.0, 4.0]),
    "seasons:summer": (1, [85886.0, 3.0, 5.0, 10.0, -2.0, -10.9, 2.0, -11.0]),
    "seasons:winter": (1, [75596.0, 1.0, -14.0, 3.0, -4.0, -10.1, 4.0, -19.0]),
    "stacked_digits": (1, [75554.0, 4227.0, -17.0, 46.0, 25.0]),
}


@and_shapes
def test_a_changed_drawing_has_a_new_version(name):
    version, expected = FIGURES[name]
    assert world(name).version == version
    # Another processor may round a value in a thousand otherwise.
    np.testing.assert_allclose(figures_of(name), expected, atol=60)


def test_those_figures_notice_a_small_change(monkeypatch):
    before, it = figures_of("houses"), world("houses")
    draw = type(it).draw_chunk

    def flipped(self, *scene):
        drawn = draw(self, *scene)
        drawn.samples[:] = drawn.samples[:, :, ::-1]
        return drawn

    monkeypatch.setattr(type(it), "draw_chunk", flipped)
    assert np.abs(figures_of("houses") - before).max() > 1000


@and_shapes
def test_sizes_and_counts_that_cannot_be_drawn(name):
    source = data.find(name)
    for size in (source.world.smallest_size - 1, source.world.largest_size + 1):
        with pytest.raises(
            data.Refused, match=r"draws \d+ to \d+ (pixels|cells) a side, not"
        ) as no:
            source.load("train", size, 10, 0)
        assert "\n" not in str(no.value)
    for count in (0, -3, 10**8):
        with pytest.raises(data.Refused, match="legal are 1 to 10,000,000"):
            source.load("train", 32, count, 0)
    for seed in (-1, 2**32):
        with pytest.raises(data.Refused, match="legal is 0 to"):
            source.load("train", 32, 5, seed)


@pytest.mark.parametrize(
    ("name", "factor", "at_least"),
    [
        ("houses", "time", 0.97),
        ("houses", "season", 0.97),
        ("houses", "tower", 0.93),
        ("houses", "storeys", 0.95),
        ("houses", "roof", 0.75),
        ("houses", "colour", 0.45),
        ("digits", "label", 0.95),
        ("digits", "typeface", 0.3),
    ],
)
def test_factors_can_be_seen(name, factor, at_least):
    """A reader learns each factor from pixels; from other pictures' pixels it cannot."""
    reader, answers = reader_of(name)
    answers = answers[factor]
    assert reader.accuracy(answers) >= at_least
    commonest = np.bincount(answers).max() / len(answers)
    assert reader.accuracy(np.roll(answers, 1)) < commonest + 0.06


@functools.cache
def reader_of(name):
    """A reader of a world's pictures, and their factors."""
    drawn = data.find(name).load("train", 32, 6000, 0)
    return Reader(shrunk(drawn.samples, 2)), drawn.factors
