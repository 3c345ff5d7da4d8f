"""The first GAN: the page that it must fit on, its losses, its step, and what it promises."""

import ast
import dataclasses
import time

import keras
import numpy as np
import pytest
from keras import ops
from PIL import Image

from common import loss
from common.batches import rng_for
from common.commands.infer import main as infer_main
from common.commands.train import main as train_main
from common.gan import fixed_latents, generate
from common.run import checkpoint
from data import find
from data.command import run_program
from data.errors import Refused
from recipes.dcgan.config import Config as DCGANConfig
from recipes.first_gan import optimal
from recipes.first_gan.config import PRESETS, Config
from recipes.first_gan.gan import FirstDiscriminator, FirstGAN, FirstLoss
from tests.conftest import ROOT, command, pictures, run

SMALL = Config(channels=2, spread=0.7, width=8, depth=2, batch_size=16, steps=6, blur_steps=4)
POINTS = find("ring").load("train", None, 200, 0).samples


def build(**changes):
    keras.utils.set_random_seed(0)
    return FirstGAN(dataclasses.replace(SMALL, **changes))


def test_the_whole_gan_fits_on_a_page():
    """Under 100 lines, blank ones and comments counted; keras, numpy and the templates alone."""
    text = (ROOT / "recipes" / "first_gan" / "gan.py").read_text()
    assert len(text.splitlines()) < 100
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert imported == {"keras", "numpy", "common.gan", "common.loss", "common.network"}


def test_its_losses_are_those_of_the_paper():
    real, fake = np.float32([[2.0], [-1.0]]), np.float32([[0.5], [-3.0]])
    sigmoid = lambda t: 1 / (1 + np.exp(-t))  # noqa: E731
    ours, template = FirstLoss(), loss.NonSaturating()
    expected = -np.log(sigmoid(real)).mean() - np.log(1 - sigmoid(fake)).mean()
    assert float(ours.discriminator(real, fake)) == pytest.approx(expected, rel=1e-5)
    assert float(ours.generator(fake)) == pytest.approx(-np.log(sigmoid(fake)).mean(), rel=1e-5)
    assert float(ours.discriminator(real, fake)) == float(template.discriminator(real, fake))
    assert float(ours.generator(fake)) == float(template.generator(fake))
    zero_sum = FirstLoss(minimax=True)
    against = np.log(1 - sigmoid(fake)).mean()
    assert float(zero_sum.generator(fake)) == pytest.approx(against, rel=1e-5)
    assert float(zero_sum.generator(fake)) == float(loss.Minimax().generator(fake))
    assert build(loss="minimax").generator.loss.minimax and not build().generator.loss.minimax
    nothing = np.zeros((4, 1), np.float32)
    assert float(ours.discriminator(nothing, nothing)) == pytest.approx(2 * np.log(2), rel=1e-6)


def batch(gan):
    return {"real": POINTS[:16], **gan.noise(rng_for(0, "test"), 16)}


def values(player):
    return [np.array(v) for v in player.trainable_variables]


def same(before, after):
    return all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_each_update_moves_its_own_player_alone():
    gan = build()
    moved = {}
    for name in ("generator", "discriminator"):
        player = getattr(gan, name)
        other = gan.discriminator if name == "generator" else gan.generator
        update = player.trainModel

        def watched(*inputs, update=update, other=other, player=player, name=name, **more):
            before = values(other), values(player)
            terms = update(*inputs, **more)
            moved[name] = (same(before[0], values(other)), same(before[1], values(player)))
            return terms

        player.trainModel = watched
    gan.train_step(batch(gan))
    assert moved == {"generator": (True, False), "discriminator": (True, False)}


def test_the_blur_fades_to_nothing():
    gan = build(blur=0.5)
    given = {}
    for name in ("generator", "discriminator"):
        getattr(gan, name).trainModel = lambda *inputs, name=name: (
            given.update({name: inputs}) or {"ranked": 0.5}
        )
    seen = []
    for done in (0, 2, 4, 9):
        gan.generator.optimizer.iterations.assign(done)
        gan.train_step(batch(gan))
        seen.append(np.asarray(given["discriminator"][0] - POINTS[:16]))
        np.testing.assert_allclose(given["generator"][1], seen[-1], atol=1e-6)
    # Half of the data's own deviation at first, half of that half-way, then nothing.
    assert seen[0].std() == pytest.approx(0.5 * 0.7, rel=0.3)
    np.testing.assert_allclose(seen[1], seen[0] / 2, atol=1e-6)
    assert not seen[2].any() and not seen[3].any()


