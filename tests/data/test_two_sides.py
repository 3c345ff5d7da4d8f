"""Folders of pairs, of label maps and of two domains."""

import unicodedata

import numpy as np
import pytest
from PIL import Image

import data
from tests.data.folders import NAMES, both, brightness, find, flat, load, noise, put

# --- pairs ---


@pytest.mark.parametrize("direction", ["AtoB", "BtoA"])
def test_pairs_side_by_side(tmp_path, direction):
    for number in range(len(NAMES)):
        wide = Image.new("RGB", (32, 16), (number,) * 3)
        wide.paste((100 + number,) * 3, (16, 0, 32, 16))
        wide.save(tmp_path / f"p{number}.png")
    source = find(tmp_path, direction=direction)
    assert (source.kind, source.describe_sizes(), source.count) == ("pairs", "16×16", len(NAMES))
    assert "--layout pictures takes them whole" in source.remarks[0]
    pairs = load(source)
    left, right = (list(range(start, start + len(NAMES))) for start in (0, 100))
    expected = (left, right) if direction == "AtoB" else (right, left)
    assert (brightness(pairs.inputs), brightness(pairs.samples)) == expected


def test_no_pixel_of_one_half_is_in_the_other(tmp_path):
    """JPEGs are decoded at a fraction of their size where that is possible: not here."""
    wide = Image.new("RGB", (514, 257), "black")
    wide.paste("white", (257, 0, 514, 257))
    wide.save(tmp_path / "p.png")
    wide.save(tmp_path / "q.jpg", quality=100, subsampling=0)
    pairs = load(find(tmp_path), size=32)
    assert (pairs.inputs[0] == 0).all() and (pairs.samples[0] == 255).all()
    assert pairs.inputs[1].max() < 10 and pairs.samples[1].min() > 245


def test_wide_pictures_taken_whole(tmp_path):
    put(tmp_path, NAMES, size=(32, 16))
    assert find(tmp_path, layout="pictures").kind == "pictures"
    put(tmp_path, ["odd.png"], size=(30, 16))
    assert find(tmp_path).kind == "pictures"
    assert find(tmp_path, layout="pairs").describe_sizes() == "from 15×16 to 16×16"


@pytest.mark.parametrize(
    "layout",
    ["{side}/{name}", "train/{side}/{name}", "{side}/train/{name}", "around/{side}/deep/{name}"],
)
def test_pairs_by_name(tmp_path, layout):
    for start, side in ((0, "A"), (100, "B")):
        put(tmp_path, [layout.format(side=side, name=name) for name in NAMES], start=start)
    source = find(tmp_path)
    assert (source.kind, source.count) == ("pairs", len(NAMES))
    assert "names in common" in source.remarks[0]
    pairs = load(source)
    assert brightness(pairs.samples) == [a + 100 for a in brightness(pairs.inputs)]


def test_pairs_of_other_endings_and_resolutions(tmp_path):
    put(tmp_path / "photo", ["a.jpg", "b.jpg"], size=(64, 48))
    put(tmp_path / "label", ["a.png", "b.png"], size=(32, 24))
    source = find(tmp_path, layout="pairs")
    # In the order of their names: label is A.
    assert (source.count, source.describe_sizes()) == (2, "64×48")
    assert load(source).inputs.shape == (2, 16, 16, 3)


def test_grey_inputs_stay_grey_beside_coloured_pictures(tmp_path):
    both(tmp_path)
    for name in NAMES:
        Image.open(tmp_path / "A" / name).convert("L").save(tmp_path / "A" / name)
    source = find(tmp_path)
    assert (source.input_channels, source.channels) == (1, 3)
    pairs = load(source)
    assert pairs.inputs.shape[-1] == 1 and pairs.samples.shape[-1] == 3


def test_a_half_that_is_missing(tmp_path):
    both(tmp_path)
    (tmp_path / "B" / NAMES[1]).unlink()
    with pytest.raises(data.Refused, match=r"A/p1.png: no partner in B/") as no:
        find(tmp_path)
    assert "\n" not in str(no.value)
    assert find(tmp_path, tolerance=0.2).count == len(NAMES) - 1
    with pytest.raises(data.Refused, match="--strict"):
        find(tmp_path, strict=True, tolerance=0.2)


def test_no_pair_at_all(tmp_path):
    put(tmp_path / "A", ["a.png"])
    put(tmp_path / "B", ["b.png"])
    with pytest.raises(data.Refused, match="no file in A/ has a partner of its name in B/"):
        find(tmp_path, layout="pairs")


def test_different_sizes_in_a_pair(tmp_path):
    both(tmp_path)
    put(tmp_path / "B", [NAMES[2]], size=(32, 16))
    with pytest.raises(data.Refused, match=r"p2.png: 16×16 pixels, its partner 32×16"):
        find(tmp_path)


