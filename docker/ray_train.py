"""python docker/ray_train.py 2 dcgan train paper --data /shared/photos --run /shared/runs/big

Ray Train's TensorFlow trainer chooses machines and says so in TF_CONFIG; what it starts there is
the same command as everywhere, in a process of its own, where it hears signals.
"""

import subprocess
import sys

import ray
from ray.train import ScalingConfig
from ray.train.tensorflow import TensorflowTrainer


def train(config):
    """One worker's part."""
    subprocess.run([sys.executable, "-m", "recipes", *config["words"]], check=True)


if __name__ == "__main__":
    workers, *words = sys.argv[1:]
    ray.init()
    gpus = bool(ray.cluster_resources().get("GPU"))
    TensorflowTrainer(
        train,
        train_loop_config={"words": words},
        scaling_config=ScalingConfig(num_workers=int(workers), use_gpu=gpus),
    ).fit()
