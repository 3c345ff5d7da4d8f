"""The diagrams of the chapters: of every recipe its networks, and what a chapter adds."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import data
from common.batches import rng_for
from common.trainer import Trainer
from data.samples import UnpairedSet
from tests.pages.diagram import description_in, draw_networks, save_drawing
from tests.pages.flow import Arrow, Box, described_flow, draw_flow
from tests.pages.network import Block, blocks_of, described, in_words
from tests.pages.patch import described_patch, draw_patch

ROOT = Path(__file__).parent.parent.parent
#: A drawing and what it shows, in words.
Drawn = tuple[Callable[[], Figure], str]


def recipes() -> list[str]:
    """Return the recipes that have networks and a chapter of their own."""
    folders = (file.parent.name for file in (ROOT / "recipes").glob("*/train.py"))
    return sorted(name for name in folders if not name.startswith("_"))


def write_drawings(chosen: list[str] | None = None) -> None:
    """Draw the diagrams of some chapters, or of all, that no longer show what there is."""
    for path, (draw, words) in drawings(chosen).items():
        if not path.is_file() or description_in(path) != words:
            path.parent.mkdir(exist_ok=True)
            save_drawing(draw(), path, words)
            print(path.relative_to(ROOT))


def drawings(chosen: list[str] | None = None) -> dict[Path, Drawn]:
    """Return each diagram's file, how it is drawn, and what it shows."""
    found: dict[Path, Drawn] = {}
    for recipe in sorted({*recipes(), *OTHERS}) if chosen is None else chosen:
        pictures = ROOT / "recipes" / recipe / "pictures"
        if recipe in recipes():
            trainer = small(recipe)
            found[pictures / "networks.svg"] = _networks(trainer)
            for name, draw in OF_TRAINER.get(recipe, {}).items():
                found[pictures / name] = draw(trainer)
        for name, draw in OTHERS.get(recipe, {}).items():
            found[pictures / name] = draw()
    return found


def small(recipe: str, preset: str = "small") -> Trainer:
    """Build a recipe's small configuration, or another, for the data that it has by default."""
    module = importlib.import_module(f"recipes.{recipe}.config")
    config = dataclasses.replace(module.PRESETS[preset], precision="float32")
    config = config.adapted_to(data.find(config.data, config.reading))
    return importlib.import_module(f"recipes.{recipe}.train").build(config)


def sizes_of(trainer: Trainer) -> dict[str, tuple[int, ...]]:
    """Return the shapes of what a trainer's batches hold, by name, without the batch."""
    config, drawn = trainer.config, trainer.draw(rng_for(0, "noise"), 1)
    shapes = {"sample": config.sample_shape, "real": config.sample_shape}
    shapes["input"] = getattr(config, "input_shape", config.sample_shape)
    return shapes | {name: np.shape(values)[1:] for name, values in drawn.items()}


def blocks_in(trainer: Trainer) -> dict[str, list[Block]]:
    """Return the blocks of each of a trainer's models by its name.

    Models that are alike are drawn once, under both names.
    """
    sizes = sizes_of(trainer)
    found: dict[str, list[Block]] = {}
    for network in trainer.networks:
        for model in network.models:
            blocks = blocks_of(model, sizes)
            same = next((name for name, known in found.items() if known == blocks), None)
            if same:
                found = {
                    f"{name}, {model.name}" if name == same else name: known
                    for name, known in found.items()
                }
            else:
                found[model.name] = blocks
    return found


def _networks(trainer: Trainer) -> Drawn:
    networks = blocks_in(trainer)
    words = "\n\n".join(f"{name}\n{described(blocks)}" for name, blocks in networks.items())
    return (lambda: draw_networks(networks)), words


def of_views() -> Drawn:
    """3D-VAE-GAN's networks: those of 3D-GAN, and the encoder."""
    return _networks(small("voxel_gan", "views"))


def of_began() -> Drawn:
    """SD-BEGAN's networks."""
    return _networks(small("sdgan", "began"))


