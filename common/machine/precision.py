"""Precision of the arithmetic: float32, or bfloat16 where the hardware has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from common.machine import backend  # first: it imports TensorFlow, quietly

import keras  # isort: skip


def choose(wanted: str) -> str:
    """Return the precision that `--precision` stands for on this machine.

    Measured on the CPU, bfloat16 without hardware for it is slower than float32.
    """
    if wanted != "auto":
        return wanted
    fast = backend.gpu_has_bfloat16() if backend.has_gpu() else cpu_has_bfloat16()
    return "mixed_bfloat16" if fast else "float32"


def cpu_has_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether the processor multiplies bfloat16 natively (AVX-512 BF16 or AMX)."""
    try:
        flags = cpuinfo.read_text().split()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Context manager in which networks are built with a precision."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@contextmanager
def recast(networks: Iterable[keras.Model], precision: str) -> Iterator[None]:
    """Context manager in which existing networks compute, and are saved, with a precision.

    Weights are float32 in any case. Graphs keep the precision that they were traced with.
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
