"""What a folder holds is told by its sub-folders' names and its pictures' shapes."""

import dataclasses
import inspect
import os
import struct
import sys
import unicodedata

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, PngImagePlugin

import data
from data.reading import Reading
from tests.data.folders import brightness, flat, noise, put

N = 4
NAMES = [f"p{i}.png" for i in range(N)]


def find(folder, **choices):
    return data.find(str(folder), Reading(**choices))


def load(source, split="train", size=16):
    return source.load(split, size, 0, 0)


def both(folder, first="A", second="B", names=NAMES):
    put(folder / first, names)
    put(folder / second, names, start=100)
    return folder


# --- single pictures and classes ---


def test_a_class_per_folder_gives_labels(tmp_path):
    put(tmp_path, ["cats/a.png", "cats/b.png", "dogs/a.png", "dogs/deep/b.png"])
    source = find(tmp_path)
    assert source.kind == "pictures"
    assert source.factors == {"label": ("cats", "dogs")} and source.modes == ("label",)
    assert load(source).factors["label"].tolist() == [0, 0, 1, 1]


def test_classes_inside_of_splits(tmp_path):
    put(tmp_path, ["train/cats/a.png", "train/dogs/b.png", "test/dogs/c.png"])
    source = find(tmp_path)
    assert source.factors == {"label": ("cats", "dogs")}
    assert load(source, "test").factors["label"].tolist() == [1]


@pytest.mark.parametrize(
    "names", [["a.png", "cats/b.png"], ["cats/a.png", "cats/b.png"], ["a.png", "b.png"]]
)
def test_no_classes_where_pictures_lie_beside_them_or_in_one_folder(tmp_path, names):
    assert find(put(tmp_path, names)).factors == {}


def test_letters_are_classes(tmp_path):
    put(tmp_path, [f"{letter}/x.png" for letter in "ABC"])
    assert find(tmp_path).factors == {"label": ("A", "B", "C")}


def test_folders_around_the_set_mean_nothing(tmp_path):
    both(tmp_path / "download" / "horse2zebra", "trainA", "trainB")
    assert find(tmp_path).kind == "domains"


# --- splits ---


def many(folder, count=120):
    return put(folder, [f"p{i:03}.png" for i in range(count)])


def test_two_splits_are_training_and_testing_whatever_the_second_is_called(tmp_path):
    many(tmp_path / "train")
    put(tmp_path / "val", ["a.png", "b.png"], start=200)
    source = find(tmp_path)
    assert brightness(load(source, "test").samples) == [200, 201]
    parts = [brightness(load(source, split).samples) for split in ("train", "validation")]
    assert [len(part) for part in parts] == [101, 19]
    assert sorted(parts[0] + parts[1]) == list(range(120))


def test_three_splits_are_as_they_are_called(tmp_path):
    for number, split in enumerate(("train", "val", "test")):
        put(tmp_path / split, ["a.png"], start=10 * number)
    source = find(tmp_path)
    got = [brightness(load(source, s).samples) for s in ("train", "validation", "test")]
    assert got == [[0], [10], [20]]


def test_what_lies_beside_the_splits_is_not_used_and_said(tmp_path):
    put(tmp_path, ["train/a.png", "test/b.png", "c.png", "spare/d.png"])
    source = find(tmp_path)
    assert source.count == 2
    (remark,) = source.remarks
    assert remark.startswith("2 pictures beside test/ and train/ are not used (--layout classes ")


@pytest.mark.parametrize(
    "names", [("Train", "Test"), ("training", "testing"), ("TRAIN", "valid"), ("train", "dev")]
)
def test_other_names_for_splits(tmp_path, names):
    for start, name in enumerate(names):
        put(tmp_path / name, ["a.png", "b.png"], start=10 * start)
    source = find(tmp_path)
    assert source.factors == {} and brightness(load(source, "test").samples) == [10, 11]


def test_folders_between_split_and_side(tmp_path):
    for start, name in enumerate(("train/set1/A", "train/set1/B", "test/set1/A", "test/set1/B")):
        put(tmp_path / name, NAMES, start=10 * start)
    source = find(tmp_path)
    assert source.kind == "pairs" and len(load(source, "test")) == N


