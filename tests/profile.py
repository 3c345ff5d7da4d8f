"""Where the time of a recipe's training step goes: `make profile RECIPE=dcgan`.

oneDNN, the library that TensorFlow computes with on processors, logs each of its kernels with its
shape and its time. What the step takes beyond them is TensorFlow's own: element by element,
reductions, copies, updates. Kernels are made to wait for each other here, so a step takes longer
than in a training.
"""

from __future__ import annotations

import collections
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field

from data.command import run_program

STEPS = 5
_BEGIN, _END = "profile begins", "profile ends"
# A transposed convolution is one backward.
FORWARD = "convolutions, and transposed ones' inputs' gradients"
BACKWARD = "convolutions' inputs' gradients, and transposed ones"
#: Kind and direction in oneDNN's log → what it is called here.
_PARTS = {
    ("convolution", "forward_training"): FORWARD,
    ("convolution", "forward_inference"): FORWARD,
    ("convolution", "backward_data"): BACKWARD,
    ("convolution", "backward_weights"): "kernels' gradients",
    ("batch_normalization", "forward_training"): "batch normalisation",
    ("batch_normalization", "backward"): "batch normalisation",
    ("matmul", "undef"): "products of matrices",
    ("inner_product", "forward_inference"): "products of matrices",
    ("gemm_api", "undef"): "products of matrices",
}
# One kernel after another, each on all cores: otherwise two take their time at once.
_ENVIRONMENT = {"ONEDNN_VERBOSE": "profile_exec", "TF_NUM_INTEROP_THREADS": "1"}
_ENVIRONMENT |= {"TF_CPP_MIN_LOG_LEVEL": "3"}
OTHER = "copies between layouts, and other kernels"


@dataclass
class Part:
    """What kernels of one kind take in all."""

    milliseconds: float = 0.0
    operations: float = 0.0
    count: int = 0
    largest: collections.Counter = field(default_factory=collections.Counter)


def main() -> int:
    """Profile the recipe that the command line names, with its flags."""
    recipe, *flags = sys.argv[1:]
    command = [sys.executable, "-m", "tests.profile", "--steps", recipe, *flags]
    log = subprocess.run(
        command,
        env=os.environ | _ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    if log.returncode:
        sys.stderr.write(log.stderr)
        return log.returncode
    parts, wall = read(log.stdout)
    print("\n".join(told(parts, wall)))
    return 0


def take_steps(recipe: str, flags: list[str]) -> None:
    """Take some steps of a recipe, between two marks in the log."""
    from tests.behaviour import settings
    from tests.bench_steps import step_of

    take = step_of(recipe, settings(recipe, flags))
    print(_BEGIN, flush=True)
    began = time.perf_counter()
    for _ in range(STEPS):
        take()
    print(f"{_END} {time.perf_counter() - began}", flush=True)


def read(log: str) -> tuple[dict[str, Part], float]:
    """Sum a log up by parts, for one step.

    Returns:
        The parts by name, and the milliseconds of a step from the outside.
    """
    inside = log[log.index(_BEGIN) : log.index(_END)]
    wall = float(log[log.index(_END) :].split()[2]) / STEPS * 1e3
    parts = collections.defaultdict(Part)
    for line in inside.splitlines():
        words = line.split(",")
        if not line.startswith("onednn_verbose") or "exec" not in words:
            continue
        kind, _, direction = words[words.index("exec") + 2 :][:3]
        shape, took = words[-2], float(words[-1])
        part = parts[_PARTS.get((kind, direction), OTHER)]
        part.milliseconds += took / STEPS
        part.operations += operations(kind, shape) / STEPS
        part.count += 1
        part.largest[shape] += took / STEPS
    return dict(parts), wall


def operations(kind: str, shape: str) -> float:
    """Compute the floating-point operations of a kernel from its shape, as oneDNN writes it."""
    if kind == "convolution":
        size = {name: int(n) for name, n in re.findall(r"(mb|[a-z]{2})(\d+)", shape)}
        positions = size["mb"] * size.get("od", 1) * size["oh"] * size["ow"]
        taps = size.get("kd", 1) * size["kh"] * size["kw"]
        return 2.0 * positions * taps * size["ic"] * size["oc"]
    if kind in ("matmul", "gemm_api", "inner_product"):
        both = [[int(n) for n in side.split("x")] for side in re.findall(r"\d+(?:x\d+)+", shape)]
        if len(both) >= 2:
            (*batch, rows, inner), (*_, columns) = both[:2]
            total = 2.0 * rows * inner * columns
            for count in batch:
                total *= count
            return total
    return 0.0


def told(parts: dict[str, Part], wall: float) -> list[str]:
    """A table of the parts, the dearest first."""
    known = sum(part.milliseconds for part in parts.values())
    lines = ["| part | ms a step | of it | kernels | GFLOP/s | dearest shape |"]
    lines.append("|---|---|---|---|---|---|")
    for name, part in sorted(parts.items(), key=lambda item: -item[1].milliseconds):
        rate = part.operations / part.milliseconds / 1e6 if part.operations else 0
        ((shape, took),) = part.largest.most_common(1)
        lines.append(
            f"| {name} | {part.milliseconds:.1f} | {part.milliseconds / wall:.0%} "
            f"| {part.count // STEPS} | {f'{rate:.0f}' if rate else '–'} "
            f"| `{shape}` {took:.1f} ms |"
        )
    rest = wall - known
    words = "TensorFlow's own: element by element, reductions, updates"
    lines.append(f"| {words} | {rest:.1f} | {rest / wall:.0%} | | | |")
    lines.append(f"| **a step** | {wall:.1f} | | | | |")
    return lines


if __name__ == "__main__":
    if sys.argv[1:2] == ["--steps"]:
        take_steps(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(run_program(main))