def test_two_files_of_one_name(tmp_path):
    both(tmp_path)
    put(tmp_path / "A", ["p0.jpg"])
    with pytest.raises(data.Refused, match="2 files of this name in A/"):
        find(tmp_path)


def test_pictures_that_are_no_pairs(tmp_path):
    put(tmp_path, NAMES, size=(17, 16))
    with pytest.raises(data.Refused, match="no pair that can be used .*17 pixels wide: no two hal"):
        find(tmp_path, layout="pairs")
    # Also where everything is passed over that cannot be used.
    with pytest.raises(data.Refused, match="no pair that can be used"):
        find(tmp_path, layout="pairs", tolerance=1)


def test_the_half_that_is_broken_is_the_one_that_is_named(tmp_path):
    both(tmp_path)
    noise((16, 16)).save(tmp_path / "B" / NAMES[1])
    whole = (tmp_path / "B" / NAMES[1]).read_bytes()
    (tmp_path / "B" / NAMES[1]).write_bytes(whole[: len(whole) // 2])
    source = find(tmp_path, tolerance=0.5)
    loaded = load(source)
    assert list(loaded.left_out) == ["B/p1.png"] and len(loaded) == len(NAMES) - 1
    assert source.name_of("train", 1, loaded.left_out) == "A/p2.png"


def test_what_lies_beside_a_and_b_is_not_used_and_said(tmp_path):
    both(tmp_path)
    put(tmp_path, ["preview.png", "other/x.png"])
    for layout in ("auto", "pairs"):
        source = find(tmp_path, layout=layout)
        assert (source.kind, source.count) == ("pairs", len(NAMES))
        assert "2 pictures beside A/ and B/ are not used" in source.remarks


def test_one_stray_among_many_pairs_side_by_side(tmp_path):
    put(tmp_path, [f"{number:03}.png" for number in range(120)], size=(32, 16))
    put(tmp_path, ["stray.png"])
    source = find(tmp_path)
    assert (source.kind, source.count) == ("pairs", 120)
    assert "stray.png: not twice as wide as high" in source.remarks[-1]
    halves = find(tmp_path, layout="domains")
    assert [part.count for part in halves.domains.values()] == [120, 120]
    assert halves.unusable == source.unusable != {}
    with pytest.raises(data.Refused, match="stray.png.*--strict"):
        find(tmp_path, layout="domains", strict=True)


def test_one_name_written_in_two_ways(tmp_path):
    for side, form in (("A", "NFC"), ("B", "NFD")):
        put(tmp_path / side, [unicodedata.normalize(form, f"é{i}.png") for i in range(len(NAMES))])
    assert find(tmp_path).kind == "pairs"
    other = both(tmp_path / "case")
    for name in NAMES:
        (other / "B" / name).rename(other / "B" / name.upper().replace("PNG", "png"))
    assert find(other).kind == "pairs"


# --- label maps ---


@pytest.fixture
def labelled(tmp_path):
    """Label maps of four colours, A/, and photographs of them, B/."""
    rng = np.random.default_rng(0)
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]], np.uint8)
    for side in "AB":
        (tmp_path / side).mkdir()
    for name in NAMES:
        Image.fromarray(colours[rng.integers(0, 4, (50, 50))]).save(tmp_path / "A" / name)
        noise((50, 50)).save(tmp_path / "B" / name)
    return tmp_path, {tuple(colour) for colour in colours.tolist()}


def colours_of(images):
    return {tuple(colour) for colour in images.reshape(-1, 3).tolist()}


@pytest.mark.parametrize("how", ["auto", "A"])
def test_label_maps_get_no_new_colours(labelled, how):
    folder, colours = labelled
    source = find(folder, label_maps=how)
    assert source.label_maps == ("inputs",)
    said = "inputs are label maps" in " ".join(source.remarks)
    assert said == (how == "auto")
    assert colours_of(load(source, size=23).inputs) <= colours
    # The photographs are filtered all the same.
    assert load(source, size=23).samples.std() < np.asarray(noise((50, 50))).std() * 0.8


def test_label_maps_that_are_mixed_on_demand(labelled):
    folder, colours = labelled
    source = find(folder, label_maps="none")
    assert source.label_maps == () and not colours_of(load(source, size=23).inputs) <= colours


def test_which_side_is_labelled_follows_the_direction(labelled):
    source = find(labelled[0], direction="BtoA")
    assert source.label_maps == ("samples",)
    assert "pictures are label maps" in " ".join(source.remarks)


def test_what_looks_like_label_maps_and_is_none(tmp_path):
    for side in "AB":
        (tmp_path / side).mkdir()
    for name in ("a.jpg", "b.jpg"):
        # A JPEG is never quite of few colours; lines are of two.
        flat("red").save(tmp_path / "A" / name)
        Image.fromarray(np.eye(16, dtype=np.uint8) * 255).save(
            tmp_path / "B" / name.replace("jpg", "png")
        )
    assert find(tmp_path).label_maps == ()


