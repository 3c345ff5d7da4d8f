"""What DCGAN's commands refuse: one line, exit code 2, before TensorFlow is imported."""

from dataclasses import dataclass

import pytest
from PIL import Image

from common.commands.train import _flags
from common.config import Config
from recipes.dcgan.config import PRESETS
from tests.conftest import ROOT, TINY, pictures, refused, run

TRAIN, INFER = "recipes.dcgan.train", "recipes.dcgan.infer"


@dataclass(kw_only=True)
class Two(Config):
    size: int | tuple[int, int] = 3


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


def one(place):
    pictures(place / "one", count=1)


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
    "steps": (None, ["--steps", str(2**64)], f"--steps {2**64}: legal is up to 2147483647"),
    "width": (None, ["--width", "9" * 12], "legal is up to 2147483647"),
    "value": (None, ["--loss", "nice"], "non-saturating"),
    "preset": (None, ["huge"], "preset huge: legal are small, tiny, paper (see"),
    "mistyped preset": (None, ["papr"], "small, tiny, paper – perhaps you meant paper"),
    "preset behind": (None, ["--steps", "10", "papr"], "perhaps you meant paper"),
    "epochs": (None, ["--epochs", "5"], "--epochs: what is counted here are steps (--steps)"),
    "rate": (None, ["--lr=.1"], "--lr: each network has a learning rate of its own: --generator"),
    "rate of one": (None, ["--learning-rate", ".1"], "--generator-rate and --discriminator-rate"),
    "dataroot": (None, ["paper", "--dataroot", "x"], "is said by --data"),
    "epochs on": (None, ["--resume", "x", "--epochs", "9"], "of --batch-size samples (32)"),
    "path": (few, ["--data", "few/../fwe/x"], "(few/.. has no fwe, but few)"),
    "path below a file": (few, ["--data", "few/0.png/x"], "(few/0.png is no folder)"),
    "no such run": (few, ["--resume", "fwe/x"], "(this folder has no fwe, but few)"),
    "batch of one": (one, ["--data", "one"], "there is 1 picture for training; legal is 1"),
    "run in its data": (few, ["--data", "few", "--run", "few/a/b"], "few/a/b lies inside few"),
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
    lines = [line.split()[0] for line in out.splitlines()]
    folders = {file.parent.name for file in (ROOT / "recipes").glob("*/__init__.py")}
    first = sorted(name for name in folders if not name.startswith("_"))
    assert {"cgan", "data_prep", "dcgan"} <= set(first)
    first += ["data", "new", "doctor"]
    assert code == 0 and lines[: len(first)] == first and len(lines) == len(first) + 1
    for words in (["dcgan"], ["dcgan", "--help"]):
        code, out, err = refused("recipes", *words, cwd=tmp_path)
        assert code == 0 and "recipes/dcgan/README.md" in out and "dcgan infer --help" in out, err
    code, out, err = refused("recipes", "dcgan", "train", "--help", cwd=tmp_path)
    assert code == 0 and "--image-size" in out
    code, out, err = refused("recipes", "dcgn", "train", cwd=tmp_path)
    assert code == 2 and "there are autoencoder, cgan, cyclegan, data_prep, dcgan" in err
    assert err.endswith("perhaps you meant dcgan\n")
    code, out, err = refused("recipes", "dcgan", "trian", cwd=tmp_path)
    assert code == 2 and "legal are train, infer, evaluate – perhaps you meant train" in err


def test_both_ways_would_tell(tmp_path, no_tensorflow):
    """The control: a good command does import TensorFlow, and is told so."""
    words = (TRAIN, *TINY, "--steps", 0)
    for code, _, err in (
        run(*words, cwd=tmp_path, before=[no_tensorflow]),
        refused(*words, cwd=tmp_path),
    ):
        assert code == 1 and "TENSORFLOW WAS IMPORTED" in err


def tiny_sized(arguments):
    """The preset that a command line is of, by its width."""
    flags = _flags("dcgan", PRESETS, arguments)
    return next(name for name, preset in PRESETS.items() if preset.width == flags.config.width)


@pytest.mark.parametrize(
    ("arguments", "preset"),
    [
        ([], "small"),
        (["paper"], "paper"),
        (["--steps", "10", "paper"], "paper"),
        (["--flip", "tiny", "--steps", "10"], "tiny"),
        (["--data", "paper"], "small"),
        (["--data", "paper", "tiny"], "tiny"),
        (["--data=paper", "--steps", "3"], "small"),
    ],
)
def test_the_preset_may_stand_anywhere(arguments, preset):
    assert tiny_sized(arguments) == preset


def test_the_preset_may_stand_behind_a_flag_of_several_values():
    flags = _flags(
        "pix2pix", {"small": Two(), "paper": Two(steps=7)}, ["--size", "6", "7", "paper"]
    )
    assert flags.config.steps == 7 and flags.config.size == (6, 7)
