"""Style transfer held to its papers, method by method."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from PIL import Image

import data
from common.evaluation.scores import Scores
from common.machine import backend
from common.run import checkpoint
from data.errors import Refused
from data.pixels import to_float
from data.samples import SampleSet
from recipes.style_transfer import evaluate, losses, measure, style
from recipes.style_transfer.colours import with_colours_of, with_palette
from recipes.style_transfer.config import JOHNSON_PARAMETERS, PRESETS
from recipes.style_transfer.features import random_encoder
from recipes.style_transfer.painted import one_by_one
from recipes.style_transfer.patches import NearestPatches, stride_of
from recipes.style_transfer.perceptual import EVEN, MOST, reduced, salience
from recipes.style_transfer.pixels import Pixels
from recipes.style_transfer.repainter import Forger
from recipes.style_transfer.train import build
from recipes.style_transfer.transformer import structure, transformer
from tests.contract.cases import batch_of, differing, snapshot

pytestmark = pytest.mark.usefixtures("eagerly")

RNG = np.random.default_rng(0)
TINY = {"image_size": 32, "width": 4, "blocks": 1, "pictures": 4, "batch_size": 2, "steps": 7}
TINY |= {"precision": "float32", "sample_count": 2, "averaging": 0.5, "decay_steps": 0}


@pytest.fixture(autouse=True)
def few_paintings(monkeypatch):
    """AdaIN's: to draw hundreds takes a while."""
    monkeypatch.setattr(style, "MANY", 6)


def settled(preset, **changes):
    config = dataclasses.replace(PRESETS[preset], **TINY | changes)
    return config.adapted_to(data.find(config.data, config.reading))


def content_of(config):
    source = data.find(config.data, config.reading)
    return config.training_set(source.load("train", 32, config.pictures, 0))


def noise(height, width, seed=0):
    """A picture with something at every scale."""
    rng, total = np.random.default_rng(seed), 0
    for cells in (3, 8, 20):
        small = Image.fromarray(rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8))
        total = total + np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), float)
    return (total / 3).astype(np.uint8)


# --- the published settings ---


def test_johnsons_network_has_the_parameters_of_the_authors_code():
    config = dataclasses.replace(PRESETS["johnson"], channels=3, input_channels=3)
    model = transformer(config)
    assert sum(int(np.prod(v.shape)) for v in model.trainable_variables) == JOHNSON_PARAMETERS
    names = [type(layer).__name__ for layer in model.layers]
    assert names.count("Add") == 5 and names.count("GroupNormalization") == 15
    small = transformer(dataclasses.replace(config, width=2, blocks=2))
    assert small(np.zeros((1, 32, 48, 3), np.float32)).shape == (1, 32, 48, 3)
    # tanh × 150 of 127.5: black and white can be reached.
    assert np.max(np.abs(small(np.ones((1, 32, 32, 3), np.float32)))) <= 150 / 127.5


def test_the_published_settings():
    gatys, johnson, huang = (PRESETS[name] for name in ("gatys", "johnson", "huang"))
    assert gatys.features == "vgg19" and gatys.preserving_layers == ("block4_conv2",)
    assert gatys.styling_layers == tuple(f"block{n}_conv1" for n in range(1, 6))
    assert gatys.gram_loss == "sum" and gatys.steps == 500
    assert (johnson.batch_size, johnson.steps, johnson.generator_rate) == (4, 40_000, 1e-3)
    assert (johnson.style_weight, johnson.content_weight) == (5, 1)
    assert johnson.batch_size == 4 and johnson.image_size == 256
    layers = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3")
    assert johnson.styling_layers == layers and johnson.preserving_layers == ("block3_conv3",)
    assert (huang.batch_size, huang.steps, huang.generator_rate) == (8, 160_000, 1e-4)
    assert huang.style_weight == 1e-2 and huang.preserving_layers == ("block4_conv1",)


def test_johnsons_total_variation_is_that_of_the_authors_code():
    """Of values to 255, 1e-6 times half the sum of all squared differences; its gradient is added.

    So a batch of four pictures of 256 pixels has as much of it here, where it is a mean.
    """
    made = np.random.default_rng(0).uniform(-1, 1, (4, 256, 256, 3)).astype(np.float32)
    theirs = sum(((127.5 * np.diff(made.astype(float), axis=axis)) ** 2).sum() for axis in (1, 2))
    ours = PRESETS["johnson"].variation * float(losses.total_variation(made))
    assert ours == pytest.approx(1e-6 / 2 * theirs, rel=0.01)


