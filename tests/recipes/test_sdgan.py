"""SD-GAN held to its paper: what a pair shares, how it is judged, and BEGAN's balance."""

import dataclasses
import math

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

import data
from common.batches import Batches
from common.network import Discriminator
from common.run import checkpoint
from data.errors import Refused
from data.samples import SampleSet
from recipes.sdgan.began import Halved
from recipes.sdgan.codes import IDENTITY, OBSERVATION, OTHER
from recipes.sdgan.config import PARAMETERS, PRESETS
from recipes.sdgan.generator import in_pairs, of_both
from recipes.sdgan.train import build

pytestmark = pytest.mark.usefixtures("eagerly")

RNG = np.random.default_rng(0)


def settled(preset="tiny", **changes):
    config = dataclasses.replace(PRESETS[preset], precision="float32", **changes)
    return config.adapted_to(data.find(config.data, config.reading))


def began(**changes):
    """BEGAN's game, as small as the smallest configuration."""
    return settled(game="began", beta_1=0.9, **changes)


def batch_of(trainer, count=4, seed=0):
    rng = np.random.default_rng(seed)
    side, channels = trainer.config.image_size, trainer.config.channels
    real = rng.uniform(-1, 1, (count, 2, side, side, channels)).astype(np.float32)
    drawn = {"real": real} | trainer.draw(rng, count)
    return {name: ops.convert_to_tensor(value) for name, value in drawn.items()}


# --- pairs ---


def test_a_fake_pair_shares_its_identity_and_not_its_observation():
    codes = build(settled()).draw(RNG, 5)
    assert all(values.shape == (5, 3) for values in codes.values())
    assert min(v.min() for v in codes.values()) >= -1 and max(v.max() for v in codes.values()) <= 1
    both = of_both(codes)
    who, how = (np.array(in_pairs(both[name])) for name in (IDENTITY, OBSERVATION))
    np.testing.assert_array_equal(who, np.stack([codes[IDENTITY]] * 2, axis=1))
    np.testing.assert_array_equal(how, np.stack([codes[OBSERVATION], codes[OTHER]], axis=1))
    assert (how[:, 0] != how[:, 1]).all()


def test_the_generator_makes_both_pictures_in_one_pass():
    """As the authors do, so that both are normalised together; and then pairs them."""
    trainer = build(settled())
    batch = batch_of(trainer)
    pairs = np.array(trainer.generator.frozen(batch))
    assert pairs.shape == (4, 2, 16, 16, 3)
    both = of_both(batch)
    all_pictures = trainer.generator.model([both[IDENTITY], both[OBSERVATION]], training=True)
    np.testing.assert_allclose(pairs[:, 1], np.array(all_pictures)[4:], atol=1e-6)
    assert np.abs(pairs[:, 0] - pairs[:, 1]).max(axis=(1, 2, 3)).min() > 1e-4


def numbers(identities=8, each=3):
    """Pictures whose value tells who is seen, and how."""
    values = np.arange(identities * each, dtype=np.uint8)
    who = values // each
    return SampleSet(values.reshape(-1, 1, 1, 1), {"identity": who.astype(np.int64)})