def test_classes_that_are_called_like_splits(tmp_path):
    put(tmp_path / "v", ["bus/a.png", "car/b.png", "train/c.png"], size=(40, 20))
    (remark,) = find(tmp_path / "v", layout="auto").remarks[:1]
    assert remark == (
        "2 pictures beside train/ are not used (--layout classes takes all folders as classes)"
    )
    for layout in ("classes", "pictures"):
        source = find(tmp_path / "v", layout=layout)
        assert source.factors == {"label": ("bus", "car", "train")} and source.count == 3
        assert brightness(load(source).samples) == [0, 1, 2]


@pytest.mark.parametrize(
    ("folders", "named"),
    [
        (("valid", "invalid"), "valid/ is what a validation split is called"),
        (("test", "dev"), "dev/ and test/ is what a test or validation split is called"),
    ],
)
def test_folders_that_leave_nothing_for_training_are_named(tmp_path, folders, named):
    put(tmp_path, [f"{folder}/{name}" for folder in folders for name in NAMES])
    with pytest.raises(data.Refused, match=f"{named}, and nothing is left .*--layout classes"):
        load(find(tmp_path))
    for layout in ("classes", "pictures"):
        source = find(tmp_path, layout=layout)
        assert source.factors == {"label": tuple(sorted(folders))}
        assert len(load(source)) == 2 * N


def test_a_folder_around_all_that_is_called_test(tmp_path):
    put(tmp_path / "job", [f"test/{name}" for name in NAMES])
    with pytest.raises(data.Refused, match="job: test/ is what a test split is called"):
        load(find(tmp_path / "job"))
    # What is there can still be tested with.
    assert len(load(find(tmp_path / "job"), "test")) == N
    assert len(load(find(tmp_path / "job", layout="pictures"))) == N
    with pytest.raises(data.Refused, match=r"4 pictures of .* are in no folder of a class, .*p0"):
        find(tmp_path / "job", layout="classes")
    put(tmp_path / "deep", ["test/cats/a.png", "test/dogs/b.png"])
    assert find(tmp_path / "deep", layout="pictures").factors == {"label": ("cats", "dogs")}


def test_layout_pictures_keeps_splits_that_are_some(tmp_path):
    put(tmp_path, ["train/cats/a.png", "train/dogs/b.png", "test/cats/c.png"])
    source = find(tmp_path, layout="pictures")
    assert source.factors == {"label": ("cats", "dogs")}
    assert [len(load(source, split)) for split in ("train", "test")] == [2, 1]


def test_backslashes_are_folders(tmp_path):
    put(tmp_path, ["cats\\a.png", "dogs\\b.png", "dogs\\more\\c.png"])
    source = find(tmp_path)
    assert source.factors == {"label": ("cats", "dogs")}
    assert "3 names with a backslash: taken as folders" in source.remarks
    assert brightness(load(source).samples) == [0, 1, 2]


# --- pairs ---


@pytest.mark.parametrize("direction", ["AtoB", "BtoA"])
def test_pairs_side_by_side(tmp_path, direction):
    for number in range(N):
        wide = Image.new("RGB", (32, 16), (number,) * 3)
        wide.paste((100 + number,) * 3, (16, 0, 32, 16))
        wide.save(tmp_path / f"p{number}.png")
    source = find(tmp_path, direction=direction)
    assert (source.kind, source.describe_sizes(), source.count) == ("pairs", "16×16", N)
    assert "--layout pictures takes them whole" in source.remarks[0]
    pairs = load(source)
    left, right = (list(range(start, start + N)) for start in (0, 100))
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
    assert (source.kind, source.count) == ("pairs", N)
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
    assert find(tmp_path, tolerance=0.2).count == N - 1
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
    assert list(loaded.left_out) == ["B/p1.png"] and len(loaded) == N - 1
    assert source.name_of("train", 1, loaded.left_out) == "A/p2.png"


def test_what_lies_beside_a_and_b_is_not_used_and_said(tmp_path):
    both(tmp_path)
    put(tmp_path, ["preview.png", "other/x.png"])
    for layout in ("auto", "pairs"):
        source = find(tmp_path, layout=layout)
        assert (source.kind, source.count) == ("pairs", N)
        assert "2 pictures beside A/ and B/ are not used" in source.remarks