# --- what trains ---


@pytest.mark.parametrize("preset", ["optimise", "feedforward", "adain"])
def test_a_method_moves_and_resumes_exactly(preset, tmp_path):
    """2 + 2 steps of each phase are 4; as the contract has it for the method of `small`."""
    config = settled(preset, style_size=32 if preset == "adain" else 48)
    content = content_of(config)

    def go_on(trainer, steps):
        for phase in trainer.phases():
            for step in steps:
                logs = phase.step(batch_of(trainer, content, phase, step))
        assert all(np.isfinite(float(value)) for value in logs.values())

    whole = build(config)
    before = snapshot(whole)
    go_on(whole, (0, 1))
    assert {"generator", "average"} <= {*differing(before, snapshot(whole))}
    checkpoint.save(tmp_path, 2, whole.state())
    go_on(whole, (2, 3))
    other = build(config)
    assert checkpoint.restore(tmp_path, other.state()) == 2
    assert differing(snapshot(whole), snapshot(other))
    go_on(other, (2, 3))
    assert differing(snapshot(whole), snapshot(other)) == []


def test_gatys_descends_on_random_filters():
    """The same with Gram matrices: style and content are compared through the same net."""
    changes = {"statistic": "gram", "sliced_share": 0.0, "palette": False}
    changes |= {"averaging": 0.0, "style_weight": 1e6, "content_weight": 1.0}
    config = settled("optimise", generator_rate=0.02, **changes)
    trainer, content = build(config), content_of(config)
    assert trainer.generator.net.name == "random filters"
    (phase,) = trainer.phases()
    logs = [phase.step(batch_of(trainer, content, phase, 0)) for _ in range(8)]
    # At first a picture is the content itself.
    assert float(logs[0]["generator/content"]) == pytest.approx(0, abs=1e-9)
    assert float(logs[-1]["generator/style"]) < 0.8 * float(logs[0]["generator/style"])


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_gatys_terms_in_closed_form(reduction):
    """Of two paintings, whose Gram matrices are mixed by their shares."""
    weights = {"style_weight": 3.0, "content_weight": 2.0, "variation": 5.0}
    config = settled(
        "optimise",
        statistic="gram",
        sliced_share=0.0,
        palette=False,
        gram_loss=reduction,
        **weights,
    )
    paintings = [noise(40, 48, 1), noise(32, 32, 2)]
    generator = Pixels(config, paintings, (0.25, 0.75))
    made, content = RNG.uniform(-1, 1, (2, 2, 32, 32, 3)).astype(np.float32)
    maps = [generator.net(x) for x in (made, content, *(to_float(p)[None] for p in paintings))]
    rough = [np.mean(np.diff(made, axis=axis) ** 2) for axis in (1, 2)]
    kept = np.mean((maps[0]["scale2"] - maps[1]["scale2"]) ** 2)
    wanted = {"style": 0.0, "content": 2 * kept, "variation": 5 * sum(rough)}
    for layer in ("scale1", "scale2", "scale3"):
        mine, _, one, other = (np.array(losses.gram(each[layer])) for each in maps)
        squares = (mine - (0.25 * one + 0.75 * other)) ** 2
        wanted["style"] += 3 * (squares.mean() if reduction == "mean" else squares.sum() / 2 / 4)
    terms = generator.lossFunction({"input": content}, made)
    assert {n: float(x) for n, x in terms.items()} == pytest.approx(wanted, rel=1e-4)


