"""`python -m tests.soak.trained SECONDS MODULE …`: a training that saves every so many seconds.

It draws samples then, too, however fast its steps are.
"""

from __future__ import annotations

import runpy
import sys
import time

from common.callbacks.checkpoints import Checkpoints
from common.callbacks.samples import Samples


def save_every(seconds: float) -> None:
    """Let all trainings of this process draw and save at regular times."""
    Checkpoints._LONGEST = seconds
    drawn = time.monotonic()

    def draw_if_due(samples, batch, logs=None):
        nonlocal drawn
        if time.monotonic() - drawn >= seconds:
            drawn = time.monotonic()
            samples.draw()

    Samples.on_train_batch_end = draw_if_due


if __name__ == "__main__":
    seconds, module, *rest = sys.argv[1:]
    sys.argv = [module, *rest]
    save_every(float(seconds))
    runpy.run_module(module, run_name="__main__", alter_sys=True)
