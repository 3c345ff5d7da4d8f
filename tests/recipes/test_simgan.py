"""SimGAN held to its paper."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

import data
from common.batches import Batches
from data.errors import Refused
from data.samples import SampleSet, UnpairedSet
from recipes.simgan.config import PRESETS
from recipes.simgan.history import History
from recipes.simgan.train import build

pytestmark = pytest.mark.usefixtures("eagerly")


def settled(**changes):
    config = dataclasses.replace(PRESETS["tiny"], precision="float32", **changes)
    return config.adapted_to(data.find(config.data, config.reading))


@pytest.fixture(scope="module")
def eyes():
    return data.find("eyes").load("train", 32, 24, 0)


def batch_of(trainer, eyes, phase, step=0):
    drawn = trainer._batches(eyes, phase)(step)
    return {
        name: ops.convert_to_tensor(v.astype(np.float32) / 127.5 - 1 if v.dtype == np.uint8 else v)
        for name, v in drawn.items()
    }


def weights(network):
    return [np.array(v) for v in network.trainable_variables]


def moved(before, network):
    return any(not np.array_equal(a, b) for a, b in zip(before, weights(network), strict=True))


def averages(trainer):
    return np.concatenate([np.array(v).ravel() for v in trainer.average.state()["average"]])


def test_the_paper_configuration():
    paper = PRESETS["paper"]
    assert (paper.image_size, paper.batch_size, paper.optimizer) == ((35, 55), 512, "sgd")
    assert (paper.pretrain_refiner, paper.pretrain_discriminator) == (1000, 200)
    assert (paper.generator_rate, paper.discriminator_rate) == (1e-3, 1e-3)
    assert (paper.refiner_steps, paper.critic_steps, paper.history) == (2, 1, 25_600)


def test_a_block_adds_what_entered_it():
    """With the block's last kernel at 0 the block changes nothing, whatever its first one is."""
    refiner = build(settled(blocks=1)).generator
    first, *inner, last = [x for x in refiner.model.layers if isinstance(x, keras.layers.Conv2D)]
    assert len(inner) == 2 and last.kernel_size == (1, 1)
    inner[1].kernel.assign(0 * inner[1].kernel)
    picture = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 1)).astype(np.float32)
    around = np.pad(picture, ((0, 0), (1, 1), (1, 1), (0, 0)), "reflect")
    expected = ops.tanh(last(first(around)))
    np.testing.assert_allclose(refiner({"input": picture}), expected, atol=1e-6)


def test_the_refiner_takes_any_size():
    refiner = build(settled()).generator
    assert refiner({"input": ops.zeros((1, 35, 55, 1))}).shape == (1, 35, 55, 1)


def test_the_discriminator_gives_a_logit_a_part_without_a_last_activation():
    trainer = build(settled())
    model = trainer.discriminator.model
    assert model.output.shape == (None, 8, 8, 1) and model.output.dtype == "float32"
    pair = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    assert pair.filters == 2 and pair.activation is keras.activations.linear
    # Both signs: nothing has cut them off.
    pair.bias.assign([1.0, 3.0])
    assert np.max(model(np.zeros((1, 32, 32, 1), np.float32))) < -1
    pair.bias.assign([3.0, 1.0])
    assert np.min(model(np.zeros((1, 32, 32, 1), np.float32))) > 1


def test_the_softmax_of_two_numbers_is_the_sigmoid_of_their_difference():
    numbers = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    two = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(np.zeros(5), numbers)
    one = keras.losses.BinaryCrossentropy(from_logits=True)(
        np.ones((5, 1)), numbers[:, :1] - numbers[:, 1:]
    )
    assert float(two) == pytest.approx(float(one), rel=1e-6)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_losses_in_closed_form(reduction, eyes):
    """D's logits all 0; the refined pictures .25 above the simulated ones, λ 3."""
    bare = {"features": "pixels", "instance_noise": 0.0, "history": 0}
    trainer = build(settled(reduction=reduction, regularisation=3.0, **bare))
    pair = [x for x in trainer.discriminator.model.layers if isinstance(x, keras.layers.Conv2D)][-1]
    pair.kernel.assign(0 * pair.kernel)
    batch = {"input": ops.zeros((4, 32, 32, 1)), "real": ops.ones((4, 32, 32, 1))}
    refined = batch["input"] + 0.25
    places, pixels = (64, 32 * 32) if reduction == "sum" else (1, 1)
    terms = trainer.generator.lossFunction(batch, refined, trainer.discriminator)
    assert float(terms["adversarial"]) == pytest.approx(places * np.log(2), rel=1e-5)
    assert float(terms["self-regularisation"]) == pytest.approx(3 * 0.25 * pixels, rel=1e-5)
    terms = trainer.discriminator.lossFunction(batch, refined)
    assert float(terms["adversarial"]) == pytest.approx(places * 2 * np.log(2), rel=1e-5)
    assert set(trainer.generator.lossFunction(batch, refined)) == {"self-regularisation"}


