"""What the tests of StyleGAN share."""

import dataclasses

import numpy as np

from recipes.stylegan.config import PRESETS, Config


def settled(preset="tiny", **changes) -> Config:
    """A configuration without open ones: R1, its interval and the path length are given."""
    config = dataclasses.replace(PRESETS[preset], precision="float32", channels=3, **changes)
    two = config.generation == 2
    open_ones = {"r1": 0.1, "r1_every": 16 if two else 1, "path_length": 2.0 if two else 0.0}
    found = {n: v for n, v in open_ones.items() if getattr(config, n) is None}
    return dataclasses.replace(config, **found)


def random(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
