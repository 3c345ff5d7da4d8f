"""Updates a 3D-GAN's discriminator on two devices, with the gate on either side.

It prints, for each accuracy of the last batch, whether the weights moved on each device, and what
each takes for the accuracy of this one. A program of its own: a processor can be made two devices
only before TensorFlow starts.
"""

import dataclasses
import json

from common.machine import backend, strategy  # noqa: F401  first: TensorFlow, quietly

import numpy as np  # isort: skip
import tensorflow as tf

from recipes.voxel_gan.config import PRESETS
from recipes.voxel_gan.train import build

tf.config.run_functions_eagerly(True)
PART = tf.config.LogicalDeviceConfiguration()
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [PART] * 2)

if __name__ == "__main__":
    HOW = strategy.choose("mirrored", None, 4)
    CONFIG = dataclasses.replace(
        PRESETS["tiny"],
        **{"encoder": False, "image_size": 8, "channels": 1, "kind": "voxels"},
        precision="float32",
    )
    found = {"moved": {}}
    for last in (0.8, 0.81):
        with HOW.scope():
            discriminator = build(CONFIG).discriminator
            discriminator.accuracy.assign(last)

        def step(discriminator=discriminator):
            part = tf.distribute.get_replica_context().replica_id_in_sync_group
            # Logits that are all positive on one device, and all negative on the other.
            sign = 1.0 - 2.0 * float(part)
            logits = sign * tf.ones((2, 1))
            discriminator.observe(logits, -logits)
            gradients = [tf.ones_like(v.value) for v in discriminator.trainable_variables]
            discriminator.update(gradients)

        kernel = discriminator.trainable_variables[0]
        before = np.array(kernel)
        HOW.run(step)
        copies = HOW.experimental_local_results(kernel.value)
        moved = [bool((np.array(copy) != before).any()) for copy in copies]
        found["moved"][str(last)] = moved
        told = HOW.experimental_local_results(discriminator.accuracy.value)
        found["accuracy"] = [float(np.array(value)) for value in told]
    print(json.dumps(found))
