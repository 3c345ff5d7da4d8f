"""Style transfer's infer: with a run and without one, and what it refuses."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import data
from data.errors import Refused
from recipes.style_transfer import enlarged, flags, infer, needed, optimise, style
from recipes.style_transfer.config import PRESETS, Config
from recipes.style_transfer.flags import Flags
from recipes.style_transfer.previews import Previews
from tests.conftest import called, refused
from tests.recipes.test_style_transfer import noise

pytestmark = pytest.mark.usefixtures("eagerly")

PROGRAM = "recipes.style_transfer.infer"
QUICK = ("--steps", 4)


@pytest.fixture(autouse=True)
def few_paintings(monkeypatch):
    monkeypatch.setattr(style, "MANY", 6)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Content of an odd size, and two paintings."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(noise(41, 54, 1)).save("photo.png")
    Image.fromarray(noise(40, 60, 2)).save("painting.png")
    Image.fromarray(noise(50, 40, 3)).save("other.png")
    return tmp_path


def pixels(file):
    return np.asarray(Image.open(file).convert("RGB"))


def test_a_picture_is_painted_where_there_is_no_run(place):
    """Its size is kept, the file says how it was made, and no preview is left."""
    words = ("--content", "photo.png", "--style", "painting.png", *QUICK)
    code, out, err = called(PROGRAM, *words, cwd=place)
    assert code == 0, err
    assert "painting by optimise, nearest patches, described by random filters" in err
    assert "painted" in out and sorted(p.name for p in Path("painted").iterdir()) == [
        "photo.png",
        "side-by-side.png",
    ]
    made = pixels("painted/photo.png")
    assert made.shape == (41, 54, 3)
    assert np.abs(made.astype(float) - pixels("photo.png")).mean() > 5
    said = Image.open("painted/photo.png").info["Software"]
    assert said.endswith("optimise, nearest patches, described by random filters")


def asked(**given):
    found = Flags(content="photo.png", style=("painting.png",), steps=4, **given)
    found.check(None)
    return found


def inverted(content):
    return 255 - content


def test_strength_0_is_the_content_and_between_lies_between(place):
    content = pixels("photo.png")
    for strength, wanted in ((0.0, content), (1.0, inverted(content))):
        made = infer.finished(content, inverted, asked(), strength=strength)
        np.testing.assert_array_equal(made, wanted)
    half = infer.finished(content, inverted, asked(), strength=0.5)
    assert np.abs(half.astype(float) - 127.5).max() <= 1


def test_a_mask_says_where(place):
    """Of one painting: painted where it is white. Of two: the second one where it is black."""
    grey = np.zeros((20, 30), np.uint8)
    grey[:, 15:] = 255
    Image.fromarray(grey).save("mask.png")
    content = pixels("photo.png")
    chosen = asked(mask=Path("mask.png"))
    made = infer.finished(content, inverted, chosen)
    np.testing.assert_array_equal(made[:, :20], content[:, :20])
    np.testing.assert_array_equal(made[:, -20:], inverted(content)[:, -20:])
    both = infer.finished(content, inverted, chosen, lambda x: 0 * x)
    assert (both[:, :20] == 0).all()
    np.testing.assert_array_equal(both[:, -20:], inverted(content)[:, -20:])


def test_what_a_mask_keeps_has_no_other_colours(place):
    Image.new("L", (30, 20), 0).save("mask.png")
    chosen = asked(mask=Path("mask.png"), colours="content")
    content = pixels("photo.png")
    np.testing.assert_array_equal(infer.finished(content, inverted, chosen), content)


def test_the_contents_colours(place):
    content = pixels("photo.png")
    made = infer.finished(content, lambda x: noise(41, 54, 5), asked(colours="content"))
    chroma = made.astype(float) - made.mean(-1, keepdims=True)
    inner = ((made > 0) & (made < 255)).all(-1)
    own = content - content.mean(-1, keepdims=True, dtype=float)
    assert np.abs(chroma - own)[inner].max() < 2


def test_two_paintings_are_blended_by_their_shares(place, monkeypatch):
    seen = []

    def painted(content, paintings, config, shares, whole, previews):
        seen.append((len(paintings), shares))
        return content

    monkeypatch.setattr(optimise, "painted", painted)
    both = {"style": ("painting.png", "other.png"), "shares": (1.0, 3.0)}
    chosen = dataclasses.replace(asked(out=Path("painted")), **both)
    chosen.check(None)
    infer.painter(None, chosen)(pixels("photo.png"))
    assert seen == [(2, (0.25, 0.75))]


def test_frames_and_folders(place, monkeypatch, capsys):
    """A moving picture stays one, of as many frames; grey content becomes a colour picture."""
    Path("in").mkdir()
    frames = [Image.fromarray(noise(32, 36, n)) for n in (1, 2)]
    frames[0].save("in/moves.gif", save_all=True, append_images=frames[1:], duration=80)
    Image.fromarray(noise(33, 40, 1)[..., 0]).save("in/grey.png")
    Image.new("RGBA", (36, 32), (9, 9, 9, 0)).save("in/clear.png")
    (place / "in" / "broken.png").write_text("words")
    words = ("--content", "in", "--style", "painting.png", "--out", "out", *QUICK)
    monkeypatch.setattr(optimise, "painted", lambda content, *more: 255 - content)
    monkeypatch.setattr(sys, "argv", ["infer", *map(str, words)])
    assert infer.main() == 0
    told = capsys.readouterr()
    assert "left out: broken.png" in told.err and "3 pictures: out" in told.out
    moving = Image.open("out/moves.gif")
    assert (moving.n_frames, moving.size, moving.info["duration"]) == (2, (36, 32), 80)
    assert pixels("out/grey.png").shape == (33, 40, 3)
    assert Image.open("out/grey.png").mode == "RGB"
    # Over white, here inverted.
    assert (pixels("out/clear.png") == 0).all()


def test_a_large_picture_is_painted_in_tiles_without_a_seam():
    """Where tiles begin and end, neighbours differ no more than elsewhere."""
    config = dataclasses.replace(PRESETS["optimise"], steps=4, precision="float32")
    content = np.broadcast_to(np.linspace(40, 210, 100)[None, :, None], (40, 100, 3))
    painting = noise(48, 48, 4)
    painting = (0.3 * painting + 0.7 * np.linspace(30, 220, 48)[None, :, None]).astype(np.uint8)
    made = optimise.painted(
        content.astype(np.uint8), [painting], config, whole=40, verbose=False
    ).astype(float)
    assert made.shape == content.shape
    steps = np.abs(np.diff(made, axis=1)).mean((0, 2))
    # Tiles of 40 pixels begin at 0, 20, 40 and 60, and end 40 later.
    borders = [19, 39, 59, 79]
    others = np.delete(steps, borders)
    assert steps[borders].mean() < 1.5 * others.mean()
    assert steps[borders].max() <= others.max()


def test_pictures_that_are_too_small_for_a_network_are_enlarged_for_it():
    sizes = []

    def paint(picture):
        sizes.append(picture.shape)
        return picture

    made = enlarged.at_least(64, paint, np.full((16, 40, 3), 7, np.uint8))
    assert sizes == [(64, 160, 3)] and made.shape == (16, 40, 3) and (made == 7).all()
    assert enlarged.at_least(8, paint, made).shape == (16, 40, 3) and sizes[1] == (16, 40, 3)


def test_a_run_is_found_or_trained(place, monkeypatch):
    """The latest one that is finished and of the same method, features and painting."""
    changes = {"precision": "float32", "style": "painting.png", "steps": 3, "averaging": 0.0}
    tiny = dataclasses.replace(PRESETS["tiny"], **changes)
    trained = []

    def start(recipe, presets, build, arguments):
        config = presets["small"].adapted_to(data.find("paintings:scenes"))
        trainer = build(config)
        trainer.step, facts = config.steps, config.notes(data.find("paintings:scenes"), None)
        trainer._facts = facts
        trainer.save(Path("runs", recipe, f"run-{len(trained)}"))
        trained.append(config.style)
        return 0

    monkeypatch.setattr(needed, "start", start)
    first = needed.run_for(tiny, "style_transfer")
    assert trained == ["painting.png"] and first.config.method == "adversarial"
    assert needed.run_for(tiny, "style_transfer").run.path == first.run.path and len(trained) == 1
    longer = dataclasses.replace(tiny, steps=5)
    assert needed.latest(longer, "style_transfer").run.path == first.run.path
    assert needed.latest(longer, "style_transfer", ("steps",)) is None
    other = dataclasses.replace(tiny, style="other.png")
    assert needed.latest(other, "style_transfer") is None
    # It paints a picture of any size, and its file is enough.
    chosen = Flags(run=first.run.path, content="photo.png")
    chosen.check(first)
    made = infer.painter(first, chosen)(pixels("photo.png"))
    assert made.shape == (41, 54, 3) and made.dtype == np.uint8
    assert not np.array_equal(made, pixels("photo.png"))
    with pytest.raises(Refused, match="has learned its own"):
        dataclasses.replace(chosen, style=("other.png",)).check(first)
    for name, value in (("steps", 9), ("content_weight", 2.0), ("method", "feedforward")):
        with pytest.raises(Refused, match="legal without --run only"):
            dataclasses.replace(chosen, **{name: value}).check(first)
    for name, value in (("strength", 0.5), ("colours", "content")):
        with pytest.raises(Refused, match="legal with --content only"):
            dataclasses.replace(chosen, content=None, **{name: value}).check(first)


def test_standard_output_holds_the_picture_alone(place, monkeypatch, capfdbinary):
    """What is told of the training that it needs goes elsewhere; a preview lies beside pictures."""
    told = []

    def run_for(config, recipe, asked):
        print("no run yet: training one")
        told.append((config.method, config.steps, asked))
        raise Refused("not now")

    monkeypatch.setattr(needed, "run_for", run_for)
    words = ("--content", "photo.png", "--style", "painting.png", "--method", "feedforward")
    monkeypatch.setattr(sys, "argv", ["infer", *words, "--steps", "7", "--out", "-"])
    assert infer.main() == 2
    out, err = capfdbinary.readouterr()
    assert out == b"" and b"training one" in err
    assert told == [("feedforward", 7, ["steps"])]


def test_a_preview_lies_where_the_picture_will(place, monkeypatch):
    seen = []

    def painted(content, paintings, config, shares, whole, previews):
        seen.append(previews._file)
        return content

    monkeypatch.setattr(optimise, "painted", painted)
    for words in ((), ("--out", "some/made.png")):
        given = ("--content", "photo.png", "--style", "painting.png", *words)
        monkeypatch.setattr(sys, "argv", ["infer", *given])
        assert infer.main() == 0
    assert seen == [Path("painted/preview.png"), Path("some/preview.png")]
    # It is written over and removed, so it never has the name of another picture.
    for name in ("preview.png", "preview-2.png"):
        Image.new("RGB", (4, 4)).save(place / "some" / name)
    assert Previews(Path("some/made.png"), (4, 4))._file == Path("some/preview-3.png")


def test_adain_follows_any_painting(place):
    """With a run of it: by its shares and its strength."""
    from recipes.style_transfer.manners import blended
    from recipes.style_transfer.train import build

    config = dataclasses.replace(
        PRESETS["adain"], image_size=32, width=4, precision="float32", averaging=0.0
    )
    config = dataclasses.replace(config, channels=3, input_channels=3)
    network = build(config).generator.model
    one, other = (noise(32, 32, n) for n in (2, 3))
    batch = {"input": noise(36, 40, 1)[None].astype(np.float32) / 127.5 - 1}

    def paint(paintings, shares, strength=1.0):
        return blended(network, paintings, shares, strength)(batch)

    both = paint([one, other], (0.25, 0.75))
    expected = 0.25 * paint([one], (1.0,)) + 0.75 * paint([other], (1.0,))
    np.testing.assert_allclose(both, expected, atol=1e-5)
    assert both.shape == (1, 36, 40, 3)
    np.testing.assert_array_equal(paint([one], (1.0,), 0.0), paint([other], (1.0,), 0.0))


BAD = {
    "nothing": ([], "--content: legal without --run is a picture or a folder"),
    "style": (["--content", "photo.png"], "--style: legal without --run is a painting"),
    "none": (["--content", "no.png", "--style", "painting.png"], "--content no.png: no such file"),
    "small": (["--content", "photo.png", "--style", "small.png"], "reach over 32 pixels"),
    "strength": (["--strength", "2"], "--strength 2.0: legal is 0 to 1"),
    "shares": (["--shares", "1", "2"], "--shares: legal are as many as paintings, 1, not 2"),
    "mask": (["--mask", "no.png"], "--mask no.png: no such file"),
    "vgg": (["--features", "vgg16", "--vgg", "small.png"], "damaged, or is no file of weights"),
    "random": (["--vgg", "small.png"], "--vgg: legal with --features vgg16 or vgg19 only"),
    "several": (["--method", "feedforward", "--style", "painting.png", "other.png"], "several are"),
    "out": (["--content", ".", "--out", "a.png"], "legal is a folder, as --content is one"),
    "over": (["--out", "photo.png"], "would be written over what is read"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_line(case, place):
    """Before TensorFlow is imported, and nothing is left behind."""
    Image.new("RGB", (20, 90)).save("small.png")
    before = sorted(p.name for p in place.iterdir())
    words, told = BAD[case]
    usual = [] if case in ("nothing", "style") else ["--style", "painting.png"]
    usual = [] if "--style" in words else usual
    usual += [] if "--content" in words or case == "nothing" else ["--content", "photo.png"]
    code, _, err = refused(PROGRAM, *usual, *words, *QUICK, cwd=place)
    assert code == 2 and told in err.splitlines()[-1], err
    assert sorted(p.name for p in place.iterdir()) == before


def test_what_vgg_is_trained_with_is_gatys(monkeypatch):
    """Gram matrices of its features; patches of pixels need no network."""
    found = Flags(style=("paintings:dots",), features="vgg16").settings
    assert (found.statistic, found.gram_loss, found.palette) == ("gram", "sum", True)
    assert found.sees_with == "VGG16" and found.style == "paintings:dots"
    network = Flags(style=("paintings:dots",), features="vgg16", method="feedforward").settings
    assert (network.statistic, network.style_weight, network.width) == ("gram", 5.0, 16)
    assert network.sees_with == "VGG16"
    decoder = Flags(style=("a",), features="vgg16", method="adain").settings
    assert (decoder.statistic, decoder.style_weight, decoder.blocks) == ("gram", 1e-2, 0)
    assert decoder.sees_with == "VGG16" and decoder.preserving_layers == ("block3_conv3",)
    plain = Flags(style=("paintings:dots",)).settings
    assert (plain.statistic, plain.palette) == ("patches", True)
    assert isinstance(plain, Config) and flags.Flags is Flags
