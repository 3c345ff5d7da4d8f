"""The recipes that there are, as the contract asks for them.

Every folder in recipes/ with a train.py is one, the templates among them. What the contract
needs is what every recipe has: `config.PRESETS["tiny"]`, its smallest honest configuration, and
`train.build`; and `config.PARAMETERS` if it has a preset "paper".
"""

from __future__ import annotations

import dataclasses
import functools
import importlib

import numpy as np
import tensorflow as tf

import data
from common.adversarial import AdversarialConfig
from common.batches import unjittered
from tests.conftest import ROOT

NAMES = sorted(file.parent.name for file in (ROOT / "recipes").glob("*/train.py"))

#: Every setting that changes what a step does; those that exclude another come apart.
OPTIONS = {
    "r1": 0.1,
    "r2": 0.1,
    "spectral_norm": True,
    "augment": True,
    "instance_noise": 0.1,
    "label_smoothing": 0.1,
    "critic_steps": 2,
    "pretrain_discriminator": 1,
    "stop_at_equilibrium": 0.02,
}
#: What the others exclude, or are excluded by.
APART = ({"gradient_penalty": 10.0}, {"loss": "wasserstein", "gradient_penalty": 10.0})
APART += ({"loss": "hinge"}, {"loss": "relativistic", "r1": 0.1})
#: Ways that common/ computes from what others of these ways look at, too: R2 is as R1 is, and other
#: losses are of the same logits; a pretraining makes the discriminator's steps that critic steps
#: make. They are tried alone where recipes begin, and in DCGAN.
OF_COMMON = ("r2", "label_smoothing", "stop_at_equilibrium", "hinge", "wasserstein")
OF_COMMON += ("pretrain_discriminator",)
WITH_ALL_WAYS = ("_template", "_template_plain", "_template_translator", "dcgan")
#: What every recipe has.
COMMON = {"averaging": 0.9, "decay_from": 2, "decay_steps": 100}


def presets(recipe: str) -> dict:
    return importlib.import_module(f"recipes.{recipe}.config").PRESETS


def tiny(recipe: str, **changes):
    """The recipe's smallest configuration, settled for its data."""
    config = dataclasses.replace(presets(recipe)["tiny"], precision="float32", **changes)
    return config.adapted_to(source_of(config))


def source_of(config):
    return _found(config.data, config.reading)


@functools.cache
def _found(spec, reading):
    return data.find(spec, reading)


def every_option(recipe: str, **changes) -> dict:
    """The changes that turn on, at once, all that the recipe allows."""
    config = presets(recipe)["tiny"]
    chosen = dict(COMMON)
    if isinstance(config, AdversarialConfig):
        points = source_of(config).kind == "points"
        for name, value in OPTIONS.items():
            if config.accepts(**{name: value}) and not (points and name == "augment"):
                chosen[name] = value
        if "instance_noise" in chosen:
            chosen["instance_noise_steps"] = 4
    if source_of(config).kind not in ("points", "voxels"):
        chosen |= {"jitter": 0.25, "flip": True}
    return chosen | changes


def single_options(recipe: str) -> list[dict]:
    """Every option of the recipe by itself, and the ways that exclude others."""
    config, points = presets(recipe)["tiny"], source_of(presets(recipe)["tiny"]).kind == "points"
    if not isinstance(config, AdversarialConfig):
        return [{}]
    ways = [{name: value} for name, value in OPTIONS.items()] + list(APART)
    ways = [way for way in ways if not (points and "augment" in way)]
    # What the smallest configuration has anyhow changes nothing.
    ways = [way for way in ways if any(getattr(config, n, None) != v for n, v in way.items())]
    if recipe not in WITH_ALL_WAYS:
        ways = [way for way in ways if not {*way, *way.values()} & {*OF_COMMON}]
    return [{}] + [way for way in ways if config.accepts(**way)]


def loaded(config):
    """What it learns from."""
    asked = config.data, config.reading, config.loaded_size, config.pictures, config.seed
    return config.training_set(_loaded(*asked))


@functools.cache
def _loaded(spec, reading, *asked):
    return data.find(spec, reading).load("train", *asked)


def built(recipe: str, config):
    """Its trainer, with examples to be shown."""
    trainer = importlib.import_module(f"recipes.{recipe}.train").build(config)
    source = source_of(config)
    trainer.examples = unjittered(config.examples_of(source, loaded(config)), config)
    return trainer


def batch_of(trainer, dataset, phase, step=0) -> dict:
    """The batch of a step, as the networks see it."""
    drawn = trainer._batches(dataset, phase)(step)
    seen = {}
    for name, value in drawn.items():
        if value.dtype == np.uint8:
            value = value.astype(np.float32) / 127.5 - 1
        seen[name] = tf.convert_to_tensor(
            value.astype(np.float32) if value.dtype == bool else value
        )
    return seen


def snapshot(trainer) -> dict[str, list[np.ndarray]]:
    return {name: [np.array(v) for v in values] for name, values in trainer.state().items()}


def differing(one: dict, other: dict) -> list[str]:
    """The names under which two states are not the same to the bit."""
    assert one.keys() == other.keys()
    return [
        name
        for name in one
        if any(not np.array_equal(a, b) for a, b in zip(one[name], other[name], strict=True))
    ]