def test_one_stray_among_many_pairs_side_by_side(tmp_path):
    put(tmp_path, [f"{number:03}.png" for number in range(120)], size=(32, 16))
    put(tmp_path, ["stray.png"])
    source = find(tmp_path)
    assert (source.kind, source.count) == ("pairs", 120)
    assert "stray.png: not twice as wide as high" in source.remarks[-1]


def test_one_name_written_in_two_ways(tmp_path):
    for side, form in (("A", "NFC"), ("B", "NFD")):
        put(tmp_path / side, [unicodedata.normalize(form, f"é{i}.png") for i in range(N)])
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
        assert [len(load(part)) for part in source.domains.values()] == [N, N]


def test_two_paths_are_two_domains(tmp_path):
    both(tmp_path, "summer, here", "winter")
    source = data.find(f"{tmp_path / 'summer, here'},{tmp_path / 'winter'}")
    assert list(source.domains) == ["summer, here", "winter"]
    assert [len(load(part)) for part in source.domains.values()] == [N, N]
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
    assert find(tmp_path, layout="pictures").count == N


def test_one_set_is_no_two_domains(tmp_path):
    with pytest.raises(data.Refused, match="is one set of pictures; two domains are") as no:
        find(put(tmp_path, NAMES), layout="domains")
    assert "\n" not in str(no.value)


# --- fit ---


def test_padding_keeps_the_whole_picture_and_cropping_its_middle(tmp_path):
    wide = Image.new("RGB", (40, 20), "red")
    wide.paste("blue", (0, 0, 4, 20))
    wide.save(tmp_path / "p.png")
    cropped = load(find(tmp_path, layout="pictures"), size=20).samples[0]
    assert (cropped[..., 0] == 255).all() and (cropped[..., 2] == 0).all()
    padded = load(find(tmp_path, layout="pictures", fit="pad"), size=20).samples[0]
    assert (padded[:5] == 255).all() and (padded[-5:] == 255).all()
    assert padded[10, 0, 2] > 250 and padded[10, 19, 0] > 250


@pytest.mark.parametrize("fit", ["crop", "pad"])
def test_other_shapes_than_squares(tmp_path, fit):
    put(tmp_path, NAMES, size=(40, 20))
    images = load(find(tmp_path, layout="pictures", fit=fit), size=(10, 20)).samples
    assert images.shape == (N, 10, 20, 3) and brightness(images) == list(range(N))


# --- what else a folder may hold ---


def test_names_in_any_language(tmp_path):
    names = ["Größe.png", "写真.png", "צילום.png", "a\nb.png", "\x1b[31mred.png", "…🐈.png"]
    put(tmp_path, names)
    with open(os.fsencode(tmp_path) + b"/\xff\xfe.png", "wb") as file:
        noise().save(file, "PNG")
    source = find(tmp_path)
    assert len(load(source)) == len(names) + 1
    with open(os.fsencode(tmp_path) + b"/\xff\x1b.png", "wb") as file:
        file.write(b"broken")
    with pytest.raises(data.Refused) as no:
        find(tmp_path)
    str(no.value).encode()
    assert "��.png: not a readable picture" in str(no.value) and "\x1b" not in str(no.value)


def test_links_in_a_circle_end(tmp_path):
    put(tmp_path / "deep" / "er", NAMES)
    (tmp_path / "deep" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "twice").symlink_to(tmp_path / "deep", target_is_directory=True)
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    source = find(tmp_path, tolerance=0.5)
    assert source.count == N
    assert list(source.unusable) == ["self.png"]


def test_links_at_the_top_win_over_what_they_lead_to(tmp_path):
    put(tmp_path / "raw" / "x", NAMES)
    put(tmp_path / "raw" / "y", NAMES, start=100)
    for side, target in (("A", "x"), ("B", "y")):
        (tmp_path / side).symlink_to(tmp_path / "raw" / target, target_is_directory=True)
    assert find(tmp_path).kind == "pairs"


def test_a_pipe_keeps_nobody_waiting(tmp_path):
    put(tmp_path, NAMES)
    os.mkfifo(tmp_path / "pipe.png")
    source = find(tmp_path, tolerance=0.5)
    assert source.unusable == {"pipe.png": "not a file"}


