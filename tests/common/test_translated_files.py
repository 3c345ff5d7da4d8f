"""What users bring to a translator, and what they get in its place: no network needed."""

import io
import os
import struct
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from common.translation import pictures
from common.translation.infer import TranslateFlags, choice_of, translate_inputs
from common.translation.pictures import read_inputs, write
from data.errors import Refused
from recipes.cyclegan import config as cyclegan
from recipes.pix2pix.config import Config
from tests.recipes.translators import noise_pictures


@pytest.fixture(autouse=True)
def there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


SHEET = ["side-by-side.png"]


def frames(count=3, size=(20, 24)):
    return [Image.fromarray(picture) for picture in noise_pictures(count, size)]


def moving(path, durations=(100, 200, 300), size=(20, 24), **options):
    first, *others = frames(len(durations), size)
    options = {"save_all": True, "append_images": others, "duration": list(durations)} | options
    first.save(path, **options)


def still(path, size=(20, 24), seed=0):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(noise_pictures(1, size, seed=seed)[0]).save(path)


def work(place, out=None, labels=None, halves=None, config=None, **flags):
    """Turn what is at a place into its negative."""
    out = None if out is None else Path(out)
    flags = TranslateFlags(run=Path("run"), input=str(place), out=out, **flags)
    loaded = SimpleNamespace(
        run=SimpleNamespace(path=Path("run"), facts={"data": {"labels": labels, "halves": halves}}),
        config=Config(channels=3, input_channels=3, **(config or {})),
        networks=["generator"],
        levels=lambda side: None,
    )
    flags.check(loaded)
    translate_inputs(loaded, flags, lambda loaded, flags, picture, number: 255 - picture)


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def durations_of(path):
    found = []
    with Image.open(path) as picture:
        for index in range(picture.n_frames):
            picture.seek(index)
            picture.load()
            found.append(picture.info["duration"])
    return found


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
def test_moving_pictures_keep_their_time(ending):
    moving(f"m.{ending}", loop=2)
    work(f"m.{ending}", f"made.{ending}")
    assert durations_of(f"made.{ending}") == [100, 200, 300]
    assert Image.open(f"made.{ending}").info["loop"] == 2


def test_what_plays_once_plays_once():
    moving("once.gif")
    assert "loop" not in Image.open("once.gif").info
    work("once.gif", "made.gif")
    assert "loop" not in Image.open("made.gif").info


def test_a_moving_picture_needs_an_ending_that_moves():
    moving("m.gif")
    with pytest.raises(Refused, match="made.jpg: 3 frames; legal endings are .gif .webp .png"):
        work("m.gif", "made.jpg")
    # One that is called otherwise, among others, gets the ending that it should have had.
    Path("in").mkdir()
    Path("m.gif").rename("in/m.jpg")
    work("in", "out")
    assert durations_of("out/m.jpg.gif") == [100, 200, 300]


def test_damaged_moving_pictures_cost_nothing_but_themselves(capsys):
    Path("in").mkdir()
    still("in/z.png")
    moving("m.gif")
    content = Path("m.gif").read_bytes()
    cut = range(20, len(content) - 1, 23)
    for length in cut:
        Path(f"in/cut-{length:05d}.gif").write_bytes(content[:length])
    work("in", "out")
    err = capsys.readouterr().err
    # Each is told of, or its frames were all there.
    assert err.count("left out: cut-") == len(cut) - len(list(Path("out").glob("cut-*"))) > 0
    assert Path("out/z.png").is_file()


def test_frames_have_a_limit(monkeypatch):
    moving("m.gif")
    monkeypatch.setattr(pictures, "_MOST_PIXELS", 3 * 20 * 24 - 1)
    with pytest.raises(Refused, match="3 frames of 24×20 pixels"):
        work("m.gif", "made.gif")


