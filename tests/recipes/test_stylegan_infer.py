"""What infer and evaluate of StyleGAN make of styles."""

import contextlib
import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from common.run.loaded import LoadedRun
from data.errors import Refused
from data.made import open_world
from recipes.stylegan import directions, evaluate, infer, measure, sheets
from recipes.stylegan.config import PRESETS, Config
from recipes.stylegan.flags import Flags, groups_of
from recipes.stylegan.inputs import fixed, noise_of
from recipes.stylegan.projection import projected
from recipes.stylegan.reading import RANGES, Reader, Worded, words_of
from recipes.stylegan.render import Renderer
from tests.conftest import refused

SIZE = 16


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose generator was not trained, but whose noise and mean style are something."""
    from recipes.stylegan.train import build

    config = dataclasses.replace(PRESETS["tiny"], precision="float32", averaging=0.0)
    trainer = build(config.adapted_to(open_world("faces")))
    synthesis = trainer.generator.model.get_layer("synthesis")
    for layer in synthesis.layers:
        if layer.name.startswith("add_noise"):
            layer.scale.assign(np.full(layer.scale.shape, 0.3))
    trainer.generator.model.get_layer("mean_style").mean.assign(np.linspace(-1, 1, 8))
    folder = tmp_path_factory.mktemp("runs") / "run"
    trainer.save(folder)
    return folder


def opened(run, **flags):
    loaded = LoadedRun.open(run, "stylegan", Config)
    given = Flags(run=run, **flags)
    given.check(loaded)
    return loaded, given


@pytest.fixture(scope="module")
def renderer(run):
    loaded, _ = opened(run)
    return Renderer(loaded.network(), loaded.config)


# --- refusals ---

BAD = {
    "layers": (["--mixing", "2", "--layers", "0-9"], "has the layers 0 to 5"),
    "words": (["--edit", "wings=2"], "wings\": this run's data has the words"),
    "text": (["--edit", "smiling"], "as in"),
    "both": (["--mixing", "2", "--walk", "9"], "legal is one of them"),
    "psi": (["--truncation", "3"], "legal is 0 to 2"),
    "alone": (["--layers", "0"], "legal with --mixing only"),
    "space": (["--space", "w+"], "--space: legal with --input only"),
    "iterations": (["--iterations", "9"], "--iterations: legal with --input only"),
    "truncated": (["--truncation", ".5", "--input", "a.png"], "--truncation and --input: legal"),
    "photo": (["--input", "nowhere.png"], "nowhere.png"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_flags_get_one_line_before_tensorflow(run, case, tmp_path):
    flags, words = BAD[case]
    code, out, err = refused("recipes.stylegan.infer", "--run", run, *flags, cwd=tmp_path)
    assert code == 2 and err.count("\n") == 1 and words in err, err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--image-size", "48"], "this network makes 16, 32, 64, 128"),
        (["--batch-size", "30"], "a multiple of --deviation-group 4"),
        (["--generation", "2", "--growth"], "--growth: legal with --generation 1"),
        (["--growth"], "--decay-steps and --growth"),
        (["--growth", "--decay-steps", "0", "--critic-steps", "2"], "--critic-steps and --growth"),
        (
            ["--growth", "--decay-steps", "0", "--instance-noise", ".1"],
            "--instance-noise and --growth",
        ),
        (["--path-length", "2"], "--path-length: legal with --generation 2"),
        (["dcgan", "--r1", ".1", "--r1-every", "4"], "--r1-every: legal with a StyleGAN"),
        (["--generation", "2", "--styles", "first"], "legal with --generation 1"),
    ],
)
def test_bad_settings_get_one_line(flags, words, tmp_path):
    code, _, err = refused("recipes.stylegan.train", *flags, cwd=tmp_path)
    assert code == 2 and err.count("\n") == 1 and words in err, err


@pytest.mark.parametrize(
    ("changes", "together"),
    [({}, 4), ({"deviation_group": 1}, 1), ({"generation": 0}, 1)],
)
def test_what_of_a_batch_one_device_must_have(changes, together):
    config = dataclasses.replace(PRESETS["small"], **changes)
    assert config.together == together
    second = dataclasses.replace(PRESETS["second"], deviation_group=1, path_length=2.0)
    assert second.together == 2


def test_a_word_that_was_not_learned_is_refused_with_those_that_were():
    known = {"smiling": directions.Direction(np.ones(3), 0.9)}
    with pytest.raises(Refused, match='"glasses": this run\'s directions are smiling'):
        directions.moved(np.zeros((1, 2, 3)), {"glasses": 1.0}, known)
    moved = directions.moved(np.zeros((1, 2, 3)), {"smiling": -2.0}, known)
    np.testing.assert_array_equal(moved, np.full((1, 2, 3), -2.0))


def test_an_edit_is_words_and_numbers():
    asked = directions.parse_edit("smiling=2 red hair=-1.5 turned left = +1")
    assert asked == {"smiling": 2.0, "red hair": -1.5, "turned left": 1.0}
    # Words are the data's own.
    assert directions.parse_edit("7=2 T-shirt=-1") == {"7": 2.0, "T-shirt": -1.0}
    for bad in ("", "smiling=", "smiling=two", "smiling 2", "=2", "smiling=2 glasses"):
        with pytest.raises(Refused, match="legal are words"):
            directions.parse_edit(bad)


def test_a_photograph_that_is_not_square_is_cut_with_a_note(run, tmp_path, capsys):
    Image.effect_noise((40, 24), 50).save(tmp_path / "wide.png")
    loaded, _ = opened(run)
    found = infer.read_photographs(str(tmp_path / "wide.png"), loaded)
    assert found.shape == (1, SIZE, SIZE, 3)
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "pixels and cut to the middle, as in training" in told


def test_a_photograph_has_the_levels_of_the_training(run, tmp_path):
    """Of 16 bits, 3999 was white there."""
    values = np.full((SIZE, SIZE), 2000, np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    loaded, _ = opened(run)
    loaded.run.facts["data"]["levels"] = {"real": [0, 3999]}
    found = infer.read_photographs(str(tmp_path / "deep.png"), loaded)
    assert abs(int(found.mean()) - 127) <= 1


# --- what infer makes ---


def test_mixtures(run, renderer):
    """All layers of A on B are A; none of them, B; and each group has its table."""
    config = renderer.config
    given = fixed(config, 0, 3)
    styles = renderer.styles(given["latent"])
    a, b = styles[:1], styles[1:]
    noise = given["noise"][:1]
    every, none = sheets.mixtures(renderer, (a, b), [range(6), ()], noise)[0].reshape(
        2, 2, 3, 16, 16, 3
    )
    assert (every[0, 0] == 255).all()
    for column in (1, 2):
        np.testing.assert_array_equal(every[1, column], every[1, 0])
        np.testing.assert_array_equal(none[1, column], none[0, column])
    made = infer.make(*opened(run, mixing=2))
    assert made.title == "mixing" and made.columns == 3 and len(made.samples) == 3 * 9
    assert len(infer.make(*opened(run, mixing=2, layers="0-1")).samples) == 9


def test_groups_of_layers():
    """As in the paper, by the size of the maps: to 8 pixels, to 32, above."""
    assert groups_of(18) == (4, 8) and groups_of(10) == (4, 8)
    assert groups_of(8) == (4, 6) and groups_of(6) == (3, 4)


def test_truncation_draws_to_the_mean(run, renderer):
    """ψ = 0 is one face for all latents, but for noise; in layers above the 8th nothing changes."""
    given = fixed(renderer.config, 0, 2)
    styles = renderer.styles(given["latent"], 0.0)
    np.testing.assert_allclose(styles[0], styles[1], atol=1e-6)
    np.testing.assert_allclose(styles[0, 0], np.linspace(-1, 1, 8), atol=1e-6)
    large = Renderer.__new__(Renderer)
    large.config, large.mean = dataclasses.replace(renderer.config, image_size=64), renderer.mean
    w = renderer.w(given["latent"])
    np.testing.assert_allclose(large.truncated(w, 0.0)[:, 8:], w[:, None].repeat(2, 1), atol=1e-6)
    whole = infer.make(*opened(run, count=4, truncation=1.0)).samples
    usual = infer.make(*opened(run, count=4)).samples
    assert not np.array_equal(whole, usual)
    np.testing.assert_array_equal(infer.make(*opened(run, count=2)).samples, usual[:2])


def test_noises_show_where_they_differ(run, renderer):
    made, columns = sheets.noises(renderer, 0, 3, 0.7)
    assert columns == 4 and len(made) == 4 * 4
    rows = made.reshape(4, 4, SIZE, SIZE, 3)
    assert not np.array_equal(rows[0, 0], rows[0, 1]) and rows[:, 3].max() == 255
    with pytest.raises(Refused, match="trained without noise"):
        loaded, flags = opened(run)
        loaded.config = dataclasses.replace(loaded.config, noise=False)
        dataclasses.replace(flags, noises=2).check(loaded)


def test_walks_are_closed_and_move(run, tmp_path):
    made = infer.make(*opened(run, walk=10))
    assert made.samples.shape == (80, SIZE, SIZE, 3)
    by_walker = made.samples.reshape(8, 10, SIZE, SIZE, 3).astype(float)
    steps = np.abs(np.roll(by_walker, -1, 1) - by_walker).mean((0, 2, 3, 4))
    assert steps.min() > 0 and steps[-1] < 3 * steps[:-1].mean()
    made.write(tmp_path / "walk.webp")
    with Image.open(tmp_path / "walk.webp") as moving:
        assert moving.n_frames == 10
    assert made.sheet().width == 10 * 66 - 2


@pytest.mark.parametrize("space", ["w", "w+"])
def test_projection_comes_nearer_than_any_draw(renderer, space):
    """To a picture of its own, with the noise that it looks with."""
    given = fixed(renderer.config, 5, 1, 1.0)
    noise = noise_of(renderer.config, 0, 1)
    wanted = renderer.pictures(renderer.styles(given["latent"]), noise)
    styles, found = projected(renderer, wanted, space, 40, 0)
    assert styles.shape == (1, 6, 8)
    assert found.distances[0] < 0.8 * found.drawn[0]
    np.testing.assert_allclose(renderer.pictures(styles, noise), found.pictures, atol=1e-4)


class FakeReader:
    """Reads the mean brightness of a picture as a smile."""

    words = {"expression": ("calm", "smiling")}

    def __call__(self, images):
        return {"expression": (images.mean((1, 2, 3)) > self.middle).astype(int)}


def test_edits_move_pictures_the_way_that_the_word_says(run, renderer, monkeypatch):
    reader = FakeReader()
    given = fixed(renderer.config, 0, 64, 1.0)
    plain = infer.to_pixels(renderer.pictures(renderer.styles(given["latent"]), given["noise"]))
    reader.middle = np.median(plain.mean((1, 2, 3)))
    monkeypatch.setattr(infer, "reader_for", lambda config: reader)
    made = infer.make(*opened(run, edit="smiling=3", count=32, truncation=1.0))
    before, after = made.samples.reshape(32, 2, -1).mean(2).T
    assert made.title == "edited" and (after > before).mean() > 0.8


def test_projected_pictures_stand_beside_photographs(run, tmp_path):
    for number in range(2):
        Image.effect_noise((16, 16), 50 + number).save(tmp_path / f"{number}.png")
    made = infer.make(*opened(run, input=str(tmp_path), iterations=2))
    assert made.title == "projected" and len(made.samples) == 4
    first = np.asarray(Image.open(tmp_path / "0.png").convert("RGB"))
    np.testing.assert_array_equal(made.samples[0], first)
    mixed = infer.make(*opened(run, input=str(tmp_path), iterations=2, mixing=2, layers="0"))
    assert mixed.columns == 3 and len(mixed.samples) == 9


# --- what is read, and measured ---


def test_numbers_get_words():
    source = Worded(open_world("faces"))
    loaded = source.load("train", 16, 40, 0)
    plain = open_world("faces").load("train", 16, 40, 0)
    assert source.factors["turn"][0] == "turned left" and "identity" not in source.factors
    turn = plain.factors["turn"]
    np.testing.assert_array_equal(loaded.factors["turn"], np.digitize(turn, RANGES["turn"][1]))
    assert (turn[loaded.factors["turn"] == 0] < -1 / 3).all()
    words = words_of(source.factors)
    assert words["smiling"] == ("expression", 2) and "no glasses" not in words


def test_a_probe_finds_what_is_there():
    rng = np.random.default_rng(0)
    w, axis = rng.standard_normal((900, 5)), np.array([0.0, 3.0, 0, 4.0, 0]) / 5
    found = directions.probed(w, w @ axis > 0.3)
    assert found.accuracy > 0.9 and found.step @ axis > 0.97
    chance = directions.probed(w, rng.random(900) > 0.5)
    assert chance.accuracy < 0.6
    assert directions.probed_entropy(w, w @ axis > 0) < 0.3
    assert directions.probed_entropy(w, rng.random(900) > 0.5) > 0.95


class Linear:
    """A generator whose picture is w, over and over; z becomes w by doubling."""

    def __init__(self):
        self.config = dataclasses.replace(
            PRESETS["tiny"], channels=3, latent_size=3, image_size=16, noise=False
        )

    def w(self, latents):
        return 2 * latents

    def truncated(self, w, psi):
        return np.repeat(w[:, None], self.config.style_layers, axis=1)

    def pictures(self, styles, noise):
        return np.broadcast_to(styles[:, -1][:, None, None], (len(styles), 16, 16, 3))


def test_path_lengths_of_a_linear_generator(monkeypatch):
    """In w: the mean squared distance of two latents, doubled; in z: of an arc, its angle's."""
    monkeypatch.setattr(measure, "compared_in", lambda side: lambda pictures: {"pixels": pictures})
    length = measure.path_length(Linear(), "w", 0, count=2000)
    # E‖2(a − b)‖²/3 = 8, less what is cut off above.
    assert length == pytest.approx(8.0, rel=0.1)
    arcs = measure.path_length(Linear(), "z", 0, count=2000)
    # (2·angle)²/3 with angles of directions in 3-D: E θ² = π²/2 − 2.
    assert arcs == pytest.approx(4 / 3 * (np.pi**2 / 2 - 2), rel=0.1)


