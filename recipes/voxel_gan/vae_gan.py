"""3D-VAE-GAN: a third network encodes pictures, and the generator decodes them to shapes."""

import numpy as np
from keras import ops

from common import loss
from common.batches import Batch
from common.codes import drawn_from
from common.machine import backend
from data.resize import all_fitted
from data.voxels import VIEW

from .config import PRESETS, Config
from .encoder import ViewEncoder
from .gan import VoxelGAN
from .generator import VoxelGenerator
from .loss import reconstruction
from .predict import predict


class VoxelDecoder(VoxelGenerator):
    """Generator that is also the decoder of views."""

    def lossFunction(self, batch: dict, fake, discriminator, predicted) -> dict:
        """Compute the adversarial loss of shapes from the prior, and the reconstruction of views.

        Args:
            batch: Real shapes (`real`).
            fake: This network's shapes from latents of the prior, N×S×S×S×1.
            discriminator: Evaluated without side effects.
            predicted: Its shapes from latents of the encoder.
        """
        terms = super().lossFunction(batch, fake, discriminator)
        return terms | {"reconstruction": reconstruction(batch["real"], predicted, self.config)}


class VoxelVAEGAN(VoxelGAN):
    """3D-VAE-GAN for pairs of a view and a shape (Wu et al. 2016, section 3.3)."""

    kept = ("generator", "encoder")
    sheet_across = 1

    def __init__(self, config: Config | None = None):
        super().__init__(PRESETS["views"] if config is None else config)

    def build_networks(self):
        _, discriminator = super().build_networks()
        game = loss.get(self.config.loss, self.config.label_smoothing)
        return VoxelDecoder(self.config, game), discriminator, ViewEncoder(self.config)

    def draw(self, rng: np.random.Generator, count: int) -> Batch:
        """Draw latents and the noise of the encoder's, float32 count×latent_size each."""
        noise = rng.standard_normal((count, self.config.latent_size), np.float32)
        return super().draw(rng, count) | {"noise": noise}

    def train_step(self, batch: dict) -> dict:
        """Update the discriminator, the encoder and the generator once; returns the logs."""
        # What is predicted from a view depends on two networks, each of which has its own tape.
        with backend.tape() as of_encoder, backend.tape() as of_generator:
            code = self.encoder(batch)
            latent = drawn_from(code, batch["noise"])
            predicted = self.generator({"latent": latent})
            fake = self.generator(batch)
        logs = self.discriminator.trainModel(batch, ops.stop_gradient(fake))
        logs |= self.encoder.trainModel(batch, code, predicted, tape=of_encoder)
        logs |= self.generator.trainModel(
            batch, fake, self.discriminator, predicted, tape=of_generator
        )
        self.average.update()
        return logs

    def predicted(self, views: np.ndarray) -> np.ndarray:
        """Predict shapes from views with the averaged networks: from the means of their codes.

        Args:
            views: uint8 or float32 in [-1, 1], N×H×W×C.

        Returns:
            Occupancies, float32 N×S×S×S×1 in [0, 1].
        """
        self._check_built()
        with self.average.ema_models() as (generator, encoder):
            return predict(encoder, generator, views)

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return views, what is predicted from them, the true shapes, and shapes from noise."""
        some = self.shown_examples()
        given, real = some.inputs[:count], some.samples[:count]
        seen = all_fitted(given, VIEW)
        shown = {"view": seen, "predicted": self.predicted(given), "real": real}
        return shown | {"fake": self.sample(count)[: len(real)]}
