"""The first GAN: the page that it must fit on, its losses, its step, and what it promises."""

import ast
import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from PIL import Image

from common import loss
from common.batches import rng_for
from common.optimizers import adam
from data import find
from data.errors import Refused
from data.samples import SampleSet
from recipes.dcgan.config import Config as DCGANConfig
from recipes.first_gan import optimal
from recipes.first_gan.config import PRESETS, Config
from recipes.first_gan.gan import FirstDiscriminator, FirstGAN, FirstLoss
from tests.conftest import ROOT, called, pictures
from tests.recipes.translators import here, same, values

SMALL = Config(channels=2, std=0.7, width=8, depth=2, batch_size=16, steps=6, blur_steps=4)
POINTS = find("ring").load("train", None, 200, 0).samples


def build(**changes):
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
            imported.add("." * node.level + node.module)
    templates = {"common.gan", "common.loss", "common.network"}
    assert imported == {"keras", "numpy", ".config"} | templates


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
    return {"real": POINTS[:16], **gan.draw(rng_for(0, "test"), 16)}


def test_the_blur_fades_to_nothing():
    gan, given = build(blur=0.5), {}
    for name in ("generator", "discriminator"):
        getattr(gan, name).trainModel = lambda *inputs, name=name: (
            given.update({name: inputs}) or {}
        )
    clear, seen = np.asarray(gan.generator(batch(gan))), []
    for done in (0, 2, 4, 9):
        gan.generator.optimizer.iterations.assign(done)
        gan.train_step(batch(gan))
        told, fake = given["discriminator"]
        seen.append(np.asarray(told["real"] - POINTS[:16]))
        # Fakes are blurred as much, but not by the same numbers.
        np.testing.assert_allclose(clear - np.asarray(fake), seen[-1], atol=1e-6)
        np.testing.assert_allclose(given["generator"][0]["blur"], seen[-1], atol=1e-6)
    # Half of the data's own deviation at first, half of that half-way, then nothing.
    assert seen[0].std() == pytest.approx(0.5 * 0.7, rel=0.3)
    np.testing.assert_allclose(seen[1], seen[0] / 2, atol=1e-6)
    assert not seen[2].any() and not seen[3].any()


def test_the_best_discriminator_says_p_over_p_plus_q():
    """Goodfellow et al. 2014, proposition 1; .03 is the project's own bar."""
    assert optimal.error(optimal.learn(1500, 0)) < 0.03 < optimal.error(0.5)
    p, q = optimal.real_density(optimal._SPAN), optimal.fake_density(optimal._SPAN)
    assert optimal.error(p / (p + q)) == 0


def test_a_discriminator_with_its_sides_swapped_is_wrong(monkeypatch):
    update = FirstDiscriminator.trainModel
    monkeypatch.setattr(
        FirstDiscriminator,
        "trainModel",
        lambda self, batch, fake: update(self, {"real": fake}, batch["real"]),
    )
    assert optimal.error(optimal.learn(300, 0)) > optimal.error(0.5)


def test_a_finished_decay_stays_at_a_hundredth():
    rate = adam(1e-3, dataclasses.replace(SMALL, decay_from=4, decay_steps=8))._learning_rate
    course = [float(rate(step)) for step in (0, 4, 8, 12, 1000)]
    assert course == pytest.approx([1e-3, 1e-3, 0.505e-3, 1e-5, 1e-5], rel=1e-3)


def test_the_latents_of_the_sheets_are_of_the_kind_that_training_draws():
    gan = build()
    for latents in (gan.fixed(5000)["latent"], gan.draw(rng_for(0, "noise"), 5000)["latent"]):
        assert latents.dtype == np.float32 and latents.shape == (5000, 2)
        assert latents.mean() == pytest.approx(0, abs=0.05)
        assert latents.std() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_pictures_come_out_in_float32_and_in_range(precision):
    gan = build(kind="pictures", image_size=8, channels=3, precision=precision)
    made = gan.generator({"latent": np.ones((2, 2), np.float32) * 50})
    logits = gan.discriminator({"sample": made})
    assert (made.shape, made.dtype, logits.dtype) == ((2, 8, 8, 3), "float32", "float32")
    assert float(ops.max(ops.abs(made))) <= 1