# --- two domains ---


@pytest.mark.parametrize(
    "first, second", [("A", "B"), ("trainA", "trainB"), ("train_A", "train_B")]
)
def test_two_domains(tmp_path, first, second):
    put(tmp_path / first, ["a.png", "b.png"])
    put(tmp_path / second, ["c.png"], start=100)
    source = find(tmp_path)
    assert source.kind == "domains" and list(source.domains) == ["A", "B"]
    assert [brightness(load(s).samples) for s in source.domains.values()] == [[0, 1], [100]]
    assert "legal is one of them" in source.ask_for_one()
    one = data.find(f"{tmp_path}:B")
    assert brightness(load(one).samples) == [100]
    with pytest.raises(data.Refused, match=":A or .*:B"):
        data.find(f"{tmp_path}:C")


def test_domains_with_splits(tmp_path):
    for number, name in enumerate(("trainA", "trainB", "testA", "testB")):
        put(tmp_path / name, ["same.png"], start=10 * number)
    source = find(tmp_path)
    got = {
        (side, split): brightness(load(part, split).samples)
        for side, part in source.domains.items()
        for split in ("train", "test")
    }
    assert got == {
        ("A", "train"): [0],
        ("B", "train"): [10],
        ("A", "test"): [20],
        ("B", "test"): [30],
    }


def test_domains_that_could_be_pairs_say_so(tmp_path):
    source = find(both(tmp_path, "trainA", "trainB"))
    assert source.kind == "domains"
    (remark,) = source.remarks
    assert remark.endswith("taken as two domains (--layout pairs takes them as pairs)")
    from recipes.pix2pix.config import Config

    with pytest.raises(data.Refused, match="gives domains; .*--layout pairs takes them as pairs"):
        Config().adapted_to(source)
    assert find(tmp_path, layout="pairs").kind == "pairs"


def test_pairs_are_domains_where_that_is_wanted(tmp_path):
    by_name = find(both(tmp_path / "names"), layout="domains")
    put(tmp_path / "wide", NAMES, size=(32, 16))
    side_by_side = find(tmp_path / "wide", layout="domains")
    two = find(both(tmp_path / "two", "monet", "photo"), layout="domains")
    assert list(two.domains) == ["monet", "photo"]
    for source in (by_name, side_by_side, two):
        assert [len(load(part)) for part in source.domains.values()] == [len(NAMES)] * 2


def test_two_paths_are_two_domains(tmp_path):
    both(tmp_path, "summer, here", "winter")
    source = data.find(f"{tmp_path / 'summer, here'},{tmp_path / 'winter'}")
    assert list(source.domains) == ["summer, here", "winter"]
    assert [len(load(part)) for part in source.domains.values()] == [len(NAMES)] * 2
    lone = find(f"{tmp_path / 'summer, here'},{tmp_path / 'winter'}", layout="domains")
    assert lone.kind == "domains"
    both(tmp_path / "other")
    crossed = data.find(f"{tmp_path / 'other'}:A,{tmp_path / 'winter'}")
    assert brightness(load(next(iter(crossed.domains.values()))).samples) == [0, 1, 2, 3]
    mixed = data.find(f"houses,{tmp_path / 'winter'}")
    assert list(mixed.domains) == ["houses", "winter"] and mixed.sizes is None
    for first, second in (("seasons:summer", "houses"), ("houses", "seasons:summer")):
        assert list(data.find(f"{first},{second}").domains) == [first, second]
    with pytest.raises(data.Refused, match="ring gives points"):
        data.find(f"ring,{tmp_path / 'winter'}")


def test_paths_move_with_the_run(tmp_path, monkeypatch):
    from data.loader import movable

    both(tmp_path, "a", "b")
    monkeypatch.chdir(tmp_path)
    assert movable(str(tmp_path / "a")) == "./a"
    assert movable(f"{tmp_path / 'a'},{tmp_path / 'b'}") == "./a,./b"
    assert movable("houses") == "houses" and movable("a") == "a"


@pytest.mark.parametrize("layout", ["auto", "pairs", "domains"])
@pytest.mark.parametrize("only", ["A", "B", "trainB"])
def test_one_side_without_the_other(tmp_path, layout, only):
    put(tmp_path / only, NAMES)
    other = "A" if only.endswith("B") else "B"
    with pytest.raises(data.Refused, match=f"{only[-1]}/ without {other}/"):
        find(tmp_path, layout=layout)
    assert find(tmp_path, layout="pictures").count == len(NAMES)


def test_one_set_is_no_two_domains(tmp_path):
    with pytest.raises(data.Refused, match="is one set of pictures; two domains are") as no:
        find(put(tmp_path, NAMES), layout="domains")
    assert "\n" not in str(no.value)
