"""The recipes' networks and steps on Keras' PyTorch backend, beside plain PyTorch: for a GPU.

`python -m tests.on_torch [RECIPE …]` prints images a second and the device's name. It is for a
machine whose GPU TensorFlow cannot use: networks and losses are pure Keras, so whatever Keras
runs on will do. What the training itself needs of TensorFlow (tapes, an Adam of its own, several
devices) is replaced here by what PyTorch has, in a process that never imports TensorFlow.
"""

from __future__ import annotations

import dataclasses
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np

from data.command import run_program
from data.errors import Refused
from tests.bench_translators import Side, serve
from tests.pages.report import in_words

ROOT = Path(__file__).parent.parent
ROUNDS = 5
#: Recipe -> what is changed in its preset `paper`. (Blocks: as the other side has them.)
CASES = {
    "dcgan": {"image_size": 64, "width": 64, "kernel": 4, "batch_size": 64},
    "pix2pix": {"image_size": 256},
    "cyclegan": {"image_size": 256, "blocks": 9},
}
#: What is measured, in words.
_SIDES = {
    "mixed": "ours, mixed_bfloat16",
    "single": "ours, float32",
    "plain": "plain PyTorch, eager float32",
}


class _StandIn(ModuleType):
    """A module of which only some names are there; all others can be imported, and not called."""

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)

        def missing(*args, **kwargs):
            raise NotImplementedError(f"{self.__name__}.{name} is not there on PyTorch")

        return missing


def main() -> None:
    """Measure all cases, or those that the command line names, and print it."""
    asked = sys.argv[1:] or list(CASES)
    if unknown := [name for name in asked if name not in CASES]:
        raise Refused(f"{unknown[0]}: legal are {', '.join(CASES)}")
    if importlib.util.find_spec("torch") is None:
        raise Refused("PyTorch is not installed: pip install -e '.[bench]' brings it")
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    name = torch.cuda.get_device_name() if device == "cuda" else f"CPU, {os.cpu_count()} cores"
    print(f"{name}, PyTorch {torch.__version__}; median [lowest – highest] of {ROUNDS} rounds")
    for recipe in asked:
        settings = CASES[recipe]
        sides = {
            "mixed": Side(_ours, recipe, settings | {"precision": "mixed_bfloat16"}, device),
            "single": Side(_ours, recipe, settings | {"precision": "float32"}, device),
            "plain": Side(_plain, recipe, settings, device),
        }
        print(f"\n{recipe} {settings['image_size']}×{settings['image_size']}")
        compare(sides, settings.get("batch_size", 1))


def compare(sides: dict[str, Side], images: int) -> None:
    """Measure some sides in turns, and print images a second.

    Args:
        sides: As in `_SIDES`.
        images: Of a step.
    """
    # As many steps a turn as take about a second; the first ones take longer.
    steps = {}
    for name, side in sides.items():
        side.seconds(3)
        steps[name] = max(1, round(1 / side.seconds(1)))
    times = {name: [] for name in sides}
    for turn in range(ROUNDS):
        for name in sorted(sides, reverse=bool(turn % 2)):
            times[name].append(sides[name].seconds(steps[name]) / steps[name])
    for side in sides.values():
        side.end()
    for name, took in times.items():
        ratio = np.array(times["plain"]) / took
        print(f"  {_SIDES[name]}: {in_words(images / np.array(took), 1)} images/s", end="")
        print("" if name == "plain" else f"; {in_words(ratio, 2)} times as fast as plain PyTorch")


def _ours(pipe, recipe: str, settings: dict, device: str) -> None:
    prepare(device)

    def take():
        import torch

        gan, step = networks_of(recipe, **settings)
        batch = batch_of(recipe, gan.config)
        there = {name: torch.as_tensor(value, device=device) for name, value in batch.items()}
        # Reading the losses waits for the device.
        return lambda: [value.item() for value in step(there).values()]

    serve(pipe, take)


def _plain(pipe, recipe: str, settings: dict, device: str) -> None:
    import torch

    def take():
        torch.set_default_device(device)
        if recipe == "dcgan":
            from tests.torch_dcgan import DCGAN, LATENT, SIZE

            count = settings["batch_size"]
            given = [torch.rand(count, 3, SIZE, SIZE) * 2 - 1, torch.rand(count, LATENT) * 2 - 1]
            gan = DCGAN(tuned=False)
        else:
            from tests.torch_translators import CycleGAN, Pix2Pix

            size = settings["image_size"]
            given = [torch.rand(1, 3, size, size) * 2 - 1 for _ in range(2)]
            gan = Pix2Pix() if recipe == "pix2pix" else CycleGAN(settings["blocks"])
        return lambda: [float(value) for value in gan.step(*given)]

    serve(pipe, take)


