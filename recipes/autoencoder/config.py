"""Settings of autoencoders: the small configurations, and the published one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from common import config
from common.sizes import doubled_sizes
from data.errors import Refused
from data.source import Source


@dataclass(kw_only=True)
class Config(config.Config):
    """Settings of a variational autoencoder (Kingma and Welling 2014) or, with
    --no-variational, of an autoencoder.
    """

    data: str = "digits"
    steps: int = 4000
    batch_size: int = 64
    """Samples per training step."""
    beta_1: float = 0.9
    averaging: float = 0.998
    decay_from: int = 2000
    """Step at which the learning rate starts to decay, if --decay-steps is above 0."""
    decay_steps: int = 2000
    """Steps over which the learning rate decays (0: it is constant)."""
    sample_every: int = 500
    sample_count: int = 24
    """Pictures on a sheet; their latents stay the same throughout."""
    autoencoder_rate: float = 2e-3
    """Learning rate of encoder and decoder."""

    variational: bool = True
    """A VAE: codes are normal distributions, kept near N(0, 1). Off: codes are points."""
    beta: float = 1.0
    """Weight of the codes' divergence from N(0, 1); other than 1, a β-VAE (Higgins et al. 2017)."""
    decoder: Literal["bernoulli", "gaussian"] = "gaussian"
    """What a decoded pixel is: the probability of white, or the mean of a normal distribution."""
    deviation: float = 1.0
    """Standard deviation of a pixel around its mean, of values in [-1, 1] (gaussian)."""
    binarise: bool = False
    """Draw each pixel black or white at every use, white with the probability of its grey."""
    noise: float = 0.0
    """Deviation of noise on what the encoder sees, of values in [-1, 1]: a denoising
    autoencoder."""
    distortion: float = 0.0
    """Distort what the encoder sees, which is then asked for the picture as it was: 1 turns by up
    to 10°, shears by up to .3, scales by a fifth and shifts by 2 % of a side, each with probability
    ½ (0: off)."""
    network: Literal["convolutional", "dense", "published"] = "convolutional"
    """Networks: of convolutions, dense, or the paper's dense ones with their Adagrad."""
    latent_size: int = 32
    """Numbers in a code."""
    width: int = 16
    """Channels next to the picture; each map of half the size has twice as many (at most 8×)."""
    hidden: int = 500
    """Units of a hidden layer of dense networks."""
    hidden_layers: int = 2
    """Hidden layers of encoder and decoder each; the published network has one."""

    #: Latents come from N(0, 1).
    prior = "normal"
    world_size = 32

    def legal_sizes(self) -> list[int]:
        """Return the sizes that doubling reaches, or 8 to 64 for dense networks."""
        return doubled_sizes() if self.network == "convolutional" else list(range(8, 65))

    def check(self) -> None:
        """As `common.config.Config.check`."""
        super().check()
        for name in ("latent_size", "width", "hidden"):
            self._within(name, 1, 4096)
        self._within("hidden_layers", 1, 8)
        self._within("beta", 0, 1e6)
        self._within("deviation", 0.001, 10)
        self._within("noise", 0, 10)
        self._within("distortion", 0, 4)
        if self.binarise and self.decoder != "bernoulli":
            raise Refused(f"--binarise: legal with --decoder bernoulli, not {self.decoder}")
        if self.decoder == "bernoulli" and self.deviation != Config.deviation:
            raise Refused("--deviation: legal with --decoder gaussian only")
        if not self.variational and self.beta != 1:
            raise Refused(f"--beta {self.beta:g}: legal with --variational; points do not diverge")

    def examples_of(self, source: Source, samples):
        """Return pictures of the test split, as far as there is one; else training pictures."""
        kept = source.load("test", self.loaded_size, self.sample_count, self.seed)
        some = self.training_set(kept) if len(kept) else samples
        return some.take(np.arange(min(self.sample_count, len(some))))


# Trials on drawn digits: with grey pixels as probabilities, reconstructions were worse than PCA's
# after 300 steps. With a deviation of .25, pictures from noise are debris; with .5, one in twenty
# is near a real digit; with 1, one in six, and thin strokes of reconstructions fade.
_SMALL = Config()
# 50 numbers, and pictures that are black or white: the setting of published bounds.
_MNIST = Config(
    data="mnist",
    image_size=28,
    network="dense",
    latent_size=50,
    decoder="bernoulli",
    binarise=True,
    autoencoder_rate=1e-3,
    batch_size=100,
    steps=20_000,
    decay_from=10_000,
    decay_steps=10_000,
    sample_every=2000,
    checkpoint_every=4000,
)

PRESETS = {
    "small": _SMALL,
    # Seconds, to see that everything runs.
    "tiny": replace(
        _SMALL,
        image_size=16,
        width=4,
        latent_size=8,
        batch_size=4,
        pictures=24,
        steps=6,
        log_every=1,
        sample_every=3,
        sample_count=4,
        checkpoint_every=3,
    ),
    "mnist": _MNIST,
    # Few numbers, and an encoder to which a digit is the same however it is slanted: search by such
    # codes was .10 better than by pixels in a trial of 2,000 steps on MNIST, and .07 after 4,000
    # where the encoder saw pictures as they are.
    "mnist-codes": replace(
        _SMALL, data="mnist", image_size=28, latent_size=10, deviation=0.5, distortion=1.0
    ),
    # The same networks without a prior, and with an encoder that sees noise.
    "plain": replace(_SMALL, variational=False),
    "denoising": replace(_SMALL, variational=False, noise=1.0),
    # Codes that can be drawn in the plane.
    "plane": replace(_SMALL, latent_size=2, deviation=0.5),
    "faces": replace(
        _SMALL, data="faces:10", image_size=32, width=24, deviation=0.25, latent_size=64
    ),
    # What the divergence is worth is seen beside trainings with less and more of it.
    "beta-0": replace(_SMALL, beta=0.0),
    "beta-4": replace(_SMALL, beta=4.0),
    # Appendix C and section 5, for MNIST (--data mnist): one hidden layer of 500 units, tanh,
    # weights of deviation .01, batches of 100, Adagrad at .02, one of the rates that were tried.
    # Of the numbers of latents, 3 to 200, this is the one of figure 5.
    "paper": Config(
        network="published",
        decoder="bernoulli",
        image_size=28,
        latent_size=20,
        hidden_layers=1,
        batch_size=100,
        pictures=60_000,
        steps=100_000,
        autoencoder_rate=0.02,
        averaging=0.0,
        decay_from=0,
        decay_steps=0,
        sample_every=5000,
        checkpoint_every=10_000,
        log_every=500,
    ),
}

#: Trainable parameters of the paper's networks for 28×28 pictures and 20 latents, added up from
#: the layers: 784·500 + 500 + 500·40 + 40, and 20·500 + 500 + 500·784 + 784.
PARAMETERS = {"decoder": 403_284, "encoder": 412_540}