def test_the_best_discriminator_says_p_over_p_plus_q():
    """Goodfellow et al. 2014, proposition 1; .03 is the project's own bar."""
    assert optimal.error(optimal.learn(1500, 0)) < 0.03 < optimal.error(0.5)
    p, q = optimal.real_density(optimal._SPAN), optimal.made_density(optimal._SPAN)
    assert optimal.error(p / (p + q)) == 0


def test_a_discriminator_with_its_sides_swapped_is_wrong(monkeypatch):
    update = FirstDiscriminator.trainModel
    monkeypatch.setattr(
        FirstDiscriminator, "trainModel", lambda self, real, fake: update(self, fake, real)
    )
    assert optimal.error(optimal.learn(300, 0)) > optimal.error(0.5)


def test_goes_on_exactly(tmp_path):
    whole, first, second = (build(stop_at_equilibrium=0.02) for _ in range(3))
    whole.trainModel(POINTS)
    first.config = dataclasses.replace(first.config, steps=3)
    first.trainModel(POINTS)
    checkpoint.save(tmp_path, first.step, first.state())
    second.step = checkpoint.restore(tmp_path, second.state())
    second.trainModel(POINTS)
    for a, b in zip(whole.state().values(), second.state().values(), strict=True):
        assert same([np.asarray(v) for v in a], [np.asarray(v) for v in b])


def test_a_finished_decay_stays_at_a_hundredth():
    config = dataclasses.replace(SMALL, decay_from=4, decay_steps=8, generator_rate=1e-3)
    rate = FirstGAN(config).generator.optimizer._learning_rate
    course = [float(rate(step)) for step in (0, 4, 8, 12, 1000)]
    assert course == pytest.approx([1e-3, 1e-3, 0.505e-3, 1e-5, 1e-5], rel=1e-3)


def test_infer_makes_what_training_showed():
    gan = build()
    gan.trainModel(POINTS)
    latents = fixed_latents(gan.config, 70)
    with gan.average.ema_models() as (shown,):
        np.testing.assert_allclose(gan.show(70), generate(shown, latents), atol=1e-6)
    # Those are of the kind that training draws.
    drawn = gan.noise(rng_for(0, "samples"), 5000)["latent"]
    assert drawn.dtype == latents.dtype == np.float32
    assert drawn.mean() == pytest.approx(0, abs=0.05) and drawn.std() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_pictures_come_out_in_float32_and_in_range(policy):
    keras.config.set_dtype_policy(policy)
    try:
        gan = FirstGAN(dataclasses.replace(SMALL, image_size=8, channels=3))
        made = gan.generator.model(np.ones((2, gan.config.latent_size)) * 50)
        judged = gan.discriminator.model(made)
        assert (made.shape, made.dtype, judged.dtype) == ((2, 8, 8, 3), "float32", "float32")
        assert float(ops.max(ops.abs(made))) <= 1
    finally:
        keras.config.set_dtype_policy("float32")


def test_points_are_seen_at_one_size_whatever_their_own():
    """The same points in other units give the same networks the same numbers to work on."""
    logits = []
    for unit in (1, 1000):
        keras.utils.set_random_seed(0)
        config = dataclasses.replace(SMALL, spread=0.7 * unit)
        discriminator = FirstDiscriminator(config, FirstLoss())
        logits.append(np.asarray(discriminator.model(POINTS[:5] * unit)))
    np.testing.assert_allclose(*logits, rtol=1e-4, atol=1e-5)


def test_what_it_learns_from():
    ring = PRESETS["small"].adapted_to(find("ring"))
    assert (ring.sample_shape, ring.makes_pictures) == ((2,), False)
    assert ring.spread == pytest.approx(POINTS.std(), rel=0.05)
    digits = PRESETS["digits"].adapted_to(find("digits"))
    assert (digits.sample_shape, digits.zoom) == ((32, 32, 1), 1.0)
    with pytest.raises(Refused, match="ring gives points; this recipe learns pictures"):
        DCGANConfig().adapted_to(find("ring"))
    with pytest.raises(Refused, match="--image-size 32: ring gives points"):
        dataclasses.replace(PRESETS["small"], image_size=32).adapted_to(find("ring"))