def prepare(device: str = "") -> None:
    """Have Keras run on PyTorch, and what is of TensorFlow replaced; before either is imported.

    Args:
        device: "cpu", "cuda"; "": as Keras chooses.
    """
    if "keras" in sys.modules:
        raise ImportError("Keras is imported already")
    os.environ["KERAS_BACKEND"] = "torch"
    if device:
        os.environ["KERAS_TORCH_DEVICE"] = device
    # Whoever wants TensorFlow after all is told so.
    sys.modules["tensorflow"] = None
    # The package without its own first lines, which choose TensorFlow.
    spec = importlib.machinery.PathFinder.find_spec("common", [str(ROOT)])
    package = importlib.util.module_from_spec(spec)
    package.BACKEND_ASKED = "torch"
    sys.modules["common"] = package
    for name, content in (
        ("backend", _backend()),
        ("fast_paths", {"speed_up": lambda model: None}),
        ("strategy", {"replicas": lambda: 1, "all_gather": _whole, "local_shard": _whole}),
    ):
        module = _StandIn(f"common.machine.{name}")
        vars(module).update(content)
        sys.modules[module.__name__] = module


def _whole(part):
    """What one device has is all there is."""
    return part


def _backend() -> dict:
    import torch

    class Tape:
        """PyTorch records always: there is nothing to begin or to end."""

        def __enter__(self) -> Tape:
            return self

        def __exit__(self, *fault) -> None:
            pass

        def gradient(self, total, variables: list) -> list:
            values = [variable.value for variable in variables]
            return list(torch.autograd.grad(total, values, allow_unused=True))

    return {
        "tape": Tape,
        "compiled": lambda function: function,
        "has_gpu": torch.cuda.is_available,
    }


def networks_of(recipe: str, **settings) -> tuple[SimpleNamespace, Callable[[dict], dict]]:
    """Build a recipe's networks by its preset `paper`; returns them, and their training step.

    Args:
        recipe: dcgan, pix2pix or cyclegan.
        settings: Changes to the preset.
    """
    import keras

    from common import optimizers

    if keras.backend.backend() == "torch":
        # Ours saves operations of TensorFlow's.
        optimizers.Adam = keras.optimizers.Adam
    config = importlib.import_module(f"recipes.{recipe}.config").PRESETS["paper"]
    known = {field.name for field in dataclasses.fields(config)}
    channels = {name: 3 for name in ("channels", "input_channels") if name in known}
    config = dataclasses.replace(config, **{"averaging": 0.0} | channels | settings)
    kind = _gan_of(recipe)
    keras.utils.set_random_seed(config.seed)
    gan = SimpleNamespace(config=config, average=SimpleNamespace(update=lambda: None))
    for network in kind.build_networks(gan):
        setattr(gan, network.name, network)
    return gan, lambda batch: kind.train_step(gan, batch)


def _gan_of(recipe: str) -> type:
    """The class of a recipe's GAN, whose step and draw need no more than its networks."""
    module = importlib.import_module(f"recipes.{recipe}.gan")
    kinds = [k for k in vars(module).values() if getattr(k, "__module__", "") == module.__name__]
    return kinds[0]


def variables_of(gan: SimpleNamespace) -> list:
    """Return the variables of both networks, in a fixed order."""
    networks = (gan.generator, gan.discriminator)
    return [v for network in networks for model in network.models for v in model.variables]


def batch_of(recipe: str, config) -> dict:
    """Draw a batch as a training does, of random pictures; arrays by name."""
    kind = _gan_of(recipe)
    rng, count = np.random.default_rng(0), config.batch_size
    batch = kind.draw(SimpleNamespace(config=config), rng, count)
    shapes = {"real": config.sample_shape}
    if recipe != "dcgan":
        shapes["input"] = config.input_shape
    pictures = {n: rng.uniform(-1, 1, (count, *s)).astype("float32") for n, s in shapes.items()}
    return batch | pictures


if __name__ == "__main__":
    sys.exit(run_program(main))