def test_a_folder_deeper_than_pythons_stack(tmp_path):
    put(tmp_path, ["/".join(["d"] * 120 + ["x.png"]), *NAMES])
    before = sys.getrecursionlimit()
    # Less room than the folder is deep; a deeper folder would be hard to remove again.
    sys.setrecursionlimit(len(inspect.stack(0)) + 90)
    try:
        assert find(tmp_path).count == N + 1
    finally:
        sys.setrecursionlimit(before)


def test_pictures_of_formats_that_are_not_read_are_counted(tmp_path):
    put(tmp_path, NAMES)
    for name in ("a.heic", "b.HEIC", "c.nef", "d.j2k", "e.JXL", "f.dcm", "g.tga"):
        (tmp_path / name).write_bytes(b"x")
    pictures, raw, medical = find(tmp_path).remarks
    assert pictures.startswith("not read: 2 .heic, 1 .j2k, 1 .jxl, 1 .tga files; ImageMagick, ")
    assert raw.startswith("not read: 1 .nef files; darktable, once installed, makes PNGs")
    assert medical.startswith("not read: 1 .dcm files; DCMTK, once installed, makes PNGs")
    (folder := tmp_path / "alone").mkdir()
    (folder / "a.heic").write_bytes(b"x")
    with pytest.raises(data.Refused, match="holds no pictures .*not read: 1 .heic files; Image"):
        find(folder)


def test_a_program_that_calls_itself_a_picture_is_not_run(tmp_path):
    put(tmp_path, NAMES)
    (tmp_path / "x.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n")
    assert find(tmp_path, tolerance=0.5).unusable == {"x.png": "not a readable picture"}


@pytest.mark.parametrize("ending", ["jpg", "tif", "png", "webp"])
def test_pairs_that_lie_on_their_side(tmp_path, ending):
    """What a rotation mark says is obeyed before anything is cut in two."""
    wide = Image.new("RGB", (64, 32), "red")
    wide.paste("blue", (32, 0, 64, 32))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = wide.transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / f"p.{ending}", exif=exif, quality=95)
    source = find(tmp_path)
    assert (source.kind, source.describe_sizes()) == ("pairs", "32×32")
    pairs = load(source, size=32)
    # But for the seam, where a lossy format mixes colours.
    inner = (0, slice(None), slice(8, -8))
    assert pairs.inputs[inner][..., 0].min() > 200 and pairs.samples[inner][..., 2].min() > 200


def test_links_to_folders_elsewhere_are_followed(tmp_path):
    put(tmp_path / "elsewhere", NAMES)
    put(tmp_path / "here" / "B", NAMES, start=100)
    (tmp_path / "here" / "A").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert find(tmp_path / "here").kind == "pairs"


def test_copies_that_network_drives_keep_are_passed_over_and_said(tmp_path):
    put(tmp_path, [*NAMES, "@eaDir/p0.png/THUMB_S.png", "@eaDir/p0.png/THUMB_M.png"])
    put(tmp_path, ["#recycle/x.png", "@eaDir/note.txt.png"])
    source = find(tmp_path)
    assert source.count == N and source.kind == "pictures"
    assert source.remarks == (
        "passed over: 1 pictures in #recycle/, small or deleted copies",
        "passed over: 3 pictures in @eaDir/, small or deleted copies",
    )


def test_several_pictures_in_one_file_are_said_once(tmp_path):
    put(tmp_path, NAMES)
    first, *others = [noise((16, 16), seed) for seed in range(5)]
    first.save(tmp_path / "stack.tif", save_all=True, append_images=others)
    for ending in ("gif", "webp"):
        first.save(tmp_path / f"b.{ending}", save_all=True, append_images=others[:1])
    source = find(tmp_path)
    assert source.remarks == (
        "3 files with several pictures, of which the first is read (stack.tif has 5)",
    )
    np.testing.assert_array_equal(load(source).samples[-1], np.asarray(first))


