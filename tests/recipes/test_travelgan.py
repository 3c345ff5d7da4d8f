"""TraVeLGAN: transformation vectors, who learns from what, and the single discriminator."""

import dataclasses
import math

import keras
import numpy as np
import pytest
from keras import ops

import data
from common.batches import check_batch
from common.machine import backend
from data.errors import Refused
from recipes.travelgan import evaluate, travel
from recipes.travelgan.attention import self_attention
from recipes.travelgan.config import PRESETS
from recipes.travelgan.generator import TravelGenerator, unet
from recipes.travelgan.siamese import Siamese, content
from recipes.travelgan.train import build
from tests.contract import cases

pytestmark = pytest.mark.usefixtures("eagerly")

RNG = np.random.default_rng(0)
#: What the smallest configuration becomes with a single discriminator.
SINGLE = {
    name: getattr(PRESETS["one"], name)
    for name in ("single", "spectral_norm", "euclidean", "floor", "margin", "beta_1", "beta_2")
}


def settled(**changes):
    config = dataclasses.replace(PRESETS["tiny"], precision="float32", **changes)
    return config.adapted_to(data.find(config.data, config.reading))


@pytest.fixture(scope="module")
def trainer():
    return build(settled())


@pytest.fixture(scope="module")
def single():
    return build(settled(**SINGLE))


def batch_of(trainer):
    return cases.batch_of(trainer, cases.loaded(trainer.config), trainer.phases()[-1])


# --- transformation vectors ---


def pairs_of(vectors, made):
    """All ordered pairs i ≠ j, one after the other: (v, v')."""
    count = len(vectors)
    for i in range(count):
        for j in range(count):
            if i != j:
                yield vectors[i] - vectors[j], made[i] - made[j]


def test_losses_of_all_ordered_pairs_against_a_loop():
    vectors, made = (RNG.normal(size=(5, 7)).astype(np.float32) for _ in range(2))
    v, w = (travel.differences(ops.convert_to_tensor(each)) for each in (vectors, made))
    assert v.shape == (5, 5, 7)
    np.testing.assert_allclose(v[1, 3], vectors[1] - vectors[3], rtol=1e-6)
    pairs = list(pairs_of(vectors, made))
    assert len(pairs) == 20
    squares = [max(0, 14 - (a**2).sum()) for a, _ in pairs]
    assert 0 < sum(value == 0 for value in squares) < 20
    assert float(travel.margin_loss(v, 14.0)) == pytest.approx(np.mean(squares), rel=1e-5)
    apart = [((a - b) ** 2).mean() for a, b in pairs]
    assert float(travel.euclidean_loss(v, w)) == pytest.approx(np.mean(apart), rel=1e-5)
    cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs]
    assert float(travel.cosine_loss(v, w, 1e-6)) == pytest.approx(-np.mean(cosines), rel=1e-4)
    # A floor above all lengths: the bare dot products, over its square.
    dots = [a @ b / 100**2 for a, b in pairs]
    assert float(travel.cosine_loss(v, w, 100.0)) == pytest.approx(-np.mean(dots), rel=1e-4)
    lengths = [[np.linalg.norm(each) for each in pair] for pair in pairs]
    ratio = np.mean(lengths, axis=0)[1] / np.mean(lengths, axis=0)[0]
    assert float(travel.length_ratio(v, w)) == pytest.approx(ratio, rel=1e-5)


def test_where_vectors_stay_the_same_and_pairs_are_far():
    """S∘G = S, and differences beyond the margin: 0, 0 and −1."""
    v = travel.differences(ops.convert_to_tensor(10 * np.eye(4, dtype=np.float32)))
    found = travel.margin_loss(v, 10.0), travel.euclidean_loss(v, v), travel.cosine_loss(v, v, 1e-6)
    assert [float(value) for value in found] == pytest.approx([0, 0, -1], abs=1e-6)


@pytest.mark.parametrize("floor", [1e-6, 0.1])
def test_the_slope_is_finite_where_translations_have_one_vector(floor):
    """At ‖v'‖ = 1e-6 and at 0: at most 1/floor in all, and without a floor hardly bounded."""
    import tensorflow as tf

    v = travel.differences(tf.constant([[0.0, 0.0], [1.0, 0.0]]))
    for length in (1e-6, 0.0):
        made = tf.constant([[0.0, 0.0], [0.0, length]])
        with tf.GradientTape() as tape:
            tape.watch(made)
            loss = travel.cosine_loss(v, travel.differences(made), floor)
        slopes = np.array(tape.gradient(loss, made))
        assert np.isfinite(slopes).all()
        assert np.linalg.norm(slopes[1]) <= 1.001 / floor
    # With a floor, the slope says into which direction the difference should grow.
    if floor == 0.1:
        np.testing.assert_allclose(slopes[1], [-1 / floor, 0], rtol=1e-5)


