"""Nearest patches: a style as the small parts that a painting is made of."""

from __future__ import annotations

import numpy as np
from keras import ops
from PIL import Image

# Numbers that describe a patch, and patches of a painting that are compared with, at most.
DESCRIBED_BY, MOST = 24, 6000
# Patches that are looked up at a time, and those that tell which ones of a painting are in demand.
_AT_ONCE, _ASKED = 1024, 1024
# What a patch costs that many others are near to: so that all of a painting is used.
COMPLETENESS = 0.02


class NearestPatches:
    """Distance between each patch of a picture and the nearest patch of a painting.

    As the loss of Li and Wand 2016 ("Combining Markov random fields and convolutional neural
    networks", equation 2), but of pixels, and with no pretrained network: which patch is nearest
    is decided by the responses of random filters, which keep distances (Johnson and Lindenstrauss
    1984). A patch that is near to all is worth less, so that the whole painting is used (Granot et
    al. 2022, section 3.3).

    Args:
        paintings: The painting, uint8 H×W×3; several are used as one.
        kernel: Pixels a side of a patch.
        scale: By how much the painting is reduced.
        seed: Seed of the filters and of the choice among patches.
        shares: How much each painting counts.
    """

    def __init__(
        self,
        paintings: list[np.ndarray],
        kernel: int,
        scale: int = 1,
        seed: int = 0,
        shares: tuple[float, ...] = (),
    ):
        rng = np.random.default_rng([seed, scale, 0x9A7C4])
        self.kernel, self.scale = kernel, scale
        #: K×(kernel·kernel·3), in the order of `keras.ops.image.extract_patches`.
        self.patches = patches_of(paintings, kernel, scale, MOST, rng, shares)
        self._filters = describing(self.patches.shape[1], rng)
        self._described = self.patches @ self._filters
        self._slack = float(COMPLETENESS * self.patches.var() * DESCRIBED_BY)

    def __call__(self, picture, offset):
        """Compute the loss of pictures N×H×W×3 in [-1, 1], a scalar: see `votes`."""

        def answer(patches):
            size = patches.shape[-1]
            which = self.nearest(ops.reshape(patches, (-1, size)))
            return ops.reshape(ops.take(self.patches, which, axis=0), (-1, *patches.shape[1:]))

        return votes(picture, self.kernel, offset, answer)

    def nearest(self, patches):
        """Find for each of N patches the painting's nearest: N indices."""
        mine = ops.matmul(patches, self._filters)
        count = mine.shape[0]
        asked = mine[:: max(1, count // _ASKED)]
        demand = ops.min(self._distances(asked), axis=0) + self._slack

        def look_up(some):
            return ops.argmin(self._distances(some) / demand, axis=1)

        parts = -(-count // _AT_ONCE)
        if parts == 1:
            return look_up(mine)
        padded = ops.pad(mine, ((0, parts * _AT_ONCE - count), (0, 0)))
        grouped = ops.reshape(padded, (parts, _AT_ONCE, DESCRIBED_BY))
        return ops.reshape(ops.map(look_up, grouped), (-1,))[:count]

    def away(self, picture: np.ndarray) -> float:
        """Compute how far a picture's patches are from the nearest ones, a mean square.

        Args:
            picture: uint8 H×W×3, not smaller than a patch.
        """
        seen = picture.astype(np.float32) / 127.5 - 1
        mine = _windows(seen, self.kernel) @ self._filters
        return float(np.mean(np.asarray(self._distances(mine)).min(1)))

    def _distances(self, described):
        """Squared distances N×K between descriptions of patches and of the painting's."""
        theirs = self._described
        both = ops.matmul(described, theirs.T)
        mine = ops.sum(described**2, axis=1, keepdims=True)
        return ops.maximum(mine - 2 * both + (theirs**2).sum(1), 0.0)


def describing(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the filters that describe patches of `size` values: size×DESCRIBED_BY."""
    filters = rng.standard_normal((size, DESCRIBED_BY))
    # At right angles, so that no two of them say the same.
    filters = np.linalg.qr(filters)[0] if size >= DESCRIBED_BY else filters
    return filters.astype(np.float32)


def votes(pictures, kernel: int, offset, answer):
    """Compare patches of pictures with others, a scalar: a mean over the values of the pictures.

    Where patches overlap, each has a vote, which counts most in its middle.

    Args:
        pictures: N×H×W×3 in [-1, 1].
        kernel: Pixels a side of a patch.
        offset: Two numbers in [0, 1): where the grid of patches begins. It moves from step to
            step, so that nothing of it is seen.
        answer: Function that gives for patches N×P×(kernel·kernel·3) as many others.
    """
    stride, border = stride_of(kernel), kernel - 1
    seen = around(pictures, border, border + stride)
    top, left = (ops.cast(offset[i] * stride, "int32") for i in range(2))
    height, width = (side - stride for side in seen.shape[1:3])
    part = ops.slice(seen, (0, top, left, 0), (ops.shape(pictures)[0], height, width, 3))
    found = cut(part, kernel, stride)
    # So that all pixels count alike in sum.
    ramp = np.sin(np.pi * (np.arange(kernel) + 1) / (kernel + 1)) ** 2
    window = np.outer(ramp, ramp)[..., None].repeat(3, -1).reshape(-1).astype(np.float32)
    # How much each pixel counts, in all patches that it is in.
    overlap = window.sum() / 3 / stride**2
    values = ops.cast(ops.size(pictures), "float32")
    others = answer(ops.stop_gradient(found))
    return ops.sum(window * (found - others) ** 2) / overlap / values


def stride_of(kernel: int) -> int:
    """Pixels from one patch of a picture to the next."""
    return max(1, kernel // 2)


def cut(pictures, kernel: int, stride: int):
    """Cut pictures N×H×W×3 into patches N×P×(kernel·kernel·3), in the order of `patches_of`."""
    found = ops.image.extract_patches(pictures, kernel, strides=stride, padding="valid")
    return ops.reshape(found, (-1, found.shape[1] * found.shape[2], kernel * kernel * 3))


def around(pictures, before: int, after: int):
    """Reflect pictures N×H×W×3 beyond their borders, by so many pixels.

    What is reflected is looked at, but not trained: a pixel at the border would count twice.
    """
    beside = ((0, 0), (before, after), (before, after), (0, 0))
    fixed = ops.stop_gradient(pictures)
    return ops.pad(fixed, beside, "reflect") + ops.pad(pictures - fixed, beside)


def patches_of(
    paintings: list[np.ndarray],
    kernel: int,
    scale: int,
    most: int,
    rng: np.random.Generator,
    shares: tuple[float, ...] = (),
) -> np.ndarray:
    """Take patches of paintings, and of their mirror images: K×(kernel·kernel·3) in [-1, 1].

    Args:
        paintings: uint8 H×W×3 each.
        kernel: Pixels a side of a patch.
        scale: By how much the paintings are reduced.
        most: How many, at most.
        rng: Chooses among them, where there are more.
        shares: How many come from each; none: as many from all.
    """
    shares = shares or (1 / len(paintings),) * len(paintings)
    used = [(p, share) for p, share in zip(paintings, shares, strict=True) if share]
    parts = [_patches_of(_reduced(painting, scale), kernel) for painting, _ in used]
    # A small painting has few: then there are fewer of the others as well.
    total = min(most, *(len(part) / share for part, (_, share) in zip(parts, used, strict=True)))
    return np.concatenate(
        [
            _some(part, round(total * share), rng)
            for part, (_, share) in zip(parts, used, strict=True)
        ]
    )


def _reduced(painting: np.ndarray, scale: int) -> np.ndarray:
    """A painting in [-1, 1], its sides divided by `scale`."""
    height, width = (max(1, round(side / scale)) for side in painting.shape[:2])
    small = Image.fromarray(painting).resize((width, height), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 127.5 - 1


def _patches_of(picture: np.ndarray, kernel: int) -> np.ndarray:
    """All patches of a picture H×W×3, and of the same mirrored: N×(kernel·kernel·3)."""
    missing = [max(0, kernel - side) for side in picture.shape[:2]]
    picture = np.pad(picture, (*((0, m) for m in missing), (0, 0)), "edge")
    return np.concatenate([_windows(p, kernel) for p in (picture, picture[:, ::-1])])


def _windows(picture: np.ndarray, kernel: int) -> np.ndarray:
    """All patches of a picture H×W×3: N×(kernel·kernel·3)."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, (kernel, kernel), (0, 1))
    return windows.transpose(0, 1, 3, 4, 2).reshape(-1, kernel * kernel * 3)


def _some(patches: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    if len(patches) <= most:
        return np.ascontiguousarray(patches)
    return patches[np.sort(rng.choice(len(patches), max(1, most), replace=False))]
