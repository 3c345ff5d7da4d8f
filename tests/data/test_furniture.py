"""Furniture: shapes in one piece, of known make and size, and views from known angles."""

import numpy as np
import pytest
from scipy.ndimage import label

import data
from data import describe
from data.contact import sheet_of
from data.drawing import studio
from data.drawing.carpentry import Lots, Parts, put_together
from data.drawing.furniture import KINDS, WORDS, build
from data.drawing.rays import first_hits
from data.drawing.solids import BALL, BLOCK, CUSHION, ROUND, filled
from data.made import open_world
from data.reading import Reading
from data.words import told, understood
from data.worlds.furniture import Furniture, design
from tests.conftest import refused
from tests.data.furniture_figures import drawn_for, guesses, iou
from tests.data.readers import accuracy

SHAPES, VIEWS = Furniture(), Furniture(64)


@pytest.fixture(scope="module")
def drawn():
    """Shapes at 64 cells a side."""
    return SHAPES.draw(np.arange(250), 64)


def boxes(grids):
    """The lowest and the highest filled cell along each axis: N×3 each."""
    low, high = [], []
    for axis in (1, 2, 3):
        others = tuple(a for a in (1, 2, 3, 4) if a != axis)
        line = grids.any(others)
        low.append(line.argmax(1))
        high.append(line.shape[1] - 1 - line[:, ::-1].argmax(1))
    return np.stack(low, 1), np.stack(high, 1)


@pytest.mark.parametrize(("size", "count"), [(16, 500), (23, 200), (32, 300), (64, 100)])
def test_a_shape_is_in_one_piece(size, count):
    """Its cells are joined by their faces: no part floats."""
    grids = SHAPES.draw(np.arange(count), size, seed=3).samples[..., 0]
    assert grids.dtype == bool and grids.shape == (count, size, size, size)
    assert [label(grid)[1] for grid in grids] == [1] * count


def test_the_same_piece_at_every_size(drawn):
    halved = drawn.samples.reshape(-1, 32, 2, 32, 2, 32, 2).any((2, 4, 6))
    small = SHAPES.draw(np.arange(250), 32)
    for name, values in small.factors.items():
        np.testing.assert_array_equal(values, drawn.factors[name])
    same, other = iou(halved, small.samples), iou(halved, np.roll(small.samples, 1, 0))
    # Thin parts are as thin as a cell, which is another thickness at each size.
    assert same.min() > 0.3 and same.mean() > 0.7 and other.mean() < 0.2


def test_a_view_changes_no_shape():
    with_views = VIEWS.draw(np.arange(20), 32)
    alone = SHAPES.draw(np.arange(20), 32)
    np.testing.assert_array_equal(with_views.samples, alone.samples)
    at_64 = VIEWS.draw(np.arange(4), 64)
    np.testing.assert_array_equal(with_views.inputs[:4], at_64.inputs)
    assert set(with_views.factors) == {*alone.factors, "azimuth", "elevation"}


def test_width_depth_and_height_are_those_of_the_box_around_it(drawn):
    low, high = boxes(drawn.samples)
    known = np.stack([drawn.factors[name] for name in ("width", "depth", "height")], 1)
    # Parts may be widened to a cell, and of slanting and of round ones the ends may be lost.
    away = np.abs((high - low + 1) / 64 - known)
    assert away.max() < 2.2 / 64 and away.mean() < 0.6 / 64
    assert (low[:, 2] <= 1).all(), "all stand on the ground"
    assert np.abs(low + high - 63)[:, :2].max() <= 1, "and in the middle"
    assert known.min() > 0.1 and known.max() <= 0.971
    assert (np.ptp(known, 0) > 0.5).all()