def test_arcs_are_great_circles():
    a, b = np.float32([[3, 0, 0]]), np.float32([[0, 2, 0]])
    np.testing.assert_allclose(measure.arc(a, b, 0.0), [[1, 0, 0]], atol=1e-6)
    np.testing.assert_allclose(measure.arc(a, b, 1.0), [[0, 1, 0]], atol=1e-6)
    np.testing.assert_allclose(measure.arc(a, b, 0.5), [[0.5**0.5, 0.5**0.5, 0]], atol=1e-6)


def test_how_far_a_colour_has_moved():
    a, b = (np.full((2, 4, 4, 3), value, np.uint8) for value in (200, 100))
    assert measure.moved_colour(a, b, b) == 0 and measure.moved_colour(a, b, a) == 1
    assert measure.moved_colour(a, b, (b // 2 + a // 2)) == pytest.approx(0.5)


def test_what_goes_along_with_which_styles(monkeypatch):
    """Of a generator whose brightness is its first layer's alone: with the coarse styles."""
    fake, reader = Linear(), FakeReader()
    reader.middle = 127
    fake.styles = lambda latents: fake.truncated(fake.w(latents), 1.0)
    fake.pictures = lambda styles, noise: np.broadcast_to(
        np.tanh(styles[:, 0].mean(1))[:, None, None, None], (len(styles), 16, 16, 3)
    )
    found = measure.transfers(fake, reader, 0)
    parts = {"coarse": 1.0, "middle": 0.0, "fine": 0.0}
    assert found["expression"] == parts | {"all": 1.0, "none": 0.0}
    assert found["colour"]["coarse"] == pytest.approx(1.0) and found["colour"]["fine"] == 0
    found["turn"] = {"coarse": 0.5, "fine": 0.25, "none": 0.125}
    told = measure.told(found)
    assert told["turn from coarse"] == 0.5 and told["colour from fine"] == 0
    assert told["turn from none"] == 0.125 and "turn from all" not in told
    assert "hat from fine" not in told


class Brightness(Reader):
    """Reads brightness as a smile, and the light from above as a turn."""

    words = {"expression": ("calm", "smiling"), "turn": ("turned left", "turned right")}
    info = SimpleNamespace(accuracy={"expression": 1.0})

    def __init__(self):
        pass

    def __call__(self, images):
        bright, middle = images.mean((1, 2, 3)), images.shape[1] // 2
        above = images[:, :middle].mean((1, 2, 3)) > images[:, middle:].mean((1, 2, 3))
        return {"expression": (bright > np.median(bright)).astype(int), "turn": above.astype(int)}


def test_styles_of_every_model_are_measured(run, monkeypatch):
    """A column a model; a DCGAN has none; and the sheet of the trained one."""
    for name in ("_PATHS", "_PAIRS", "_READ"):
        monkeypatch.setattr(measure, name, 120)
    monkeypatch.setattr(measure.Reader, "of", lambda source, size: Brightness())
    loaded, _ = opened(run)
    generator = loaded.network()

    def trainer(**changes):
        average = SimpleNamespace(ema_models=lambda: contextlib.nullcontext((generator,)))
        config = dataclasses.replace(loaded.config, **changes)
        return SimpleNamespace(config=config, average=average)

    models = [("trained", "", trainer()), ("DCGAN", "", trainer(generation=0))]
    case = SimpleNamespace(
        source=None, config=loaded.config, seed=0, models=lambda not_averaged: iter(models)
    )
    scores = measure.measure_styles(case)
    assert set(scores.values) == {"trained"}
    # Of what is told, this reader reads but one.
    assert scores.unavailable.keys() == {
        f"{name} from {group}" for name in ("hat", "hair", "skin") for group in ("coarse", "fine")
    }
    values = scores.values["trained"]
    assert set(values) == set(scores.measures)
    assert values["path w/z"] == pytest.approx(values["path length w"] / values["path length z"])
    assert values["entropy w/z"] > 0 and 0 <= values["turn from coarse"] <= 1
    assert scores.sheets["styles"].width == 7 * 66 - 2
    names = {criterion.measure for criterion in evaluate.criteria(loaded.config, scores)}
    assert {"path w/z", "turn from coarse", "turn from fine"} <= names
    assert "hat from fine" not in names
    monkeypatch.setattr(measure.Reader, "of", lambda source, size: "nothing is known")
    unread = measure.measure_styles(case).unavailable
    assert {"entropy z", "entropy w", "entropy w/z", "turn from coarse", "hair from fine"} < set(
        unread
    )
    assert set(unread.values()) == {"nothing is known"}


def test_ablations_have_names():
    ours = PRESETS["small"]
    named = {name: evaluate.ablation(PRESETS[name], ours) for name in PRESETS}
    assert named["dcgan"] == "DCGAN" and named["no-mapping"] == "no mapping"
    assert (named["one-style"], named["no-mixing"], named["small"]) == (
        "one style",
        "no mixing",
        "",
    )
