"""The Siamese GAN: its losses in closed form, what a length of 1 is, and what is refused."""

import dataclasses
import math
from types import SimpleNamespace

import numpy as np
import pytest
from keras import ops

import data
from common.loss import LeastSquares
from common.vectors import push
from data.errors import Refused
from data.pixels import to_float
from recipes.siamese_gan import evaluate, loss
from recipes.siamese_gan.config import OF_VECTORS, PRESETS
from recipes.siamese_gan.discriminator import SiameseDiscriminator
from recipes.siamese_gan.gan import SiameseGAN
from recipes.siamese_gan.plane import plane
from recipes.siamese_gan.train import build
from tests.contract import cases

pytestmark = pytest.mark.usefixtures("eagerly")

RNG = np.random.default_rng(0)
REAL, FAKE = (RNG.normal(size=(6, 3)).astype(np.float32) for _ in range(2))


def of(name, margin=1.5, anchor=0.0, squared=False, vec_len=3):
    config = dataclasses.replace(
        PRESETS["tiny"], loss=name, margin=margin, anchor=anchor, squared=squared, vec_len=vec_len
    )
    return loss.get(config)


def both(game, real=REAL, fake=FAKE):
    """The losses of D and of G."""
    real, fake = ops.convert_to_tensor(real), ops.convert_to_tensor(fake)
    return float(game.discriminator(real, fake)), float(game.generator(fake, real))


def apart(one, other=0.0):
    return np.linalg.norm(one - other, axis=1)


@pytest.mark.parametrize("anchor", [0.0, 2.0])
@pytest.mark.parametrize("squared", [False, True])
def test_the_anchored_loss_in_closed_form(anchor, squared):
    point = np.full(3, anchor / math.sqrt(3))
    assert np.linalg.norm(point) == pytest.approx(anchor)
    away = apart(FAKE, point)
    push = np.maximum(0, 1.5 - (away**2 if squared else away)) ** 2
    wanted = (apart(REAL, point) ** 2).mean() + push.mean(), (away**2).mean()
    assert both(of("anchored", anchor=anchor, squared=squared)) == pytest.approx(wanted, rel=1e-5)


def test_the_triplet_loss_in_closed_form():
    near, far = apart(REAL) ** 2, apart(FAKE) ** 2
    wanted = np.maximum(0, near - far + 1.5).mean(), far.mean()
    assert both(of("triplet")) == pytest.approx(wanted, rel=1e-5)
    # Nothing is asked of triplets in which the fake one is far enough.
    assert both(of("triplet"), 0 * REAL, 0 * FAKE + 2)[0] == 0


@pytest.mark.parametrize("squared", [False, True])
def test_the_contrastive_loss_in_closed_form_and_anywhere(squared):
    equal, unequal = apart(REAL[::2], REAL[1::2]), apart(REAL, FAKE)
    push = np.maximum(0, 1.5 - (unequal**2 if squared else unequal)) ** 2
    wanted = (equal**2).mean() + push.mean(), (unequal**2).mean()
    game = of("contrastive", squared=squared)
    assert game.generator_needs_real
    assert both(game) == pytest.approx(wanted, rel=1e-5)
    assert both(game, REAL + 5, FAKE + 5) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("name", OF_VECTORS)
def test_where_everything_is_in_its_place_nothing_is_to_be_learned(name):
    real = np.zeros((6, 2), np.float32)
    assert both(of(name, margin=1.0, vec_len=2), real, real + 3)[0] == 0


def squared_norm64(vectors):
    return ops.sum(vectors**2, axis=-1)


