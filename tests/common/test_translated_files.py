"""What users bring to a translator, and what they get in its place: no network needed."""

import io
import struct
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from common.translation import pictures
from common.translation.infer import TranslateFlags, translate_inputs
from common.translation.pictures import read_inputs, write
from data.errors import Refused
from tests.recipes.translators import noise_pictures


@pytest.fixture(autouse=True)
def there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def frames(count=3, size=(20, 24)):
    return [Image.fromarray(picture) for picture in noise_pictures(count, size)]


def moving(path, durations=(100, 200, 300), **options):
    first, *others = frames(len(durations))
    options = {"save_all": True, "append_images": others, "duration": list(durations)} | options
    first.save(path, **options)


def still(path, size=(20, 24), seed=0):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(noise_pictures(1, size, seed=seed)[0]).save(path)


def work(place, out=None, labels=None, **flags):
    """Turn what is at a place into its negative."""
    out = None if out is None else Path(out)
    flags = TranslateFlags(run=Path("run"), input=str(place), out=out, **flags)
    loaded = SimpleNamespace(
        run=SimpleNamespace(path=Path("run"), facts={"data": {"labels": labels}}),
        config=SimpleNamespace(channels=3, input_channels=3),
        networks=["generator"],
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
