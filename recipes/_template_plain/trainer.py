"""Template: the network, and what its training draws and shows."""

import numpy as np

from common.batches import draw_latents
from common.trainer import Trainer, generate
from data.pixels import to_float

from .config import Config
from .network import DECODER, ENCODER, TemplateNetwork


class Template(Trainer):
    """An autoencoder for the pictures that its configuration describes."""

    config_type = Config
    # CHANGE: the networks whose average is shown, saved and evaluated.
    kept = ("autoencoder",)

    def build_networks(self):
        """The networks; each is then an attribute under its name: `self.autoencoder`."""
        # CHANGE: any number of them, each with its own loss and optimizer.
        return (TemplateNetwork(self.config),)

    def train_step(self, batch):
        """One update from one batch; returns what is logged."""
        # CHANGE: of several networks, which is updated when, and what each is given.
        logs = self.autoencoder.trainModel(batch)
        self.average.update()
        return logs

    def draw(self, rng, count):
        """What a batch holds besides data, all that is random: noise for the latents."""
        return {"latent": draw_latents(rng, count, self.config.latent_size, self.config.prior)}

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """The columns of a sheet: pictures, what is left of them, and pictures from noise."""
        # CHANGE: what is to be seen of your networks; `fake` is watched for a collapse.
        real = self.real_samples()[:count]
        return {
            "real": real,
            "reconstruction": self.reconstruct(real),
            "fake": self.sample(count),
        }

    def sample(self, given=64) -> np.ndarray:
        """Pictures (N, size, size, C) in [-1, 1]: how many, or from the `latent` of a batch."""
        batch = self.fixed(given) if isinstance(given, int) else given
        with self.average.ema_models() as models:
            return generate(models[DECODER], batch)

    def reconstruct(self, pictures: np.ndarray) -> np.ndarray:
        """What is left of pictures, uint8 or in [-1, 1], once they were latents."""
        real = to_float(pictures) if pictures.dtype == np.uint8 else pictures
        with self.average.ema_models() as models:
            mean, _ = np.split(generate(models[ENCODER], {"real": real}), 2, axis=-1)
            return generate(models[DECODER], {"latent": mean})