def slope(function, at):
    """The slope of a function of one number, in 64 bits."""
    import tensorflow as tf

    place = tf.constant([[at]], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(place)
        value = function(place)
    return float(tape.gradient(value, place)[0, 0])


@pytest.mark.parametrize("distance", [1e-1, 1e-2, 1e-3])
def test_the_squared_distance_does_not_push_where_it_should(distance):
    """Fake pictures at the point itself: Hadsell's slope is -2(m - D), that one's -4D(m - D²)."""
    hadsell, squared = (
        slope(lambda v, s=s: push(squared_norm64(v), 1.0, s), distance) for s in (False, True)
    )
    assert hadsell == pytest.approx(-2 * (1 - distance), rel=1e-4)
    assert squared == pytest.approx(-4 * distance * (1 - distance**2), rel=1e-4)
    if distance == 1e-3:
        assert hadsell / squared == pytest.approx(500, rel=2e-3)


def test_at_the_point_itself_every_slope_is_finite():
    import tensorflow as tf

    for name in OF_VECTORS:
        fake = tf.zeros((6, 3))
        with tf.GradientTape() as tape:
            tape.watch(fake)
            value = of(name).discriminator(tf.zeros((6, 3)), fake)
        assert np.isfinite(tape.gradient(value, fake)).all(), name


def test_length_1_is_half_of_lsgan():
    """Between the point and the margin both are the same, with the targets 0 and m for D."""
    game, margin = of("anchored", margin=1.0, vec_len=1), 1.0

    def fake_only(value):
        return game.discriminator(0 * value, value)

    def lsgan(value):
        # As LeastSquares has it, with 0 and 1 exchanged and without the ½.
        return 2 * LeastSquares().discriminator(1 + 0 * value, margin - value)

    for value in (0.1, 0.5, 0.9):
        assert slope(fake_only, value) == pytest.approx(slope(lsgan, value), rel=1e-5)
        # Blind to the sign: fakes are pushed to either side of the point.
        assert slope(fake_only, -value) == pytest.approx(-slope(fake_only, value), rel=1e-5)
        assert slope(lsgan, -value) == pytest.approx(-2 * (margin + value), rel=1e-5)
    # One-sided: beyond the margin nothing pulls back.
    assert slope(fake_only, 1.7) == 0 and slope(lsgan, 1.7) == pytest.approx(1.4, rel=1e-5)


def test_the_score_is_how_near_a_vector_is_to_the_point():
    scores = np.array(of("anchored", anchor=2.0).score(ops.convert_to_tensor(REAL)))
    np.testing.assert_allclose(scores, -apart(REAL, 2 / math.sqrt(3)), rtol=1e-5)


def changed_by(preset):
    """The settings that a preset changes."""
    names = ("loss", "vec_len", "margin", "anchor", "squared")
    return {name: getattr(PRESETS[preset], name) for name in names}


def settled(**changes):
    config = dataclasses.replace(PRESETS["tiny"], precision="float32", **changes)
    return config.adapted_to(data.find(config.data, config.reading))


@pytest.mark.parametrize("preset", ["contrastive", "triplet", "squared", "dcgan", "far-anchor"])
def test_each_game_moves_both_networks(preset):
    """And both distances are logged, where there are any."""
    config = settled(**changed_by(preset))
    trainer = build(config)
    before = cases.snapshot(trainer)
    batch = cases.batch_of(trainer, cases.loaded(config), trainer.phases()[-1])
    logs = trainer.train_step(batch)
    assert {"generator", "discriminator"} <= set(cases.differing(before, cases.snapshot(trainer)))
    assert all(math.isfinite(float(value)) for value in logs.values())
    assert ("discriminator/fake_distance" in logs) == (config.loss in OF_VECTORS)
    assert trainer.discriminator.model.output.shape == (None, config.vec_len)


def test_lengths_differ_in_the_last_layer_alone():
    one, many = (SiameseDiscriminator(settled(vec_len=length)).model for length in (1, 64))
    assert many.count_params() - one.count_params() == 63 * (8 * 4 * 4 + 1)
    # First vectors are as long, so that a margin means the same.
    noise = RNG.uniform(-1, 1, (64, 16, 16, 3)).astype(np.float32)
    short, long = (np.sqrt((np.array(model(noise)) ** 2).sum(-1).mean()) for model in (one, many))
    assert 0.3 < short / long < 3


def test_the_plane_is_drawn_beside_the_pictures():
    """At the right of a sheet that is otherwise as without it; where there are two numbers."""
    trainer = cases.built("siamese_gan", settled())
    shown = trainer.visuals(4)
    plain, whole = trainer.column_sheets(shown)["fake"], np.asarray(trainer.sheet(shown))
    np.testing.assert_array_equal(whole[: plain.height, : plain.width], np.asarray(plain))
    drawn = np.asarray(trainer.column_sheets(shown)["plane"])
    np.testing.assert_array_equal(whole[: drawn.shape[0], plain.width :], drawn)
    trainer.config = settled(vec_len=3)
    assert list(trainer.column_sheets(shown)) == ["fake"]


@pytest.mark.parametrize(
    ("changes", "drawn"),
    [
        ({}, (20.0, True)),
        ({"squared": True, "margin": 400.0}, (20.0, True)),
        ({"loss": "triplet", "margin": 400.0}, (20.0, False)),
    ],
)
def test_the_circle_is_where_the_push_ends(monkeypatch, changes, drawn):
    """A margin of squared distances was drawn as if it were one of distances."""
    asked = []
    monkeypatch.setattr(
        "recipes.siamese_gan.gan.plane",
        lambda real, fake, anchor, margin, circle: asked.append((margin, circle)),
    )
    config = dataclasses.replace(PRESETS["tiny"], **changes)
    nothing = np.zeros((4, 2), np.float32)
    gan = SimpleNamespace(config=config, vectors=lambda some: nothing, real_samples=lambda: nothing)
    SiameseGAN._plane(gan, {"fake": nothing})
    assert asked == [drawn]


def test_vectors_of_pictures_in_either_form():
    trainer = cases.built("siamese_gan", cases.tiny("siamese_gan"))
    shape = trainer.config.sample_shape
    pixels = np.random.default_rng(0).integers(0, 256, (4, *shape), np.uint8)
    np.testing.assert_array_equal(trainer.vectors(pixels), trainer.vectors(to_float(pixels)))
    for some in (pixels[0], pixels[:0], pixels[:, :-1]):
        with pytest.raises(ValueError, match="pictures of shape .* legal is N×"):
            trainer.vectors(some)


def test_the_plane_shows_where_vectors_are():
    """Real ones around the middle, fake ones to its right, in their colours."""
    spot = np.zeros((50, 2)) + RNG.normal(0, 0.02, (50, 2))
    drawn = np.asarray(plane(spot, spot + [1.0, 0.0], 0.0, 1.0)).astype(int)

    def middle_of(colour):
        rows, columns = np.nonzero(np.abs(drawn - colour).sum(-1) < 90)
        # Not the key, which is at the top.
        below = rows > drawn.shape[0] * 0.3
        return columns[below].mean(), rows[below].mean()

    (x, y), (fake_x, fake_y) = middle_of([77, 132, 186]), middle_of([236, 182, 77])
    assert fake_x > x + 80 and abs(fake_y - y) < 10


def test_each_column_has_a_name_of_its_own():
    ours = settled()
    named = {}
    for preset, name in evaluate._BESIDE.items():
        named[preset] = evaluate.ablation(settled(**changed_by(preset)), ours)
        assert named[preset] == name
    assert (named["dcgan"], named["far-anchor"]) == ("DCGAN", "far anchor")
    assert len(set(named.values())) == len(named)
    assert evaluate.ablation(settled(width=5), ours) == ""
    # Where there is no vector, settings of vectors change nothing.
    for preset in ("triplet", "squared", "far-anchor", "margin-100"):
        others = settled(**changed_by(preset))
        assert evaluate.ablation(settled(**changed_by("dcgan")), others) == "DCGAN"
        # But of vectors they do.
        assert evaluate.ablation(settled(width=5, margin=7.0), others) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vec_len": 0}, "--vec-len 0: legal is 1 to 4096"),
        ({"margin": 0.0}, "--margin 0: legal is from 1e-6 to 1e6"),
        ({"margin": math.nan}, "--margin nan: legal is from 1e-6"),
        ({"anchor": -1.0}, "--anchor -1.0: legal is 0 to"),
        ({"loss": "non-saturating"}, "--loss non-saturating: .* legal with --vec-len 1"),
        ({"loss": "triplet", "squared": True}, "--squared: legal with --loss anchored"),
        ({"loss": "contrastive", "batch_size": 5}, "--batch-size 5: .* legal is an even number"),
        ({"loss": "contrastive", "anchor": 1.0}, "--anchor: legal with --loss anchored, triplet"),
        ({"loss": "contrastive", "r1": 1.0}, "--r1: legal with --loss anchored, triplet"),
    ],
)
def test_illegal_settings(changes, words):
    with pytest.raises(Refused, match=words):
        dataclasses.replace(PRESETS["tiny"], **changes).check()
