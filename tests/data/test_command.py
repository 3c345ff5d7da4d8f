"""`python -m data`: what is there, on the terminal and as a contact sheet."""

import io
import sys

import numpy as np
import pytest
from PIL import Image

from data.__main__ import Flags
from data.command import read_flags
from data.contact import sheet_of
from data.errors import Refused
from data.samples import SampleSet
from data.sheet import grid
from tests.conftest import ROOT, complaints, pictures, refused, run
from tests.data.folders import noise, put


@pytest.mark.parametrize(
    ("words", "said", "size"),
    [
        (["facades", "--count", 6], ["endless pairs", "from 32 to 288", "slate"], (778, 64)),
        (["seasons", "--count", 8], ["two domains", "seasons:winter, train"], (540, 64)),
        (["seasons:summer", "--count", 4, "--size", 32], ["endless pictures"], (262, 64)),
        (["ring"], ["points in the plane", "the first 5,000", "mode 7 ×"], (400, 400)),
        (["grid", "--count", 30], ["the first 30"], (400, 400)),
        (["seasons", "--count", 1], ["two domains"], (144, 64)),
        (["digits", "--size", 28, "--count", 40], ["grey"], (1042 // 86 * 86 - 2, 4 * 86 - 2)),
        (
            ["stacked_digits", "--showing", "red 3, blue 4", "--count", 3],
            ["show 'red 3, blue 4'", "red 3 ×"],
            (196, 64),
        ),
        (["digits", "--count", 5], ["grey", "any size from 8 to 128", "label"], (328, 64)),
        (
            ["houses", "--showing", "red tower winter", "--count", 2, "--split", "test"],
            ["of 5,000 show 'red tower winter'", "the first is: red, ", "tower ×"],
            (130, 64),
        ),
    ],
    ids=lambda v: str(v[0]) if isinstance(v, list) else "",
)
def test_worlds(tmp_path, words, said, size):
    code, out, err = refused("data", *words, cwd=tmp_path)
    assert code == 0 and complaints(err) == [], err
    for part in said:
        assert part in out
    name = str(words[0]).replace(":", "-")
    with Image.open(tmp_path / "contact-sheets" / f"{name}.png") as sheet:
        assert sheet.size == size


def test_a_folder(tmp_path):
    pictures(tmp_path / "my photos", count=5)
    code, out, err = refused("data", "my photos", "--out", "a/b.png", cwd=tmp_path)
    assert code == 0, err
    assert "5 pictures, 40×24, grey" in out and (tmp_path / "a" / "b.png").is_file()


def test_a_folder_that_needs_cleaning(tmp_path):
    """Nothing is refused: everything that is wrong with it is named."""
    folder = tmp_path / "messy"
    for index, name in enumerate(["train/a.png", "train/b.png", "train/c.png", "test/d.png"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        noise((64, 64), index).save(folder / name)
    noise((64, 64), 1).resize((128, 128)).save(folder / "test" / "again.jpg")
    noise((64, 64), 2).save(folder / "train" / "twice.bmp")
    (folder / "train" / "broken.png").write_text("hello")
    (folder / "train" / "cut.jpg").write_bytes((folder / "test" / "again.jpg").read_bytes()[:2000])
    code, out, err = refused("data", "messy", cwd=tmp_path)
    assert code == 0, err
    assert "splits: train 4, validation 0, test 2" in out
    assert "in test and in train, too: 1\n    test/again.jpg ≈ train/b.png" in out
    assert "in train twice: 1\n    train/twice.bmp ≈ train/c.png" in out
    assert "cannot be used: 2" in out
    assert "  train/broken.png: not a readable picture\n" in out
    assert "  train/cut.jpg: cannot be decoded" in out
    code, out, err = refused("data", "messy", "--strict", cwd=tmp_path)
    assert code == 2 and "--strict passes over none" in err and err.count("\n") == 1


def test_what_pairs_and_jitter_look_like(tmp_path):
    put(tmp_path / "A", ["a.png", "b.png"], size=(64, 64))
    put(tmp_path / "B", ["a.png", "b.png"], size=(64, 64), start=200)
    words = (".", "--direction", "BtoA", "--out", "s.png")
    code, out, err = refused("data", *words, cwd=tmp_path)
    assert code == 0 and "2 pairs of pictures, 64×64, colour" in out and "in common" in err
    sheet = np.asarray(Image.open(tmp_path / "s.png"))
    # B, the input, stands to the left of A.
    assert (sheet[5, 5] == 200).all() and (sheet[5, 70] == 0).all()
    words = (
        "houses",
        "--pairs",
        "edges",
        "--jitter",
        0.2,
        "--flip",
        "--count",
        3,
        "--out",
        "h.png",
    )
    code, out, err = refused("data", *words, cwd=tmp_path)
    assert (
        code == 0 and "endless pairs of pictures, any size from 8 to 256, colour from grey" in out
    )
    assert Image.open(tmp_path / "h.png").size == (3 * 130 - 2, 64)


def test_a_split_of_which_nothing_is_known(tmp_path):
    """The labels are those of the training alone."""
    numbers = np.arange(40)
    images = np.ones((1, 12, 12), np.uint8) * numbers[:, None, None].astype(np.uint8)
    np.savez(tmp_path / "f.npz", x_train=images, y_train=numbers % 3, x_test=images[:5])
    code, out, err = refused("data", "f.npz", "--split", "test", "--showing", 2, cwd=tmp_path)
    assert code == 2 and err == "error: no label is known of these samples\n", err
    code, out, err = refused("data", "f.npz", "--split", "test", cwd=tmp_path)
    assert code == 0 and "f.npz, test, 5:" in out and "the first is" not in out, err


@pytest.mark.parametrize("name", ["chairs", "eyes", "facades", "facades/train", "monet2photo"])
def test_real_sets_load_by_folder(tmp_path, name):
    folder = ROOT.parent / "shared" / "datasets" / name
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    code, out, err = refused("data", folder, "--size", 32, "--out", "s.png", cwd=tmp_path)
    if name == "chairs":
        assert code == 0 and "10,668 shapes of voxels, 30×30×30" in out, err
        return
    assert code == 0 and "cannot be used" not in out and (tmp_path / "s.png").is_file()
    assert ("pairs of pictures, 256×256" in out) == name.startswith("facades")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["houses", "--jitter", 2], "--jitter 2.0: legal is 0 to 1"),
        (["houses", "--fit", "squeeze"], "crop"),
        (["digits", "--pairs", "grey"], "are grey already"),
        (["hauses"], "did you mean houses"),
        (["seasons:spring"], "legal is seasons:summer or seasons:winter"),
        (["facades", "--size", 20], "facades draws 32 to 288 pixels a side, not 20"),
        (["houses", "--size", 0], "legal is 8 to 4096"),
        (["houses", "--count", 0], "legal is 1 to 5000"),
        (["houses", "--seed", -1], "legal is 0 to 4294967295"),
        (["houses", "--seed", 10**30], "legal is 0 to 4294967295"),
        (["ring", "--size", 8], "points have none"),
        (["ring", "--flip"], "--flip: ring gives points; legal with pictures"),
        (["houses", "--split-by", "roof"], "--split-by roof: houses is endless"),
        (["loop"], "no such thing"),
        (["houses", "--split", "half"], "legal are train, validation, test"),
        (["houses", "--showing", "blurple"], "'blurple' is no word"),
        (["ring", "--showing", "winter"], "'winter' is no word"),
        (["houses", "--out", "sheet.txt"], "ends in .png"),
        ([".", "--write", "clean"], "--write clean lies inside ."),
        (["--count", "3"], "data"),
        (["houses", "--cuont", 3], "--cuont"),
    ],
)
def test_refusals(tmp_path, words, said):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    code, out, err = refused("data", *words, cwd=tmp_path)
    assert code == 2, err
    assert said in err and err.startswith("error: ") and err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["loop"]


def test_a_sheet_that_cannot_be_written(tmp_path):
    (tmp_path / "contact-sheets").write_text("in the way")
    code, out, err = refused("data", "houses", "--count", 1, cwd=tmp_path)
    assert code == 1 and "cannot be written" in err and err.count("\n") == 1


def test_help(tmp_path, no_tensorflow):
    code, out, err = run("data", "--help", cwd=tmp_path, before=[no_tensorflow])
    assert code == 0 and "--showing" in out and "contact sheet" in out


def test_pairs_stand_beside_each_other_and_points_where_they_are():
    grey = np.zeros((2, 64, 64, 1), np.uint8)
    sheet = sheet_of(SampleSet(np.full((2, 64, 64, 3), 255, np.uint8), inputs=grey), across=260)
    pixels = np.asarray(sheet.convert("L"))
    assert (pixels[:, :64] == 0).all() and (pixels[:, 64:128] == 255).all()
    assert (pixels[:, 130:194] == 0).all()
    points = SampleSet(np.zeros((50, 2), np.float32))
    assert sheet_of(points).size == (400, 400)
    assert np.array_equal(np.asarray(sheet_of(points)), np.asarray(sheet_of(points)))


def test_a_grid_holds_every_picture_in_order():
    pixels = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 32, 32, 1), np.uint8)
    sheet = np.asarray(grid(pixels))
    assert sheet.shape == (2 * 64 + 2, 3 * 64 + 4)
    assert [sheet[10, 10], sheet[10, 76], sheet[10, 142], sheet[76, 10], sheet[76, 76]] == [
        0,
        1,
        2,
        3,
        4,
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf8", "ascii", "latin-1"])
def test_a_wrong_flag_is_told_on_any_terminal(monkeypatch, encoding):
    """tyro draws its box in characters of standard output's encoding."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    with pytest.raises(Refused, match=r"Unrecognized options: --siz, 3 – perhaps you meant --size"):
        read_flags(Flags, ["houses", "--siz", "3"], program="python -m data")


def test_a_wrong_flag_is_told_without_standard_output(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(Refused, match=r"Unrecognized options: --siz"):
        read_flags(Flags, ["houses", "--siz", "3"], program="python -m data")
