"""One picture painted by training it itself, from coarse to fine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from common.machine import backend  # noqa: F401 (first: it imports TensorFlow, quietly)

import keras  # isort: skip

from common.translation.translate import Translator
from data.pixels import to_float, to_pixels
from data.samples import SampleSet

from .colours import with_palette
from .config import Config
from .enlarged import resized
from .trainer import StyleTransfer

# In tiles, steps for each tile; coarse scales were settled before.
_STEPS, _SCALES = 6, (2, 1)


def painted(
    content: np.ndarray,
    paintings: Sequence[np.ndarray],
    config: Config,
    shares: Sequence[float] = (),
    whole: int = 320,
    previews: keras.callbacks.Callback | None = None,
    verbose: bool = True,
) -> np.ndarray:
    """Paint a picture of any size in the manner of a painting, or of a blend of some.

    A large picture is painted small first. What that has made of it, enlarged, with the picture's
    own detail, is then painted in overlapping tiles, which begin alike and so end alike.

    Args:
        content: uint8 H×W×3.
        paintings: uint8 H×W×3 each; their strokes keep their size.
        config: With the method "optimise".
        shares: How much each painting counts; none: all alike.
        whole: Longest side in pixels up to which a picture is painted whole.
        previews: A Keras callback of the training.
        verbose: Whether to show the progress.

    Returns:
        uint8 H×W×3.
    """
    config = replace(config, batch_size=1)
    shares = tuple(shares) or (1 / len(paintings),) * len(paintings)
    callbacks = [previews] if previews else []
    start = _coloured(content, paintings, shares) if config.palette else content
    scale = whole / max(content.shape[:2])
    if scale >= 1:
        return _trained(start[None], paintings, config, shares, callbacks, verbose)[0]
    height, width = content.shape[:2]
    small = resized(start, round(height * scale), round(width * scale))
    # Their strokes keep their size in relation to the picture.
    fewer = [resized(p, *(max(1, round(side * scale)) for side in p.shape[:2])) for p in paintings]
    first = _trained(small[None], fewer, config, shares, callbacks, verbose)[0]
    detail = start.astype(np.float32) - resized(small, height, width)
    begun = np.clip(resized(first, height, width) + detail, 0, 255).astype(np.uint8)
    if config.statistic == "gram":
        # Grams of a tile are not those of the whole.
        return begun
    # How patches are spread in a tile is not how they are in the whole.
    fine = replace(config, scales=_SCALES, sliced_share=0.0)

    def in_tiles(batch: dict) -> np.ndarray:
        tiles = to_pixels(batch["input"])
        settings = replace(fine, steps=_STEPS * len(tiles))
        return to_float(_trained(tiles, paintings, settings, shares, (), False))

    translator = Translator(in_tiles, config.multiple, tile=(whole, whole))
    return translator.pixels(begun, np.random.default_rng(config.seed))


def in_parts(
    inputs: np.ndarray,
    paintings: Sequence[np.ndarray],
    config: Config,
    anew: bool = True,
    most: int = 50,
) -> np.ndarray:
    """Paint many small pictures uint8 N×H×W×3, `most` at a time: float32 in [-1, 1].

    Args:
        inputs: What the training starts from.
        paintings: As for `painted`.
        config: The run's settings.
        anew: Whether they are trained; else they are what a training starts from.
    """
    if config.statistic == "gram":
        # Adam would go on moving those that are not in a batch.
        most = config.batch_size
    made = []
    for start in range(0, len(inputs), most):
        some = inputs[start : start + most]
        batch = min(config.batch_size, len(some))
        # As often for each as for one alone.
        steps = config.steps * -(-len(some) // batch) if anew else 0
        settings = replace(config, steps=steps, batch_size=batch)
        made.append(to_float(_trained(some, paintings, settings, (1.0,), (), False)))
    return np.concatenate(made)


def _trained(
    contents: np.ndarray,
    paintings: Sequence[np.ndarray],
    config: Config,
    shares: tuple[float, ...],
    callbacks: Sequence,
    verbose: bool,
) -> np.ndarray:
    """Train pictures uint8 N×H×W×3: the same."""
    count, height, width = contents.shape[:3]
    # Larger than the coarsest patches, and to be halved twice.
    least = config.legal_sizes()[0]
    more = [(0, max(least, -(-side // 4) * 4) - side) for side in (height, width)]
    padded = np.pad(contents, ((0, 0), *more, (0, 0)), mode="symmetric")
    settings = replace(
        config,
        image_size=padded.shape[1:3],
        input_channels=3,
        channels=3,
        pictures=count,
        sample_count=count,
    )
    trainer = StyleTransfer(settings, paintings, shares)
    which = {"which": np.arange(count, dtype=np.int32)}
    trainer.examples = SampleSet(padded, which, padded)
    trainer.trainModel(SampleSet(padded, which, padded), callbacks, verbose)
    return to_pixels(trainer.visuals(count)["painted"])[:, :height, :width]


def _coloured(
    content: np.ndarray, paintings: Sequence[np.ndarray], shares: tuple[float, ...]
) -> np.ndarray:
    """A picture in the colours of paintings, mixed by their shares."""
    each = [with_palette(content, painting).astype(np.float32) for painting in paintings]
    mixed = sum(share * one for share, one in zip(shares, each, strict=True))
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
