"""Pairs made from pictures, and jitter that treats both halves alike."""

import numpy as np
import pytest
from PIL import Image

import data
from data import derived
from data.jitter import Jitter, centred
from data.reading import Reading
from data.samples import SampleSet
from tests.data.folders import noise, put

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (5, 24, 32, 3), np.uint8)
NUMBERS = np.arange(5)


def pairs_of(spec, way, size=32, count=20):
    return data.find(str(spec), Reading(pairs=way)).load("train", size, count, 0)


# --- what the input is ---


def test_grey_is_pillows_grey():
    ours = derived.grey(IMAGES, NUMBERS)[..., 0].astype(int)
    theirs = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in IMAGES])
    assert np.abs(ours - theirs).max() <= 1


def test_lowres_is_the_mean_of_each_block():
    low = derived.lowres(IMAGES, NUMBERS)
    assert low.shape == IMAGES.shape
    for top, left in ((0, 0), (8, 12), (20, 28)):
        block = IMAGES[:, top : top + 4, left : left + 4]
        shown = low[:, top : top + 4, left : left + 4]
        assert (shown == shown[:, :1, :1]).all()
        assert np.abs(shown[:, 0, 0] - block.mean((1, 2))).max() <= 0.5
    odd = IMAGES[:, :23, :30]
    assert derived.lowres(odd, NUMBERS).shape == odd.shape


def test_a_mask_hides_one_rectangle_and_nothing_else():
    holed = derived.mask(IMAGES, NUMBERS)
    for before, after in zip(IMAGES, holed, strict=True):
        hole = (after == derived.FILLING).all(-1) & (before != after).any(-1)
        rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
        box = hole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert box.mean() > 0.99 and 0.04 < box.size / hole.size < 0.3
        assert (after[~hole] == before[~hole]).all()
    assert len({after.tobytes() for after in derived.mask(IMAGES[[0] * 5], NUMBERS)}) == 5


def test_edges_are_where_the_brightness_changes():
    image = np.zeros((1, 32, 32, 3), np.uint8)
    image[:, 8:24, 8:24] = 255
    lines = derived.edges(image, NUMBERS[:1])[0, ..., 0]
    assert lines.shape == (32, 32) and set(np.unique(lines)) == {0, 255}
    black = np.argwhere(lines == 0)
    edge = np.abs(black - 15.5).max(1)
    assert len(black) > 40 and ((edge > 6) & (edge < 10)).all()
    assert (derived.edges(np.full_like(image, 99), NUMBERS[:1]) == 255).all()


# --- as a source ---


@pytest.mark.parametrize("way, channels", [("edges", 1), ("grey", 1), ("lowres", 3), ("mask", 3)])
@pytest.mark.parametrize("spec", ["houses", "facades", "folder"])
def test_pairs_from_any_folder_or_world(tmp_path, spec, way, channels):
    if spec == "folder":
        for number in range(6):
            noise((40, 40), number).save(tmp_path / f"p{number}.png")
        spec = tmp_path
    source = data.find(str(spec), Reading(pairs=way))
    assert (source.kind, source.input_channels, source.channels) == ("pairs", channels, 3)
    pairs = pairs_of(spec, way)
    plain = data.find(str(spec)).load("train", 32, 20, 0)
    np.testing.assert_array_equal(pairs.samples, plain.samples)
    # Inputs are made when samples are taken: in parts the same as all at once.
    assert pairs.inputs is None
    whole = pairs.take(np.arange(len(pairs))).inputs
    assert whole.shape == (*pairs.samples.shape[:3], channels) and whole.dtype == np.uint8
    np.testing.assert_array_equal(pairs.take(np.array([3, 1])).inputs, whole[[3, 1]])
    # An input tells less than its picture, and not nothing.
    assert len({image.tobytes() for image in whole}) > 1
    assert not np.array_equal(np.broadcast_to(whole, pairs.samples.shape), pairs.samples)


@pytest.mark.parametrize(
    ("spec", "way", "words"),
    [
        ("digits", "grey", "are grey already"),
        ("ring", "edges", "gives points"),
        ("seasons", "mask", "legal is one of them, seasons:summer or seasons:winter"),
    ],
)
def test_what_no_pairs_can_be_made_of(spec, way, words):
    with pytest.raises(data.Refused, match=words):
        data.find(spec, Reading(pairs=way))


# --- jitter ---