def of_styles(trainer: Trainer) -> Drawn:
    """StyleGAN's parts: mapping, synthesis, and a level of the discriminator."""
    parts = [trainer.generator.model.get_layer(name) for name in ("mapping", "synthesis")]
    parts.append(trainer.discriminator.model.get_layer("block_16"))
    networks = {model.name: blocks_of(model) for model in parts}
    words = "\n\n".join(f"{name}\n{described(blocks)}" for name, blocks in networks.items())
    return (lambda: draw_networks(networks)), words


def _flow(boxes: dict[str, Box], arrows: list[Arrow]) -> Drawn:
    return (lambda: draw_flow(boxes, arrows)), described_flow(boxes, arrows)


def game(trainer: Trainer) -> Drawn:
    """The game of two: who is given what, and whose loss changes whom."""
    (latent,) = trainer.generator.model.inputs
    sample = in_words(trainer.generator.model.output.shape[1:])
    boxes = {
        "latent": Box(0, 0, f"latent z\n{in_words(latent.shape[1:])} random numbers"),
        "G": Box(1, 0, "generator G", "network"),
        "fake": Box(2, 0, f"fake G(z)\n{sample}", "fake"),
        "real": Box(2, 1.3, f"real x\n{sample}"),
        "D": Box(3, 0.65, "discriminator D", "network"),
        "G's loss": Box(4.1, 0, "G's loss\nD(G(z)) should be high", "loss"),
        "D's loss": Box(4.1, 1.3, "D's loss\nD(x) high, D(G(z)) low", "loss"),
    }
    arrows = [
        *(Arrow("latent", "G"), Arrow("G", "fake"), Arrow("fake", "D"), Arrow("real", "D")),
        *(Arrow("D", "G's loss"), Arrow("D", "D's loss")),
        Arrow("G's loss", "G", "its gradient changes G alone", -0.7),
        Arrow("D's loss", "D", "its gradient changes D alone", 0.7),
    ]
    return _flow(boxes, arrows)


def patch(trainer: Trainer) -> Drawn:
    """One picture of the data, and the patch of it that a logit judges."""
    model, side = trainer.discriminator.models[-1], trainer.config.image_size
    words = described_patch(model, side)

    def draw() -> Figure:
        source = data.find(trainer.config.data, trainer.config.reading)
        loaded = source.load("test", side, 3, 0)
        some = loaded.b if isinstance(loaded, UnpairedSet) else loaded
        return draw_patch(model, some.samples[2])

    return draw, words


def bound(trainer: Trainer) -> Drawn:
    """A variational autoencoder: a distribution of codes, a draw from it, and both losses."""
    side, size = in_words(trainer.config.sample_shape), trainer.config.latent_size
    boxes = {
        "real": Box(0, 0, f"real x\n{side}"),
        "E": Box(1, 0, "encoder", "network"),
        "code": Box(2, 0, f"mean μ, deviation σ\n{size} each"),
        "noise": Box(2, 1.2, "noise ε\nfrom N(0, 1)"),
        "latent": Box(3.1, 0, f"latent μ + σε\n{size}"),
        "D": Box(4.1, 0, "decoder", "network"),
        "fake": Box(5.1, 0, f"reconstruction\n{side}", "fake"),
        "divergence": Box(3.1, -1.1, "divergence\nfrom N(0, 1)", "loss"),
        "loss": Box(5.1, 1.2, "−log p(x|z)\nreconstruction", "loss"),
    }
    arrows = [
        *(Arrow("real", "E"), Arrow("E", "code"), Arrow("code", "latent")),
        *(Arrow("noise", "latent"), Arrow("latent", "D"), Arrow("D", "fake")),
        *(Arrow("code", "divergence"), Arrow("fake", "loss")),
    ]
    return _flow(boxes, arrows)