def test_adains_content_target_is_the_output_of_adain():
    maps_alone = {"statistic": "gram", "sliced_share": 0.0}
    config = settled("adain", style_size=32, content_weight=3.0, style_weight=2.0, **maps_alone)
    generator = build(config).generator
    content, manner, made = (
        ops.convert_to_tensor(RNG.uniform(-1, 1, (2, 32, 32, 3)).astype(np.float32))
        for _ in range(3)
    )
    terms = generator.lossFunction({"input": content, "style": manner}, made)
    maps = [generator.net(each) for each in (made, content, manner)]
    target = losses.adain(maps[1]["stage2"], maps[2]["stage2"])
    expected = 3 * float(losses.content_loss(maps[0]["stage2"], target))
    assert float(terms["content"]) == pytest.approx(expected, rel=1e-4)
    expected = 2 * sum(
        float(losses.statistics_loss(maps[0][layer], maps[2][layer]))
        for layer in ("stage1", "stage2", "stage3")
    )
    assert float(terms["style"]) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_adain_is_judged_by_the_patches_of_each_painting(share):
    """By them the painting itself is right, and the content by its light; weights multiply."""
    config = settled("adain", style_size=32, sliced_share=share, scales=(2, 1))
    trainer = build(config)
    drawn = trainer.draw(np.random.default_rng(0), 2)
    assert ("directions" in drawn) == bool(share) and len(drawn["style"]) == 2
    rng = np.random.default_rng(1)
    content, painting = (rng.uniform(-1, 1, (2, 32, 32, 3)).astype(np.float32) for _ in "ab")
    batch = drawn | {"input": content, "style": painting}

    def terms(made, **weights):
        judge = trainer.generator
        judge.config = dataclasses.replace(config, **weights)
        return {name: float(term) for name, term in judge.lossFunction(batch, made).items()}

    as_content, as_painting = terms(content), terms(painting)
    assert as_content["content"] == 0 < as_painting["content"]
    assert as_painting["style"] < 0.7 * as_content["style"]
    if share == 1:
        assert as_painting["style"] == 0
    twice = terms(painting, content_weight=2 * config.content_weight)
    assert twice["content"] == pytest.approx(2 * as_painting["content"])
    twice = terms(content, style_weight=2 * config.style_weight)
    assert twice["style"] == pytest.approx(2 * as_content["style"])
    pairs, sizes = trainer.generator.pairs, (reduced(content, 2), reduced(painting, 2))
    expected = 0.0
    for mine, theirs in (sizes, (content, painting)):
        if share < 1:
            expected += (1 - share) / 2 * float(pairs.nearest(mine, theirs, drawn["offset"][0]))
        if share:
            expected += share / 2 * float(pairs.spread(mine, theirs, drawn["directions"][0]))
    assert as_content["style"] == pytest.approx(config.style_weight * expected, rel=1e-5)


def test_adains_random_encoder_sees_no_border():
    """Of a picture in one colour its maps are even; with zeros around it they are not."""
    net = random_encoder(0, 4)
    for name, maps in net(np.full((1, 16, 24, 3), 0.4, np.float32)).items():
        assert np.ptp(np.array(maps), axis=(1, 2)).max() < 1e-5, name


def test_adains_decoder_begins_with_blocks():
    """Two convolutions each, as many as are asked for; the published one has none."""
    counts = []
    for blocks in (0, 2):
        model = build(settled("adain", style_size=32, blocks=blocks)).generator.model
        counts.append(sum(isinstance(layer, keras.layers.Conv2D) for layer in model.layers))
    assert counts == [2, 2 + 4] and PRESETS["huang"].blocks == 0


def test_adain_with_strength_0_gives_the_content_to_the_decoders_error():
    """Whatever the style; with 1 the style decides. The encoder stays what it was."""
    config = settled("adain", style_size=32)
    trainer, content = build(config), content_of(config)
    generator = trainer.generator
    encoder = generator.model.get_layer("encoder")
    kept = [np.array(v) for v in encoder.variables]
    phase = trainer.phases()[0]
    phase.step(batch_of(trainer, content, phase, 0))
    for mine, before in zip(encoder.variables, kept, strict=True):
        np.testing.assert_array_equal(mine, before)
    manners = [style.paintings(f"paintings:{name}", 32)[:1] for name in ("dots", "woodcut")]
    found = {}
    for strength in (0.0, 1.0):
        for name, manner in zip("ab", manners, strict=True):
            batch = {"input": content.samples[:1], "style": manner}
            batch["strength"] = np.array([strength], np.float32)
            found[strength, name] = one_by_one(generator.model, batch)
    np.testing.assert_array_equal(found[0.0, "a"], found[0.0, "b"])
    assert np.abs(found[1.0, "a"] - found[1.0, "b"]).max() > 0.01
    # The mean of both is not what is decoded, but a strength between lies between in the maps.
    assert np.abs(found[0.0, "a"] - found[1.0, "a"]).max() > 0.01