# --- three networks ---


def test_the_paper_configuration():
    paper = PRESETS["paper"]
    assert (paper.image_size, paper.batch_size, paper.vec_len) == (128, 16, 1000)
    assert (paper.generator_rate, paper.discriminator_rate, paper.beta_1) == (2e-4, 2e-4, 0.5)
    assert (paper.margin, paper.siamese_weight, paper.steps) == (10.0, 10.0, 200_000)
    assert paper.jitter == 0.25 and paper.euclidean and not paper.single and not paper.decay_steps
    # Cut from 160 pixels, .8 of which are 128.
    settled = dataclasses.replace(paper, input_channels=3, channels=3)
    assert settled.loaded_size == 160 and settled.halvings == 4


def test_networks_as_published(trainer):
    """No γ, no dropout, logits, a linear vector, and of S a first convolution for each domain."""
    for model in trainer.keras_models:
        layers = model.layers
        norms = [x for x in layers if isinstance(x, keras.layers.BatchNormalization)]
        assert norms and all((x.momentum, x.scale, x.center) == (0.9, False, True) for x in norms)
        assert not any(isinstance(x, keras.layers.Dropout) for x in layers)
        kernels = [x for x in layers if isinstance(x, keras.layers.Conv2D)]
        assert all(x.kernel_size == (4, 4) and x.strides == (2, 2) for x in kernels)
    last = [network.model.layers[-1] for network in (trainer.discriminator, trainer.siamese)]
    assert all(layer.activation is keras.activations.linear for layer in last)
    siamese = trainer.siamese.model
    first, other, *shared = [x for x in siamese.layers if isinstance(x, keras.layers.Conv2D)]
    assert [len(x._inbound_nodes) for x in (first, other)] == [1, 1]
    assert shared and all(len(x._inbound_nodes) == 2 for x in shared)
    # Of one picture, as one of A and as one of B, it says different things.
    picture = batch_of(trainer)["input"]
    a, b = trainer.siamese({"a": picture, "b": picture})
    assert a.shape == (4, 8) and np.abs(a - b).max() > 1e-3


def test_generators_keep_the_size_and_have_skips(trainer):
    model = trainer.generator.models[0]
    assert model(np.zeros((1, 48, 32, 3), np.float32)).shape == (1, 48, 32, 3)
    joins = [x for x in model.layers if isinstance(x, keras.layers.Concatenate)]
    assert len(joins) == trainer.config.halvings - 1 == 1
    for how in ("resize", "subpixel"):
        other = unet(settled(upsampling=how), 3, 1, "other")
        assert other(np.zeros((1, 48, 32, 3), np.float32)).shape == (1, 48, 32, 1)


def test_who_learns_from_what(trainer):
    """The discriminators never move S; S moves in the generators' step, by their terms."""
    batch, before = batch_of(trainer), cases.snapshot(trainer)
    trainer.discriminator_step(batch)
    moved = cases.differing(before, cases.snapshot(trainer))
    assert moved and all(name.startswith("discriminator") for name in moved)
    trainer.train_step(batch)
    assert "siamese" in cases.differing(before, cases.snapshot(trainer))


def flat(value):
    return np.full((2, 32, 32, 3), value, np.float32)


def test_each_discriminator_judges_its_own_side(trainer, monkeypatch):
    """A's logit is here a picture's own value, and B's is 1 more."""
    discriminator, generator = trainer.discriminator, trainer.generator
    monkeypatch.setattr(
        discriminator,
        "logits",
        lambda s, batch=None, frozen=False, which=0: s[:, 0, 0, :1] + which,
    )
    batch, fakes = {"input": flat(0.1), "real": flat(-0.2)}, (flat(0.5), flat(0.7))
    of_d = discriminator.lossFunction(batch, *fakes)["adversarial"]
    of_g = generator.lossFunction(batch, fakes, trainer.vectors(batch, *fakes), discriminator)
    wanted = np.logaddexp(0, [-0.1, 0.5, -0.8, 1.7]).sum(), np.logaddexp(0, [-0.5, -1.7]).sum()
    assert (float(of_d), float(of_g["adversarial"])) == pytest.approx(wanted, rel=1e-5)


