"""The program behind every recipe's train.py."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import data
from common.batches import check_batch, unjittered
from common.config import Config
from common.machine.workers import Cluster, DeviceFlags, is_chief, meet
from common.run.folder import Run, check_free, fingerprint, versions
from data.command import read_flags, run_program
from data.errors import EnvironmentFailure, Refused
from data.loader import movable

_LESS = "try a smaller --batch-size, --width or --image-size"
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass
class ResumeFlags:
    """Go on with a training where its last checkpoint is."""

    resume: Path
    """The run folder."""
    steps: int | None = None
    """Updates of the generator in all; None: as many as the run was meant to have."""
    data: str | None = None
    """Where its pictures are now, if they have moved."""
    devices: tyro.conf.OmitArgPrefixes[DeviceFlags] = dataclasses.field(default_factory=DeviceFlags)


def main(recipe: str, presets: dict[str, Config], build: Callable) -> int:
    """Train a recipe from the command line.

    Args:
        recipe: Its name.
        presets: Its configurations by name; "small" is the default.
        build: Configuration -> `common.gan.GAN`; imports TensorFlow.

    Returns:
        The exit code: 0, or 128 + the number of the signal that stopped it.
    """
    arguments = sys.argv[1:]
    if any(a == "--resume" or a.startswith("--resume=") for a in arguments):
        return run_program(lambda: _resume(recipe, presets, build, arguments))
    return run_program(lambda: _start(recipe, presets, build, arguments))


def _start(recipe: str, presets: dict[str, Config], build: Callable, arguments: list[str]) -> int:
    preset = "small"
    if arguments and arguments[0] in presets:
        preset, arguments = arguments[0], arguments[1:]
    default = presets[preset]
    kind = dataclasses.make_dataclass(
        "TrainFlags",
        [
            ("config", tyro.conf.OmitArgPrefixes[type(default)]),
            ("run", Annotated[Path | None, tyro.conf.arg(help="The new run's folder.")], None),
            (
                "devices",
                tyro.conf.OmitArgPrefixes[DeviceFlags],
                dataclasses.field(default_factory=DeviceFlags),
            ),
        ],
    )
    program = f"python -m recipes.{recipe}.train"
    about = (
        f"Train a new {recipe}: {program} [{'|'.join(presets)}] [OPTIONS]; the defaults below "
        f"are those of {preset}. To go on with a run: {program} --resume DIR [--steps N]."
    )
    flags = read_flags(kind, arguments, program=program, default=kind(default), about=about)
    flags.config.check()
    cluster = flags.devices.check()
    if flags.run is not None and is_chief(cluster):
        check_free(flags.run)
    source = data.find(flags.config.data, flags.config.reading)
    config = flags.config.adapted_to(source)
    if source.count is not None:
        check_batch(config.batch_size, source.count)
    samples, examples = _load(source, config)
    # From here on TensorFlow is there, and nothing about flags or data is refused.
    strategy = _place(flags.devices, cluster, recipe, config, samples)
    if config.precision == "auto":
        from common.machine.precision import choose

        config = dataclasses.replace(config, precision=choose("auto"))
    gan = _build(config, build, strategy)
    if not is_chief(cluster):
        return _follow(None, gan, samples, cluster)
    gan.examples = examples
    config = gan.config = _with_movable_data(config)
    facts = {"pictures": len(samples), "fingerprint": fingerprint(samples)}
    facts |= config.notes(source, samples)
    try:
        run = Run.create(flags.run, recipe, config, facts)
    except OSError as fault:
        raise EnvironmentFailure(f"the run folder cannot be made: {fault}") from fault
    with run.claimed():
        print(f"run folder: {run.path}")
        return _train(run, recipe, gan, samples, cluster)


def _resume(recipe: str, presets: dict[str, Config], build: Callable, arguments: list[str]) -> int:
    program = f"python -m recipes.{recipe}.train"
    flags = read_flags(ResumeFlags, arguments, program=program)
    cluster = flags.devices.check()
    run = Run.open(flags.resume, recipe)
    with run.claimed() if is_chief(cluster) else contextlib.nullcontext():
        config = run.config(type(presets["small"]))
        changed = {}
        if flags.steps is not None:
            changed["steps"] = flags.steps
        if flags.data is not None:
            changed["data"] = flags.data
        config = dataclasses.replace(config, **changed)
        config.check()
        try:
            source = data.find(config.data, config.reading)
        except Refused as no:
            raise Refused(f"{no}; the run's pictures have moved? --data says where to") from no
        config.check_kind(source)
        samples, examples = _load(source, config)
        run.check_data(samples, config.data)
        strategy = _place(flags.devices, cluster, recipe, config, samples, run)
        gan = _build(config, build, strategy)
        if not is_chief(cluster):
            return _follow(run, gan, samples, cluster)
        gan.examples = examples
        gan.config = _with_movable_data(config)
        return _train(run, recipe, gan, samples, cluster)


def _load(source: data.Source, config: Config) -> tuple:
    """What is learned from, and a few examples: of it, or of what is kept for testing."""
    began = time.time()
    loaded = source.load("train", config.loaded_size, config.pictures, config.seed)
    samples = config.training_set(loaded)
    check_batch(config.batch_size, len(samples))
    what, sizes = "points", ""
    if source.kind != "points":
        height, width, channels = config.sample_shape
        what = f"{source.kind} {width}×{height}×{channels}"
        sizes = f" ({source.describe_sizes()})"
    print(f"{len(samples)} {what} of {source.name}{sizes}, {time.time() - began:.1f} s", flush=True)
    for remark in source.remarks:
        print(f"note: {remark}", file=sys.stderr)
    return samples, unjittered(config.examples_of(source, samples), config)


def _place(
    devices: DeviceFlags,
    cluster: Cluster | None,
    recipe: str,
    config: Config,
    samples,
    run: Run | None = None,
):
    """The strategy to train by, once all workers are there."""
    if cluster:
        print(f"{cluster.named(cluster.index)} of {len(cluster.addresses)}: waiting for all")
        # Their pictures may lie in another place each, but are to be the same.
        told = dataclasses.asdict(config) | {"data": fingerprint(samples), "recipe": recipe}
        told |= {"versions": versions(), "checkpoint": _last_step(run) if run else None}
        meet(cluster, devices.wait, json.dumps(told, sort_keys=True))
    from common.machine import strategy
    from common.machine.devices import why_no_gpu

    found = strategy.choose(devices.strategy, cluster, config.batch_size)
    if devices.require_gpu and (reason := why_no_gpu()):
        raise EnvironmentFailure(f"--require-gpu: {reason}")
    return found


def _build(config: Config, build: Callable, strategy):
    from common.machine import backend
    from common.machine.strategy import describe

    if config.deterministic:
        backend.make_deterministic()
    backend.set_up(config.precision, config.seed)
    with backend.readable_faults(_LESS), strategy.scope():
        gan = build(config)
    for model in gan.networks:
        count = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
        print(f"{model.name}: {count:,} trainable parameters")
    print(f"{config.precision} on {describe(strategy)}", flush=True)
    return gan


def _follow(run: Run | None, gan, dataset, cluster: Cluster) -> int:
    """Another worker's part in a training: the same steps, and nothing is written."""
    from common.callbacks.checkpoints import GracefulStop
    from common.callbacks.watchdog import Watchdog
    from common.machine import backend
    from common.machine.strategy import any_worker, readable_silence
    from common.run import checkpoint

    config = gan.config
    with backend.readable_faults(_LESS), readable_silence(cluster):
        restored = checkpoint.restore(run.checkpoints, gan.state()) if run else None
        gan.step = gan.step if restored is None else restored
        gan.log_names()
        watchdog = Watchdog(config.log_every, config.watchdog, 0.0)
        with GracefulStop(any_worker(gan.distribute_strategy)) as stopper:
            gan.trainModel(dataset, [watchdog, stopper])
    print(f"step {gan.step} of {config.steps}; {cluster.named(0)} has the run")
    return 128 + stopper.stopped_by if stopper.stopped_by else 0