@pytest.mark.parametrize("strangers", [False, True])
def test_a_real_pair_is_two_pictures_of_one_identity(strangers):
    """Of strangers, two pictures of any identities: the control."""
    config = settled(strangers=strangers, batch_size=6)
    learned = config.training_set(numbers(40))
    assert learned.factors["identity"].dtype == np.int32
    pairs = np.concatenate([Batches(learned, config)(step)["real"].ravel() for step in range(20)])
    one, other = pairs.reshape(-1, 2).T
    assert (one != other).all() and len(set(one.tolist())) == 120
    together = float((one // 3 == other // 3).mean())
    assert together < 0.2 if strangers else together == 1


def test_a_real_pair_is_in_either_order():
    config = settled(batch_size=6)
    learned = config.training_set(numbers(40))
    pairs = [Batches(learned, config)(step)["real"].reshape(-1, 2) for step in range(60)]
    first = (np.diff(np.concatenate(pairs).astype(int)) > 0).mean()
    assert first == pytest.approx(0.5, abs=0.1)


# --- the discriminator ---


def seen_by_the_last_block(model):
    """What both towers have made of a pair, side by side."""
    (joined,) = [x for x in model.layers if isinstance(x, keras.layers.Concatenate)]
    return keras.Model(model.input, joined.output)


def test_the_towers_share_their_weights():
    """Exchanged pictures exchange their maps; each tower is one picture's."""
    model = build(settled(r1=0.1)).discriminator.model
    maps = seen_by_the_last_block(model)
    pairs = RNG.uniform(-1, 1, (3, 2, 16, 16, 3)).astype(np.float32)
    one, other = np.split(np.array(maps(pairs)), 2, axis=-1)
    swapped = np.split(np.array(maps(pairs[:, ::-1])), 2, axis=-1)
    np.testing.assert_array_equal(swapped[0], other)
    np.testing.assert_array_equal(swapped[1], one)
    assert not np.array_equal(one, other)
    changed = pairs.copy()
    changed[:, 1] = 0
    np.testing.assert_array_equal(np.split(np.array(maps(changed)), 2, axis=-1)[0], one)


def test_the_order_of_a_pair_leaves_the_distribution_of_its_score():
    """Of real pairs and of fake ones; pairs that somebody has sorted are seen through."""
    trainer = build(settled(r1=0.1))
    score = trainer.discriminator.model
    # So that the order can be seen at all, the last block looks at the first picture.
    conv = [x for x in score.layers if isinstance(x, keras.layers.Conv2D)][-1]
    kernel = np.array(conv.kernel)
    kernel[:, :, kernel.shape[2] // 2 :] = 0
    conv.kernel.assign(20 * kernel)
    learned = trainer.config.training_set(data.find("faces").load("train", 16, 400, 0))
    real = np.concatenate([Batches(learned, trainer.config)(n)["real"] for n in range(90)])
    real = real.astype(np.float32) / 127.5 - 1
    fake = np.array(trainer.generator.frozen(trainer.draw(RNG, 400)))
    for pairs in (real, fake):
        found = [np.array(score(p)).ravel() for p in (pairs, pairs[:, ::-1])]
        assert stats.ks_2samp(*found).pvalue > 0.01
    dark_first = np.argsort(real.mean((2, 3, 4)), axis=1)[:, :, None, None, None]
    ordered = np.take_along_axis(real, dark_first, axis=1)
    found = [np.array(score(p)).ravel() for p in (ordered, ordered[:, ::-1])]
    assert stats.ks_2samp(*found).pvalue < 1e-4


@pytest.mark.parametrize(("towers", "logits"), [("stacked", 1), ("single", 2)])
def test_other_ways_to_see_a_pair(towers, logits):
    """Stacked: one picture of six channels; single: a logit for each, whatever the other is."""
    model = build(settled(towers=towers, r1=0.1)).discriminator.model
    pairs = RNG.uniform(-1, 1, (3, 2, 16, 16, 3)).astype(np.float32)
    found = np.array(model(pairs))
    assert found.shape == (3, logits)
    first = [x for x in model.layers if isinstance(x, keras.layers.Conv2D)][0]
    assert first.kernel.shape[2] == (6 if towers == "stacked" else 3)
    if towers == "single":
        np.testing.assert_allclose(np.array(model(pairs[:, ::-1])), found[:, ::-1], atol=1e-6)
        mixed = np.stack([pairs[:, 0], pairs[::-1, 1]], axis=1)
        np.testing.assert_allclose(np.array(model(mixed))[:, 0], found[:, 0], atol=1e-6)


def test_the_published_networks():
    """Kernels of 5×5, no normalisation of D's first maps, weights uniform with deviation .02."""
    paper = PRESETS["paper"]
    assert (paper.batch_size, paper.width, paper.image_size, paper.beta_1) == (16, 64, 64, 0.5)
    assert (paper.identity_size, paper.observation_size) == (50, 50)
    assert (paper.generator_rate, paper.discriminator_rate) == (2e-4, 2e-4)
    assert paper.loss == "non-saturating" and paper.averaging == 0
    trainer = build(settled("paper"))
    generator, discriminator = trainer.generator.model, trainer.discriminator.model
    convs = [x for x in discriminator.layers if isinstance(x, keras.layers.Conv2D)]
    shapes = [tuple(x.kernel.shape) for x in convs]
    assert shapes == [(5, 5, a, b) for a, b in ((3, 64), (64, 128), (128, 256), (256, 512))] + [
        (3, 3, 1024, 512)
    ]
    norms = [x for x in discriminator.layers if isinstance(x, keras.layers.BatchNormalization)]
    assert len(norms) == 4 and all(x.use_bias for x in convs)
    for kernel in (convs[3].kernel, generator.get_layer(index=3).kernel):
        values = np.array(kernel)
        assert values.std() == pytest.approx(0.02, rel=0.01)
        assert np.abs(values).max() == pytest.approx(0.02 * math.sqrt(3), rel=0.01)
    counted = {
        m.name: sum(math.prod(v.shape) for v in m.trainable_variables) for m in trainer.keras_models
    }
    assert counted == PARAMETERS


def test_the_discriminators_loss_is_halved():
    """2 log 2 of logits that are all 0, halved; penalties are not."""
    # A weight as large as the first slopes are small.
    trainer = build(settled(r1=1e4))
    discriminator = trainer.discriminator
    batch = batch_of(trainer)
    given = batch, 0.5 * batch["real"]
    whole = Discriminator.lossFunction(discriminator, *given)
    terms = discriminator.lossFunction(*given)
    assert float(terms["adversarial"]) == pytest.approx(float(whole["adversarial"]) / 2)
    assert float(terms["r1"]) == pytest.approx(float(whole["r1"])) and float(whole["r1"]) > 0
    logit = discriminator.model.get_layer("logit")
    logit.kernel.assign(0 * logit.kernel)
    terms = discriminator.lossFunction(*given)
    assert float(terms["adversarial"]) == pytest.approx(np.log(2), rel=1e-5)


# --- BEGAN ---


def test_the_published_autoencoder():
    """Each picture → 100 numbers, both → 150 → 200, and a decoder as the generator is."""
    trainer = build(settled("paper-began"))
    counted = {
        m.name: sum(math.prod(v.shape) for v in m.trainable_variables) for m in trainer.keras_models
    }
    # Added up from the authors' code.
    assert counted == {"generator": 2_011_523, "discriminator": 14_940_325}
    dense = [x for x in trainer.discriminator.model.layers if isinstance(x, keras.layers.Dense)]
    assert [tuple(x.kernel.shape) for x in dense] == [
        *((32768, 100), (200, 150), (150, 200), (100, 8192))
    ]
    config = trainer.config
    assert (config.balance_target, config.balance_rate, config.halve_every) == (0.5, 1e-3, 100_000)
    assert (config.generator_rate, config.beta_1) == (8e-5, 0.9)


def test_rates_are_halved_down_to_a_quarter():
    rates = [float(Halved(8e-5, 100)(step)) for step in (0, 99, 100, 199, 200, 10_000)]
    assert rates == pytest.approx([8e-5, 8e-5, 4e-5, 4e-5, 2e-5, 2e-5])


def test_the_balance_in_closed_form():
    """k + λ(γL(x) − L(G(z))); D's loss weighs fake pairs by the k from before."""
    trainer = build(began(balance_rate=0.1))
    discriminator = trainer.discriminator
    discriminator.balance.assign(0.3)
    batch = batch_of(trainer)
    fake = 0.5 * batch["real"]
    errors = [float(discriminator.error(pairs)) for pairs in (batch["real"], fake)]
    logs = {name: float(v) for name, v in discriminator.trainModel(batch, fake).items()}
    assert logs["discriminator/real"] == pytest.approx(errors[0], rel=1e-5)
    assert logs["discriminator/fake"] == pytest.approx(-0.3 * errors[1], rel=1e-5)
    apart = 0.5 * errors[0] - errors[1]
    assert logs["discriminator/balance"] == pytest.approx(0.3 + 0.1 * apart, rel=1e-5)
    assert logs["discriminator/convergence"] == pytest.approx(errors[0] + abs(apart), rel=1e-5)


def test_the_balance_stays_between_0_and_1():
    """However far apart the errors are, and however fast it moves."""
    trainer = build(began(balance_rate=1e3))
    batch = batch_of(trainer)
    assert float(trainer.discriminator.balance.value) == 0
    for fake, wanted in ((0 * batch["real"], 1.0), (9.0 * batch["real"], 0.0)):
        trainer.discriminator.trainModel(batch, fake)
        assert float(trainer.discriminator.balance.value) == wanted


def test_the_generator_is_judged_by_how_well_its_pairs_are_copied():
    trainer = build(began())
    batch = batch_of(trainer)
    terms = trainer.generator.lossFunction(batch, batch["real"], trainer.discriminator)
    copies = trainer.discriminator.model(batch["real"])
    wanted = np.abs(np.array(copies) - np.array(batch["real"])).mean()
    assert float(terms["adversarial"]) == pytest.approx(wanted, rel=1e-5)


def test_a_copy_depends_on_both_pictures_of_a_pair():
    """The bottleneck is shared: what is seen in one picture helps to copy the other."""
    model = build(began()).discriminator.model
    pairs = RNG.uniform(-1, 1, (2, 2, 16, 16, 3)).astype(np.float32)
    other = pairs.copy()
    other[:, 1] = 0
    assert not np.array_equal(np.array(model(pairs))[:, 0], np.array(model(other))[:, 0])


def test_began_resumes_exactly(tmp_path):
    """1 + 1 steps are 2, with the balance; and it is in the log."""
    config = began(balance_rate=0.05)
    whole, parts = build(config), build(config)
    first, second = (batch_of(whole, count=2, seed=step) for step in range(2))
    logs = whole.train_step(first)
    checkpoint.save(tmp_path, 1, whole.state())
    assert {"discriminator/balance", "discriminator/convergence"} < set(logs)
    assert checkpoint.restore(tmp_path, parts.state()) == 1
    assert 0 < float(parts.discriminator.balance.value) < 1
    whole.train_step(second)
    parts.train_step(second)
    for name, values in whole.state().items():
        for a, b in zip(values, parts.state()[name], strict=True):
            np.testing.assert_array_equal(np.array(a), np.array(b), err_msg=name)


# --- settings ---


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"game": "began", "r1": 0.1}, "--r1: legal with --game dcgan only"),
        ({"game": "began", "towers": "single"}, "--towers: legal with --game dcgan only"),
        ({"game": "began", "image_size": 24}, "--image-size 24: this network makes 16, 32"),
        ({"halve_every": 5}, "--halve-every: legal with --game began only"),
        ({"identity_size": 0}, "--identity-size 0: legal is 1"),
        ({"balance_target": 2.0}, "--balance-target 2.0: legal is 0 to 1"),
        ({"balance": "identity"}, "--balance: not available in this recipe"),
    ],
)
def test_illegal_settings(changes, words):
    with pytest.raises(Refused, match=words):
        dataclasses.replace(PRESETS["tiny"], **changes).check()


def test_presets_are_legal():
    for config in PRESETS.values():
        config.check()
