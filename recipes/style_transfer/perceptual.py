"""Perceptual losses as a network's loss: where a GAN has a discriminator."""

from __future__ import annotations

import numpy as np
from keras import ops

from common.filters import FeatureNet, random_filters
from common.network import Generator
from data.pixels import to_float

from . import features, losses, style
from .config import Config
from .patches import NearestPatches, patches_of
from .sliced import MOST_SORTED, SlicedDistance
from .transformer import structure


class Perceptual(Generator):
    """Generator that is held to a painting's manner by a perceptual loss.

    Args:
        config: The recipe's settings.
        paintings: Paintings whose manners are blended, uint8 H×W×3; none: the settings' one.
        shares: How much each counts; none: all alike.
    """

    def __init__(self, config: Config, paintings: list[np.ndarray] = (), shares=()):
        paintings = list(paintings) or [style.painting(config.style, config.painting_size)]
        #: The painting, for who has to know its colours.
        self.paintings = paintings
        shares = tuple(shares) or (1 / len(paintings),) * len(paintings)
        self.net = net_of(config)
        #: What compares with the painting: patches at each scale, or targets of each layer.
        self.patches, self.spread, self.targets = {}, {}, {}
        if config.statistic == "patches":
            self.patches = {
                scale: NearestPatches(paintings, config.patch, scale, config.seed, shares)
                for scale in sorted({*config.scales, 1})
            }
            if config.sliced_share:
                for scale in config.scales:
                    rng = np.random.default_rng([config.seed, scale, 0x511CE])
                    taken = paintings, config.patch, scale, MOST_SORTED, rng, shares
                    self.spread[scale] = SlicedDistance(patches_of(*taken), rng)
        else:
            for share, painting in zip(shares, paintings, strict=True):
                maps = self.net(to_float(painting)[None])
                for layer in config.styling_layers:
                    known = self.targets.get(layer, 0.0)
                    self.targets[layer] = known + share * np.asarray(losses.gram(maps[layer]))
        super().__init__(config)

    def lossFunction(
        self, batch: dict, made, scales: tuple[int, ...] = (1,), bare: bool = False
    ) -> dict:
        """Compute the terms of the style, of the content and of the total variation.

        Args:
            batch: Holds the content, `input` N×H×W×3 in [-1, 1], where the grid of patches
                begins (`offset`), and along what they are compared (`directions`).
            made: This network's pictures.
            scales: At which scales patches are compared: pictures are reduced by these.
            bare: Whether the style alone counts, as much as both did.
        """
        config, content = self.config, ops.cast(batch["input"], "float32")
        made = ops.cast(made, "float32")
        if self.patches:
            # Pictures that are trained themselves first take each patch from the painting.
            share = config.sliced_share if bare or config.method != "optimise" else 0.0
            found, kept = self._of_patches(made, content, batch, scales, share)
        else:
            found, kept = self._of_maps(made, content)
        if bare:
            return {"style": (config.style_weight + MOST * config.content_weight) * found}
        terms = {"style": config.style_weight * found}
        if config.content_weight:
            terms["content"] = config.content_weight * kept
        if config.variation:
            terms["variation"] = config.variation * losses.total_variation(made)
        return terms

    def _of_patches(self, made, content, batch: dict, scales: tuple[int, ...], share: float):
        """Distances from the painting's patches, and from the content."""
        if self.config.method != "optimise":
            # Content has colours of its own, which are not to be kept.
            pairs = zip(structure(made), structure(content), strict=True)
            kept = sum(losses.content_loss(*pair) for pair in pairs)
        else:
            kept = sum(
                ops.mean(salience(theirs) * (mine - theirs) ** 2)
                for mine, theirs in ((reduced(made, s), reduced(content, s)) for s in scales)
            )
        found = 0.0
        for scale in scales:
            seen = reduced(made, scale)
            # One grid for all pictures of a batch, and the same directions.
            if share < 1:
                found += (1 - share) * self.patches[scale](seen, batch["offset"][0])
            if share:
                found += share * self.spread[scale](seen, batch["directions"][0])
        return found / len(scales), kept

    def _of_maps(self, made, content):
        """Distances between statistics, and between maps."""
        # Both in one pass.
        maps = self.net(ops.concatenate([made, content]))
        halves = {layer: ops.split(values, 2) for layer, values in maps.items()}
        halves["pixels"] = made, content
        kept = sum(losses.content_loss(*halves[layer]) for layer in self.config.preserving_layers)
        found = sum(
            losses.gram_loss(losses.gram(halves[layer][0]), target, self.config.gram_loss)
            for layer, target in self.targets.items()
        )
        return found, kept


#: What `salience` gives for even places, and at most.
EVEN, MOST = 0.3, 2.3


def salience(pictures):
    """Compute how much each place of pictures tells of what is to be seen: N×H×W×1.

    From `EVEN` to `MOST`, by the differences in light to the neighbours: edges are to stay, and on
    even ground any stroke will do.
    """
    light = ops.mean(pictures, -1, keepdims=True)
    around = ops.pad(light, ((0, 0), (1, 1), (1, 1), (0, 0)), "symmetric")
    down = around[:, 2:, 1:-1] - around[:, :-2, 1:-1]
    right = around[:, 1:-1, 2:] - around[:, 1:-1, :-2]
    steep = ops.average_pool(ops.sqrt(down**2 + right**2 + 1e-8), 3, 1, padding="same")
    usual = ops.mean(steep, axis=(1, 2), keepdims=True)
    return EVEN + (MOST - EVEN) * ops.clip(steep / (3 * usual + 0.02), 0, 1)


def reduced(pictures, scale: int):
    """Reduce pictures N×H×W×3 by a whole number: means of scale×scale pixels."""
    return pictures if scale == 1 else ops.average_pool(pictures, scale, padding="valid")


def net_of(config: Config) -> FeatureNet | None:
    """Return the feature net that the settings ask for; None: nothing is seen through one."""
    encoded = config.method == "adain"
    if config.method == "adversarial" or (config.statistic == "patches" and not encoded):
        return None
    styling = config.styling_layers if config.statistic == "gram" else ()
    wanted = [*styling, *config.preserving_layers]
    wanted = list(dict.fromkeys(layer for layer in wanted if layer != "pixels"))
    if config.features != "random":
        return features.vgg(config.features, config.weights(), wanted)
    if encoded:
        return features.random_encoder(config.seed, config.width, wanted)
    return random_filters(config.seed, wanted)
