"""Run folders with networks so small that they need no training."""

import dataclasses

import keras

from common.commands.infer import LatentFlags, from_latents
from common.config import Config
from common.run.folder import Run
from common.run.loaded import LoadedRun


@dataclasses.dataclass(kw_only=True)
class LatentConfig(Config):
    """Settings of a recipe with latents."""

    latent_size: int = 5
    prior = "normal"

    def legal_sizes(self):
        return [4, 8]


@dataclasses.dataclass(kw_only=True)
class OtherConfig(Config):
    """Settings of a recipe without."""

    def legal_sizes(self):
        return [4, 8]


SETTINGS = {"channels": 1, "image_size": 4}


def pictures_from(*names):
    """A network from inputs of 5 numbers, the first, and 1 number to 4×4 pictures."""
    latent, *labels = (keras.Input((5,) if n == names[0] else (), name=n) for n in names)
    x = keras.layers.Dense(16, kernel_initializer=keras.initializers.GlorotUniform(seed=0))(latent)
    for label in labels:
        x = x + keras.ops.cast(label, "float32")[:, None]
    picture = keras.ops.reshape(keras.ops.tanh(x), (-1, 4, 4, 1))
    return keras.Model([latent, *labels] if labels else latent, picture)


def run_of(path, config, recipe="toy", **models):
    """A run folder with networks."""
    run = Run.create(path, recipe, config, {})
    for name, model in models.items():
        model.save(run.network(name))
    run.note(networks=list(models), made_with={"gan_cookbook": "0.2.0"})
    return path


def made_of(run, flags=LatentFlags, **changes):
    loaded = LoadedRun.open(run, "toy", LatentConfig)
    asked = flags(run=run, **changes)
    asked.check(loaded)
    return from_latents(loaded, asked)