def pair_game(trainer: Trainer) -> Drawn:
    """Pix2Pix: D sees the input beside what it judges, and G is held against the truth."""
    side = in_words(trainer.config.sample_shape)
    boxes = {
        "input": Box(0, 0.65, f"input x\n{side}"),
        "G": Box(1, 0, "generator G", "network"),
        "fake": Box(2, 0, f"fake G(x)\n{side}", "fake"),
        "real": Box(2, 1.3, f"real y\n{side}"),
        "D": Box(3.1, 0.65, "discriminator D\na logit a patch", "network"),
        "L1": Box(3.1, -0.45, "L1 distance\nfrom G(x) to y", "loss"),
        "loss": Box(4.3, 0.65, "adversarial loss\nof D and of G", "loss"),
    }
    arrows = [
        *(Arrow("input", "G"), Arrow("G", "fake"), Arrow("fake", "D"), Arrow("real", "D")),
        *(Arrow("input", "D", "x, with each"), Arrow("fake", "L1"), Arrow("D", "loss")),
        Arrow("real", "L1"),
    ]
    return _flow(boxes, arrows)


def game_of_pairs(trainer: Trainer) -> Drawn:
    """SD-GAN: fake pairs share a code, real ones an identity."""
    config = trainer.config
    codes = config.identity_size, config.observation_size
    side = in_words(config.sample_shape)
    boxes = {
        "who": Box(0, 0.65, f"who: z_I\n{codes[0]} random numbers"),
        "how": Box(0, -0.35, f"how: z_O\n{codes[1]} random numbers"),
        "how else": Box(0, 1.65, f"how else: z_O'\n{codes[1]} random numbers"),
        "G": Box(1.2, 0, "generator G", "network"),
        "same G": Box(1.2, 1.3, "the same G", "network"),
        "fake": Box(2.3, 0.65, f"fake pair\ntwo of {side}", "fake"),
        "real": Box(2.3, 1.9, f"real pair\ntwo of {side}\nof one identity"),
        "D": Box(3.5, 1.3, "discriminator D\na logit for a pair", "network"),
        "loss": Box(4.8, 1.3, "adversarial loss\nof D and of G", "loss"),
    }
    arrows = [
        *(
            Arrow("how", "G"),
            Arrow("who", "G"),
            Arrow("who", "same G"),
            Arrow("how else", "same G"),
        ),
        *(Arrow("G", "fake"), Arrow("same G", "fake"), Arrow("fake", "D"), Arrow("real", "D")),
        Arrow("D", "loss"),
    ]
    return _flow(boxes, arrows)


def square(trainer: Trainer) -> Drawn:
    """CycleGAN's square: there, judged, and back again."""
    names = [model.name for model in trainer.generator.models]
    boxes = {
        "a": Box(0, 0, "a\na summer"),
        "G": Box(1, 0, f"G: A → B\n{names[0]}", "network"),
        "fake": Box(2, 0, "G(a)\na fake winter", "fake"),
        "D": Box(3, 0, "D of B\na logit a patch", "network"),
        "D loss": Box(4.1, 0, "adversarial\n(least squares)", "loss"),
        "b": Box(3, 1.3, "b\na real winter"),
        "cycle": Box(0, 1.3, "cycle loss\n|F(G(a)) − a|", "loss"),
        "back": Box(1, 1.3, "F(G(a))\na summer again", "fake"),
        "F": Box(2, 1.3, f"F: B → A\n{names[1]}", "network"),
    }
    arrows = [
        *(Arrow("a", "G"), Arrow("G", "fake"), Arrow("fake", "D"), Arrow("D", "D loss")),
        *(Arrow("fake", "F"), Arrow("F", "back"), Arrow("back", "cycle"), Arrow("a", "cycle")),
        Arrow("b", "D"),
    ]
    return _flow(boxes, arrows)


def steps_of_data() -> Drawn:
    """Chapter 2: from files to what a network is shown, and what leaves on the way."""
    boxes = {
        "files": Box(0, 0, "files\nof many kinds"),
        "look": Box(1, 0, "look\npython -m data", "network"),
        "clean": Box(2, 0, "clean\nremove, --write", "network"),
        "train": Box(3.1, 0, "train"),
        "validation": Box(3.1, 0.75, "validation"),
        "test": Box(3.1, 1.5, "test"),
        "augment": Box(4.1, 0, "augment\n--jitter, --flip", "network"),
        "batch": Box(5.1, 0, "a batch", "fake"),
        "out": Box(2, 1, "left out:\nbroken, copies,\nwhat must not be learned", "loss"),
    }
    arrows = [
        *(Arrow("files", "look"), Arrow("look", "clean"), Arrow("clean", "train")),
        *(Arrow("clean", "validation"), Arrow("clean", "test"), Arrow("clean", "out")),
        *(Arrow("train", "augment"), Arrow("augment", "batch")),
    ]
    return _flow(boxes, arrows)


