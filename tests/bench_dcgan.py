"""DCGAN's part of `make bench`: beside the same networks and step in PyTorch, eager and tuned."""

from __future__ import annotations

import dataclasses
import importlib.util

import numpy as np

from recipes.dcgan.config import Config
from tests.bench_translators import WORDS, Side, compare, serve, step_of

#: The row that is compared everywhere.
ROW = Config(image_size=64, channels=3, width=64, kernel=4, batch_size=64, averaging=0.0)
STEPS = 6
BARS = {"eager": 2.5, "tuned": 1.3}


def main() -> None:
    """Measure and print."""
    if importlib.util.find_spec("torch") is None:
        print("DCGAN beside PyTorch: not measured, pip install -e '.[bench]' brings it")
        return
    sides = {"ours": Side(_ours), **{way: Side(_torch, way == "tuned") for way in WORDS}}
    what = "DCGAN 64×64, 4×4 kernels, width 64, batch 64"
    compare(what, sides, STEPS, BARS, ROW.batch_size)


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