def test_types_and_values():
    many = VIEWS.draw(np.arange(60), 16)
    assert many.inputs.dtype == np.uint8 and many.inputs.shape == (60, 64, 64, 3)
    assert many.inputs.min() < 40 and many.inputs.max() > 215
    assert set(many.factors) == set(VIEWS.factors)
    factors = SHAPES.draw(np.arange(400), 16).factors
    for name, words in SHAPES.factors.items():
        if words is None:
            assert factors[name].dtype == np.float32
        else:
            assert factors[name].dtype == np.int32 and set(factors[name]) == set(range(len(words)))
    assert np.bincount(factors["kind"]).min() > 50


def test_kinds_have_parts_of_their_own(drawn):
    known = drawn.factors
    of = {name: set(np.unique(known["kind"][known[name] > 0])) for name in WORDS}
    chair, table, bed, shelf, lamp = range(len(KINDS))
    assert of["arms"] == {chair} and of["top"] == {table} and of["pillows"] == {bed}
    assert of["boards"] == {shelf} and of["shade"] == {lamp} and of["back"] == {chair, shelf}
    assert of["drawers"] == {table, bed, shelf} and of["legs"] == {chair, table, bed, shelf, lamp}


def test_the_kind_can_be_read_off_the_voxels():
    many = SHAPES.draw(np.arange(3000), 16)
    # How much there is at each height, from front to back, and from left to right.
    filled_at = [many.samples.mean(axes) for axes in ((2, 3), (1, 3), (1, 2))]
    profiles = np.sqrt(np.concatenate(filled_at, 1))
    assert accuracy(profiles, many.factors["kind"]) >= 0.95
    assert accuracy(np.roll(profiles, 1, 0), many.factors["kind"], width=100) < 0.3


def runs(line):
    """How many stretches of a line (last axis) are filled."""
    edges = np.diff(np.pad(line.astype(np.int8), [(0, 0)] * (line.ndim - 1) + [(1, 0)]), axis=-1)
    return (edges == 1).sum(-1)