def of_single() -> Drawn:
    """TraVeLGAN's variant with a single discriminator."""
    return _networks(small("travelgan", "one"))


def vectors(trainer: Trainer) -> Drawn:
    """TraVeLGAN's two pairs, originals and translations, and the vectors between them."""
    size = in_words((trainer.config.vec_len,))
    boxes = {
        "originals": Box(0, 0, "originals a₁, a₂\nof A"),
        "G": Box(0, 1.3, "generator G\nA → B", "network"),
        "made": Box(1, 1.3, "translations\nG(a₁), G(a₂)", "fake"),
        "S": Box(1.6, 0.65, "Siamese network S", "network"),
        "v": Box(2.7, 0, f"v = S(a₁) − S(a₂)\n{size} numbers"),
        "v'": Box(2.7, 1.3, f"v′ = S(G(a₁)) − S(G(a₂))\n{size} numbers", "fake"),
        "margin": Box(4, -0.1, "margin\n‖v‖² ≥ m", "loss"),
        "same": Box(4, 0.65, "v′ = v\nlength, direction", "loss"),
        "D": Box(2.7, 2.2, "discriminator of B", "network"),
        "real": Box(4, 2.2, "adversarial", "loss"),
    }
    arrows = [
        *(Arrow("originals", "G"), Arrow("G", "made"), Arrow("originals", "S")),
        *(Arrow("made", "S"), Arrow("S", "v"), Arrow("S", "v'"), Arrow("v", "margin")),
        *(Arrow("v", "same"), Arrow("v'", "same"), Arrow("made", "D"), Arrow("D", "real")),
    ]
    return _flow(boxes, arrows)


def of_stabilisers() -> Drawn:
    """Where each stabiliser stands: at what D sees, in D, in its loss, at the end."""
    boxes = {
        "real": Box(0, 0, "real x"),
        "fake": Box(0, 1.2, "fake G(z)", "fake"),
        "seen": Box(1.25, 0.6, "what D sees\naugmentation\ninstance noise"),
        "D": Box(2.5, 0.6, "discriminator D\nspectral norm", "network"),
        "loss": Box(3.8, 0.6, "loss\nits form\nlabel smoothing", "loss"),
        "penalty": Box(2.5, -0.65, "penalty on D's slope\nR1, R2, WGAN-GP", "loss"),
        "update": Box(3.8, 1.85, "update\ntwo rates, critic steps\nfalling rates"),
        "G": Box(1.25, 1.85, "generator G\nits average makes samples", "network"),
    }
    arrows = [
        *(Arrow("real", "seen"), Arrow("fake", "seen"), Arrow("seen", "D"), Arrow("D", "loss")),
        *(Arrow("D", "penalty"), Arrow("loss", "update"), Arrow("update", "G")),
        *(Arrow("update", "D"), Arrow("G", "fake")),
    ]
    return _flow(boxes, arrows)


#: Recipe -> picture -> what draws it from the recipe's trainer.
OF_TRAINER: dict[str, dict[str, Callable[[Trainer], Drawn]]] = {
    "first_gan": {"game.svg": game},
    "autoencoder": {"bound.svg": bound},
    "pix2pix": {"game.svg": pair_game, "patch.svg": patch},
    "cyclegan": {"square.svg": square, "patch.svg": patch},
    "travelgan": {"vectors.svg": vectors},
    "sdgan": {"game.svg": game_of_pairs},
    "stylegan": {"styles.svg": of_styles},
}
#: Chapter -> picture -> what draws it, where no network is needed.
OTHERS: dict[str, dict[str, Callable[[], Drawn]]] = {
    "data_prep": {"steps.svg": steps_of_data},
    "stabilisers": {"where.svg": of_stabilisers},
    "voxel_gan": {"views.svg": of_views},
    "travelgan": {"single.svg": of_single},
    "sdgan": {"began.svg": of_began},
}