def test_derivatives_ignore_light_and_see_edges():
    refiner = build(settled(features="derivatives", regularisation=1.0)).generator
    simulated = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 1)).astype(np.float32)

    def distance(refined):
        terms = refiner.lossFunction({"input": ops.convert_to_tensor(simulated)}, refined)
        return float(terms["self-regularisation"])

    assert distance(ops.convert_to_tensor(simulated + 0.5)) == pytest.approx(0, abs=1e-6)
    edge = np.zeros_like(simulated)
    edge[:, :, 4:] = 1
    # One of seven differences to the right is 1, none downwards.
    assert distance(ops.convert_to_tensor(simulated + edge)) == pytest.approx(1 / 7, rel=1e-5)


def test_the_weight_scales_the_gradient(eyes):
    """λ's part of the gradient is λ times that of 1."""
    from common.machine import backend

    found = []
    for weight in (1.0, 4.0):
        trainer = build(settled(regularisation=weight))
        batch = batch_of(trainer, eyes, trainer.phases()[0], -1)
        with backend.tape() as tape:
            terms = trainer.generator.lossFunction(batch, trainer.generator(batch))
            loss = sum(terms.values())
        found.append(tape.gradient(loss, trainer.generator.trainable_variables))
    for one, four in zip(*found, strict=True):
        np.testing.assert_allclose(four, 4 * np.array(one), rtol=1e-4, atol=1e-7)


def test_the_refiner_learns_first_and_the_discriminator_then(eyes):
    trainer = build(settled(pretrain_refiner=3, pretrain_discriminator=2))
    alone, judged, game = trainer.phases()
    assert (trainer.step, alone.until, judged.until, game.until) == (-5, -2, 0, 6)
    for phase, moves in ((alone, (True, False)), (judged, (False, True)), (game, (True, True))):
        networks = trainer.generator, trainer.discriminator
        before, averaged = [weights(network) for network in networks], averages(trainer)
        phase.step(batch_of(trainer, eyes, phase, 0 if phase is game else -1))
        assert tuple(map(moved, before, networks)) == moves
        # The average follows the refiner, also where that learns alone.
        assert (not np.array_equal(averages(trainer), averaged)) == moves[0]


@pytest.mark.parametrize(("refiner_steps", "critic_steps"), [(3, 1), (1, 2)])
def test_each_update_sees_new_pictures(eyes, refiner_steps, critic_steps, monkeypatch):
    trainer = build(settled(refiner_steps=refiner_steps, critic_steps=critic_steps))
    seen = []
    for name, entry in (("generator", "input"), ("discriminator", "real")):

        def update(batch, *rest, name=name, entry=entry, **more):
            seen.append((name, np.array(batch[entry]).tobytes()))
            return {}

        monkeypatch.setattr(getattr(trainer, name), "trainModel", update)
    phase = trainer.phases()[-1]
    trainer.train_step(batch_of(trainer, eyes, phase))
    names = [name for name, _ in seen]
    assert names == ["generator"] * refiner_steps + ["discriminator"] * critic_steps
    assert len({bits for _, bits in seen}) == len(seen)


def pictures(*values):
    return ops.reshape(ops.convert_to_tensor(np.array(values, np.float32)), (-1, 1, 1, 1))


def flat(images):
    return np.array(images).ravel().tolist()


def test_the_history_fills_and_then_gives_half():
    history, places = History(5, (1, 1, 1)), np.arange(4, dtype=np.int32)
    kept, count = history.variables
    # While it fills, batches pass unchanged, and their second half is kept.
    for start, held in ((10, [12, 13, 0, 0, 0]), (20, [12, 13, 22, 23, 0])):
        batch = pictures(*range(start, start + 4))
        assert flat(history.exchange(batch, places, places)) == flat(batch)
        assert flat(kept) == held
    # The last half that there is room for: no place stays empty.
    history.exchange(pictures(30, 31, 32, 33), places, places)
    assert flat(kept) == [12, 13, 22, 32, 33] and int(count) == 5
    # Then half of a batch is old, and the new half replaces what the draw says.
    taken, replaced = np.array([3, 0, 9, 9], np.int32), np.array([1, 4, 9, 9], np.int32)
    given = history.exchange(pictures(40, 41, 42, 43), taken, replaced)
    assert flat(given) == [32, 12, 42, 43]
    assert flat(kept) == [12, 42, 22, 32, 43] and int(count) == 5


