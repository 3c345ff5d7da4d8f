"""Style transfer's settings: four methods, small, and as published."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from common.adversarial import LossName
from common.translation.config import TranslatorConfig
from data.errors import Refused
from data.resize import height_and_width
from data.samples import SampleSet, UnpairedSet
from data.source import Source

from . import style, weights

Method = Literal["adversarial", "optimise", "feedforward", "adain"]
Features = Literal["random", "vgg16", "vgg19"]
Statistic = Literal["gram", "patches"]

#: Layers of each feature net for the style and for the content, unless the settings name some.
#: Of VGG those of Johnson et al.'s code; the random filters' content is seen at half its size.
LAYERS = {
    "random": (("scale1", "scale2", "scale3"), ("scale2",)),
    # What AdaIN has in the place of a VGG.
    "encoder": (("stage1", "stage2", "stage3"), ("stage2",)),
    "vgg16": (
        ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3"),
        ("block3_conv3",),
    ),
    "vgg19": (
        ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1"),
        ("block4_conv2",),
    ),
}


#: Scales at which patches are compared: pictures are reduced by these.
SCALES = (4, 2, 1)

#: Pictures that are trained themselves, at most.
MOST_PICTURES = 64


@dataclass(kw_only=True)
class Config(TranslatorConfig):
    """Settings of style transfer: what is painted, in whose manner, and how."""

    data: str = "paintings:scenes"
    style: str = "paintings:strokes"
    """The painting: a picture file, or one manner of the world paintings. AdaIN learns from many:
    a folder of pictures, or a world."""
    style_size: int | None = None
    """Pixels of the painting's longer side; None: --image-size, and a third more of a file."""
    method: Method = "adversarial"
    """adversarial: a discriminator learns the painting's patches. optimise: the picture itself is
    trained. feedforward: a network for one style. adain: a network for any style."""
    features: Features = "random"
    """What a perceptual loss sees with, and AdaIN's encoder: random filters, or VGG from a file
    of weights."""
    vgg: str | None = None
    """VGG's weights, as Keras has them (.h5); download: fetched; None: those in Keras' cache."""
    statistic: Statistic = "gram"
    """What styles are compared by: Gram matrices (AdaIN: means and deviations), or the painting's
    patches (a description by random filters decides which is nearest)."""
    style_layers: tuple[str, ...] = ()
    """Layers whose statistics are the style, where no patches are; none: the usual ones."""
    content_layers: tuple[str, ...] = ()
    """Layers whose maps are the content; none: the usual ones; pixels: the picture itself. Of
    AdaIN the one layer that is decoded."""
    style_weight: float = 1.0
    """Weight of the style's term, or of the adversarial one."""
    content_weight: float = 1.0
    """Weight of the content's term."""
    variation: float = 0.0
    """Weight of the total variation."""
    gram_loss: Literal["mean", "sum"] = "mean"
    """Squares of differences of Gram matrices: their mean (Johnson), or sum over 4 (Gatys)."""
    palette: bool = False
    """Give pictures that are optimised the painting's colours first."""
    patch: int = 5
    """Pixels a side of the patches that are compared."""

    sliced_share: float = 0.0
    """Share of the style's term, with --statistic patches, that compares how all patches are
    spread, and not each with its nearest; of optimised pictures, in the last quarter alone."""

    scales: tuple[int, ...] = SCALES
    """Scales at which patches are compared, from coarse to fine."""

    loss: LossName = "least-squares"
    width: int = 32
    """Channels of the generator, or of AdaIN's random encoder, at full size."""
    blocks: int = 5
    """Residual blocks of the generator; AdaIN's come before its decoder (published: 0)."""
    upsampling: Literal["transposed", "resize"] = "resize"
    """How the generator doubles sizes: transposed convolutions as published, or nearest neighbour
    and a convolution, which leaves no checkerboard."""
    discriminator_width: int = 32
    """Channels of D's first layer."""
    patch_layers: Literal[0, 1, 2, 3] = 2
    image_size: int | tuple[int, int] | None = 64
    batch_size: int = 4

    learns_from = ("pictures", "pairs")

    @property
    def multiple(self) -> int:
        """4, as pictures are halved twice; with VGG's deeper layers more often."""
        deepest = re.fullmatch(r"block(\d)_conv\d", self.preserving_layers[0])
        return max(4, 2 ** (int(deepest[1]) - 1)) if self.method == "adain" and deepest else 4

    def legal_sizes(self) -> list[int]:
        """As `TranslatorConfig.legal_sizes`, from 32 on, or what borders of the networks need."""
        # What the borders of Johnson et al.'s residual blocks take.
        least = max(32, 0 if self.method == "adain" else 8 * self.blocks + 4)
        if self.statistic == "patches":
            least = max(least, max(self.scales) * (self.patch + self.patch // 2))
        return [size for size in super().legal_sizes() if size >= least]

    def changed(self, **changes) -> Config:
        """As `Config.changed`; where what is compared depends on the number of steps, it stays."""
        in_parts = self.method == "optimise" and self.statistic == "patches"
        if in_parts and changes.get("steps", self.steps) != self.steps:
            raise Refused(
                f"--steps {changes['steps']}: with --method optimise --statistic patches legal is "
                f"{self.steps}, as the parts of the training depend on it; start a new run"
            )
        return super().changed(**changes)

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("width", "discriminator_width"):
            self._at_least(1, name)
        self._within("blocks", 0, 20)
        self._within("patch", 3, 31)
        for name in ("style_weight", "content_weight", "variation"):
            self._within(name, 0, 1e12)
        if self.style_size is not None:
            self._within("style_size", 16, 4096)
        if self.method == "adversarial" and self.features != "random":
            raise Refused(
                f"--features {self.features}: legal with --method optimise, feedforward or adain; "
                "a discriminator learns what to look at"
            )
        if not self.scales or not set(self.scales) <= set(SCALES):
            raise Refused(f"--scales: legal are some of {' '.join(map(str, SCALES))}")
        if self.palette and self.method != "optimise":
            raise Refused("--palette: legal with --method optimise only")
        if self.method == "optimise":
            for name in ("jitter", "flip"):
                if getattr(self, name):
                    raise Refused(f"--{name}: each picture is trained itself; legal is without")
            self._within("pictures", 1, MOST_PICTURES)
        if self.method == "adain" and len(self.preserving_layers) > 1:
            raise Refused("--content-layers: legal with --method adain is one, which is decoded")
        if self.vgg is not None and self.features == "random":
            raise Refused("--vgg: legal with --features vgg16 or vgg19 only")
        if self.statistic == "patches" and self.method == "adversarial":
            raise Refused("--statistic patches: legal with --method optimise, feedforward or adain")
        self._within("sliced_share", 0, 1)
        if self.sliced_share and self.statistic != "patches":
            raise Refused(
                f"--sliced-share {self.sliced_share:g}: legal with --statistic gram is 0, as only "
                "patches are spread"
            )
        if self.statistic == "patches" and self.features != "random":
            raise Refused(
                f"--features {self.features}: patches are compared as pixels; legal with "
                "--statistic gram --sliced-share 0, as in the presets gatys, johnson and huang"
            )
        known = _layers(self._net)
        for name in ("style_layers", "content_layers"):
            for layer in getattr(self, name):
                pixels = (name, layer) == ("content_layers", "pixels") and self.method != "adain"
                if layer not in known and not pixels:
                    first, last = known[0], known[-1]
                    raise Refused(
                        f"--{name.replace('_', '-')} {layer}: legal are {first} to {last} of "
                        f"--features {self.features}"
                    )

    def adapted_to(self, source: Source) -> Config:
        """As `TranslatorConfig.adapted_to`; grey pictures become colour ones.

        Raises:
            Refused: also where there is no such style, or no weights, or other ones.
        """
        # What two domains hold is one set of content too many.
        settled = super().adapted_to(source)
        settled = replace(settled, input_channels=3, channels=3)
        if self.method == "optimise" and source.count is not None:
            if source.count > MOST_PICTURES:
                raise Refused(
                    f"--data {source.name} has {source.count:,} pictures; --method optimise trains "
                    f"each, legal is up to {MOST_PICTURES}"
                )
            settled = replace(settled, pictures=source.count)
        if self.method == "optimise" and self.statistic == "gram":
            # All at every step: Adam goes on moving pictures that are not in a batch.
            settled = replace(settled, batch_size=max(settled.batch_size, settled.pictures))
        if self.features != "random":
            self.weights()
        style.check(settled.style, settled.style_reach, many=settled.method == "adain")
        return settled

    def weights(self):
        """Return the file of VGG's weights.

        Raises:
            Refused: there is none, or it holds another network's.
            EnvironmentFailure: it cannot be fetched.
        """
        file = weights.located(self.vgg, self.features)
        if file is None:
            raise Refused(
                f"--features {self.features}: no weights in Keras' cache; legal are --vgg FILE, "
                "--vgg download, or --features random"
            )
        weights.check_file(file, self.features)
        return file

    @property
    def style_reach(self) -> int:
        """Pixels a side below which a painting has nothing that could be compared."""
        return max(32, 2 * self.patch)

    @property
    def painting_size(self) -> int:
        """Pixels of the painting's longer side."""
        if self.style_size is not None:
            return self.style_size
        side = max(height_and_width(self.image_size))
        return side if style.is_world(self.style) else round(side * 4 / 3)

    @property
    def styling_layers(self) -> tuple[str, ...]:
        """Layers whose statistics are the style."""
        return self.style_layers or LAYERS[self._net][0]

    @property
    def preserving_layers(self) -> tuple[str, ...]:
        """Layers whose maps are the content; "pixels": the picture itself."""
        if self.content_layers:
            return self.content_layers
        pixels = self.statistic == "patches" and self.method != "adain"
        return ("pixels",) if pixels else LAYERS[self._net][1]

    @property
    def _net(self) -> str:
        """Which of `LAYERS` are the usual ones."""
        return "encoder" if self.method == "adain" and self.features == "random" else self.features

    @classmethod
    def changeable(cls) -> list[str]:
        """As `common.config.Config.changeable`, with the places of files that may have moved."""
        return [*super().changeable(), "style", "vgg"]

    def training_set(self, loaded: SampleSet | UnpairedSet) -> SampleSet:
        """Return the content in colour, as `samples` and as the translator's `inputs`."""
        if "which" in loaded.factors:
            # It has been through this.
            return loaded
        coloured = np.repeat(loaded.samples, 3, -1) if loaded.samples.shape[-1] == 1 else None
        content = loaded.samples if coloured is None else coloured
        which = np.arange(len(content), dtype=np.int32)
        inputs = content
        if self.palette:
            from .colours import with_palette

            painting = style.painting(self.style, self.painting_size)
            inputs = np.stack([with_palette(picture, painting) for picture in content])
        return SampleSet(content, {"which": which}, inputs, loaded.left_out)

    def examples_of(self, source: Source, samples):
        """As `TranslatorConfig.examples_of`; of pictures that are trained themselves, those."""
        if self.method == "optimise":
            return samples.take(np.arange(min(self.sample_count, len(samples))))
        return self.training_set(super().examples_of(source, samples))

    def notes(self, source: Source, samples) -> dict:
        """As `TranslatorConfig.notes`, with what the loss sees with and which painting it is."""
        painting = style.digest(self.style, self.painting_size, self.method == "adain")
        return super().notes(source, samples) | {"sees_with": self.sees_with, "style": painting}

    @property
    def sees_with(self) -> str:
        """What the loss sees with, in words."""
        if self.method == "adversarial":
            return "a discriminator of patches"
        if self.features != "random":
            return self.features.upper()
        adain, patches = self.method == "adain", "nearest patches, described by random filters"
        if self.statistic == "patches":
            return f"random convolutions; {patches}" if adain else patches
        return "random convolutions" if adain else "random filters"


def _layers(features: str) -> list[str]:
    """The names of a feature net's layers."""
    if features == "random":
        return [f"scale{n}" for n in range(1, 5)]
    if features == "encoder":
        return [f"stage{n}" for n in range(1, 4)]
    return [
        f"block{block}_conv{n}"
        for block, count in enumerate(weights.BLOCKS[features], 1)
        for n in range(1, count + 1)
    ]


_SMALL = Config(
    pictures=1000,
    steps=1000,
    batch_size=4,
    width=16,
    blocks=3,
    content_weight=10.0,
    # Patches of 16 pixels, and noise on them: larger or clearer ones D tells apart by what the
    # generator then covers with a fine pattern.
    patch_layers=1,
    instance_noise=0.1,
    generator_rate=1e-3,
    discriminator_rate=2e-4,
    averaging=0.99,
    decay_from=600,
    decay_steps=400,
    sample_every=250,
    checkpoint_every=500,
)

_FEEDFORWARD = replace(
    _SMALL,
    method="feedforward",
    beta_1=0.9,
    statistic="patches",
    # The nearest patches alone: dark greens everywhere. How patches are spread alone: the colours
    # are there, in a lattice of rainbows.
    sliced_share=0.5,
    content_weight=0.3,
)

PRESETS = {
    "small": _SMALL,
    # Seconds, to see that everything runs: all that the small one does, on 24 pictures.
    "tiny": replace(
        _SMALL,
        image_size=32,
        width=4,
        discriminator_width=4,
        blocks=1,
        patch_layers=1,
        batch_size=2,
        pictures=24,
        steps=6,
        decay_from=3,
        decay_steps=6,
        log_every=1,
        sample_every=3,
        sample_count=2,
        checkpoint_every=3,
    ),
    # The pictures themselves are trained, from coarse to fine.
    "optimise": replace(
        _SMALL,
        method="optimise",
        statistic="patches",
        palette=True,
        # By the nearest patches to the end, each pixel is a mean of many, and detail is lost.
        sliced_share=1.0,
        content_weight=0.35,
        generator_rate=1.0,
        averaging=0.0,
        batch_size=8,
        pictures=8,
        sample_count=8,
        steps=16,
        decay_from=0,
        decay_steps=0,
        log_every=1,
        sample_every=4,
        checkpoint_every=16,
    ),
    "feedforward": _FEEDFORWARD,
    "adain": replace(
        _FEEDFORWARD,
        method="adain",
        style="paintings",
        blocks=2,
        steps=1500,
        decay_from=900,
        decay_steps=600,
    ),
    # Gatys et al. 2016: VGG19, its content at conv4_2 and its style at conv1_1 to conv5_1, each of
    # these by a fifth. Their content is half a sum, and here a mean: with 512×32×32 values their
    # α/β of 1e-4 is this weight. They took L-BFGS; this is Adam.
    "gatys": Config(
        method="optimise",
        features="vgg19",
        gram_loss="sum",
        content_weight=1.0,
        style_weight=7.6e-3,
        image_size=256,
        generator_rate=0.02,
        beta_1=0.9,
        batch_size=1,
        pictures=1,
        sample_count=1,
        steps=500,
        sample_every=50,
        checkpoint_every=250,
    ),
    # Johnson et al. 2016, with what their code has: instance normalisation, content at relu3_3.
    "johnson": Config(
        method="feedforward",
        features="vgg16",
        image_size=256,
        upsampling="transposed",
        width=32,
        blocks=5,
        style_weight=5.0,
        content_weight=1.0,
        # Their 1e-6 is of half the sum, over a batch of 4, of squares on a scale to 255.
        variation=1e-6 / 2 * 127.5**2 * 4 * 256**2 * 3,
        generator_rate=1e-3,
        beta_1=0.9,
        batch_size=4,
        steps=40_000,
        sample_every=1000,
        checkpoint_every=2000,
    ),
    # Huang and Belongie 2017, section 6.1. Their VGG was a normalised one, so their weights of
    # the terms do not carry over.
    "huang": Config(
        method="adain",
        features="vgg19",
        style="paintings",
        style_layers=("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1"),
        content_layers=("block4_conv1",),
        blocks=0,
        image_size=256,
        style_weight=1e-2,
        content_weight=1.0,
        generator_rate=1e-4,
        beta_1=0.9,
        batch_size=8,
        steps=160_000,
        sample_every=2000,
        checkpoint_every=5000,
    ),
}

#: Trainable parameters of Johnson et al.'s network, as their code has it.
JOHNSON_PARAMETERS = 1_679_235