def test_two_updates_have_the_gradients_of_one_loss(trainer, monkeypatch):
    """The published code has one Adam, of one loss, for generators and S.

    Adam looks at each weight by itself, so two of one rate are the same if the gradients are.
    """
    batch, networks, found = batch_of(trainer), (trainer.generator, trainer.siamese), {}
    for network in trainer.networks:
        monkeypatch.setattr(network, "update", lambda g, n=network.name: found.update({n: g}))
    trainer.train_step(batch)
    with backend.tape() as tape:
        fakes = trainer.translations(batch)
        vectors = trainer.vectors(batch, *fakes)
        terms = trainer.generator.lossFunction(batch, fakes, vectors, trainer.discriminator)
        margin = trainer.siamese.lossFunction(batch, vectors)["margin"]
        loss = sum(terms.values()) + margin
    wanted = tape.gradient(loss, [network.trainable_variables for network in networks])
    for network, gradients in zip(networks, wanted, strict=True):
        for mine, theirs in zip(found[network.name], gradients, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5)
    first, last = (network.optimizer for network in networks)
    assert (float(first.learning_rate), first.beta_1) == (float(last.learning_rate), last.beta_1)


def test_the_weight_and_both_directions_count():
    """Means over both directions, times λ; the margin is of originals alone, and S's alone."""
    config = settled(siamese_weight=3.0, margin=14.0)
    sets = [RNG.normal(size=(4, 8)).astype(np.float32) for _ in range(4)]
    vectors = (sets[0], sets[1]), (sets[2], sets[3])
    terms = content(vectors, config)
    v = [travel.differences(each) for each in sets]
    both = (travel.euclidean_loss(v[0], v[1]) + travel.euclidean_loss(v[2], v[3])) / 2
    assert float(terms["euclidean"]) == pytest.approx(3 * float(both), rel=1e-5)
    assert set(content(vectors, settled(euclidean=False))) == {"cosine"}
    of_s = Siamese(config).lossFunction({}, vectors)
    margin = (travel.margin_loss(v[0], 14.0) + travel.margin_loss(v[2], 14.0)) / 2
    assert float(of_s["margin"]) == pytest.approx(3 * float(margin), rel=1e-5)
    assert set(of_s) == {*terms, "margin"}


def test_domains_of_different_channels():
    """Each network has a first convolution for each domain; a single discriminator has not."""
    there, back = TravelGenerator(dataclasses.replace(settled(), input_channels=1)).models
    assert (there.input_shape[-1], there.output_shape[-1]) == (1, 3)
    assert (back.input_shape[-1], back.output_shape[-1]) == (3, 1)

    # In a step each picture goes to its own domain's: another's would not take it.
    mixed = build(dataclasses.replace(settled(), input_channels=1))
    batch = batch_of(build(settled()))
    logs = mixed.train_step(batch | {"input": batch["input"][..., :1]})
    assert all(np.isfinite(float(value)) for value in logs.values())
    # One update of each.
    assert [int(network.optimizer.iterations) for network in mixed.networks] == [1, 1, 1]

    class Source:
        kind, name, usual_size, sizes, factors = "domains", "maps, photos", None, None, {}
        domains = {n: type("Of", (), {"channels": c}) for n, c in (("A", 1), ("B", 3))}
        channels = 3

    config = dataclasses.replace(PRESETS["tiny"], **SINGLE)
    with pytest.raises(Refused, match="one set has 1 channel and the other 3; with --single"):
        config.adapted_to(Source())


# --- a single discriminator ---


def test_attention_changes_nothing_at_first():
    """And from a γ other than 0 on, each place is told of all others."""
    picture = keras.Input((None, None, 8))
    model = keras.Model(picture, self_attention(picture))
    values = RNG.normal(size=(2, 5, 4, 8)).astype(np.float32)
    np.testing.assert_array_equal(model(values), values)
    gamma = model.get_layer("attention_gamma")
    assert gamma.kernel.shape == (1, 1)
    gamma.kernel.assign([[0.5]])
    layer = model.get_layer("attention")
    parts = layer.query_dense, layer.key_dense, layer.value_dense, layer.output_dense
    query, key, value = (np.array(part.kernel)[:, 0] for part in parts[:3])
    out = np.array(parts[3].kernel)[0]
    flat = values.reshape(2, 20, 8)
    scores = np.einsum("npc,nqc->npq", flat @ query, flat @ key) / math.sqrt(query.shape[-1])
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    wanted = flat + 0.5 * (weights @ (flat @ value) @ out)
    np.testing.assert_allclose(model(values), wanted.reshape(values.shape), atol=1e-5)


def test_kernels_have_a_spectral_norm_of_one(single):
    """The discriminator's as it computes, the generator's as they are stored; after updates too."""
    trainer, batch = single, batch_of(single)
    for _ in range(2):
        trainer.train_step(batch)

    def norms(model):
        for layer in model._flatten_layers(include_self=False):
            kernel = getattr(layer, "kernel", None)
            if kernel is None or kernel.shape == (1, 1):
                continue
            matrix = np.array(kernel)
            if isinstance(layer, keras.layers.Conv2DTranspose):
                matrix = matrix.swapaxes(-1, -2)
            yield np.linalg.svd(matrix.reshape(-1, matrix.shape[-1]), compute_uv=False)[0]

    stored = list(norms(trainer.generator.model))
    assert len(stored) == 8 and np.abs(np.array(stored) - 1).max() < 0.02, stored
    # One power iteration an update: near at first, and nearer later.
    for _ in range(20):
        for norm in trainer.discriminator._spectral:
            norm.iterate()
    with trainer.discriminator.baked() as (model,):
        found = list(norms(model))
    assert len(found) == 8 and np.abs(np.array(found) - 1).max() < 0.02, found


