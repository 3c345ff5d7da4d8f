"""What chapters are drawn with: networks as blocks, diagrams, curves, sheets."""

import importlib

import numpy as np
import pytest
from PIL import Image

from common.machine import backend  # noqa: F401  (before Keras)

import keras  # isort: skip
from keras import layers, ops  # isort: skip

from common.commands import train
from common.patchgan import patchgan
from data.errors import Refused
from tests import chapters, photographs
from tests.chapters import __main__ as command
from tests.conftest import ROOT
from tests.pages import drawings, marks, sheets
from tests.pages.curves import curves, read_metrics
from tests.pages.diagram import _Tower, description_in, draw_networks, save_drawing
from tests.pages.flow import Arrow, Box, described_flow, draw_flow
from tests.pages.network import blocks_of, described, in_words, receptive_field
from tests.pages.patch import logits_of


def test_diagrams_show_the_networks_as_they_are():
    found = drawings.drawings()
    assert {path.parent.parent.name for path in found} >= set(drawings.recipes())
    for path, (_, words) in found.items():
        if not path.exists() and not marks.finished(path.parent.parent / "README.md"):
            continue
        assert path.is_file() and description_in(path) == words, f"{path}: `make chapters QUICK=1`"


def unet():
    picture = keras.Input((None, None, 3), name="input")
    noise = keras.Input((4, 4, 8), name="noise")
    down = layers.Conv2D(4, 4, 2, "same")(picture)
    x = layers.Conv2D(8, 4, 2, "same")(layers.LeakyReLU()(down))
    x = layers.BatchNormalization()(x) * ops.cast(noise, "float32")
    x = layers.Conv2DTranspose(4, 4, 2, "same")(layers.ReLU()(x))
    x = layers.Concatenate()([x, down])
    x = layers.Conv2DTranspose(3, 4, 2, "same")(layers.ReLU()(x))
    return keras.Model([picture, noise], layers.Activation("tanh", name="pictures")(x))


def test_a_u_net_has_skips_and_what_enters_beside():
    assert described(blocks_of(unet(), {"input": (16, 16, 3)})).splitlines() == [
        "0 input 16×16×3",
        "1 noise 4×4×8",
        "2 8×8×4 conv 4×4 ↓2 from 0",
        # The skip leaves before the activation, which is then a part of the next block.
        "3 4×4×8 LeakyReLU, conv 4×4 ↓2, batch norm, × noise, ReLU from 1",
        "4 8×8×4 transposed conv 4×4 ↑2",
        "5 pictures 16×16×3 concat, ReLU, transposed conv 4×4 ↑2, tanh from 2 out",
    ]


def siamese():
    left, right = (keras.Input((8, 8, 1), name=name) for name in ("left", "right"))
    parts = [layers.Conv2D(4, 3, 2, "same"), layers.Flatten(), layers.Dense(2)]
    ends = []
    for x in (left, right):
        for part in parts:
            x = part(x)
        ends.append(x)
    return keras.Model([left, right], layers.Dense(1)(layers.Subtract()(ends)))


def conditional():
    latent, label = keras.Input((9,), name="latent"), keras.Input((), name="label", dtype="int32")
    told = layers.Embedding(10, 5)(label)
    x = layers.Dense(6)(layers.Concatenate()([latent, told]))
    return keras.Model([latent, label], [layers.Dense(3)(x), layers.Dense(2)(x)])


def test_shared_layers_are_a_tower_each():
    blocks = blocks_of(siamese())
    assert [b.shape for b in blocks if b.kind == "layer"][:4] == [(4, 4, 4), (2,), (4, 4, 4), (2,)]
    assert blocks[-1].does == ("−", "dense") and len(blocks[-1].sources) == 2
    lanes = {spot.lane for spot in _Tower("twins", blocks)._spots.values()}
    assert lanes == {0, 1}


def test_conditions_and_several_outputs():
    blocks = blocks_of(conditional())
    assert [b.name for b in blocks if b.kind == "input"] == ["latent", "label"]
    (joined,) = (b for b in blocks if "concat" in b.does)
    assert {blocks[s].shape for s in joined.sources} == {(9,), (5,)}
    assert [b.shape for b in blocks if b.is_output] == [(3,), (2,)]
    draw_networks({"both": blocks})


