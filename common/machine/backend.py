"""Access to TensorFlow: tapes, the input pipeline, event files, facts about devices.

Networks and losses are pure Keras; what Keras has no function for is here.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from common.machine import keras_settings
from data.errors import EnvironmentFailure
from data.quiet import quietly

_told = keras_settings.check_file()
# oneDNN's kernels, which TensorFlow chooses by itself on some processors only. On the others its
# own gradients of 3-D convolutions take some two hundred times as long.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
with quietly():
    import keras
    import numpy as np
    import tensorflow as tf

    # The search for a GPU happens once, and prints much where there is none.
    tf.config.list_physical_devices()
keras_settings.settle(keras, _told)


def tape() -> tf.GradientTape:
    """Create a tape, which records what is computed within `with`; it can be entered again."""
    return tf.GradientTape()


def with_input_gradient(function: Callable, inputs, score: Callable = lambda outputs: outputs):
    """Compute function(inputs), and the gradient of its summed score with respect to the inputs.

    The gradient can itself be differentiated.
    """
    with tf.GradientTape() as watching:
        watching.watch(inputs)
        outputs = function(inputs)
        total = tf.reduce_sum(score(outputs))
    return outputs, watching.gradient(total, inputs)


def stream(draw: Callable[[int], dict[str, np.ndarray]], first: int, last: int):
    """Create a pipeline of the batches draw(first) … draw(last - 1), drawn ahead of their use.

    Pictures (uint8) arrive as float32 in [-1, 1], voxels (bool) as float32, 0 or 1;
    everything else as it is.
    """
    example = draw(first)
    names = sorted(example)

    # AutoGraph would take longer to rewrite this than TensorFlow to trace it.
    @tf.autograph.experimental.do_not_convert
    def fetch(step):
        values = tf.numpy_function(
            lambda s: [draw(int(s))[name] for name in names],
            [step],
            [tf.as_dtype(example[name].dtype) for name in names],
        )
        batch = {}
        for name, value in zip(names, values, strict=True):
            value.set_shape(example[name].shape)
            batch[name] = _as_seen(value)
        return batch

    steps = tf.data.Dataset.range(first, last)
    return steps.map(fetch, num_parallel_calls=2, deterministic=True).prefetch(4)


def _as_seen(value: tf.Tensor) -> tf.Tensor:
    if value.dtype == tf.uint8:
        return tf.cast(value, tf.float32) / 127.5 - 1
    return tf.cast(value, tf.float32) if value.dtype == tf.bool else value


def names_of(
    function: Callable, batch: dict[str, np.ndarray], strategy: tf.distribute.Strategy
) -> list[str]:
    """Return the keys of the dictionary that function(batch) returns, without computing it.

    All workers must call it: collective operations are told apart by their order.

    Args:
        function: What `compiled` returned is traced here, and not once more when it is called.
        batch: As `stream` draws it; a replica has its part.
    """
    count = strategy.num_replicas_in_sync
    seen = {name: _as_seen(tf.convert_to_tensor(value)) for name, value in batch.items()}
    shapes = {
        name: tf.TensorSpec((value.shape[0] // count, *value.shape[1:]), value.dtype)
        for name, value in seen.items()
    }
    if count > 1:
        function = compiled(lambda some, run=function: strategy.run(run, (some,)))
    return list(function.get_concrete_function(shapes).structured_outputs)


def compiled(function: Callable) -> Callable:
    """Compile a function of tensors to a graph.

    Without AutoGraph, as Keras' functions need none: to rewrite them takes longer than to trace.
    """
    return tf.function(function, autograph=False)


def has_gpu() -> bool:
    """Return whether TensorFlow sees a GPU."""
    return bool(tf.config.list_physical_devices("GPU"))


def gpu_has_bfloat16() -> bool:
    """Return whether the first GPU computes in bfloat16 (compute capability 8.0 and up)."""
    details = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])
    return details.get("compute_capability", (0, 0)) >= (8, 0)


def make_deterministic() -> None:
    """Choose deterministic kernels throughout; raises where an operation has none."""
    tf.config.experimental.enable_op_determinism()


def device_name() -> str:
    """Return the device that trains, in words."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return f"CPU, {os.cpu_count()} cores"
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")