def test_translations_take_nobody_s_place(capsys):
    """Not another's of the same name, not the sheet's, and the sheet not theirs."""
    still("in/a.ppm", seed=1)
    still("in/a.ppm.png", seed=2)
    still("in/side-by-side.png", seed=3)
    work("in", "out")
    said, err = capsys.readouterr()
    np.testing.assert_array_equal(pixels("out/a.ppm.png"), 255 - pixels("in/a.ppm"))
    assert err == "left out: a.ppm.png: another picture's translation has this name\n"
    np.testing.assert_array_equal(
        pixels("out/side-by-side.png"), 255 - pixels("in/side-by-side.png")
    )
    assert "side by side: out/side-by-side-2.png" in said
    assert Image.open("out/side-by-side-2.png").size == (2 * 24 + 2, 2 * 20 + 2)


def test_what_lies_where_it_is_written_to_is_passed_over():
    """A second time nothing else happens than the first time."""
    still("in/deep/a.png")
    for _ in range(2):
        work("in", "in/made")
    made = sorted(str(path) for path in Path("in/made").rglob("*.png"))
    assert made == ["in/made/deep/a.png", "in/made/side-by-side.png"]


@pytest.mark.parametrize(
    ("place", "out", "words"),
    [
        ("in", "-", "legal with --input and one picture"),
        ("in", "made.png", "made.png: legal is a folder"),
        ("in", "in", "written over what is read"),
        ("in/a.png", "in", "written over what is read"),
        ("in/a.png", "made.pgn", "made.pgn: legal endings are .png"),
    ],
)
def test_places_that_are_refused(place, out, words):
    still("in/a.png")
    before = Path("in/a.png").read_bytes()
    with pytest.raises(Refused, match=words):
        work(place, out)
    assert Path("in/a.png").read_bytes() == before and not Path("made.png").exists()


def test_a_folder_with_a_dot_is_a_folder():
    still("a.png")
    Path("v1.0").mkdir()
    work("a.png", "v1.0")
    np.testing.assert_array_equal(pixels("v1.0/a.png"), 255 - pixels("a.png"))


def test_too_large_for_its_format(capsys):
    Path("in").mkdir()
    Image.new("RGB", (8, 17_000)).save("in/long.png")
    Path("in/long.png").rename("in/long.webp")
    still("in/z.png")
    work("in", "out")
    assert "left out: long.webp cannot be written" in capsys.readouterr().err
    assert Path("out/z.png").is_file()


def test_colours_that_are_no_labels(capsys):
    """A label map of a folder is left out; the nearest labels are those nearest in colour."""
    palette = [[0, 0, 0], [200, 0, 0]]
    Path("in").mkdir()
    Image.new("RGB", (24, 20), (200, 0, 0)).save("in/known.png")
    Image.new("RGB", (24, 20), (190, 9, 0)).save("in/strange.png")
    work("in", "out", labels=palette)
    err = capsys.readouterr().err
    assert err.startswith("left out: strange.png: 100.0% of its pixels") and err.count("\n") == 1
    assert sorted(p.name for p in Path("out").iterdir()) == ["known.png", "side-by-side.png"]
    with pytest.raises(Refused, match="strange.png: 100.0% of its pixels"):
        work("in/strange.png", "made.png", labels=palette)
    work("in/strange.png", "made.png", labels=palette, nearest_label=True)
    assert (pixels("made.png") == (55, 255, 255)).all()


def test_pages(capsys):
    first, *others = frames()
    first.save("pages.tif", save_all=True, append_images=others)
    work("pages.tif", "made.tif")
    assert capsys.readouterr().err == "pages.tif: the first of its 3 pages\n"


