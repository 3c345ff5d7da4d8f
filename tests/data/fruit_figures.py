"""What `fruit` is worth: `python -m tests.data.fruit_figures` prints it, in a few minutes on a CPU.

How far a map from one fruit to another has to change shapes, and how well nets read the factors.
"""

from __future__ import annotations

import argparse
from itertools import permutations

import numpy as np

import data
from data import worlds
from data.worlds.fruit import DOMAINS

SIZE, SCENES = 64, 400
# Shades that each colour channel is divided into, for the best map of colours.
_SHADES = 16


def main() -> None:
    """Measure and print."""
    flags = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    flags.add_argument("--nets", action="store_true", help="train nets that read the factors, too")
    nets = flags.parse_args().nets
    print(f"true counterparts of {SCENES} scenes at {SIZE}×{SIZE}:")
    for first, second in permutations(DOMAINS, 2):
        known = " ".join(f"{name} {value:.3f}" for name, value in shape_and_colour(first, second))
        print(f"{first} to {second}: {known}")
    if nets:
        for domain in DOMAINS:
            print(f"{domain}, read at {SIZE}×{SIZE}: {read(domain)}")


def shape_and_colour(first: str, second: str) -> list[tuple[str, float]]:
    """How alike two fruits' masks are, and mean absolute errors of maps from one to the other.

    Errors are shares of the range of values: of pixels that are fruit in either picture.
    """
    world, other = (worlds.get("fruit").worlds[domain] for domain in (first, second))
    numbers = np.arange(SCENES)
    masks = [world.masks(numbers, SIZE, of=of) > 127 for of in (world, other)]
    pictures = world.draw(numbers, SIZE).samples
    truth, _ = world.counterpart(numbers, SIZE, to=other)
    either = masks[0] | masks[1]
    # Each map is learned from one half of the scenes, and measured on the other.
    fit, test = slice(0, SCENES // 2), slice(SCENES // 2, SCENES)
    table = best_colours(pictures[fit][either[fit]], truth[fit][either[fit]])
    held = pictures[test][either[test]], truth[test][either[test]]
    return [
        ("IoU", iou(*masks)),
        ("identity", error(*held)),
        ("best map of colours", error(table[shades(held[0])], held[1])),
    ]


def iou(first: np.ndarray, second: np.ndarray) -> float:
    """Mean intersection over union of masks, bool N×H×W."""
    both, either = ((op(first, second)).sum((1, 2)) for op in (np.logical_and, np.logical_or))
    return float((both / either).mean())


def error(found: np.ndarray, truth: np.ndarray) -> float:
    """Mean absolute error as a share of the range of values."""
    return float(np.abs(found.astype(np.float32) - truth).mean() / 255)


def shades(colours: np.ndarray) -> np.ndarray:
    """Which of the shades a colour is, uint8 N×3 to N whole numbers."""
    steps = colours.astype(np.int32) * _SHADES // 256
    return (steps[:, 0] * _SHADES + steps[:, 1]) * _SHADES + steps[:, 2]


def best_colours(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """For each shade the medians of what it becomes, float32: no map of colours errs less."""
    table = np.tile(np.median(after, axis=0).astype(np.float32), (_SHADES**3, 1))
    shade = shades(before)
    order = np.argsort(shade, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(shade[order])) + 1)
    for group in groups:
        table[shade[group[0]]] = np.median(after[group], axis=0)
    return table


def read(domain: str) -> str:
    """How often a net that learned a domain's factors reads them on new pictures."""
    # Only now: this imports TensorFlow.
    from common.metrics.features import feature_net

    net = feature_net(data.find(f"fruit:{domain}"), SIZE)
    return ", ".join(f"{factor} {share:.1%}" for factor, share in net.info.accuracy.items())


if __name__ == "__main__":
    main()