@contextmanager
def readable_faults(advice: str) -> Iterator[None]:
    """Turn TensorFlow's errors for exhausted resources into one line with `advice`."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as fault:
        # TensorFlow has one error for memory and disk; its event files may fill the disk.
        if "No space" in fault.message or "quota" in fault.message:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from fault
        raise EnvironmentFailure(f"out of memory; {advice}") from fault


class EventWriter:
    """Writer of scalars and pictures for TensorBoard.

    Where they cannot be written, a note says so once, and the training goes on without them.
    """

    def __init__(self, folder: Path):
        self._folder, self._writer = folder, None
        with self._if_possible():
            # As bytes: a name need not be UTF-8.
            self._writer = tf.summary.create_file_writer(os.fsencode(folder))

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """Write the values of a step under their names."""
        if self._writer:
            with self._if_possible(), self._writer.as_default(step):
                for name, value in values.items():
                    tf.summary.scalar(name, value)

    def picture(self, step: int, name: str, pixels: np.ndarray) -> None:
        """Write a picture, uint8 H×W×C."""
        if self._writer:
            with self._if_possible(), self._writer.as_default(step):
                tf.summary.image(name, pixels[None])

    def flush(self) -> None:
        """Flush what was written to the disk."""
        if self._writer:
            with self._if_possible():
                self._writer.flush()

    @contextmanager
    def _if_possible(self) -> Iterator[None]:
        try:
            yield
        except (tf.errors.OpError, OSError) as fault:
            self._writer = None
            # TensorFlow tells the node before the reason, and the operation after it.
            first = str(getattr(fault, "message", fault)).splitlines()[0]
            why = first.rpartition("}} ")[2].partition(" [Op:")[0]
            told = f"note: nothing can be written for TensorBoard into {self._folder} ({why})"
            print(told, file=sys.stderr)


def update_if(
    keep, optimizer: keras.optimizers.Optimizer, gradients: list, variables: list
) -> None:
    """Apply gradients if `keep` is true; else leave variables and optimizer unchanged.

    The update is applied and then reverted: several devices cannot merge within a condition.

    Args:
        keep: A boolean scalar tensor.
    """
    moved = [*variables, *optimizer.variables]
    before = [tf.identity(v.value) for v in moved]
    optimizer.apply(gradients, variables)
    for variable, value in zip(moved, before, strict=True):
        variable.assign(keras.ops.where(keep, variable.value, value))


def dense(gradient) -> tf.Tensor:
    """Return a gradient as a tensor; TensorFlow has those of an embedding as some rows alone."""
    return tf.convert_to_tensor(gradient)


def update_by_adam(
    variable, m, v, gradient, step_size, beta_1: float, beta_2: float, epsilon: float
) -> None:
    """Update a variable and its moments by Adam, in one operation on one device.

    Args:
        step_size: The rate, with the correction of both moments.
    """
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=m.handle,
        v=v.handle,
        # The correction is in the rate.
        beta1_power=0.0,
        beta2_power=0.0,
        lr=step_size,
        beta1=beta_1,
        beta2=beta_2,
        epsilon=epsilon,
        grad=gradient,
    )


def set_up(precision: str, seed: int) -> None:
    """Set the precision and the seed for everything that is built from here on."""
    keras.config.set_dtype_policy(precision)
    keras.utils.set_random_seed(seed)


def load_network(path: Path) -> keras.Model:
    """Load a network from a `.keras` file; no code in the file is run."""
    return keras.saving.load_model(path, compile=False, safe_mode=True)