def test_the_forger_keeps_what_is_to_be_seen_and_no_colour():
    """The content's term is 0 for the same light in another palette and contrast."""
    picture = noise(32, 32)[None].astype(np.float32) / 127.5 - 1
    for mine, theirs in zip(structure(picture), structure(0.5 * picture + 0.2), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=0.02)
        assert float(np.mean(mine)) == pytest.approx(0, abs=1e-5)
    other = structure(picture[:, ::-1])
    assert float(np.mean((structure(picture)[0] - other[0]) ** 2)) > 0.5


def kept(trainer, made, content):
    """The content's term."""
    terms = trainer.generator.lossFunction({"input": content}, made, trainer.discriminator)
    return float(terms["content"])


def test_the_content_is_wanted_in_the_paintings_lights():
    """The content's palette and contrast do not count; those of the picture do."""
    trainer = build(settled("tiny", instance_noise=0.0))
    painting = to_float(style.painting(trainer.config.style, trainer.config.painting_size))[None]
    content = painting[:, :, ::-1]
    assert kept(trainer, content, content) < 0.01
    assert kept(trainer, content, 0.5 * content + 0.2) < 0.02
    assert kept(trainer, 0.5 * content + 0.2, content) > 0.1
    # A lamp that outshines the painting is wanted as bright as its brightest place, and a hole as
    # dark as its darkest: even the content itself is then too bright, or too dark.
    for light in (1.0, -1.0):
        lit = 0.1 * content
        lit[:, :8, :8] = light
        same = (lit - lit.mean()) * painting.std() / lit.std() + painting.mean()
        assert kept(trainer, same, lit) > 0.1


def test_an_even_painting_asks_for_no_more_than_others():
    config = settled("tiny", instance_noise=0.0)
    even = np.full((32, 32, 3), 160, np.uint8)
    even[::2] = 162
    trainer = build(config)
    forger = Forger(config, trainer.generator.loss, even)
    content, made = (noise(32, 32)[None].astype(np.float32) / 127.5 - 1 for _ in range(2))
    terms = forger.lossFunction({"input": content}, made, trainer.discriminator)
    assert float(terms["content"]) < 100 * config.content_weight


def test_a_forger_begins_with_grey_and_its_judge_sees_colours():
    trainer = build(settled("tiny"))
    content = noise(32, 32)[None].astype(np.float32) / 127.5 - 1
    assert np.std(trainer.generator.model(content)) < 0.15
    kinds = {type(layer).__name__ for layer in trainer.discriminator.model.layers}
    assert "Conv2D" in kinds and not any("Normalization" in kind for kind in kinds)


def test_the_connoisseur_is_shown_parts_of_the_painting_alone():
    config = settled("tiny")
    trainer, content = build(config), content_of(config)
    batch = batch_of(trainer, content, trainer.phases()[-1])
    painting = style.painting(config.style, config.painting_size)
    # Of a painting of the same size there is one part, and its mirror image.
    for part in np.rint((np.array(batch["real"]) + 1) * 127.5).astype(np.uint8):
        assert any(np.array_equal(part, way) for way in (painting, painting[:, ::-1]))
    assert not np.array_equal(batch["input"], batch["real"])


# --- nearest patches ---


def test_patches_of_the_painting_are_found_again():
    """Mirrored ones, too."""
    painting = noise(32, 40)
    compare = NearestPatches([painting], 5)
    assert compare.patches.shape[1] == 75 and stride_of(compare.kernel) == 2
    part = painting[None, 4:24, 6:30].astype(np.float32) / 127.5 - 1
    for way in (part, part[:, :, ::-1]):
        flat = np.array(ops.image.extract_patches(way, 5, strides=1, padding="valid"))
        flat = flat.reshape(-1, 75)
        found = compare.patches[np.array(compare.nearest(flat))]
        np.testing.assert_allclose(found, flat, atol=1e-6)