def piped(monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_standard_input_follows_the_rules_of_files(monkeypatch):
    """Turned as it is marked; too small, too large and unknown are refused as such."""
    content = io.BytesIO()
    mark = Image.Exif()
    mark[0x0112] = 6
    frames(1, (32, 40))[0].save(content, "JPEG", exif=mark)
    piped(monkeypatch, content.getvalue())
    work("-", "turned.png")
    assert Image.open("turned.png").size == (32, 40)
    header = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 12_000, 8, 2, 0, 0, 0)
    chunks = [
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c))
        for c in (header, b"IDAT")
    ]
    large = b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
    small = io.BytesIO()
    frames(1, (4, 4))[0].save(small, "PNG")
    for sent, words in (
        (large, "standard input: .*at most 100 million"),
        (small.getvalue(), "standard input: 4×4 pixels; at least 8×8"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a readable picture"),
        (b"", "standard input: not a readable picture"),
    ):
        piped(monkeypatch, sent)
        with pytest.raises(Refused, match=words):
            work("-", "never.png")


def test_a_moving_picture_through_a_pipe(monkeypatch):
    moving("m.gif")
    piped(monkeypatch, Path("m.gif").read_bytes())
    taken = io.TextIOWrapper(io.BytesIO())
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", taken)
        work("-", "-")
    Path("out.gif").write_bytes(taken.buffer.getvalue())
    assert durations_of("out.gif") == [100, 200, 300]


def test_a_write_that_fails_leaves_nothing():
    (one,) = read_inputs(str(_saved()), 3)
    with pytest.raises(ValueError):
        write(one, [np.zeros((8, 17_000, 3), np.uint8)], Path("long.webp"))
    assert not Path("long.webp").exists()


def _saved():
    still("one.png")
    return Path("one.png")


# --- what is there already ---


def test_a_second_time_into_the_same_folder(capsys):
    """Formats that become .png, and moving pictures that are called otherwise, too."""
    for name in ("a.ppm", "b.pgm", "c.jfif", "d.avif", "e.bmp", "f.png"):
        still("in/f.png")
        Image.open("in/f.png").save(f"in/{name}", {"jfif": "JPEG"}.get(name[2:]))
    moving("m.gif")
    Path("m.gif").rename("in/g.jpg")
    names = ["a.ppm.png", "b.pgm.png", "c.jfif.png", "d.avif.png", "e.bmp.png", "f.png"]
    for _ in range(2):
        work("in", "out")
        assert capsys.readouterr().err == ""
        found = sorted(path.name for path in Path("out").iterdir())
        assert found == [*names, "g.jpg.gif", "side-by-side.png"]


def test_nothing_of_the_user_s_is_replaced_unasked(capsys):
    """Nor by the sheet; and what this program made may be."""
    still("in/a.png", seed=1)
    still("in/b.png", seed=2)
    still("out/a.png", seed=3)
    still("out/side-by-side.png", seed=4)
    kept = [Path(f"out/{name}.png").read_bytes() for name in ("a", "side-by-side")]
    for _ in range(2):
        work("in", "out")
        said, err = capsys.readouterr()
        assert err == (
            "left out: a.png: out/a.png is there already, and was not made by this program "
            "(--overwrite replaces it)\n"
        )
        assert "side by side: out/side-by-side-2.png" in said
    assert kept == [Path(f"out/{name}.png").read_bytes() for name in ("a", "side-by-side")]
    work("in", "out", overwrite=True)
    np.testing.assert_array_equal(pixels("out/a.png"), 255 - pixels("in/a.png"))
    # Of one picture, too, whose name in the folder nobody gave.
    still("other/b.png", seed=5)
    with pytest.raises(Refused, match="other/b.png is there already"):
        work("in/b.png", "other")


def test_a_run_s_own_folder_is_written_anew():
    """Also where a version that put no mark on pictures has written."""
    Path("run").mkdir()
    Path("run/config.yaml").write_text("recipe: toy\nconfig: {}\ndata: {}\nmade_with: {}\n")
    still("in/a.png", seed=1)
    still("run/translated/a.png", seed=2)
    work("in")
    np.testing.assert_array_equal(pixels("run/translated/a.png"), 255 - pixels("in/a.png"))


def test_out_above_input(capsys):
    still("photos/in/a.png", seed=1)
    still("photos/in/in/a.png", seed=2)
    before = [Path(name).read_bytes() for name in ("photos/in/a.png", "photos/in/in/a.png")]
    work("photos/in", "photos")
    # One translation would lie on a picture that is read.
    err = capsys.readouterr().err
    assert err == "left out: --out photos/in/a.png: would be written over what is read\n"
    np.testing.assert_array_equal(pixels("photos/a.png"), 255 - pixels("photos/in/a.png"))
    assert before == [Path(n).read_bytes() for n in ("photos/in/a.png", "photos/in/in/a.png")]


def test_names_that_are_too_long_once_they_have_an_ending():
    longest = ["é" * 125 + ending for ending in (".ppm", "e.pgm")]
    for seed, name in enumerate(longest):
        still(f"in/{name}", seed=seed)
    for _ in range(2):
        work("in", "out")
        made = sorted(Path("out").iterdir())
        assert len(made) == 3 and all(len(bytes(path.name, "utf-8")) <= 255 for path in made)
        # Each is itself, and the same one in the second turn.
        kept = sorted(255 - int(pixels(path)[0, 0, 0]) for path in made[1:])
        assert kept == sorted(int(pixels(f"in/{name}")[0, 0, 0]) for name in longest)


def test_a_name_that_the_disk_does_not_take_costs_one_picture(capsys):
    still("in/a/b.png")
    still("in/z.png")
    Path("out").mkdir()
    Path("out/a").write_text("a file")
    work("in", "out")
    assert capsys.readouterr().err.startswith("left out: a/b.png cannot be written: ")
    assert Path("out/z.png").is_file()


def test_own_pictures_below_are_passed_over_and_alone_are_meant(capsys):
    still("in/a.png")
    work("in", "in/made")
    work("in", "out")
    assert "note: passed over, as made by this program: 2 pictures" in capsys.readouterr().err
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png", "side-by-side.png"]
    Path("in/made/side-by-side.png").unlink()
    work("in/made", "again")
    np.testing.assert_array_equal(pixels("again/a.png"), pixels("in/a.png"))


# --- the side that was learned from ---


def test_of_pairs_in_one_file_only_the_input_is_translated(capsys):
    still("in/a.png", (20, 40), seed=1)
    still("in/b.png", (24, 48), seed=2)
    for halves in (None, True):
        work("in", f"left-{halves}", halves=halves)
        assert "note: the left half of each file is translated" in capsys.readouterr().err
        for name in ("a", "b"):
            whole = pixels(f"in/{name}.png")
            half = whole[:, : whole.shape[1] // 2]
            np.testing.assert_array_equal(pixels(f"left-{halves}/{name}.png"), 255 - half)
    work("in", "right", halves=True, config={"direction": "BtoA"})
    assert "note: the right half of each file" in capsys.readouterr().err
    np.testing.assert_array_equal(pixels("right/a.png"), 255 - pixels("in/a.png")[:, 20:])


@pytest.mark.parametrize(
    "options",
    [
        {"halves": True, "layout": "pictures"},
        # The training was of pictures that are as wide, in two folders.
        {"halves": False},
        {"config": {"pairs": "edges"}},
    ],
)
def test_wide_pictures_that_are_no_pairs(capsys, options):
    still("in/a.png", (20, 40))
    work("in", "out", **options)
    assert capsys.readouterr().err == "" and pixels("out/a.png").shape == (20, 40, 3)


@pytest.mark.parametrize("options", [{}, {"config": {"direction": "BtoA"}}])
def test_plain_pictures_have_no_sides(capsys, options):
    still("in/a.png", (20, 30))
    work("in", "out", halves=False, **options)
    assert capsys.readouterr().err == "" and pixels("out/a.png").shape == (20, 30, 3)


def test_one_file_is_a_pair_where_the_training_says_so(capsys):
    still("pair.png", (20, 40))
    still("plain.png", (20, 30))
    for halves, options, width in (
        (True, {}, 20),
        (True, {"layout": "pictures"}, 40),
        (None, {}, 40),
        (None, {"layout": "pairs"}, 20),
    ):
        work("pair.png", "made.png", halves=halves, **options)
        assert pixels("made.png").shape == (20, width, 3)
        assert ("note: the left half" in capsys.readouterr().err) == (width == 20)
    work("plain.png", "made.png", halves=True)
    assert pixels("made.png").shape == (20, 30, 3)


def test_standard_input_is_a_pair_where_the_training_says_so(monkeypatch, capsys):
    still("pair.png", (20, 40))
    for options, width in (({}, 20), ({"layout": "pictures"}, 40)):
        piped(monkeypatch, Path("pair.png").read_bytes())
        work("-", "made.png", halves=True, **options)
        assert pixels("made.png").shape == (20, width, 3)
        assert ("note: the left half" in capsys.readouterr().err) == (width == 20)


def test_flags_that_nothing_would_listen_to():
    still("in.png", (20, 40))
    with pytest.raises(Refused, match="--nearest-label: legal with --input, and with a run that"):
        work("in.png", "made.png", nearest_label=True)
    loaded = SimpleNamespace(networks=["generator"])
    for flag, value in (("layout", "pairs"), ("nearest_label", True)):
        flags = TranslateFlags(run=Path("run"), **{flag: value})
        with pytest.raises(Refused, match="legal with --input"):
            flags.check(loaded)


def test_a_moving_pair():
    moving("in.gif", size=(20, 40))
    work("in.gif", "made.gif", halves=True)
    assert Image.open("made.gif").size == (20, 20)


def test_not_a_pair_among_pairs(capsys):
    for number in range(120):
        still(f"in/{number:03}.png", (8, 16), seed=number)
    still("in/odd.png", (8, 20))
    work("in", "out", halves=True)
    assert "left out: odd.png: not twice as wide as high" in capsys.readouterr().err
    assert len(list(Path("out").iterdir())) == 121


@pytest.mark.parametrize(("direction", "side"), [("AtoB", "A"), ("BtoA", "B")])
def test_of_two_folders_only_the_input_s_is_translated(capsys, direction, side):
    """A partner is not needed."""
    for name in ("A/1", "A/2", "B/1", "B/3"):
        still(f"in/{name}.png")
    work("in", "out", config={"direction": direction})
    assert f"note: the pictures in {side}/ are translated" in capsys.readouterr().err
    assert [path.name for path in Path("out").iterdir() if path.is_dir()] == [side]
    work("in", "all", layout="pictures")
    assert len(list(Path("all").rglob("*.png"))) == 5
    # One side alone is the one to translate.
    work("in/B", "alone")
    assert sorted(path.name for path in Path("alone").iterdir()) == ["1.png", "3.png", *SHEET]
    with pytest.raises(Refused, match="in/A is one set of pictures"):
        work("in/A", "never", layout="domains")


def test_which_side_was_learned_from():
    def choice(config, **flags):
        loaded = SimpleNamespace(config=config, run=SimpleNamespace(facts={"data": {}}))
        return choice_of(loaded, TranslateFlags(run=Path("run"), **flags))

    for settings, flags, second in (
        (Config(), {}, False),
        (Config(direction="BtoA"), {}, True),
        # Of two domains the model decides, which has learned both ways.
        (cyclegan.Config(), {}, False),
        (cyclegan.Config(), {"direction": "BtoA"}, True),
    ):
        assert choice(settings, **flags).second == second


def test_two_folders_with_names_of_the_training_s_own():
    for name in ("summer/1", "winter/2"):
        still(f"in/{name}.png")
    work("in", "out", config={"layout": "domains"})
    assert [path.name for path in Path("out").iterdir() if path.is_dir()] == ["summer"]
    work("in/summer", "one", config={"layout": "domains"})
    work("in/summer", "one", config={"layout": "pairs"})
    assert pixels("one/1.png").shape == (20, 24, 3)


@pytest.mark.parametrize("out", ["made", "made/a.png"])
def test_what_killed_processes_left_is_tidied(out):
    still("in/a.png")
    Path("made").mkdir()
    left = Path("made", ".aside-old.png")
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    work("in" if out == "made" else "in/a.png", out)
    assert not left.exists() and Path("made", "a.png").is_file()


def test_links_to_themselves(capsys):
    """Among the inputs one is left out by its name; as an output it is replaced."""
    still("in/a.png")
    Path("in/loop.png").symlink_to("loop.png")
    work("in", "made")
    assert sorted(os.listdir("made")) == ["a.png", *SHEET]
    assert "left out: " in (told := capsys.readouterr().err) and "loop.png" in told
    Path("out.png").symlink_to("out.png")
    work("in/a.png", "out.png")
    np.testing.assert_array_equal(pixels("out.png"), 255 - pixels("in/a.png"))