def test_factors_of_attention_are_left_alone(single):
    """γ begins at 0, which nothing can be divided by; and it learns."""
    gammas = [
        network.model.get_layer("attention_gamma").kernel
        for network in (single.generator, single.discriminator)
    ]
    assert all(np.isfinite(np.array(gamma)).all() for gamma in gammas)
    assert all(np.abs(np.array(gamma)).max() > 0 for gamma in gammas)


def test_the_single_discriminator_in_closed_form(single):
    """Real ones at the origin, fake ones a radius away, differences far, and alike."""
    trainer, batch = single, batch_of(single)
    config, fake = trainer.config, trainer.generator(batch)
    real, made, original = (
        np.array(trainer.discriminator.logits(some, batch, frozen=True))
        for some in (batch["real"], fake, batch["input"])
    )
    lengths = [np.linalg.norm(each, axis=1) for each in (real, made)]
    push = np.maximum(0, config.radius - lengths[1]) ** 2
    v, w = travel.differences(original), travel.differences(made)
    wanted = {
        "adversarial": (lengths[0] ** 2).mean() + push.mean(),
        "margin": 10 * float(travel.margin_loss(v, config.margin)),
        "cosine": 10 * float(travel.cosine_loss(v, w, config.floor)),
    }
    found = trainer.discriminator.lossFunction(batch, fake)
    assert {n: float(x) for n, x in found.items()} == pytest.approx(wanted, rel=1e-3, abs=1e-4)
    logs = trainer.discriminator.logged
    assert float(logs["fake_distance"]) == pytest.approx(lengths[1].mean(), rel=1e-3)
    assert float(logs["length_ratio"]) == pytest.approx(float(travel.length_ratio(v, w)), rel=1e-3)
    terms = trainer.generator.lossFunction(batch, fake, trainer.discriminator)
    assert float(terms["adversarial"]) == pytest.approx((lengths[1] ** 2).mean(), rel=1e-3)
    assert set(terms) == {"adversarial", "cosine"}


def test_it_shows_and_translates_one_way():
    trainer = cases.built("travelgan", settled(**SINGLE))
    assert set(trainer.visuals(2)) == {"A", "A→B"}
    assert [model.name for model in trainer.keras_models] == ["generator", "discriminator"]


def test_the_variant_has_two_rates():
    one = PRESETS["one"]
    assert one.single and one.spectral_norm and one.discriminator_rate > one.generator_rate
    assert one.floor > PRESETS["paper"].floor


def test_columns_and_criteria():
    ours = settled()
    assert evaluate.ablation(settled(siamese_weight=0.0), ours) == "GAN alone"
    sure = settled(**SINGLE)
    assert evaluate.ablation(dataclasses.replace(sure, floor=1e-6), sure) == "no floor"
    assert evaluate.ablation(settled(width=5), ours) == ""
    assert evaluate.ablation(ours, ours) == "", "a copy of it is not one without a floor"


def test_one_picture_a_domain_is_too_little_for_any_batch():
    """Not: a batch of one is legal, which the settings refuse."""
    for count, words in (
        (1, "there is 1 picture for training; at least 2 are needed"),
        (2, "--batch-size 4: there are 2 pictures for training; legal is 2$"),
        (3, "there are 3 pictures for training; legal is 2 to 3"),
    ):
        with pytest.raises(Refused, match=words):
            check_batch(settled(), count)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch_size": 1}, "--batch-size 1: legal is 2 or more"),
        ({"vec_len": 0}, "--vec-len 0: legal is 1 to 4096"),
        ({"margin": 0.0}, "--margin 0: legal is more than 0"),
        ({"floor": 1e-20}, "--floor 1e-20: legal is 1e-12 to"),
        ({"radius": math.nan}, "--radius nan: legal is more than 0"),
        ({"siamese_weight": -1.0}, "--siamese-weight -1.0: legal is 0 to"),
        ({"single": True, "loss": "hinge"}, "--loss: not with --single"),
        ({"image_size": 100}, "--image-size 100: this network makes 80, 96, 112, 128"),
    ],
)
def test_illegal_settings(changes, words):
    with pytest.raises(Refused, match=words):
        dataclasses.replace(PRESETS["tiny"], **changes).check()