@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.9, 0.3)])
def test_the_distance_of_two_colours_in_closed_form(offset):
    """A square for each value, in as many patches as there are, wherever their grid begins."""
    compare = NearestPatches([np.full((40, 40, 3), 255, np.uint8)], 5)
    patches = ((32 + 2 * 4 - 5) // 2 + 1) ** 2
    for value in (0.5, 0.0, 1.0):
        picture = np.full((1, 32, 32, 3), value, np.float32)
        expected = (1 - value) ** 2 * patches * 2**2 / 32**2
        found = float(compare(picture, np.array(offset, np.float32)))
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_many_patches_are_looked_up_in_parts():
    """The last part is not whole; each patch's answer is its own."""
    compare = NearestPatches([noise(24, 24)], 3)
    chosen = RNG.integers(0, len(compare.patches), 2500)
    found = np.array(compare.nearest(ops.convert_to_tensor(compare.patches[chosen])))
    np.testing.assert_allclose(compare.patches[found], compare.patches[chosen], atol=1e-6)


def test_shares_decide_how_many_patches_each_painting_gives():
    one, other = (np.full((90, 90, 3), value, np.uint8) for value in (0, 255))
    patches = NearestPatches([one, other], 3, shares=(0.25, 0.75)).patches
    assert np.mean(patches[:, 0] == 1) == pytest.approx(0.75, abs=0.01)
    # Where one of them has too few, the other gives fewer.
    patches = NearestPatches([one[:10, :10], other], 3, shares=(0.25, 0.75)).patches
    assert len(patches) == 4 * 2 * 8**2
    assert np.mean(patches[:, 0] == 1) == 0.75
    assert (NearestPatches([one, other], 3, shares=(0.0, 1.0)).patches == 1).all()


@pytest.mark.parametrize("scale", [1, 2])
def test_one_step_leads_to_the_lowest_point(scale):
    """Of a painting in one colour: with the style alone, the picture is that colour at once."""
    config = settled(
        "optimise", palette=False, averaging=0.0, batch_size=1, pictures=1, sliced_share=0.0
    )
    painting = np.full((40, 40, 3), 200, np.uint8)
    from recipes.style_transfer.trainer import StyleTransfer

    trainer = StyleTransfer(config, [painting])
    content = noise(32, 32)[None]
    known = SampleSet(content, {"which": np.zeros(1, np.int32)}, content)
    batch = batch_of(trainer, known, trainer.phases()[0], 0)
    with backend.tape() as tape:
        made = trainer.generator(batch)
    trainer.generator.trainModel(batch, made, (scale,), True, tape=tape)
    found = np.array(trainer.generator(batch))
    reduced = found.reshape(1, 32 // scale, scale, 32 // scale, scale, 3).mean((2, 4))
    np.testing.assert_allclose(reduced, 200 / 127.5 - 1, atol=0.01)


def test_phases_go_from_coarse_to_fine_and_end_bare():
    trainer = build(settled("optimise", steps=18))
    assert [phase.until for phase in trainer.phases()] == [4, 9, 14, 18]
    ways = [phase.step.keywords for phase in trainer.phases()]
    assert ways[:3] == [{"scales": (4,)}, {"scales": (2,)}, {"scales": (1,)}]
    # By how patches are spread at all scales, or by the nearest ones of full size.
    assert ways[3] == {"scales": (4, 2, 1), "bare": True}
    nearest = build(settled("optimise", steps=18, sliced_share=0.0)).phases()
    assert nearest[3].step.keywords == {"scales": (1,), "bare": True}
    again = trainer.phases()
    assert [p.step for p in again] == [p.step for p in trainer.phases()]


def test_edges_are_salient_and_even_ground_is_not():
    picture = np.zeros((1, 16, 16, 3), np.float32)
    np.testing.assert_allclose(salience(picture), EVEN, rtol=0.05)
    picture[:, 8:] = 1
    found = np.array(salience(picture))[0, ..., 0]
    assert found[8].min() > 0.9 * MOST and found[:5].max() < 1.1 * EVEN


# --- colours and paintings ---


def test_a_palette_moves_colours_and_keeps_what_is_seen():
    picture, painting = noise(48, 48, 1), (noise(48, 48, 2) // 3 + 120).astype(np.uint8)
    made = with_palette(picture, painting).astype(float)
    assert np.abs(made.mean((0, 1)) - painting.mean((0, 1))).max() < 10
    assert np.abs(picture.mean((0, 1)) - painting.mean((0, 1))).max() > 20
    light, own = made.mean(-1).ravel(), picture.mean(-1).ravel()
    assert np.corrcoef(light, own)[0, 1] > 0.8


def test_the_colours_of_the_content_can_be_kept():
    picture = noise(24, 24, 1)
    np.testing.assert_array_equal(with_colours_of(picture, picture), picture)
    made = with_colours_of(noise(24, 24, 2), picture).astype(float)
    # What differs from grey is the picture's own, where nothing is cut off.
    inner = ((made > 0) & (made < 255)).all(-1)
    chroma = made - made.mean(-1, keepdims=True)
    own = picture - picture.mean(-1, keepdims=True, dtype=float)
    assert np.abs(chroma - own)[inner].max() < 2


def test_paintings_of_all_kinds(tmp_path):
    half = Image.new("RGBA", (60, 40), (255, 0, 0, 0))
    half.save(tmp_path / "clear.png")
    assert (style.painting(str(tmp_path / "clear.png"), 30) == 255).all(), "over white"
    Image.fromarray(noise(80, 40)[..., 0]).save(tmp_path / "grey.png")
    grey = style.painting(str(tmp_path / "grey.png"), 40)
    assert grey.shape == (40, 20, 3) and (grey[..., 0] == grey[..., 2]).all()
    drawn = style.painting("paintings:dots", 64)
    assert drawn.shape == (64, 64, 3) and style.is_world("paintings:dots")
    np.testing.assert_array_equal(drawn, style.painting("paintings:dots", 64))
    assert style.digest("paintings:dots", 64) != style.digest("paintings:woodcut", 64)
    found = style.crops(grey, (32, 48), np.random.default_rng(0), 3)
    assert found.shape == (3, 32, 48, 3)


BAD = {
    "small": ("small.png", "is 20×90; the filters reach over 32 pixels, so legal is 32×32"),
    "none": ("nowhere.png", "no such file; legal are a picture, or a world as in paintings:str"),
    "folder": (".", r"is a folder; legal is one picture \(a folder is legal with --method adain"),
    "words": ("words.png", "words.png: "),
    "points": ("ring", "gives points; legal are pictures"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_style_that_cannot_be_learned_from_is_refused(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (20, 90)).save("small.png")
    (tmp_path / "words.png").write_text("words")
    spec, words = BAD[case]
    with pytest.raises(Refused, match=words) as no:
        style.check(spec, 32)
    assert "\n" not in str(no.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"features": "vgg16"}, "--features vgg16: legal with --method optimise, feedforward"),
        ({"vgg": "x.h5"}, "--vgg: legal with --features vgg16 or vgg19 only"),
        ({"statistic": "patches"}, "--statistic patches: legal with --method optimise, feed"),
        (
            {"method": "feedforward", "statistic": "patches", "features": "vgg16"},
            "--features vgg16: patches are compared as pixels; legal with --statistic gram",
        ),
        ({"palette": True}, "--palette: legal with --method optimise only"),
        ({"style_layers": ("block1_conv1",)}, "--style-layers block1_conv1: legal are scale1 to"),
        ({"sliced_share": 0.5}, "--sliced-share 0.5: legal with --statistic gram is 0"),
        ({"scales": (3,)}, "--scales: legal are some of 4 2 1"),
        ({"method": "optimise", "flip": True}, "--flip: each picture is trained itself"),
        ({"method": "adain", "content_layers": ("stage1", "stage2")}, "legal with --method adain"),
    ],
)
def test_settings_that_exclude_each_other(changes, words):
    with pytest.raises(Refused, match=words):
        dataclasses.replace(PRESETS["small"], **changes).check()


def test_weights_are_asked_for_before_anything_else(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(Refused, match="--features vgg16: no weights in Keras' cache; legal are"):
        settled("johnson")


def test_pictures_are_halved_as_often_as_the_content_s_layer_is_deep():
    assert PRESETS["adain"].multiple == PRESETS["johnson"].multiple == 4
    assert PRESETS["huang"].multiple == 8
    with pytest.raises(Refused, match="--image-size 100: this network makes .*, 96, 104"):
        dataclasses.replace(PRESETS["huang"], image_size=100).check()


def test_pairs_give_their_pictures_alone():
    config = settled("feedforward")
    pairs = data.find("facades").load("train", 32, 5, 0)
    learned = config.training_set(pairs)
    np.testing.assert_array_equal(learned.inputs, pairs.samples)
    assert list(learned.factors) == ["which"] and config.training_set(learned) is learned


def test_gram_matrices_train_all_pictures_at_every_step():
    """Adam would go on moving those that are not in a batch."""
    some = data.memory.source_of(np.stack([noise(32, 32, n) for n in range(5)]))
    changes = {"statistic": "gram", "sliced_share": 0.0, "palette": False, "batch_size": 2}
    gram = dataclasses.replace(PRESETS["optimise"], **changes)
    assert gram.adapted_to(some).batch_size == 5
    assert PRESETS["optimise"].adapted_to(some).batch_size == 8


def test_each_picture_can_be_trained_up_to_a_number():
    config = PRESETS["optimise"]
    many = data.memory.source_of(np.zeros((65, 32, 32, 3), np.uint8))
    with pytest.raises(Refused, match="has 65 pictures; --method optimise trains each, legal is"):
        config.adapted_to(many)


def test_what_controls_are_and_how_they_are_scored(monkeypatch):
    """Contents are as far from the painting as before; the painting itself shows none of them."""
    monkeypatch.setattr(measure.Judge, "_manner_net", lambda self, config: None)
    contents, painting = np.stack([noise(32, 32, n) for n in range(4)]), noise(32, 32, 9)
    manners = np.broadcast_to(painting, (4, *painting.shape))
    judge = measure.Judge(settled("tiny"), contents, manners)
    made = {name: found for name, (_, found) in measure.controls(contents, manners).items()}
    names = measure.STYLE, measure.PATCHES, measure.CONTENT
    for control, wanted in ((measure.AS_IS, [1, 1, 1]), (measure.PAINTING, [0, 0, 0.25])):
        scores = judge.score(made[control])
        assert [scores[name] for name in names] == pytest.approx(wanted, abs=0.01), control
    levels = np.sort(made[measure.MATCHED].reshape(4, -1, 3), axis=1)
    np.testing.assert_array_equal(levels, [np.sort(painting.reshape(-1, 3), axis=0)] * 4)


def test_cheats_fail_whatever_an_untrained_model_meets():
    """A grey picture may be near every patch, and be read as the manner: that excuses no cheat."""
    names = (measure.STYLE, measure.PATCHES, measure.CONTENT, measure.MANNER, measure.DETAIL)
    found = {
        "trained": (0.1, 0.3, 1.0, 0.9, 0.9),
        "untrained": (2.0, 0.3, 0.1, 1.0, 0.1),
        measure.PAINTING: (0.0, 0.03, 0.01, 1.0, 1.0),
        measure.MATCHED: (0.08, 0.45, 1.0, 0.93, 0.9),
        measure.AS_IS: (1.0, 1.0, 1.0, 0.99, 0.9),
    }
    values = {name: dict(zip(names, row, strict=True)) for name, row in found.items()}
    scores = Scores({}, {}, dict.fromkeys(names, ""), values)
    scores.criteria = tuple(evaluate.criteria(settled("tiny"), scores))
    assert [name for name in found if scores.passes(name)] == ["trained"]
    assert all(met is not None for met in scores.met("trained"))
    # A picture that is trained itself begins as a blur in the painting's colours.
    values["untrained"] = dict(zip(names, (0.1, 0.3, 1.0, 1.0, 0.2), strict=True))
    assert scores.passes("trained") is False and None in scores.met("trained")
    assert scores.met("trained").count(True) == 4 and False in scores.met("untrained")


def test_adain_is_measured_with_paintings_that_it_has_not_seen(tmp_path):
    """Other methods know one painting; a file and a few pictures have no others."""
    config = settled("adain", style_size=32)
    known = {one.tobytes() for one in style.paintings(config.style, 32)}
    chosen = measure.manners_for(config, 40)
    assert len(chosen) == 40 and not known & {one.tobytes() for one in chosen}
    Image.fromarray(chosen[0]).save(tmp_path / "a.png")
    alone = dataclasses.replace(config, style=str(tmp_path / "a.png"))
    assert (measure.manners_for(alone, 3) == measure.manners_for(alone, 1)).all()
    for number in range(3):
        Image.fromarray(chosen[number]).save(tmp_path / f"{number}.png")
    (tmp_path / "a.png").unlink()
    few = dataclasses.replace(config, style=str(tmp_path))
    assert {one.tobytes() for one in measure.manners_for(few, 30)} == {
        one.tobytes() for one in chosen[:3]
    }
    strokes = measure.manners_for(settled("feedforward", style_size=48), 2)
    np.testing.assert_array_equal(strokes[0], strokes[1])