def test_the_history_is_full_after_the_pretraining(eyes):
    trainer = build(settled(history=8, pretrain_discriminator=4))
    phase = trainer.phases()[1]
    for step in range(-4, 0):
        trainer.discriminator_step(batch_of(trainer, eyes, phase, step))
    kept, count = trainer.discriminator.history.variables
    assert int(count) == 8
    assert all(np.abs(picture).max() > 0 for picture in np.array(kept))


def test_places_in_the_history_are_all_different():
    drawn = History.draw(np.random.default_rng(0), 8, 20)
    for places in drawn.values():
        assert len(set(places.tolist())) == 8 and places.max() < 20


def test_the_discriminator_sees_the_history_and_the_refiner_does_not(eyes, monkeypatch):
    trainer = build(settled())
    calls = []
    exchange = trainer.discriminator.history.exchange

    def noted(refined, *places):
        calls.append(refined.shape[0])
        return exchange(refined, *places)

    monkeypatch.setattr(trainer.discriminator.history, "exchange", noted)
    trainer.train_step(batch_of(trainer, eyes, trainer.phases()[-1]))
    assert calls == [4]


def test_half_of_the_fakes_that_the_discriminator_is_shown_are_old(eyes, monkeypatch):
    trainer, seen = build(settled(instance_noise=0.0)), []
    kept, count = trainer.discriminator.history.variables
    kept.assign(ops.full(kept.shape, 0.125))
    count.assign(trainer.config.history)
    kind = type(trainer.discriminator)
    whole = kind.__call__
    monkeypatch.setattr(
        kind,
        "__call__",
        lambda self, batch, which=0: seen.append(batch["sample"]) or whole(self, batch, which),
    )
    trainer.discriminator_step(batch_of(trainer, eyes, trainer.phases()[1]))
    # Real and fake pictures share a pass.
    old = (np.array(seen[0]) == 0.125).all((1, 2, 3)).tolist()
    assert old == 4 * [False] + 2 * [True] + 2 * [False]


def test_labels_of_real_pictures_are_in_no_batch(eyes):
    trainer = build(settled())
    for phase in trainer.phases():
        names = set(trainer._batches(eyes, phase)(0))
        # Noise of D's own, the same for pictures of both kinds.
        assert names - {"instance_noise"} == {"input", "real", "taken", "replaced"}


def test_the_two_sets_must_have_as_many_channels():
    config = PRESETS["tiny"]

    class Source:
        kind, name, usual_size, sizes, factors = "domains", "eyes, photos", None, None, {}

        @property
        def domains(self):
            of = [type("Of", (), {"channels": channels})() for channels in (1, 3)]
            return dict(zip("AB", of, strict=True))

        channels = 3

    with pytest.raises(Refused, match="1 channel and the real ones 3; legal are as many in both"):
        config.adapted_to(Source())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch_size": 1}, "--batch-size 1: legal is 2 to 8"),
        ({"batch_size": 9, "history": 8}, "--batch-size 9: legal is 2 to 8"),
        ({"refiner_steps": 0}, "--refiner-steps 0: legal is 1 to 1000"),
        ({"regularisation": -1.0}, "--regularisation -1.0"),
        ({"optimizer": "sgd", "beta_1": 0.9}, "--beta-1 and --beta-2"),
    ],
)
def test_illegal_settings(changes, words):
    with pytest.raises(Refused, match=words):
        dataclasses.replace(PRESETS["tiny"], **changes).check()


def test_a_batch_size_of_one_without_history():
    dataclasses.replace(PRESETS["tiny"], batch_size=1, history=0).check()


def test_batches_of_two_sets_and_parts():
    """Refiner and discriminator take turns through one stream: no picture twice in an epoch."""
    numbers = np.arange(24, dtype=np.uint8).reshape(-1, 1, 1, 1)
    sets = UnpairedSet(SampleSet(numbers), SampleSet(numbers + 100))
    config = settled(image_size=32, batch_size=4)
    seen = [Batches(sets, config, parts=3)(step)["input"].ravel() for step in range(2)]
    assert sorted(np.concatenate(seen).tolist()) == list(range(24))