def test_parts_can_be_seen_in_the_voxels(drawn):
    """In closed form: boards are counted, arms and backs are where they belong."""
    (low, high), known, grids = boxes(drawn.samples), drawn.factors, drawn.samples[..., 0]
    right = {"boards": [], "arms": [], "top": [], "back": [], "posts": [], "shade": []}
    for index, kind in enumerate(known["kind"]):
        (x0, y0, z0), (x1, y1, z1) = low[index], high[index] + 1
        g = grids[index, x0:x1, y0:y1, z0:z1]
        value = {name: known[name][index] for name in right}
        w, d, h = g.shape
        if kind == 3 and not known["drawers"][index]:
            # Beside the middle, where a divider may be, and before the back.
            columns = runs(g[w // 4 : w // 4 + 3, d // 2])
            right["boards"].append(np.median(columns) == value["boards"] + 1)
            rear = g[w // 4 : w // 4 + 3, -1, h // 4 : -3]
            right["back"].append((rear.mean() > 0.9) == value["back"])
        if kind == 0 and value["back"]:
            seat = g.sum((0, 1)).argmax()
            right["arms"].append(g[:3, : d // 2, seat + 8 :].any() == value["arms"])
        if kind == 1:
            corner = np.argwhere(g[:, :, -1]).min(0)
            right["top"].append(g[*corner, -1] == (value["top"] == 1))
        if kind == 2:
            tall = g[:, :5, :].any((0, 1)).nonzero()[0].max()
            soft = g[w // 2, d // 4 : d // 2].nonzero()[1].max()
            right["posts"].append((tall > soft + 9) == value["posts"])
        if kind == 4 and value["shade"] != 3:
            wide = g.any(1).sum(0)[h // 2 :]
            right["shade"].append((wide[-1] < 0.8 * wide.max()) == (value["shade"] == 1))
    for name, found in right.items():
        assert len(found) > 20 and np.mean(found) >= 0.95, (name, np.mean(found))


@pytest.fixture(scope="module")
def silhouettes():
    """Views of 128 pixels in a studio without light on its walls: what shows is the piece."""
    world, index = Furniture(128), np.arange(25)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studio, "_floor", lambda eyes, light, wall, size: np.zeros((3, 25 * size**2)))
        patch.setattr(Furniture, "chunk_pixels", 1 << 30)
        seen = world.draw(index, 64)
    return seen, seen.inputs.max(-1) > 12


def projected(grid, azimuth, elevation, pixels=128):
    """The silhouette of a grid, S×S×S×1, from some direction."""
    side, eyes = len(grid), studio.camera(np.array([azimuth]), np.array([elevation]))
    # Eight points a cell, so that no pixel is passed over.
    points = np.argwhere(grid[..., 0])[:, None] + 0.25 + 0.5 * np.indices((2, 2, 2)).reshape(3, 8).T
    u, v, _ = eyes.across(points.reshape(1, -1, 3) / side)
    picture = np.zeros((pixels, pixels), bool)
    picture[((1 - v) * pixels / 2).astype(int), ((u + 1) * pixels / 2).astype(int)] = True
    return picture


def test_a_view_shows_its_shape_from_the_angles_that_are_known(silhouettes):
    seen, shown = silhouettes
    angles = np.stack([seen.factors["azimuth"], seen.factors["elevation"]], 1)
    assert np.abs(angles[:, 0]).max() <= 1.2 and angles[:, 1].min() >= 0.15
    assert angles[:, 1].max() <= 0.65

    def agreement(turn, lift):
        views = [
            projected(g, a + turn, e + lift) for g, (a, e) in zip(seen.samples, angles, strict=True)
        ]
        return iou(np.array(views), shown)

    true = agreement(0, 0)
    assert np.median(true) >= 0.9 and true.mean() >= 0.88
    for turn, lift in ((0.25, 0), (-0.25, 0), (0, 0.2), (0, -0.2)):
        assert agreement(turn, lift).mean() < true.mean() - 0.05
    # From its left is not from its right.
    mirrored = [projected(g, -a, e) for g, (a, e) in zip(seen.samples, angles, strict=True)]
    assert iou(np.array(mirrored), shown).mean() < true.mean() - 0.1


def test_all_of_a_piece_is_in_its_view():
    solids, _, dice = design(np.arange(400), 9)
    angles = [dice.uniform(*between)[:, 0, 0] for between in ((-1.2, 1.2), (0.15, 0.65))]
    hits = first_hits(solids, studio.camera(*angles), 64)
    shown = np.zeros((400, 64, 64), bool)
    shown.ravel()[hits.pixel] = True
    assert shown.any((1, 2)).all()
    assert not shown[:, [0, -1]].any() and not shown[:, :, [0, -1]].any()


def test_what_a_ray_meets_is_what_a_grid_fills():
    """Each body alone, looked at from above: its outline, and how high it is."""
    for body in (BLOCK, ROUND, BALL, CUSHION):
        p = Parts()
        p.box(-0.25, 0.25, -0.2, 0.2, 0, 0.3, body=body)
        solids = put_together([p])
        above = studio.looking(np.array([[0.5, 0.5 - 1e-6, 9.0]]), np.array([[0.5, 0.5, 0.0]]), 0.5)
        hits = first_hits(solids, above, 64)
        seen = np.zeros((64, 64), bool)
        seen.ravel()[hits.pixel] = True
        flat = filled(solids, 1, 64)[0].any(2)
        assert iou(seen[None], flat.T[None, ::-1])[0] > 0.9
        assert 9 * (1 - hits.depth.min()) == pytest.approx(0.3, abs=0.01)


def test_a_shade_is_hollow():
    p = Parts()
    p.column(0, 0, 0, 0.5, 0.3, hole=0.9)
    grid = filled(put_together([p]), 1, 32)[0]
    assert not grid[16, 16].any() and grid[16, :, 4].sum() in (4, 6)
    assert label(grid)[1] == 1


def test_no_piece_needs_more_lots_than_there_are():
    _, _, dice = design(np.arange(1), 0)
    rows = dice.field(3000, 96)[0].tolist()
    for number, row in enumerate(rows):
        parts, known = build(number % 5, Lots(row))
        assert parts.rows and set(known) <= set(WORDS)


def test_mean_shapes_and_nearest_views_are_poor_guesses():
    found = guesses(*drawn_for(150, 50))
    assert found["the mean shape"]["all"] < 0.25
    assert found["the mean shape of its kind"]["all"] < 0.4
    assert found["the shape whose view is nearest"]["all"] < 0.4
    assert found["the most similar of the training shapes"]["all"] < 0.75


def test_what_a_person_would_ask_for_is_understood():
    asked = understood(SHAPES.factors, "a chair with arms")
    assert asked == {"kind": 0, "arms": 1}
    asked = understood(SHAPES.factors, "table with round top and turned legs, no drawers")
    assert asked == {"kind": 1, "top": 2, "legs": 3, "drawers": 0}
    for name, words in SHAPES.factors.items():
        for number, word in enumerate(words or ()):
            assert understood(SHAPES.factors, word) == {name: number}
    few = SHAPES.draw(np.arange(30), 16).factors
    for line, kind in zip(told(SHAPES.factors, few), few["kind"], strict=True):
        assert line.startswith(KINDS[kind]) and "no " not in line


@pytest.mark.parametrize(
    ("text", "name", "view"),
    [
        ("furniture:views", "furniture:views", 64),
        ("furniture:views:64", "furniture:views", 64),
        ("furniture:views:128", "furniture:views:128", 128),
    ],
)
def test_views_are_asked_for_by_name(text, name, view):
    source = data.find(text)
    assert (source.name, source.kind, source.input_channels) == (name, "voxels", 3)
    assert source.input_size == (view, view)
    words = f"any size from 16 to 64, each with a view, {view}×{view}, colour"
    assert describe.headline(source) == f"endless shapes of voxels, {words}"
    loaded = source.load("test", 16, 3, 0)
    assert loaded.samples.shape == (3, 16, 16, 16, 1) and loaded.inputs.shape == (3, view, view, 3)
    again = source.load("test", 16, 3, 0)
    np.testing.assert_array_equal(loaded.inputs, again.inputs)
    assert again.samples.dtype == bool and sheet_of(again).width > 2 * 96


@pytest.mark.parametrize(
    "text", ["x", "views:", "views:31", "views:257", "views64", "views:64:1", ""]
)
def test_other_variants_are_refused(text):
    with pytest.raises(data.Refused, match="legal (is|are) furniture") as no:
        open_world(f"furniture:{text}")
    assert "\n" not in str(no.value)


def test_bad_requests_are_refused_in_one_line(tmp_path):
    source = data.find("furniture")
    with pytest.raises(data.Refused, match="32×48: voxels are as high as they are wide"):
        source.load("train", (32, 48), 4, 0)
    with pytest.raises(data.Refused, match="furniture draws 16 to 64 cells a side, not 65"):
        source.load("train", 65, 4, 0)
    with pytest.raises(data.Refused, match="0 shapes of furniture"):
        source.load("train", 32, 0, 0)
    with pytest.raises(data.Refused, match="furniture is endless"):
        data.find("furniture", Reading(split_by="kind"))
    with pytest.raises(data.Refused, match="furniture gives voxels, not pictures"):
        data.find("furniture", Reading(pairs="edges"))
    words = ("furniture", "--showing", "sofa", "--out", tmp_path / "s.png")
    code, _, err = refused("data", *words, cwd=tmp_path)
    assert code == 2 and "'sofa' is no word for these pictures; legal are chair, table" in err


def test_a_set_too_large_for_the_memory_is_read_from_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path))
    monkeypatch.setenv("GAN_COOKBOOK_MEMORY", "0")
    loaded = data.find("furniture:views").load("train", 16, 6, 0)
    assert isinstance(loaded.samples, np.memmap) and isinstance(loaded.inputs, np.memmap)
    drawn = VIEWS.draw(np.arange(6), 16)
    np.testing.assert_array_equal(loaded.samples, drawn.samples)
    np.testing.assert_array_equal(loaded.inputs, drawn.inputs)
