"""`python -m data`: what is there, on the terminal and as a contact sheet."""

import numpy as np
import pytest
from PIL import Image

from data.contact import sheet_of
from data.imageset import ImageSet, PointSet
from data.sheet import grid
from tests.conftest import complaints, pictures, run


@pytest.mark.parametrize(
    ("words", "said", "size"),
    [
        (["facades", "--count", 6], ["endless pairs", "from 32 to 256", "slate"], (778, 64)),
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
def test_worlds(tmp_path, no_tensorflow, words, said, size):
    code, out, err = run("data", *words, cwd=tmp_path, before=[no_tensorflow])
    assert code == 0 and complaints(err) == [], err
    for part in said:
        assert part in out
    name = str(words[0]).replace(":", "-")
    with Image.open(tmp_path / "contact-sheets" / f"{name}.png") as sheet:
        assert sheet.size == size


def test_a_folder(tmp_path, no_tensorflow):
    pictures(tmp_path / "my photos", count=5)
    code, out, err = run("data", "my photos", "--out", "a/b.png", cwd=tmp_path)
    assert code == 0, err
    assert "5 pictures, 40×24, grey" in out and (tmp_path / "a" / "b.png").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["hauses"], "did you mean houses"),
        (["seasons:spring"], "legal is seasons:summer or seasons:winter"),
        (["facades", "--size", 20], "facades draws 32 to 256 pixels a side, not 20"),
        (["houses", "--size", 0], "legal is 8 or more"),
        (["houses", "--count", 0], "legal is 1 to 5000"),
        (["houses", "--seed", -1], "legal is 0 to 4294967295"),
        (["houses", "--seed", 10**30], "legal is 0 to 4294967295"),
        (["ring", "--size", 8], "points have none"),
        (["loop"], "no such thing"),
        (["houses", "--split", "half"], "legal are train, validation, test"),
        (["houses", "--showing", "blurple"], "'blurple' is no word"),
        (["ring", "--showing", "winter"], "'winter' is no word"),
        (["houses", "--out", "sheet.txt"], "ends in .png"),
        (["--count", 3], "data"),
        (["houses", "--cuont", 3], "--cuont"),
    ],
)
def test_refusals(tmp_path, no_tensorflow, words, said):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    code, out, err = run("data", *words, cwd=tmp_path, before=[no_tensorflow])
    assert code == 2, err
    assert said in err and err.startswith("error: ") and err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["loop"]


def test_a_sheet_that_cannot_be_written(tmp_path):
    (tmp_path / "contact-sheets").write_text("in the way")
    code, out, err = run("data", "houses", "--count", 1, cwd=tmp_path)
    assert code == 1 and "cannot be written" in err and err.count("\n") == 1


def test_help(tmp_path, no_tensorflow):
    code, out, err = run("data", "--help", cwd=tmp_path, before=[no_tensorflow])
    assert code == 0 and "--showing" in out and "contact sheet" in out


def test_pairs_stand_beside_each_other_and_points_where_they_are():
    grey = np.zeros((2, 64, 64, 1), np.uint8)
    sheet = sheet_of(ImageSet(np.full((2, 64, 64, 3), 255, np.uint8), inputs=grey), across=260)
    pixels = np.asarray(sheet.convert("L"))
    assert (pixels[:, :64] == 0).all() and (pixels[:, 64:128] == 255).all()
    assert (pixels[:, 130:194] == 0).all()
    points = PointSet(np.zeros((50, 2), np.float32))
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