TINY = ["--steps", 4, "--width", 8, "--pictures", 300, "--batch-size", 16, "--sample-count", 50]


def called(monkeypatch, program, *words):
    """A command's exit code, in this process: only the first costs an import of TensorFlow."""
    monkeypatch.setattr("sys.argv", ["x", *map(str, words)])
    return program()


def test_the_commands_on_points(tmp_path, monkeypatch, capsys):
    code, out, err = run("recipes.first_gan.train", *TINY, "--run", "r", cwd=tmp_path)
    assert code == 0 and "300 points of ring" in out, err
    with Image.open(tmp_path / "r" / "samples" / "latest.png") as sheet:
        assert sheet.size == (400, 400)
    monkeypatch.chdir(tmp_path)

    def infer(*words):
        return called(monkeypatch, lambda: infer_main("first_gan", Config), "--run", "r", *words)

    assert infer("--count", 70, "--out", "p.npz") == 0
    assert np.load("p.npz")["points"].shape == (70, 2) and "70 points" in capsys.readouterr().out
    assert infer() == 0 and (tmp_path / "r" / "points.png").is_file()
    assert infer("--numbered") == 2 and "r makes points" in capsys.readouterr().err
    code, out, err = run("recipes.first_gan.evaluate", "--run", "r", "--count", 400, cwd=tmp_path)
    assert code == 0 and "high quality" in out and "MISSED" in out, err
    assert (tmp_path / "r" / "evaluation.json").is_file()


def test_the_commands_on_a_folder(tmp_path, monkeypatch, capsys):
    pictures(tmp_path / "p", size=(20, 20), count=20)
    words = [*TINY[:-4], "--batch-size", 8, "--sample-count", 4, "--data", tmp_path / "p"]
    words += ["--run", tmp_path / "r"]
    assert called(monkeypatch, lambda: train_main("first_gan", PRESETS, FirstGAN), *words) == 0
    assert "20×20×1" in capsys.readouterr().out


def test_evaluating_a_run_that_is_still_trained_is_refused(tmp_path):
    words = ["--steps", 100_000, *TINY[2:], "--checkpoint-every", 20, "--run", "r"]
    process = command("recipes.first_gan.train", *words, cwd=tmp_path)
    try:
        while not (tmp_path / "r" / "generator.keras").is_file():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        code, _, err = run("recipes.first_gan.evaluate", "--run", "r", cwd=tmp_path)
        assert code == 2 and "is being trained" in err and err.count("\n") == 1
    finally:
        process.terminate()
        process.communicate()


def test_the_optimal_discriminator_has_a_command(tmp_path, monkeypatch, capsys):
    def optimal_main(*words):
        return called(monkeypatch, lambda: run_program(optimal.main), *words)

    monkeypatch.chdir(tmp_path)
    assert optimal_main("--steps", 5) == 0 and (tmp_path / "optimal.png").is_file()
    assert "mean |σ(D) − p/(p+q)|" in capsys.readouterr().out
    for words, said in (
        (("--steps", 0), "--steps 0: legal is 1 to"),
        (("--seed", 2**32), "legal is 0 to 4294967295"),
        (("--out", "x.txt"), "legal endings are .png"),
    ):
        assert optimal_main(*words) == 2 and said in capsys.readouterr().err


def test_pretraining_moves_the_discriminator_alone():
    gan = build(pretrain_discriminator=3, steps=0)
    before = values(gan.generator), values(gan.discriminator)
    gan.trainModel(POINTS)
    assert gan.step == 0 and same(before[0], values(gan.generator))
    assert not same(before[1], values(gan.discriminator))


def test_the_surface_is_drawn_over_the_data_at_rest():
    """The window is the data's: it does not move with what is made, nor does D."""
    gan = build()
    gan.examples = POINTS
    before = values(gan.discriminator)
    near, far = (gan.sheet(np.full((5, 2), at, np.float32)) for at in (0, 99))
    assert near.size == far.size == (400, 400) and same(before, values(gan.discriminator))
    gold = (np.abs(np.asarray(near, int) - [255, 215, 0]).max(-1) < 30).sum()
    assert gold > 0 == (np.abs(np.asarray(far, int) - [255, 215, 0]).max(-1) < 30).sum()
