"""What DCGAN's commands refuse: one line, exit code 2, before TensorFlow is imported."""

import pytest
from PIL import Image

from tests.conftest import TINY, pictures, refused, run

TRAIN, INFER = "recipes.dcgan.train", "recipes.dcgan.infer"


def text_as_jpeg(place):
    (place / "text").mkdir()
    (place / "text" / "a.jpg").write_text("hello")


def dot(place):
    (place / "dot").mkdir()
    Image.new("RGB", (1, 1)).save(place / "dot" / "a.png")


def cut_jpeg(place):
    (place / "cut").mkdir()
    Image.effect_noise((99, 99), 90).save(place / "cut" / "a.jpg")
    file = place / "cut" / "a.jpg"
    file.write_bytes(file.read_bytes()[:900])


def few(place):
    pictures(place / "few", count=3)


def one_broken_of_many(place):
    pictures(place / "many", count=150)
    (place / "many" / "7.png").write_text("hello")


def half_a_pair(place):
    for side, count in (("A", 5), ("B", 4)):
        (place / "pairs").mkdir(exist_ok=True)
        pictures(place / "pairs" / side, count=count)


def one_side(place):
    (place / "sided").mkdir()
    pictures(place / "sided" / "trainA")


def two_sides(place):
    one_side(place)
    pictures(place / "sided" / "trainB")


REFUSED = {
    "strict": (one_broken_of_many, ["--data", "many", "--strict"], "7.png: not a readable"),
    "half a pair": (half_a_pair, ["--data", "pairs"], "A/4.png: no partner in B/"),
    "one side": (one_side, ["--data", "sided"], "A/ without B/"),
    "two sides": (two_sides, ["--data", "sided"], "legal is one of them, sided:A or sided:B"),
    "layout": (few, ["--data", "few", "--layout", "domains"], "one set of pictures"),
    "jitter": (None, ["--jitter", "-1"], "--jitter -1.0: legal is 0 to 1"),
    "jitter of a world": (None, ["--image-size", "256", "--jitter", ".1"], "not 282"),
    "text": (text_as_jpeg, ["--data", "text"], "not a readable picture"),
    "1x1": (dot, ["--data", "dot"], "at least 8×8"),
    "truncated": (cut_jpeg, ["--data", "cut", "--batch-size", "1"], "cannot be decoded"),
    "size": (None, ["--image-size", "33"], "28, 32, 40, 48"),
    "world size": (None, ["--data", "facades", "--image-size", "28"], "draws 32 to 288"),
    "points": (None, ["--data", "ring"], "ring gives points; this recipe learns pictures"),
    "domains": (None, ["--data", "seasons"], "seasons:summer or seasons:winter"),
    "no domain": (None, ["--data", "seasons:autumn"], "seasons:summer or seasons:winter"),
    "batch": (few, ["--data", "few"], "there are 3 pictures"),
    "batch of a world": (None, ["--pictures", "9"], "there are 9 pictures"),
    "value": (None, ["--loss", "nice"], "non-saturating"),
    "run in its data": (few, ["--data", "few", "--run", "few/a/b"], "few/a/b lies inside few"),
    "preset": (None, ["huge"], "huge"),
    "resume with a flag": (None, ["--resume", "nowhere", "--width", "8"], "--width"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path, case):
    prepare, flags, words = REFUSED[case]
    if prepare:
        prepare(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    code, out, err = refused(TRAIN, *flags, cwd=tmp_path)
    assert code == 2, err
    assert words in err and err.startswith("error: ") and err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_the_usual_run_folder_inside_the_data(tmp_path):
    few(tmp_path)
    (tmp_path / "link").symlink_to("few")
    for spec in (".", "../link", "../few,../few"):
        code, out, err = refused(TRAIN, "--data", spec, cwd=tmp_path / "few")
        assert code == 2 and "--run runs/dcgan lies inside " in err, err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--run", "."], "is not a run folder"),
        (["--count", "3"], "run"),
        (["--run", ".", "--width", "3"], "--width"),
    ],
)
def test_infer_refuses(tmp_path, flags, words):
    code, out, err = refused(INFER, *flags, cwd=tmp_path)
    assert code == 2 and words in err and err.count("\n") == 1, err


def test_help_and_the_list_need_no_tensorflow(tmp_path, no_tensorflow):
    for module in (TRAIN, INFER):
        code, out, err = run(module, "--help", cwd=tmp_path, before=[no_tensorflow])
        assert code == 0 and "--run" in out
    code, out, err = run("recipes", cwd=tmp_path, before=[no_tensorflow])
    assert code == 0 and "dcgan" in out and "recipes/dcgan/README.md" in out
    code, out, err = run(
        "recipes", "dcgan", "train", "--help", cwd=tmp_path, before=[no_tensorflow]
    )
    assert code == 0 and "--image-size" in out
    code, out, err = run("recipes", "dcgn", "train", cwd=tmp_path, before=[no_tensorflow])
    assert code == 2 and "there are cyclegan, data_prep, dcgan" in err


def test_both_ways_would_tell(tmp_path, no_tensorflow):
    """The control: a good command does import TensorFlow, and is told so."""
    words = (TRAIN, *TINY, "--steps", 0)
    for code, _, err in (
        run(*words, cwd=tmp_path, before=[no_tensorflow]),
        refused(*words, cwd=tmp_path),
    ):
        assert code == 1 and "TENSORFLOW WAS IMPORTED" in err