def test_what_is_repeated_is_drawn_once():
    x = picture = keras.Input((8, 8, 2), name="sample")
    for _ in range(5):
        y = layers.ReLU()(layers.Conv2D(2, 3, padding="same")(x))
        x = layers.Add()([x, layers.Conv2D(2, 3, padding="same")(y)])
    blocks = blocks_of(keras.Model(picture, layers.Conv2D(1, 1)(x)))
    assert [b.repeats for b in blocks] == [1, 5, 5, 5, 1]
    assert blocks[3].does == ("add",) and set(blocks[3].sources) == {0, 2}
    assert blocks[4].sources == (3,)


@pytest.mark.parametrize(("strided", "seen", "cells"), [(0, 1, 32), (1, 16, 14), (3, 70, 2)])
def test_the_receptive_field_is_the_papers(strided, seen, cells):
    model = patchgan({"sample": 1, "input": 1}, 2, strided, None, True)
    assert receptive_field(model) == seen and logits_of(model, 32) == cells


def test_a_drawing_is_the_same_each_time_and_says_what_it_shows(tmp_path):
    blocks = blocks_of(unet(), {"input": (16, 16, 3)})
    for name in "ab":
        save_drawing(draw_networks({"G": blocks}), tmp_path / name, "1 < 2 & more\nlines")
    first, second = ((tmp_path / name).read_bytes() for name in "ab")
    assert first == second and description_in(tmp_path / "a") == "1 < 2 & more\nlines"
    # White behind, so that it can be read on a dark page; and letters that need no font.
    assert b"fill: #ffffff" in first and b"<text" not in first and b"<svg" in first


def test_wide_drawings_stand_below_each_other():
    blocks = blocks_of(conditional())
    one = draw_networks({"a": blocks}).get_size_inches()
    many = draw_networks({name: blocks for name in "abcd"}).get_size_inches()
    assert many[0] < 12 and many[1] > 1.9 * one[1]


def test_a_flow_tells_its_arrows():
    boxes = {"a": Box(0, 0, "one\nthing"), "b": Box(1, 0, "two", "loss")}
    arrows = [Arrow("a", "b", "goes"), Arrow("b", "a", bend=0.5)]
    assert (
        described_flow(boxes, arrows) == "one thing\ntwo\none thing → two (goes)\ntwo → one thing"
    )
    draw_flow(boxes, arrows)
    assert in_words((4, None, 3)) == "4×?×3" and in_words(()) == "1"


def test_curves_are_of_what_was_logged(tmp_path):
    rows = ["step,generator/adversarial"] + [f"{s},{2 - s / 100}" for s in range(0, 100, 5)]
    (tmp_path / "metrics.csv").write_text("\n".join(rows) + "\n")
    table = read_metrics(tmp_path / "metrics.csv")
    assert table["step"][-1] == 95 and table["generator/adversarial"][-1] == 1.05
    picture = curves({"a": tmp_path}, {"losses": ["generator/adversarial"]})
    again = curves({"a": tmp_path}, {"losses": ["generator/adversarial"]})
    assert picture.tobytes() == again.tobytes() and len(picture.getcolors(10**6)) > 10
    with pytest.raises(LookupError, match="no generator/l1; there are step, generator/adv"):
        curves({"a": tmp_path}, {"losses": ["generator/l1"]})


def test_a_sheet_has_headings_and_large_tiles(tmp_path):
    pictures = [np.full((40, 40, 3), value, np.uint8) for value in (10, 200)]
    sheet = sheets.headed([pictures, pictures], ("made", "real"), ("− a", "→ b"))
    # Enlarged by a whole factor to 128 pixels or more.
    assert sheet.height == 24 + 2 * 160 + 6
    pixels = np.asarray(sheet)
    assert (pixels[30, -161 - 10] == 10).all() and (pixels[30, -10] == 200).all()
    assert (pixels[:24] < 100).any(), "no heading"
    gap = sheets.headed([[pictures[0], None, pictures[1]]], ("", "", ""), narrow=(1,))
    assert gap.width == 2 * 160 + 3 * 6
    grey = sheets.enlarged(np.zeros((128, 64, 1), np.uint8), 128)
    assert grey.size == (64, 128) and grey.mode == "RGB"


