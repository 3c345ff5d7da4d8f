"""Chapter 2: every command that it shows prints what it says."""

import shutil

import numpy as np
from PIL import Image

import data
from data.reading import Reading
from recipes.data_prep import messy
from tests.conftest import ROOT, refused
from tests.console import carried_out, says_the_same, shown_in

CHAPTER = ROOT / "recipes" / "data_prep" / "README.md"


def test_the_chapters_commands_print_what_it_says(tmp_path):
    commands = shown_in(CHAPTER)
    assert len(commands) >= 8
    for shown in commands:
        printed = carried_out(shown, tmp_path)
        assert says_the_same(printed, shown.output), f"$ {shown.command}\n{printed}"


def test_what_says_the_same():
    assert says_the_same("a 1 b", "a … b\n") and not says_the_same("a 1 c", "a … b")
    assert not says_the_same("x\na", "a") and says_the_same("", "")


def test_every_picture_of_the_chapter_is_there():
    text = CHAPTER.read_text(encoding="utf-8")
    pictures = sorted(p.name for p in (CHAPTER.parent / "pictures").iterdir())
    assert pictures and all(f"(pictures/{name})" in text for name in pictures)


def test_the_messy_folder_is_made_of_houses(tmp_path):
    """However they were kept: cut to the middle they are the pictures that were drawn."""
    messy.make(tmp_path / "m")
    source = data.find(str(tmp_path / "m"), Reading(tolerance=1))
    houses = data.find("houses").world.draw(np.arange(messy.COUNT), 128).samples
    read = source.load("train", 32, 0, 0)
    small = np.stack([np.asarray(Image.fromarray(h).resize((32, 32))) for h in houses])
    # Of the same colours over all: nothing is on its side, and no colour is swapped.
    names = [source.name_of("train", i, read.left_out) for i in range(len(read))]
    for index, name in enumerate(names):
        if name.startswith("camera/DSC_"):
            number = int(name[11:15])
            middle = Image.fromarray(houses[number, 16:112, 16:112]).resize((32, 32))
            assert np.abs(read.samples[index].astype(int) - np.asarray(middle)).mean() < 6
        if name.startswith("phone/Screenshot"):
            number = int(name.split()[1].split(".")[0])
            inner = slice(8, 24)
            difference = read.samples[index].astype(int) - small[number]
            assert np.abs(difference[inner, inner]).mean() < 6


def test_written_pictures_are_those_that_were_read(tmp_path):
    messy.make(tmp_path / "m")
    lenient = Reading(tolerance=1)
    source = data.find(str(tmp_path / "m"), lenient)
    from data.writing import without_copies, write

    lines = write(source, tmp_path / "c", 32)
    assert lines[0] == "train: 183 written, 5 left out as copies"
    clean = data.find(str(tmp_path / "c"))
    sets = {split: source.load(split, 32, 0, 0) for split in data.splits.SPLITS}
    for split, of in sets.items():
        kept, again = of.take(without_copies(split, sets)), clean.load(split, 32, 0, 0)
        # In other folders they are in another order.
        ours, theirs = (sorted(image.tobytes() for image in s.samples) for s in (kept, again))
        assert ours == theirs
        assert sorted(kept.factors["label"]) == sorted(again.factors["label"])
    shutil.rmtree(tmp_path / "c")
    for spec, words in (("houses", "sets of pictures that end"), ("ring", "sets of pictures")):
        try:
            write(data.find(spec), tmp_path / "c", 32)
        except data.Refused as no:
            assert words in str(no) and not (tmp_path / "c").exists()
        else:
            raise AssertionError(spec)


def test_pairs_and_domains_are_written_as_they_are_read(tmp_path):
    from data.writing import write
    from tests.data.folders import noise

    rng = np.random.default_rng(0)
    for side in ("A", "B"):
        (tmp_path / "p" / side).mkdir(parents=True)
        for number in range(4):
            noise((24, 24), int(rng.integers(1 << 30))).save(
                tmp_path / "p" / side / f"{number}.png"
            )
    for layout in ("pairs", "domains"):
        reading = Reading(layout=layout)
        source = data.find(str(tmp_path / "p"), reading)
        write(source, tmp_path / layout, 24)
        again = data.find(str(tmp_path / layout))
        assert again.kind == layout
        parts = zip(*(list(s.domains.values()) or [s] for s in (source, again)), strict=True)
        for ours, theirs in parts:
            one, other = (s.load("train", 24, 0, 0) for s in (ours, theirs))
            np.testing.assert_array_equal(one.samples, other.samples)
            if layout == "pairs":
                np.testing.assert_array_equal(one.inputs, other.inputs)


def test_the_short_way_to_the_command(tmp_path):
    code, out, err = refused("recipes", "data_prep", "messy", "m", cwd=tmp_path)
    assert code == 0 and "three collections of houses" in out and (tmp_path / "m").is_dir(), err
    code, out, err = refused("recipes", "data_prep", "messy", "m", cwd=tmp_path)
    assert code == 2 and "m is there already" in err and err.count("\n") == 1
    code, out, err = refused("recipes", "data_prep", "train", cwd=tmp_path)
    assert code == 2 and "data_prep train: legal are messy" in err
