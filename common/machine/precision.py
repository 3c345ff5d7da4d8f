"""Which arithmetic to compute in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from common.machine import backend  # first: it imports TensorFlow, quietly

import keras  # isort: skip


def choose(wanted: str) -> str:
    """What `--precision` comes to here: bfloat16 where the hardware has it.

    Measured on the CPU, bfloat16 without hardware for it is slower than float32.
    """
    if wanted != "auto":
        return wanted
    fast = backend.gpu_has_bfloat16() if backend.has_gpu() else cpu_has_bfloat16()
    return "mixed_bfloat16" if fast else "float32"


def cpu_has_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor says that it multiplies bfloat16 (AVX-512 BF16 or AMX)."""
    try:
        flags = cpuinfo.read_text().split()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Networks built within compute so; in float32 if what is saved is to travel."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@contextmanager
def recast(networks: Iterable[keras.Model], precision: str) -> Iterator[None]:
    """Networks that stand compute so within, and are saved so; their weights are float32 anyhow.

    Graphs that were traced before stay as they are, and those traced within stay, too.
    """
    layers = [layer for network in networks for layer in network._flatten_layers()]
    before = [layer.dtype_policy for layer in layers]
    try:
        for layer in layers:
            layer.dtype_policy = precision
        yield
    finally:
        for layer, policy in zip(layers, before, strict=True):
            layer.dtype_policy = policy
