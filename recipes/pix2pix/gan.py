"""Pix2Pix: the two players put together."""

from functools import partial

import numpy as np
from PIL import Image

from common.loss import NonSaturating
from common.translation.gan import TranslatingGAN, side_by_side
from data.resize import height_and_width
from recipes.pix2pix.config import Config
from recipes.pix2pix.discriminator import Pix2PixDiscriminator
from recipes.pix2pix.generator import Pix2PixGenerator
from recipes.pix2pix.noise import dropout


class Pix2Pix(TranslatingGAN):
    """A Pix2Pix for the pairs that `config` describes (size and channels settled)."""

    def __init__(self, config: Config):
        loss = NonSaturating()
        super().__init__(config, Pix2PixGenerator(config, loss), Pix2PixDiscriminator(config, loss))

    def noise(self, generator: np.random.Generator, count: int) -> dict[str, np.ndarray]:
        """Dropout for one batch."""
        masks = dropout(self.config, generator, count, height_and_width(self.config.image_size))
        return {f"noise_{number}": mask for number, mask in enumerate(masks, 1)}

    def given(self, batch) -> tuple:
        """The inputs, and the noise."""
        return batch["input"], *(batch[name] for name in sorted(batch) if name.startswith("noise"))

    def condition(self, batch) -> tuple:
        """The inputs: a picture is to be judged as a picture of that."""
        return (batch["input"],)

    def noise_of(self):
        """Dropout, which stays."""
        return partial(dropout, self.config)

    def sample_shapes(self) -> dict[str, tuple[int, ...]]:
        """Inputs and pictures."""
        return super().sample_shapes() | {"input": self.config.input_shape}

    def wanted(self) -> np.ndarray:
        """The pictures that belong to the examples' inputs."""
        return self.examples.samples.astype(np.float32) / 127.5 - 1

    def show(self, count: int) -> np.ndarray:
        """What is made of the examples' inputs."""
        return self.translator().all(np.asarray(self.examples.inputs[:count]))

    def sheet(self, samples: np.ndarray) -> Image.Image:
        """Rows of input, what was made of it, and the real picture."""
        some = self.examples.take(np.arange(len(samples)))
        return side_by_side(np.asarray(some.inputs), samples, some.samples)
