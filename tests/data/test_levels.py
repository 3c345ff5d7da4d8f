"""Depth of pictures: which values become black and which white."""

import struct
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import data
from data.levels import full, scaled, understood
from data.pictures import Unreadable, decode
from data.reading import Reading
from tests.data.folders import noise

RAMP = np.mgrid[0:32, 0:32][1] / 31


def find(folder, **choices):
    return data.find(str(folder), Reading(**choices))


def load(folder, split="train", size=32, **choices):
    source = find(folder, **choices)
    return source, source.load(split, size, 0, 0)


def put(folder, values, name="a.png"):
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(folder / name)
    return folder


def tiff(path, values, kind=1, photometric=1):
    """One uncompressed page of one value a pixel; kind 1: unsigned, 2: signed."""
    high, wide = values.shape
    tags = [(256, wide), (257, high), (258, 8 * values.itemsize), (259, 1), (262, photometric)]
    tags += [(273, 0), (277, 1), (278, high), (279, values.nbytes), (339, kind)]
    start = 14 + 12 * len(tags)
    content = b"II*\0" + struct.pack("<IH", 8, len(tags))
    for tag, value in tags:
        content += struct.pack("<HHII", tag, 4, 1, start if tag == 273 else value)
    path.write_bytes(content + bytes(4) + values.tobytes())


def grey(loaded):
    return loaded.samples[0, ..., 0]