def test_points_are_seen_at_one_size_whatever_their_own():
    """The same points in other units give the same networks the same numbers to work on."""
    logits = []
    for unit in (1, 1000):
        keras.utils.set_random_seed(0)
        discriminator = FirstDiscriminator(dataclasses.replace(SMALL, std=0.7 * unit), FirstLoss())
        logits.append(np.asarray(discriminator.model(POINTS[:5] * unit)))
    np.testing.assert_allclose(*logits, rtol=1e-4, atol=1e-5)


def test_what_it_learns_from():
    ring = PRESETS["small"].adapted_to(find("ring"))
    assert (ring.sample_shape, ring.kind) == ((2,), "points")
    assert ring.std == pytest.approx(POINTS.std(), rel=0.05)
    digits = PRESETS["digits"].adapted_to(find("digits"))
    assert (digits.sample_shape, digits.kind, digits.zoom) == ((32, 32, 1), "pictures", 1.0)
    with pytest.raises(Refused, match="ring gives points; this recipe learns pictures"):
        DCGANConfig().adapted_to(find("ring"))
    with pytest.raises(Refused, match="--image-size 32: ring gives points"):
        dataclasses.replace(PRESETS["small"], image_size=32).adapted_to(find("ring"))


# --- commands ---

TRAIN = "recipes.first_gan.train"


def test_the_commands_on_points(tmp_path):
    words = ["tiny", "--pictures", 300, "--sample-count", 50, "--run", "r"]
    code, out, err = called(TRAIN, *words, cwd=tmp_path)
    assert code == 0 and "300 points of ring" in out, err
    with Image.open(tmp_path / "r" / "samples" / "latest.png") as sheet:
        assert sheet.size == (400, 400)
    infer = ["recipes.first_gan.infer", "--run", "r"]
    code, out, err = called(*infer, "--count", 70, "--out", "p.npz", cwd=tmp_path)
    assert code == 0 and "70 points" in out, err
    assert np.load(tmp_path / "p.npz")["points"].shape == (70, 2)
    assert called(*infer, cwd=tmp_path)[0] == 0 and (tmp_path / "r" / "points.png").is_file()
    code, _, err = called(*infer, "--numbered", cwd=tmp_path)
    assert code == 2 and "r makes points" in err
    evaluate = ["recipes.first_gan.evaluate", "--run", "r", "--count", 400]
    code, out, err = called(*evaluate, cwd=tmp_path)
    assert code == 0 and "high quality" in out and "MISSED" in out, err
    assert (tmp_path / "r" / "evaluation.json").is_file()


def test_the_commands_on_a_folder(tmp_path):
    pictures(tmp_path / "p", size=(20, 20), count=20)
    words = ["tiny", "--steps", 2, "--sample-count", 4, "--data", "p", "--run", "r"]
    code, out, err = called(TRAIN, *words, cwd=tmp_path)
    assert code == 0 and "20 pictures 20×20×1" in out, err


def test_the_optimal_discriminator_has_a_command(tmp_path, monkeypatch, capsys):
    program = "recipes.first_gan.optimal"
    monkeypatch.chdir(tmp_path)
    assert here(program, "--steps", 5) == 0 and (tmp_path / "optimal.png").is_file()
    assert "mean |σ(D) − p/(p+q)|" in capsys.readouterr().out
    for words, said in (
        (("--steps", 0), "--steps 0: legal is 1 to"),
        (("--seed", 2**32), "legal is 0 to 4294967295"),
        (("--out", "x.txt"), "legal endings are .png"),
    ):
        assert here(program, *words) == 2 and said in capsys.readouterr().err


def test_the_surface_is_drawn_over_the_data_at_rest():
    """The window is the data's: it does not move with what is made, nor does D."""
    gan = build()
    gan.examples = SampleSet(POINTS)
    before = values(gan.discriminator.trainable_variables)
    near, far = (
        gan.sheet(gan.visuals(5) | {"fake": np.full((5, 2), at, np.float32)}) for at in (0, 99)
    )
    assert near.size == far.size == (400, 400)
    assert same(before, values(gan.discriminator.trainable_variables))
    gold = (np.abs(np.asarray(near, int) - [255, 215, 0]).max(-1) < 30).sum()
    assert gold > 0 == (np.abs(np.asarray(far, int) - [255, 215, 0]).max(-1) < 30).sum()
