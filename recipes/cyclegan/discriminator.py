"""CycleGAN's discriminator: one judge for each domain."""

import keras
from keras import ops

from common.layers import instance_norm
from common.loss import ranked
from common.network import Discriminator
from common.patchgan import patchgan
from recipes.cyclegan.pool import Pool


class CycleGANDiscriminator(Discriminator):
    """Pictures → a logit a patch, by one judge for A and one for B (Zhu et al. 2017, 7.2)."""

    def __init__(self, config, loss):
        super().__init__(config, loss)
        a, b = config.input_shape, config.sample_shape
        self.pools = Pool(config.pool, a, "pool_a"), Pool(config.pool, b, "pool_b")

    def buildModel(self) -> tuple[keras.Model, keras.Model]:
        """The judge of A and the judge of B: (N, H, W, C) in [-1, 1] → (N, h, w, 1), float32."""
        config = self.config
        sides = ("a", config.input_channels), ("b", config.channels)
        return tuple(
            patchgan(
                *((channels,), config.width, config.patch_layers, instance_norm),
                bias=True,
                name=f"discriminator_{side}",
            )
            for side, channels in sides
        )

    def lossFunction(self, a, b, fake_a, fake_b, dice) -> dict:
        """How badly each judge tells its domain from translations, new ones and old ones.

        Args:
            a, b: Real pictures, N×H×W×C in [-1, 1].
            fake_a, fake_b: What has just been made of the others.
            dice: For each pool, its coins and places.
        """
        loss, terms = 0.0, []
        sides = (a, fake_a), (b, fake_b)
        for which, ((real, fake), pool) in enumerate(zip(sides, self.pools, strict=True)):
            fake = pool.exchange(fake, *dice[which])
            # Each picture is normalised by itself: so real and fake may go through together.
            logits = self(ops.concatenate([real, fake]), which=which)
            real_logits, fake_logits = ops.split(logits, 2)
            loss += self.loss.discriminator(real_logits, fake_logits)
            terms.append(ranked(real_logits, fake_logits))
        self.observe(ranked=sum(terms) / 2)
        return {"adversarial": loss}

    def state(self, name: str) -> dict[str, list]:
        """As `Network.state`, with the pools."""
        pools = [v for pool in self.pools for v in pool.variables]
        return super().state(name) | {f"{name}_pools": pools}