def test_labels_of_16_bits_are_the_labels_of_8(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(6):
        labels = np.kron(rng.integers(0, 8, (4, 4)), np.ones((8, 8), int))
        for bits in (8, 16):
            put(tmp_path / f"{bits}" / "A", labels.astype(f"u{bits // 8}"), f"{number}.png")
            put(tmp_path / f"{bits}" / "B", np.asarray(noise((32, 32), number)), f"{number}.png")
    (short, eight), (long, sixteen) = load(tmp_path / "8"), load(tmp_path / "16")
    assert short.label_maps == long.label_maps == ("inputs",)
    np.testing.assert_array_equal(sixteen.inputs, eight.inputs)
    assert set(np.unique(sixteen.inputs)) == set(range(8))
    assert (short.levels, long.levels) == ({}, {"input": (0, 255)})


@pytest.mark.parametrize("fault", [data.Refused("no"), KeyboardInterrupt()])
@pytest.mark.parametrize("arrays", [True, False])
def test_levels_whose_search_was_interrupted_are_looked_for_again(
    tmp_path, monkeypatch, fault, arrays
):
    values = np.rint(RAMP * 4095).astype(np.uint16)
    if arrays:
        np.save(tmp_path / "a.npy", values[None])
        source, searched = find(tmp_path / "a.npy"), "data.arrays.extremes"
    else:
        source, searched = find(put(tmp_path, values)), "data.range.decode_values"

    def interrupted(*words):
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(searched, interrupted)
        with pytest.raises(type(fault)):
            source.load("train", 32, 0, 0)
    loaded = source.load("train", 32, 0, 0)
    assert source.levels == {"real": (0, 4095)}
    np.testing.assert_array_equal(grey(loaded), scaled(values, (0, 4095)))


def test_what_is_said_of_levels_is_said_once(tmp_path, monkeypatch):
    """Also where one side's levels are found, and the search for the other's is interrupted."""
    for side in "AB":
        put(tmp_path / side, np.rint(RAMP * 4095).astype(np.uint16))
    source, found = find(tmp_path, label_maps="none"), []

    def second(*words):
        found.append(words)
        if len(found) == 2:
            raise data.Refused("no")
        return (0, 4095)

    with monkeypatch.context() as broken:
        broken.setattr("data.folders.levels_of", second)
        with pytest.raises(data.Refused):
            source.load("train", 32, 0, 0)
    source.load("train", 32, 0, 0)
    assert source.levels == {"real": (0, 4095), "input": (0, 4095)}
    assert sum("of more than 8 bits" in remark for remark in source.remarks) == 2


def test_labels_that_8_bits_do_not_hold_are_refused(tmp_path):
    labels = np.repeat([[1, 7, 26_001, 26_002]], 32, 0).repeat(8, 1).astype(np.uint16)
    put(tmp_path / "A", labels)
    put(tmp_path / "B", np.asarray(noise((32, 32))))
    with pytest.raises(data.Refused, match="labels from 1 to 26002; legal are 0 to 255 .--label-"):
        load(tmp_path)
    assert load(tmp_path, label_maps="none")[0].levels == {"input": (0, 65535)}


@pytest.mark.parametrize(("most", "white"), [(4095, 4095), (900, 1023), (40_000, 65_535)])
def test_the_depth_is_found_and_told(tmp_path, most, white):
    values = np.rint(RAMP * most).astype(np.uint16)
    source, loaded = load(put(tmp_path, values))
    assert source.levels == {"real": (0, white)}
    np.testing.assert_array_equal(grey(loaded), scaled(values, (0, white)))
    said = f"pictures of more than 8 bits a value: 0 is black, {white} white (--levels)"
    assert source.remarks == (said,)


def test_one_depth_for_all_pictures_of_the_training_set(tmp_path):
    put(tmp_path / "train", np.full((8, 8), 100, np.uint16))
    put(tmp_path / "train", np.full((8, 8), 1000, np.uint16), "b.png")
    put(tmp_path / "test", np.full((8, 8), 3000, np.uint16))
    source, loaded = load(tmp_path, size=8)
    assert loaded.samples[:, 0, 0, 0].tolist() == [25, 249]
    # What is brighter than anything in training is white.
    assert (source.load("test", 8, 0, 0).samples == 255).all()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_white_is_zero(tmp_path, kind):
    values = np.rint(RAMP * np.iinfo(kind).max).astype(kind)
    tiff(tmp_path / "a.tif", values, photometric=0)
    np.testing.assert_array_equal(grey(load(tmp_path)[1]), 255 - np.rint(RAMP * 255))


@pytest.mark.parametrize(
    ("kind", "low", "high", "levels"),
    [
        (np.int16, -1024, 3071, (-8192, 8191)),
        (np.int16, 0, 4095, (0, 4095)),
        (np.int8, -100, 100, (-128, 127)),
        (np.int32, -1, 100_000, (-131_072, 131_071)),
    ],
)
def test_values_below_zero_keep_their_place(tmp_path, kind, low, high, levels):
    values = np.rint(low + RAMP * (high - low)).astype(kind)
    tiff(tmp_path / "a.tif", values, kind=2)
    source, loaded = load(tmp_path)
    assert source.levels == {"real": levels}
    np.testing.assert_array_equal(grey(loaded), scaled(values, levels))


def test_a_pgm_says_what_its_largest_value_is(tmp_path):
    values = np.rint(RAMP * 1000).astype(">u2")
    (tmp_path / "a.pgm").write_bytes(b"P5\n32 32\n4095\n" + values.tobytes())
    np.testing.assert_array_equal(grey(load(tmp_path)[1]), np.rint(RAMP * 1000).astype(int) // 16)


def test_a_transparent_value_of_16_bits_is_laid_over_white(tmp_path):
    values = np.rint(RAMP * 65_535).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "a.png", transparency=0)
    read = grey(load(tmp_path)[1])
    assert (read[:, 0] == 255).all() and (read[:, 1] == 8).all()


def test_levels_are_the_sets_own_or_what_is_said(tmp_path):
    values = np.rint(200 + RAMP * 700).astype(np.uint16)
    folder = put(tmp_path, values)
    source, loaded = load(folder, levels="auto")
    assert source.levels == {"real": (200, 900)}
    np.testing.assert_array_equal(grey(loaded)[0, [0, 31]], [0, 255])
    source, loaded = load(folder, levels="300,400")
    assert source.levels == {"real": (300, 400)}
    np.testing.assert_array_equal(grey(loaded), scaled(values, (300, 400)))


def test_levels_of_8_bits(tmp_path):
    pixels = np.asarray(noise((32, 32))) // 8 + 10
    source, loaded = load(put(tmp_path, pixels), levels="auto")
    assert source.levels == {"real": (10, 41)}
    np.testing.assert_array_equal(loaded.samples[0], scaled(pixels, (10, 41)))
    assert source.remarks == ()
    (remark,) = load(tmp_path)[0].remarks
    assert remark.startswith("nearly all values of the pictures are from 10 to 41, of 0 to 255")
    assert "--levels=10,41 or --levels auto" in remark


def test_a_set_with_one_hot_pixel_is_named(tmp_path):
    values = np.rint(RAMP.repeat(8, 0) * 2000).astype(np.uint16)
    values[0, 0] = 65_535
    source, _ = load(put(tmp_path, values), size=(256, 32))
    said = source.remarks[-1]
    assert said.startswith("nearly all values of the pictures are from 0 to 2") and "65535" in said


def test_a_flat_set_is_named_and_nothing_is_recommended(tmp_path):
    (remark,) = load(put(tmp_path, np.full((32, 32), 9, np.uint8)))[0].remarks
    assert remark == "nearly all values of the pictures are 9, of 0 to 255"


def test_floating_point_needs_levels(tmp_path):
    Image.fromarray(RAMP.astype(np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(data.Refused, match="floating-point .*--levels auto or LOW,HIGH"):
        find(tmp_path)
    for levels in ("auto", "0,1"):
        np.testing.assert_array_equal(grey(load(tmp_path, levels=levels)[1]), scaled(RAMP, (0, 1)))


def test_two_depths_in_one_set_have_no_levels_in_common(tmp_path):
    put(tmp_path, np.full((8, 8), 4000, np.uint16))
    put(tmp_path, np.full((8, 8), 200, np.uint8), "b.png")
    assert load(tmp_path, size=8)[1].samples[:, 0, 0, 0].tolist() == [249, 200]
    with pytest.raises(data.Refused, match="1 pictures of more than 8 bits, and 1 of 8; legal"):
        load(tmp_path, levels="auto")
    (tmp_path / "a.png").unlink()
    with pytest.raises(data.Refused, match="has 8 bits a value; legal are 0 to 255"):
        load(tmp_path, levels="0,4095")


@pytest.mark.parametrize("levels", ["all", "1", "5,5", "9,1", "0,nan", "a,b", "1,2,3", ""])
def test_levels_that_are_none(levels):
    with pytest.raises(data.Refused, match="legal are full, auto, and LOW,HIGH"):
        understood(levels)


@pytest.mark.parametrize("spec", ["houses", "mnist", "seasons:summer"])
def test_levels_where_there_are_none(spec):
    with pytest.raises(data.Refused, match="--levels auto: legal for a folder of pictures or"):
        data.find(spec, Reading(levels="auto"))


def test_domains_have_levels_of_their_own(tmp_path):
    put(tmp_path / "A", np.full((8, 8), 1000, np.uint16))
    put(tmp_path / "B", np.full((8, 8), 60_000, np.uint16), "b.png")
    source, _ = load(tmp_path, size=8)
    assert source.levels == {"input": (0, 1023), "real": (0, 65_535)}


def test_full_is_the_least_depth_that_holds_all():
    assert [full(0, most)[1] for most in (0, 255, 256, 1023, 4095, 65_535)] == [
        *(255, 255, 1023, 1023, 4095, 65_535)
    ]
    assert scaled(np.array([np.nan, -np.inf, 0, 1, np.inf]), (0, 1)).tolist() == [0, 0, 0, 255, 255]
    # As pictures of 16 bits have always been brought to 8.
    values = np.arange(65_536)
    np.testing.assert_array_equal(scaled(values, (0, 65_535)), (values / 257 + 0.5).astype(int))


# --- arrays ---


def arrays(tmp_path, name="a.npz", **arrays):
    np.savez(tmp_path / name, **arrays)
    return tmp_path / name


@pytest.mark.parametrize("kind", [np.uint8, bool])
def test_arrays_of_0_and_1_are_black_and_white(tmp_path, kind):
    masks = np.random.default_rng(0).integers(0, 2, (20, 8, 9)).astype(kind)
    source, loaded = load(arrays(tmp_path, images=masks), size=(8, 9))
    np.testing.assert_array_equal(loaded.samples[..., 0], masks * np.uint8(255))
    assert source.remarks == ("'images' holds 0 and 1 alone: taken as black and white",)


def test_arrays_of_more_than_8_bits(tmp_path):
    values = np.random.default_rng(0).integers(0, 4096, (20, 8, 9)).astype(np.uint16)
    source, loaded = load(arrays(tmp_path, images=values), size=(8, 9))
    assert source.levels == {"real": (0, 4095)}
    np.testing.assert_array_equal(loaded.samples[..., 0], scaled(values, (0, 4095)))
    floats = arrays(tmp_path, "b.npz", images=values / 4095)
    with pytest.raises(data.Refused, match="floats with --levels auto or LOW,HIGH"):
        find(floats)
    again = load(floats, size=(8, 9), levels="0,1")[1]
    np.testing.assert_array_equal(again.samples, loaded.samples)


def test_levels_of_an_h5_file(tmp_path):
    import h5py

    values = np.random.default_rng(0).integers(100, 200, (20, 8, 9)).astype(np.uint8)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"] = values
    for levels in ("auto", "50,220"):
        source, loaded = load(tmp_path / "a.h5", size=(8, 9), levels=levels)
        expected = scaled(values, source.levels["real"])
        np.testing.assert_array_equal(loaded.samples[..., 0], expected)


def test_voxels_have_no_levels(tmp_path):
    grids = arrays(tmp_path, voxels=np.zeros((9, 8, 8, 8), bool))
    with pytest.raises(data.Refused, match="--levels auto: legal with pictures; a.npz gives v"):
        find(grids, levels="auto")


# --- runs ---


def test_a_run_records_levels_and_infer_reads_with_them(tmp_path):
    from common.run.loaded import LoadedRun
    from common.translation.infer import TranslateFlags, translate_inputs
    from recipes.pix2pix.config import Config

    values = np.rint(RAMP * 1000).astype(np.uint16)
    for side, most in (("A", 1000), ("B", 40_000)):
        put(tmp_path / side, np.rint(RAMP * most).astype(np.uint16))
    source, loaded = load(tmp_path, label_maps="none")
    facts = Config().notes(source, loaded)
    assert facts["levels"] == {"input": [0, 1023], "real": [0, 65_535]}

    run = SimpleNamespace(facts={"data": facts}, path=tmp_path)
    config = Config(channels=1, input_channels=1)
    for back, levels in ((False, (0, 1023)), (True, (0, 65_535))):
        out = tmp_path / f"out{back}"
        way = "BtoA" if back else "AtoB"
        flags = TranslateFlags(run=tmp_path, input=str(tmp_path / "A"), out=out, direction=way)
        seen = []

        def make(loaded, flags, frame, number, seen=seen):
            seen.append(frame)
            return frame

        translate_inputs(LoadedRun(run, config), flags, make)
        np.testing.assert_array_equal(seen[0][..., 0], scaled(values, levels))


def test_pictures_of_8_bits_stay_as_they_are_in_a_run_of_more(tmp_path):
    pixels = np.asarray(noise((32, 32)).convert("L"))
    file = put(tmp_path, pixels) / "a.png"
    np.testing.assert_array_equal(np.asarray(decode(file, 1, levels=(0, 4095))), pixels)
    np.testing.assert_array_equal(
        np.asarray(decode(file, 1, levels=(50, 200))), scaled(pixels, (50, 200))
    )


def test_a_run_of_8_bits_takes_16_and_nothing_else(tmp_path):
    file = put(tmp_path, np.rint(RAMP * 65_535).astype(np.uint16)) / "a.png"
    np.testing.assert_array_equal(np.asarray(decode(file, 1)), np.rint(RAMP * 255))
    tiff(tmp_path / "b.tif", np.full((8, 8), -5, np.int16), kind=2)
    Image.fromarray(RAMP.astype(np.float32)).save(tmp_path / "c.tif")
    for name, words in (("b.tif", "values from -5 to -5"), ("c.tif", "values from 0 to 1")):
        with pytest.raises(Unreadable, match=f"{words}, and nothing says which are black"):
            decode(tmp_path / name, 1)
