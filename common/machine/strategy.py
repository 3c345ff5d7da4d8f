"""Training on several devices through tf.distribute, each with a part of every batch.

Every device (replica) has all weights and `batch_size / replicas` samples. A loss is a mean
over the batch, so each replica's share of it is its own mean over the number of replicas, and
gradients are summed. Other operations on a whole batch are here, too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from common.machine import backend  # first: it imports TensorFlow, quietly

import tensorflow as tf  # isort: skip

from common.machine.workers import Cluster, check_shares
from data.errors import EnvironmentFailure, Refused


def choose(
    wanted: str, cluster: Cluster | None, batch_size: int, together: int = 1
) -> tf.distribute.Strategy:
    """Return the strategy that `--strategy` stands for here; call it before using TensorFlow.

    Args:
        wanted: The flag's value.
        cluster: Several machines, if there are.
        batch_size, together: As for `check_shares`.

    Raises:
        Refused: there are not several devices, or they cannot share out a batch evenly.
    """
    if cluster:
        with _readable_start(cluster):
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
        check_shares(batch_size, strategy.num_replicas_in_sync, together)
        return strategy
    if wanted == "one":
        return tf.distribute.get_strategy()
    kind = "GPU" if backend.has_gpu() else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    if wanted == "mirrored":
        if len(devices) < 2:
            raise Refused(f"--strategy mirrored: there is 1 {kind}; legal here is one")
        check_shares(batch_size, len(devices), together)
    elif len(devices) < 2 or kind == "CPU":
        return tf.distribute.get_strategy()
    elif batch_size % (whole := len(devices) * together):
        print(
            f"note: {len(devices)} {kind}s cannot share out a batch of {batch_size} evenly, so one "
            f"trains (--strategy one); a --batch-size that is a multiple of {whole} uses all",
            file=sys.stderr,
        )
        return tf.distribute.get_strategy()
    return tf.distribute.MirroredStrategy(devices)


def describe(strategy: tf.distribute.Strategy) -> str:
    """Return the devices that train, in words."""
    count, name = strategy.num_replicas_in_sync, backend.device_name()
    return name if count == 1 else f"{count} devices, each {name}"


def replicas() -> int:
    """Return how many devices share a batch, in a training step or where networks are built."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def all_gather(part):
    """Gather the whole batch from the parts of all replicas; float tensors.

    (TensorFlow's own `all_gather` fails where a worker has a single device.)
    """
    if replicas() == 1:
        return part
    context = tf.distribute.get_replica_context()
    size = part.shape[0]
    before = context.replica_id_in_sync_group * size
    around = [(before, size * (replicas() - 1) - before)] + [(0, 0)] * (len(part.shape) - 1)
    return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.pad(part, around))


def local_shard(whole):
    """Return this replica's part of a whole batch."""
    if replicas() == 1:
        return whole
    size = whole.shape[0] // replicas()
    before = tf.distribute.get_replica_context().replica_id_in_sync_group * size
    return whole[before : before + size]


def distribute(batches: tf.data.Dataset, batch_size: int, strategy: tf.distribute.Strategy):
    """Distribute batches: the first replica has the first samples of each, and so on.

    Every worker draws the whole batch and keeps its part.
    """
    if strategy.num_replicas_in_sync == 1:
        return batches
    size = batch_size // strategy.num_replicas_in_sync

    def parts(context) -> tf.data.Dataset:
        # The replicas of a worker take consecutive elements.
        mine = batch_size // context.num_input_pipelines
        first = mine * context.input_pipeline_id

        def cut(value):
            return tf.reshape(value[first : first + mine], (-1, size, *value.shape[1:]))

        cut_up = batches.map(lambda batch: {name: cut(value) for name, value in batch.items()})
        return cut_up.unbatch().prefetch(4)

    return strategy.distribute_datasets_from_function(parts)


def step_for(step: Callable, strategy: tf.distribute.Strategy) -> Callable:
    """Wrap a training step, batch -> logs, for `fit`; on one device it is compiled."""
    if strategy.num_replicas_in_sync == 1:
        return backend.compiled(step)
    # Replicas cannot merge their gradients within a compiled function of their own.
    step = tf.autograph.experimental.do_not_convert(step)
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return step
    # Over several workers Keras 3.15 averages along axis 0, which scalars do not have.
    return lambda batch: {name: tf.reshape(value, (1,)) for name, value in step(batch).items()}


def any_worker(strategy: tf.distribute.Strategy) -> Callable[[bool], bool]:
    """Return a function that tells whether its argument is true on any worker; all must call it."""

    @tf.function
    def count(flag):
        return strategy.reduce("SUM", strategy.run(tf.identity, (flag,)), axis=None)

    return lambda flag: float(count(tf.constant(float(flag)))) > 0


@contextmanager
def readable_silence(cluster: Cluster | None) -> Iterator[None]:
    """Turn TensorFlow's errors about a lost worker into one line."""
    try:
        yield
    except _SILENCE as fault:
        if cluster is None:
            raise
        raise EnvironmentFailure(
            f"{cluster.named(cluster.index)} no longer hears all of the {len(cluster.addresses)} "
            f"workers, so it stops ({_reason(fault)}); when they are back, however many, --resume "
            "goes on from the last checkpoint"
        ) from fault


def _reason(fault: tf.errors.OpError) -> str:
    """TensorFlow's message, without the place in the graph."""
    lines = [line for line in fault.message.splitlines() if line and not line[0].isspace()]
    told = [line for line in lines if not line.startswith(("Graph execution", "Detected at"))]
    return (told or lines or ["no reason given"])[0][:200]


_SILENCE = (
    *(tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError),
    *(tf.errors.DeadlineExceededError, tf.errors.FailedPreconditionError),
    *(tf.errors.InternalError, tf.errors.UnknownError),
)


@contextmanager
def _readable_start(cluster: Cluster) -> Iterator[None]:
    try:
        yield
    except (*_SILENCE, RuntimeError) as fault:
        me, line = cluster.named(cluster.index), str(fault).strip().splitlines()[0]
        raise EnvironmentFailure(f"{me} cannot join the others: {line}") from fault
