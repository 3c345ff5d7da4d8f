"""Template: the network put to training."""

import numpy as np

from common.batches import draw_latents
from common.trainer import Trainer, generate
from data.pixels import to_float

from .config import Config
from .network import DECODER, ENCODER, TemplateNetwork


class Template(Trainer):
    """Autoencoder for the pictures that its configuration describes."""

    config_type = Config
    # CHANGE: the networks whose average is sampled, saved and evaluated.
    kept = ("autoencoder",)

    def build_networks(self):
        """Build the networks; each is then an attribute under its name: `self.autoencoder`."""
        # CHANGE: any number of them, each with its own loss and optimizer.
        return (TemplateNetwork(self.config),)

    def train_step(self, batch):
        """Update the network once from one batch; returns the logs."""
        # CHANGE: for several networks, the order of their updates, and the arguments of each.
        logs = self.autoencoder.trainModel(batch)
        self.average.update()
        return logs

    def draw(self, rng, count):
        """Draw a batch's random inputs: noise for the latents."""
        return {"latent": draw_latents(rng, count, self.config.latent_size, self.config.prior)}

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return the columns of a sheet: pictures, reconstructions, and pictures from noise."""
        # CHANGE: what sample sheets show; `fake` is watched for a collapse.
        real = self.real_samples()[:count]
        return {
            "real": real,
            "reconstruction": self.reconstruct(real),
            "fake": self.sample(count),
        }

    def sample(self, given=64) -> np.ndarray:
        """Generate pictures (N, size, size, C) in [-1, 1]: N, or from a batch's `latent`."""
        batch = self.fixed(given) if isinstance(given, int) else given
        with self.average.ema_models() as models:
            return generate(models[DECODER], batch)

    def reconstruct(self, pictures: np.ndarray) -> np.ndarray:
        """Reconstruct pictures, uint8 or in [-1, 1], from the means of their latents."""
        real = to_float(pictures) if pictures.dtype == np.uint8 else pictures
        with self.average.ema_models() as models:
            mean, _ = np.split(generate(models[ENCODER], {"real": real}), 2, axis=-1)
            return generate(models[DECODER], {"latent": mean})
