"""What the tests of several recipes share."""

import dataclasses
import runpy
import sys

import numpy as np
import pytest
from keras import ops

from common.batches import rng_for
from common.machine import backend
from data.samples import SampleSet, UnpairedSet


def here(module, *flags):
    """Exit code of a command that is run in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [module, *map(str, flags)])
        # Python warns of a module that is there already, and is run once more.
        patch.delitem(sys.modules, module, raising=False)
        with pytest.raises(SystemExit) as end:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    return end.value.code


def tiny(config, **changes):
    """A configuration so small that an update takes milliseconds."""
    small = {"image_size": 32, "width": 4, "channels": 3, "input_channels": 3, "batch_size": 2}
    small |= {"jitter": 0.0, "flip": False, "precision": "float32"}
    return dataclasses.replace(config, **(small | changes))


def batch_of(gan, seed=0):
    """A batch of random pictures, and what goes with it, as tensors."""
    config, count = gan.config, gan.config.batch_size
    batch = gan.draw(rng_for(seed, "noise"), count)
    for name, shape in (("real", config.sample_shape), ("input", config.input_shape)):
        batch[name] = rng_for(seed, name).uniform(-1, 1, (count, *shape)).astype("float32")
    return as_tensors(batch)


def as_tensors(batch):
    """A batch as the networks see it."""
    seen = {n: v / np.float32(127.5) - 1 if v.dtype == np.uint8 else v for n, v in batch.items()}
    return {name: ops.convert_to_tensor(values) for name, values in seen.items()}


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


def pairs(count=4, size=(32, 32), channels=3):
    inputs = noise_pictures(count, size, channels, seed=1)
    return SampleSet(noise_pictures(count, size), {}, inputs)


def unpaired(count=4, size=(32, 32)):
    sides = (SampleSet(noise_pictures(count, size, seed=seed)) for seed in (0, 1))
    return UnpairedSet(*sides)


def critic_round(gan, dataset):
    """What each network was given in the first training step: batches, by the network's name.

    The step is the one that training repeats, with the batch that it would have.
    """
    phase = gan.phases()[-1]
    given = {"generator": [], "discriminator": []}
    for name, batches in given.items():
        network = getattr(gan, name)

        def watched(batch, *outputs, update=network.trainModel, batches=batches, **more):
            batches.append({n: np.asarray(v) for n, v in batch.items()})
            return update(batch, *outputs, **more)

        network.trainModel = watched
    phase.step(as_tensors(gan._batches(dataset, phase)(0)))
    return given
