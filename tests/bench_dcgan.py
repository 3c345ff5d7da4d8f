"""DCGAN's part of `make bench`: beside the same networks and step in PyTorch, eager and tuned."""

from __future__ import annotations

import dataclasses
import importlib.util

import numpy as np

from recipes.dcgan.config import Config
from tests.bench_translators import ROUNDS, Side, serve, step_of
from tests.pages.report import in_words

#: The row that is compared everywhere.
ROW = Config(image_size=64, channels=3, width=64, kernel=4, batch_size=64, averaging=0.0)
STEPS = 6
_WORDS = {"eager": "eager float32", "tuned": "compiled, channels last, bfloat16"}


def main() -> None:
    """Measure and print."""
    if importlib.util.find_spec("torch") is None:
        print("DCGAN beside PyTorch: not measured, pip install -e '.[bench]' brings it")
        return
    compare({"ours": Side(_ours), **{way: Side(_torch, way == "tuned") for way in _WORDS}})


def compare(sides: dict[str, Side]) -> None:
    """Measure all sides in turns, and print it."""
    for side in sides.values():
        # To compile takes more than one step.
        side.seconds(3)
    times = {name: [] for name in sides}
    for turn in range(ROUNDS):
        # Each round begins with another one.
        names = sorted(sides)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            times[name].append(sides[name].seconds(STEPS))
    for side in sides.values():
        side.end()
    rates = {name: STEPS * ROW.batch_size / np.array(t) for name, t in times.items()}
    print(f"DCGAN 64×64, 4×4 kernels, width 64, batch 64: {in_words(rates['ours'], 1)} images/s")
    for way, bar in (("eager", 2.5), ("tuned", 1.3)):
        ratios = in_words(rates["ours"] / rates[way], 2)
        print(f"  PyTorch ({_WORDS[way]}): {in_words(rates[way], 1)} images/s;", end="")
        print(f" ours is {ratios} times as fast   (bar: {bar})")


def _batch() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    real = rng.uniform(-1, 1, (ROW.batch_size, 64, 64, 3)).astype("float32")
    return real, rng.uniform(-1, 1, (ROW.batch_size, ROW.latent_size)).astype("float32")


def _ours(pipe) -> None:
    from common.machine.precision import choose

    precision = choose("auto")

    def take():
        from recipes.dcgan.gan import DCGAN

        real, latent = _batch()
        gan = DCGAN(dataclasses.replace(ROW, precision=precision))
        return step_of(gan, {"real": real, "latent": latent})

    serve(pipe, take)


def _torch(pipe, tuned: bool) -> None:
    import torch

    def take():
        from tests.torch_dcgan import DCGAN

        real, latent = map(torch.from_numpy, _batch())
        gan = DCGAN(tuned)
        return lambda: gan.step(real.permute(0, 3, 1, 2), latent)

    serve(pipe, take)


if __name__ == "__main__":
    main()
