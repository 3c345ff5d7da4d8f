"""What the tests of both translators share."""

import dataclasses

import numpy as np

from common.batches import rng_for
from common.machine import backend
from data.samples import SampleSet, UnpairedSet


def built(build, config):
    """A GAN in float32, whatever was built before."""
    backend.set_up("float32", config.seed)
    return build(config)


def tiny(config, **changes):
    """A configuration so small that an update takes milliseconds."""
    small = {"image_size": 32, "width": 4, "channels": 3, "input_channels": 3, "batch_size": 2}
    return dataclasses.replace(config, **(small | {"jitter": 0.0, "flip": False} | changes))


def batch_of(gan, seed=0):
    """A batch of random pictures, and what goes with it."""
    count = gan.config.batch_size
    batch = gan.noise(rng_for(seed, "noise"), count)
    for name, shape in gan.sample_shapes().items():
        dice = rng_for(seed, name)
        batch[name] = dice.uniform(-1, 1, (count, *shape)).astype("float32")
    return batch


def parameters(model):
    return sum(int(np.prod(v.shape)) for v in model.trainable_variables)


def values(variables):
    return [np.array(variable) for variable in variables]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def field_of_view(model, pictures, place):
    """(height, width) of the part of a picture that one place of a network's output looks at."""
    looked, gradient = backend.with_input_gradient(
        lambda x: model(x)[0, place[0], place[1], 0], pictures
    )
    seen = np.abs(np.asarray(gradient)[0]).max(-1) > 0
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    return rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1


def noise_pictures(count, size=(32, 32), channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, *size, channels), np.uint8)


def pairs(count=4, size=(32, 32)):
    return SampleSet(noise_pictures(count, size), {}, noise_pictures(count, size, seed=1))


def unpaired(count=4, size=(32, 32)):
    sides = (SampleSet(noise_pictures(count, size, seed=seed)) for seed in (0, 1))
    return UnpairedSet(*sides)