def test_a_sheet_is_cut_into_its_pictures_again(tmp_path):
    from data.sheet import grid, save

    pictures = np.random.default_rng(0).integers(0, 256, (6, 64, 64, 3), np.uint8)
    save(grid(pictures, 3), tmp_path / "sheet.png")
    rows = sheets.tiles_of(tmp_path / "sheet.png", 64)
    np.testing.assert_array_equal(np.reshape(rows, pictures.shape), pictures)


def test_titles_and_keys_stand_around_a_picture():
    plain = Image.new("RGB", (300, 50), "white")
    both = sheets.keyed(sheets.titled(plain, "step 100"), [("#ff0000", "fake")])
    pixels = np.asarray(both)
    assert both.size == (300, 98) and (pixels[:24] < 100).any()
    assert (pixels[-24:] == (255, 0, 0)).all(axis=-1).any() and (pixels[24:74] == 255).all()
    row = sheets.in_rows([plain] * 3, 2)
    assert row.size == (606, 106)


def test_what_make_chapters_is_asked_for(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("RECIPE", "gna")
    with pytest.raises(Refused, match="RECIPE=gna: there are data_prep, first_gan, dcgan"):
        command.main()
    monkeypatch.setenv("RECIPE", "dcgan")
    monkeypatch.setenv("QUICK", "yes")
    with pytest.raises(Refused, match="QUICK=yes: legal are 0 and 1"):
        command.main()
    # What needs no training is made, and nothing else.
    made = []
    monkeypatch.setenv("QUICK", "1")
    monkeypatch.setattr(command, "write_pages", lambda: made.append("pages") or [])
    monkeypatch.setattr(command, "write_drawings", made.append)
    for name in ("worlds", *chapters.CHAPTERS):
        monkeypatch.setattr(f"tests.chapters.{name}.make", made.append)
    command.main()
    assert made == [["dcgan"], "pages"]
    monkeypatch.setenv("QUICK", "0")
    command.main()
    # The pictures that are new are then on the pages.
    place = ROOT / "recipes" / "dcgan" / "pictures"
    assert made[2:] == [["dcgan"], place, "pages"]
    # Of no chapter in particular: the worlds', and all in their order.
    monkeypatch.delenv("RECIPE")
    command.main()
    places = [ROOT / "recipes" / name / "pictures" for name in chapters.CHAPTERS]
    assert made[5:] == [None, ROOT / "data" / "pictures", *places, "pages"]


def test_every_module_of_a_chapter_is_in_the_order():
    """Hours of trainings later is late to be told that one is missing."""
    found = {file.stem for file in (ROOT / "tests" / "chapters").glob("[!_]*.py")}
    modules = {name: importlib.import_module(f"tests.chapters.{name}") for name in found}
    makers = {name for name, module in modules.items() if hasattr(module, "make")}
    assert sorted(makers - {"worlds"}) == sorted(chapters.CHAPTERS)
    assert set(chapters.CHAPTERS) <= {page.parent.name for page in ROOT.glob("recipes/*/README.md")}


def test_photographs_that_are_not_there_are_told_in_a_line(monkeypatch, tmp_path, capsys):
    done = []
    monkeypatch.setattr(photographs, "RUNS", tmp_path)
    monkeypatch.setattr(photographs.results, "train", lambda *words: done.append(words))
    monkeypatch.delenv("FACES", raising=False)
    assert photographs.FACES.run() is None and not done
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "dcgan, faces: left as it is, FACES=FOLDER names" in told
    monkeypatch.setenv("FACES", str(tmp_path / "none"))
    with pytest.raises(Refused, match="FACES=.*none: there is no such folder"):
        photographs.FACES.run()
    monkeypatch.setenv("FACES", str(tmp_path))
    assert photographs.FACES.run() == tmp_path / "dcgan-faces"
    ((recipe, flags, run, seed),) = done
    assert (recipe, run, seed) == ("dcgan", tmp_path / "dcgan-faces", 0)
    assert flags[:2] == ("--data", str(tmp_path))


@pytest.mark.parametrize("one", ["FACES", "FACADES", "FRUITS", "MONET"])
def test_trainings_on_photographs_can_be_started(one):
    """Hours later is late to be told of a wrong flag."""
    some = getattr(photographs, one)
    presets = importlib.import_module(f"recipes.{some.recipe}.config").PRESETS
    train._flags(some.recipe, presets, list(some.flags)).config.check()
