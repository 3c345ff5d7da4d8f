"""CycleGAN's discriminator: one model for each domain."""

import keras

from common.layers import instance_norm
from common.network import Discriminator
from common.patchgan import patchgan

from .pool import Pool


class CycleGANDiscriminator(Discriminator):
    """Two PatchGANs, one for domain A and one for B (Zhu et al. 2017, appendix 7.2)."""

    # Each picture is normalised by itself.
    joint_pass = True

    def __init__(self, config, loss):
        super().__init__(config, loss)
        a, b = config.input_shape, config.sample_shape
        self.pools = Pool(config.pool, a, "pool_a"), Pool(config.pool, b, "pool_b")
        self.buffers += [v for pool in self.pools for v in pool.variables]

    def buildModel(self) -> tuple[keras.Model, keras.Model]:
        """Build the models of A and B: (N, H, W, C) in [-1, 1] → (N, h, w, 1), float32."""
        config = self.config
        # Which would undo a spectral norm: it takes no notice of its input's scale.
        norm = None if config.spectral_norm else instance_norm
        sides = ("a", config.input_channels), ("b", config.channels)
        return tuple(
            patchgan(
                *({"sample": channels}, config.width, config.patch_layers, norm),
                bias=True,
                name=f"discriminator_{side}",
            )
            for side, channels in sides
        )

    def lossFunction(self, batch, fake_a, fake_b) -> dict:
        """Compute the adversarial losses of both models, on new and earlier fakes.

        Args:
            batch: Real pictures of A (`input`) and of B (`real`), N×H×W×C in [-1, 1], and for
                each pool its coins and places.
            fake_a, fake_b: New translations to A and to B.
        """
        found, accuracies = {}, []
        sides = ("a", batch["input"], fake_a), ("b", batch["real"], fake_b)
        for which, (side, real, fake) in enumerate(sides):
            coin, place = batch[f"coin_{side}"], batch[f"place_{side}"]
            shown = self.pools[which].exchange(fake, coin, place)
            for name, value in self.adversarial(real, shown, batch, which).items():
                found[name] = found[name] + value if name in found else value
            accuracies.append(self.logged["pairwise_accuracy"])
        self.log(pairwise_accuracy=sum(accuracies) / 2)
        return found
