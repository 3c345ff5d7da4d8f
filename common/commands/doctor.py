"""`python -m recipes doctor`: what this machine has, and what a training here would use."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from common.run.folder import versions
from data import cache
from data.command import read_flags
from data.errors import EnvironmentFailure


@dataclass
class DoctorFlags:
    """Report on this machine: versions, devices, precision, free memory and disk."""

    require_gpu: bool = False
    """Exit with code 1, and the reason, if no GPU computes correctly."""


def main(arguments: list[str]) -> None:
    """Print the report.

    Raises:
        EnvironmentFailure: a GPU is required, and none is usable.
    """
    flags = read_flags(DoctorFlags, arguments, program="python -m recipes doctor")

    # Only now the slow import, and the file that does it quietly is first.
    from common.machine import backend
    from common.machine.devices import why_no_gpu
    from common.machine.precision import choose

    reason = why_no_gpu()
    found = versions() | {"system": f"{platform.system()} {platform.machine()}"}
    row("versions", ", ".join(f"{name} {value}" for name, value in found.items()))
    cuda()
    row("GPU", reason or "a convolution compiled by XLA came out right")
    row("trains on", f"{backend.device_name()}, in {choose('auto')} (--precision auto)")
    memory = psutil.virtual_memory()
    row("memory", f"{gibibytes(memory.available)} of {gibibytes(memory.total)} free")
    for what, folder in (("runs", Path("runs")), ("cache", cache.folder())):
        disk(what, folder)
    if flags.require_gpu and reason:
        raise EnvironmentFailure(f"--require-gpu: {reason}")


def cuda() -> None:
    """Print the state of CUDA, where TensorFlow was built with it."""
    from common.machine import devices

    built = devices.built_with()
    if not built:
        return
    row("built with", ", ".join(f"{name} {version}" for name, version in built.items()))
    missing = devices.missing_libraries()
    row("libraries", f"cannot be loaded: {', '.join(missing)}" if missing else "all load")
    there = devices.compiler()
    row(
        "XLA's",
        ", ".join(f"{n} {'found' if is_there else 'MISSING'}" for n, is_there in there.items()),
    )
    for name, (major, minor) in devices.gpus():
        row("device", f"{name}, compute capability {major}.{minor}")
    for line in devices.driver():
        row("driver", line)


def disk(what: str, folder: Path) -> None:
    """Print the free space of a folder, which need not exist yet, and whether it is writable."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    may = "" if os.access(place, os.W_OK) else ", but there is no permission to write"
    row(what, f"{gibibytes(shutil.disk_usage(place).free)} free at {folder}{may}")


def gibibytes(count: int) -> str:
    """Format a number of bytes in GiB."""
    return f"{count / 2**30:.1f} GiB"


def row(name: str, value: str) -> None:
    """Print a line of the report."""
    print(f"{name:<12}{value}")
    sys.stdout.flush()