def _train(run: Run, recipe: str, gan, dataset, cluster: Cluster | None) -> int:
    from common.callbacks.checkpoints import Checkpoints, GracefulStop
    from common.callbacks.metrics import Metrics, Samples
    from common.callbacks.progress import ProgressBar
    from common.callbacks.watchdog import Watchdog, diversity
    from common.machine import backend
    from common.machine.strategy import any_worker, describe, readable_silence
    from common.run import checkpoint

    config, began = gan.config, time.time()
    bar = ProgressBar(config.log_every, config.batch_size)
    stopper = GracefulStop(any_worker(gan.distribute_strategy) if cluster else bool)
    try:
        with backend.readable_faults(_LESS), readable_silence(cluster):
            restored = checkpoint.restore(run.checkpoints, gan.state())
            if restored is not None:
                gan.step = restored
                print(f"going on from step {restored}")
            if gan.step > config.steps:
                raise Refused(f"{run.path} is at step {gan.step}; --steps {config.steps} is less")
            run.note(config=dataclasses.asdict(config), device=describe(gan.distribute_strategy))

            events = backend.EventWriter(run.events)
            watchdog = Watchdog(config.log_every, config.watchdog, diversity(gan.wanted()))
            metrics = Metrics(run, events, config.log_every, gan.log_names())
            samples = Samples(run, events, config, watchdog)
            metrics.resume_at(gan.step)
            keeper = Checkpoints(run, events, config.checkpoint_every, watchdog)
            with stopper:
                for writer in (samples, keeper):
                    writer.set_model(gan)
                if restored is None:
                    samples.draw()
                else:
                    # Whether the samples were diverse before is no part of a checkpoint.
                    watchdog.look_at(restored, gan.show(config.sample_count))
                print(f"samples: {run.samples / 'latest.png'}, every {config.sample_every} steps")
                gan.trainModel(dataset, [watchdog, metrics, samples, stopper, keeper, bar])
                keeper.save()
        _animate(run)
    except OSError as fault:
        full = "the disk is full" if fault.errno in _NO_SPACE else f"{run.path} cannot be used"
        raise EnvironmentFailure(
            f"{full} ({fault.strerror or fault}): {_kept(run)}; put that right, then "
            f"python -m recipes.{recipe}.train --resume {run.path}"
        ) from fault
    except KeyboardInterrupt:
        # A second Ctrl-C, or one outside of the steps.
        raise EnvironmentFailure(f"interrupted: {_kept(run)}") from None
    finally:
        bar.close()

    if stopper.stopped_by:
        print(
            f"stopped by {stopper.stopped_by.name} at step {gan.step} of {config.steps}, saved; to "
            f"go on: python -m recipes.{recipe}.train --resume {run.path}"
        )
        return 128 + stopper.stopped_by
    if gan.equilibrium and gan.equilibrium.reached:
        print(f"equilibrium: the discriminator ranks no better than chance at step {gan.step}")
    print(f"done: {gan.step} steps, {time.time() - began:.0f} s")
    print(f"pictures:  {run.samples / 'latest.png'}")
    print(f"animation: {run.samples / 'training.webp'}")
    print(f"more:      python -m recipes.{recipe}.infer --run {run.path}")
    return 0


def _kept(run: Run) -> str:
    """What of a run is safe, in words."""
    step = _last_step(run)
    none = "no checkpoint was reached"
    return none if step is None else f"the checkpoint of step {step} is whole"


def _last_step(run: Run) -> int | None:
    from common.run import checkpoint

    return max(checkpoint.steps(run.checkpoints), default=None)


def _animate(run: Run) -> None:
    """The animation is an extra: without it the run is whole all the same."""
    from common.callbacks.animation import animate

    try:
        animate(sorted(run.samples.glob("step-*.png")), run.samples / "training.webp")
    except (OSError, ValueError) as fault:
        print(f"note: no animation was made ({fault})", file=sys.stderr)


def _with_movable_data(config: Config) -> Config:
    return dataclasses.replace(config, data=movable(config.data))
