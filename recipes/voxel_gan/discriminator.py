"""3D-GAN's discriminator, which waits for the generator when it is too good."""

import keras
from keras import layers, ops

from common.layers import batch_norm, normal_weights, widths_towards_picture
from common.machine import backend
from common.machine.strategy import all_gather
from common.network import Discriminator
from common.optimizers import adam


class VoxelDiscriminator(Discriminator):
    """Discriminator from a grid to a logit, with a gate on its updates (Wu et al. 2016, 3.2).

    In three dimensions it learns faster than the generator: to tell real shapes from fake ones is
    easier than to make them. So it is updated only where it was right about at most 80 % of its
    last batch, real and fake shapes together.
    """

    def __init__(self, config, loss=None):
        #: Batches so far, also those that the gate kept from an update: what the rate goes by.
        self.batches = keras.Variable(0, trainable=False, dtype="int32", name="batches")
        super().__init__(config, loss)
        #: Share of the last batch that was told rightly; at first the gate is open.
        self.accuracy = keras.Variable(0.0, trainable=False, dtype="float32", name="accuracy")
        self.buffers += [self.accuracy, self.batches]

    def buildModel(self) -> keras.Model:
        """Build the model: grids (N, S, S, S, 1) → logits (N, 1), float32."""
        config = self.config
        widths = widths_towards_picture(config.image_size, config.width)
        x = voxels = keras.Input(config.sample_shape, name="sample")
        if config.mirror:
            # What lies opposite a voxel is out of a filter's reach. Beside it, one filter compares.
            x = layers.Concatenate()([x, ops.flip(x, 1)])
        for depth, width in enumerate(reversed(widths)):
            x = layers.Conv3D(
                width,
                *(4, 2, "same"),
                use_bias=config.penalised,
                kernel_initializer=normal_weights(),
            )(x)
            if depth and not config.penalised:
                x = batch_norm(x)
            x = layers.LeakyReLU(0.2)(x)
        x = layers.Flatten(dtype="float32")(x)
        logit = layers.Dense(
            1, use_bias=False, dtype="float32", kernel_initializer=normal_weights(), name="logit"
        )(x)
        return keras.Model(voxels, logit, name="discriminator")

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """As `common.network.Discriminator.build_optimizer`; the rate decays by the batches seen.

        Adam counts its updates, which its moments need. By them, a gate that is closed at seven of
        ten batches would put the schedule off as much.
        """
        config = self.config
        return adam(config.discriminator_rate, config, config.critic_steps, self.batches)

    @property
    def age(self):
        """The batches seen so far, a float32 scalar."""
        return ops.cast(self.batches, "float32")

    def observe(self, real_logits, fake_logits) -> None:
        """Log the share of both batches that is told rightly, and keep it for the gate."""
        super().observe(real_logits, fake_logits)
        # Between what real and fake ones are drawn to.
        middle = 0.5 if self.config.loss == "least-squares" else 0.0
        right = ops.concatenate([real_logits > middle, fake_logits <= middle])
        # All devices decide alike, by the whole batch.
        self._present = ops.mean(all_gather(ops.cast(right, "float32")))
        self.log(accuracy=self._present)

    def update(self, gradients: list) -> None:
        """Apply the gradients, if the last batch was told rightly by no more than the gate."""
        is_open = self.accuracy <= self.config.gate
        backend.update_if(is_open, self.optimizer, gradients, self.trainable_variables)
        self.accuracy.assign(self._present)
        self.batches.assign(self.batches + 1)
        self.log(updated=ops.cast(is_open, "float32"))
