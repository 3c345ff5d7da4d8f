"""The Siamese GAN: the two networks put together."""

import numpy as np
from PIL import Image

from common.gan import GAN
from data.pixels import to_float

from . import loss
from .config import Config
from .discriminator import SiameseDiscriminator
from .generator import SiameseGANGenerator
from .plane import plane


class SiameseGAN(GAN):
    """Siamese GAN for the pictures that its configuration describes (Pasini 2019).

    The step is the template's; what is new is the loss.
    """

    config_type = Config

    def build_networks(self):
        game = loss.get(self.config)
        return SiameseGANGenerator(self.config, game), SiameseDiscriminator(self.config, game)

    def vectors(self, pictures: np.ndarray) -> np.ndarray:
        """Compute the discriminator's vectors of pictures, float32 N×L.

        As in its update, with the statistics of these pictures.

        Args:
            pictures: N×H×W×C, uint8 or float32 in [-1, 1], of the size of the training.

        Raises:
            ValueError: they are of another shape, or there are none.
        """
        if pictures.shape[1:] != self.config.sample_shape or not len(pictures):
            shape = "×".join(map(str, self.config.sample_shape))
            raise ValueError(f"pictures of shape {pictures.shape}: legal is N×{shape}")
        pictures = to_float(pictures) if pictures.dtype == np.uint8 else pictures
        return np.asarray(self.discriminator.frozen({"sample": pictures}))

    def sheet(self, visuals: dict[str, np.ndarray] | None = None) -> Image.Image:
        """As `Trainer.sheet`; beside it the plane of vectors, where they have two numbers."""
        shown = self.visuals(self.config.sample_count) if visuals is None else visuals
        sheet = super().sheet(shown)
        return _beside(sheet, self._plane(shown)) if self._has_plane else sheet

    def column_sheets(self, visuals: dict[str, np.ndarray]) -> dict[str, Image.Image]:
        """As `Trainer.column_sheets`, with the plane."""
        sheets = super().column_sheets(visuals)
        return sheets | ({"plane": self._plane(visuals)} if self._has_plane else {})

    @property
    def _has_plane(self) -> bool:
        return self.config.vec_len == 2 and self.examples is not None

    def _plane(self, visuals: dict[str, np.ndarray]) -> Image.Image:
        real, fake = (self.vectors(some) for some in (self.real_samples(), visuals["fake"]))
        if self.config.loss == "contrastive":
            # Their place is left open: seen from the middle of the real ones.
            real, fake = real - real.mean(0), fake - real.mean(0)
        config = self.config
        of_squares = config.squared or config.loss == "triplet"
        distance = config.margin**0.5 if of_squares else config.margin
        return plane(real, fake, config.anchor, distance, circle=config.loss != "triplet")


def _beside(sheet: Image.Image, drawing: Image.Image) -> Image.Image:
    """Put a drawing to the right of a sheet, whose pictures stay where they are."""
    both = (sheet.width + drawing.width, max(sheet.height, drawing.height))
    whole = Image.new("RGB", both, "white")
    whole.paste(sheet, (0, 0))
    whole.paste(drawing, (sheet.width, 0))
    return whole