def test_colour_profiles_are_said_to_be_ignored(tmp_path):
    put(tmp_path, NAMES)
    srgb, lab = (ImageCms.ImageCmsProfile(ImageCms.createProfile(n)) for n in ("sRGB", "LAB"))
    for number, profile in enumerate((srgb, lab, lab)):
        noise().save(tmp_path / f"{number}.jpg", icc_profile=profile.tobytes())
    noise().save(tmp_path / "d.png", icc_profile=b"no profile")
    (remark,) = find(tmp_path).remarks
    assert remark.startswith("colour profiles are ignored, and all colours taken for sRGB: Lab ")
    assert remark.endswith("×2")


def test_colours_of_16_bits_are_said_to_be_cut(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 65_536, (16, 16, 3), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb")
    source = find(tmp_path)
    assert source.remarks == ("1 file with colours of 16 bits a value: the upper 8 are read",)
    np.testing.assert_array_equal(load(source).samples[0], pixels >> 8)


def test_other_endings_of_formats_that_are_read(tmp_path):
    put(tmp_path, ["a.jpe", "b.pnm", "c.pbm", "d.apng"])
    assert find(tmp_path).count == 4


@pytest.mark.parametrize("mark", [1, 6])
def test_an_odd_note_of_a_camera_costs_no_picture(tmp_path, mark):
    """A resolution as text, where a fraction is usual: pixels and rotation are still right."""
    wide = Image.new("RGB", (32, 16), "red")
    wide.paste("blue", (16, 0, 32, 16))
    wide.save(tmp_path / "a.jpg", quality=95)
    entries = struct.pack("<HHIHH", 0x112, 3, 1, mark, 0) + struct.pack(
        "<HHI4s", 0x11A, 2, 4, b"72"
    )
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4)
    content = (tmp_path / "a.jpg").read_bytes()
    app = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    (tmp_path / "a.jpg").write_bytes(content[:2] + app + content[2:])
    source = find(tmp_path, layout="pictures")
    assert source.describe_sizes() == ("32×16" if mark == 1 else "16×32")
    read = load(source, size=(16, 32) if mark == 1 else (32, 16)).samples[0]
    first, last = (read[8, 4], read[8, 28]) if mark == 1 else (read[4, 8], read[28, 8])
    assert first[0] > 200 and last[2] > 200


def test_long_notes_cost_no_picture(tmp_path):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("workflow", "x" * 2_000_000, zip=True)
    noise((16, 16)).save(tmp_path / "a.png", pnginfo=notes)
    np.testing.assert_array_equal(load(find(tmp_path)).samples[0], np.asarray(noise((16, 16))))


def test_hidden_files_and_folders_are_passed_over(tmp_path):
    put(tmp_path, [*NAMES, ".hidden.png", ".git/x.png", "__MACOSX/._p0.png", "__MACOSX/y.png"])
    assert find(tmp_path).count == N


def test_three_broken_ones_of_ten_thousand(tmp_path):
    content = (put(tmp_path, ["p.png"], size=(8, 8)) / "p.png").read_bytes()
    for number in range(9_996):
        (tmp_path / f"p{number}.png").write_bytes(content)
    for name in ("b1.png", "b2.png", "b3.png"):
        (tmp_path / name).write_bytes(b"hello")
    source = find(tmp_path)
    assert source.count == 9_997
    (remark,) = source.remarks
    assert remark.startswith("left out 3 of 10,000 pictures: b1.png: not a readable picture; b2")
    with pytest.raises(data.Refused, match="3 of 10000 pictures cannot be used .*--strict"):
        find(tmp_path, strict=True)


def test_what_was_left_out_is_said_each_time(tmp_path):
    """Also where the pictures come from the cache."""
    put(tmp_path, [f"p{i:03}.png" for i in range(150)])
    whole = (tmp_path / "p007.png").read_bytes()
    (tmp_path / "p007.png").write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        source = find(tmp_path)
        assert "p007.png" in load(source).left_out
        assert any("p007.png: cannot be decoded" in remark for remark in source.remarks)
        assert source.name_of("train", 7, load(source).left_out) == "p011.png"
    with pytest.raises(data.Refused, match="p007.png"):
        load(find(tmp_path, strict=True))


def test_every_choice_of_reading_is_taken_from_the_configuration():
    from recipes.dcgan.config import Config

    config = Config(layout="pictures", fit="pad", strict=True)
    assert config.reading == Reading(layout="pictures", fit="pad", strict=True)
    assert dataclasses.replace(config).reading == config.reading