#: Every pixel of these tells its place; inputs are the same a little darker.
PLACES = np.arange(40 * 40, dtype=np.uint16).reshape(40, 40)
MARKED = np.stack([PLACES % 251, PLACES // 251, PLACES % 7], -1).astype(np.uint8)[None].repeat(6, 0)


def jittered(inputs, seed=0, flip=True, index=NUMBERS, derive=None):
    dataset = SampleSet(MARKED, {"number": np.arange(6)}, inputs, derive=derive)
    return Jitter(0.25, flip).cut(dataset, index, 32, np.random.default_rng(seed))


def test_the_halves_of_a_pair_are_cut_alike():
    pairs = jittered(MARKED[..., :1])
    assert pairs.samples.shape == (5, 32, 32, 3)
    np.testing.assert_array_equal(pairs.inputs, pairs.samples[..., :1])
    assert pairs.factors["number"].tolist() == NUMBERS.tolist()


def test_every_cut_lies_inside_and_they_differ():
    images = jittered(None, index=np.arange(6).repeat(20) % 6).samples
    corners = {tuple(image[0, 0]) for image in images}
    assert len(corners) > 60
    # One pixel further in a row is one further in the original, or one back where mirrored.
    steps = {int(image[0, 1, 2]) - int(image[0, 0, 2]) for image in images}
    assert steps <= {1, -1, 6, -6}


def test_jitter_is_a_function_of_its_rng():
    one, same, other = (jittered(None, seed).samples for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_half_are_mirrored_and_none_without_flip():
    index = np.zeros(400, int)
    images = jittered(None, index=index).samples
    steps = np.diff(images[:, 0, :, 0].astype(int), axis=1)
    mirrored = (steps == -1).mean(axis=1) > 0.5
    assert 0.4 < mirrored.mean() < 0.6
    steps = np.diff(jittered(None, flip=False, index=index).samples[:, 0, :, 0].astype(int), axis=1)
    assert ((steps == 1).mean(axis=1) > 0.5).all()


def test_nothing_is_done_where_nothing_is_asked():
    cut = Jitter().cut(SampleSet(IMAGES), NUMBERS, (24, 32), np.random.default_rng(0))
    np.testing.assert_array_equal(cut.samples, IMAGES)
    assert Jitter(flip=True).loaded_size(64) == 64 and Jitter(30 / 256).loaded_size(256) == 286
    assert Jitter(0.5).loaded_size((32, 64)) == (48, 96)
    np.testing.assert_array_equal(centred(MARKED, 32), MARKED[:, 4:36, 4:36])


@pytest.mark.parametrize("way", ["edges", "grey", "lowres", "mask"])
def test_inputs_that_are_made_are_made_of_the_cut_picture(way):
    """Blocks lie on the cut picture's grid, and holes in it: not on the larger one's."""
    pairs = jittered(None, derive=derived.WAYS[way])
    if way == "mask":
        hidden = (pairs.inputs == derived.FILLING).all(-1)
        assert (pairs.inputs == pairs.samples).all(-1)[~hidden].all() and hidden.any((1, 2)).all()
        return
    np.testing.assert_array_equal(pairs.inputs, derived.WAYS[way](pairs.samples, NUMBERS))


def test_batches_hold_pairs_and_jitter_as_a_function_of_seed_and_step():
    from common.batches import Batches
    from common.config import Config

    def batches(seed=0):
        config = Config(batch_size=3, seed=seed, jitter=0.25, flip=True, image_size=32)
        dataset = SampleSet(MARKED, inputs=MARKED[..., :1])
        return Batches(dataset, config, lambda rng, count: {"noise": rng.random(count)})

    one, same = batches()(7), batches()(7)
    assert sorted(one) == ["input", "noise", "real"]
    for name in one:
        np.testing.assert_array_equal(one[name], same[name])
    np.testing.assert_array_equal(one["input"], one["real"][..., :1])
    assert not np.array_equal(one["real"], batches()(9)["real"])
    assert not np.array_equal(one["real"], batches(1)(7)["real"])


def test_holes_are_others_at_each_use_without_jitter_too():
    from common.batches import Batches
    from common.config import Config

    dataset = SampleSet(MARKED, derive=derived.WAYS["mask"])
    batches = Batches(dataset, Config(batch_size=6))
    one, next_epoch = batches(0), batches(1)
    np.testing.assert_array_equal(one["input"], batches(0)["input"])
    holes = [(b["input"] == derived.FILLING).all(-1) for b in (one, next_epoch)]
    assert one["real"].shape == MARKED.shape and not np.array_equal(*holes)


def test_a_folder_too_small_to_be_jittered_at_a_size(tmp_path):
    from recipes.dcgan.config import Config
    from recipes.first_gan.config import Config as Points

    source = data.find(str(put(tmp_path, ["a.png"], size=(64, 64))))
    assert Config().adapted_to(source).image_size == 64
    config = Config(jitter=0.12).adapted_to(source)
    assert config.image_size == 56 and config.loaded_size == 63
    with pytest.raises(data.Refused, match="--jitter 0.1: ring gives points"):
        Points(jitter=0.1).adapted_to(data.find("ring"))


def test_made_inputs_are_the_inputs():
    with pytest.raises(data.Refused, match="--direction BtoA: legal with --pairs edges is AtoB"):
        data.find("houses", Reading(pairs="edges", direction="BtoA"))
