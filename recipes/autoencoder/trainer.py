"""Autoencoders put to training."""

import numpy as np

from common.batches import draw_latents
from common.distortion import distorted, drawn_transforms
from common.trainer import Trainer, generate

from .config import Config
from .decoding import codes_of, reconstructed
from .network import DECODER, ENCODER, EncoderDecoder
from .published import PublishedAutoencoder


class Autoencoder(Trainer):
    """Trainer of an autoencoder, variational or not, for the pictures of its configuration."""

    config_type = Config
    kept = ("autoencoder",)

    @property
    def watched(self) -> str:
        """The pictures from noise; of codes that are points there are none."""
        return "fake" if self.config.variational else "reconstruction"

    def build_networks(self):
        kind = PublishedAutoencoder if self.config.network == "published" else EncoderDecoder
        return (kind(self.config),)

    def train_step(self, batch):
        """Update encoder and decoder once from one batch; returns the logs."""
        logs = self.autoencoder.trainModel(batch)
        self.average.update()
        return logs

    def draw(self, rng, count):
        """Draw noise for the latents, what spoils that which the encoder sees, and coins for grey
        pixels.
        """
        config, shape = self.config, (count, *self.config.sample_shape)
        # First: infer draws the same latents, and nothing else. Where codes are points, the loss
        # asks for none; but what the decoder makes of noise can be measured.
        drawn = {"latent": draw_latents(rng, count, config.latent_size, config.prior)}
        if config.distortion:
            drawn["transforms"] = drawn_transforms(rng, count, config.distortion, config.image_size)
        if config.noise:
            drawn["noise"] = rng.standard_normal(shape, np.float32)
        if config.binarise:
            drawn["coins"] = rng.random(shape, np.float32)
        return drawn

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return pictures, what the encoder sees of them, reconstructions, and fakes."""
        real = self.real_samples()[:count]
        config, shown = self.config, {"real": real}
        seen, fixed = real, self.fixed(len(real))
        if config.distortion:
            seen = np.asarray(distorted(seen, fixed["transforms"]))
        if config.noise:
            seen = seen + config.noise * fixed["noise"]
        if seen is not real:
            # The encoder is given what lies outside the range, too, as in training.
            shown["seen"] = np.clip(seen, -1, 1)
        shown["reconstruction"] = self.reconstruct(seen)
        return shown | ({"fake": self.sample(len(real))} if self.config.variational else {})

    def sample(self, given=64) -> np.ndarray:
        """Generate pictures (N, H, W, C) in [-1, 1]: N, or from a batch's `latent`."""
        batch = self.fixed(given) if isinstance(given, int) else given
        with self.average.ema_models() as models:
            return generate(models[DECODER], batch)

    def encode(self, pictures: np.ndarray) -> np.ndarray:
        """Encode pictures, uint8 or in [-1, 1], to codes (N, L): points, or means."""
        with self.average.ema_models() as models:
            return codes_of(models[ENCODER], pictures, self.config)

    def reconstruct(self, pictures: np.ndarray) -> np.ndarray:
        """Reconstruct pictures, uint8 or in [-1, 1], from their codes: (N, H, W, C) in [-1, 1]."""
        with self.average.ema_models() as models:
            return reconstructed(models[ENCODER], models[DECODER], pictures, self.config)
