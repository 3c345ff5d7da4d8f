"""Training session: a training with its run folder, callbacks and messages."""

from __future__ import annotations

import errno
import sys
import time

from common.callbacks.animation import animate
from common.callbacks.checkpoints import Checkpoints
from common.callbacks.estimate import Estimate
from common.callbacks.metrics import Metrics
from common.callbacks.samples import Samples
from common.callbacks.stop import GracefulStop
from common.callbacks.watchdog import TrainingFailed, Watchdog, diversity
from common.config import Config, flag
from common.machine import backend
from common.machine.garbage import keep_what_is_there
from common.machine.strategy import any_worker, describe, readable_silence
from common.machine.workers import Cluster
from common.run import checkpoint
from common.run.folder import Run, networks_of
from common.run.settings import to_dict
from common.trainer import Trainer
from data.errors import EnvironmentFailure, Refused
from data.plurals import number_of
from data.progress import waiting

#: What to try where memory does not suffice.
LESS = "try a smaller --batch-size, --width or --image-size"
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def lead(run: Run, recipe: str, trainer: Trainer, dataset, cluster: Cluster | None) -> int:
    """Train and write the run folder, as the only process or as worker 0.

    Returns:
        The exit code: 0, or 128 + the number of the signal that stopped it.

    Raises:
        EnvironmentFailure: the disk is full, memory does not suffice, or the training
            failed; the message says which checkpoint is safe.
    """
    config, began = trainer.config, time.time()
    stop = GracefulStop(any_worker(trainer.distribute_strategy) if cluster else bool)
    try:
        with backend.readable_faults(LESS), readable_silence(cluster):
            restored = trainer.restore(run.checkpoints)
            if restored is not None:
                print(f"going on from step {restored}")
                if failure := run.facts.get("failed"):
                    print(f"note: before, it was stopped: {failure}", file=sys.stderr)
            if trainer.step > config.steps:
                raise Refused(
                    f"{run.path} is at step {trainer.step}; --steps {config.steps} is less"
                )
            device = describe(trainer.distribute_strategy)
            changed = _changes(run, config, trainer.step)
            changes = [*run.facts.get("changes", []), *changed]
            more = networks_of(trainer.average) | ({"changes": changes} if changes else {})
            run.note(config=to_dict(config), device=device, **more)

            events = backend.EventWriter(run.events)
            watchdog = Watchdog(config, diversity(trainer.real_samples()))
            with waiting("building the graph"):
                logged = trainer.log_names(dataset)
            metrics = Metrics(run, events, config.log_every, logged)
            samples = Samples(run, events, config, watchdog)
            metrics.resume_at(trainer.step)
            checkpoints = Checkpoints(run, events, config.checkpoint_every, watchdog)
            keep_what_is_there()
            with stop:
                for writer in (samples, checkpoints):
                    writer.set_model(trainer)
                if restored is None:
                    samples.draw()
                else:
                    if not _recall(watchdog, run, restored, bool(changed)):
                        shown = trainer.visuals(config.sample_count)[trainer.watched]
                        watchdog.look_at(restored, shown)
                    if watchdog.worry:
                        print(f"note: {watchdog.worry}", file=sys.stderr)
                every = number_of(config.sample_every, "steps")
                print(f"samples: {run.samples / 'latest.png'}, every {every}")
                watchers = [watchdog, metrics, samples, stop, checkpoints, Estimate(config)]
                trainer.trainModel(dataset, watchers)
                checkpoints.save()
        _animate(run)
    except TrainingFailed as failure:
        run.note(failed=str(failure))
        raise
    except OSError as fault:
        full = "the disk is full" if fault.errno in _NO_SPACE else f"{run.path} cannot be used"
        raise EnvironmentFailure(
            f"{full} ({fault.strerror or fault}): {_kept(run)}; put that right, then "
            f"python -m recipes.{recipe}.train --resume {run.path}"
        ) from fault
    except KeyboardInterrupt:
        # A second Ctrl-C, or one outside of the steps.
        raise EnvironmentFailure(f"interrupted: {_kept(run)}") from None

    if run.facts.pop("failed", None):
        run.note()
    if stop.stopped_by:
        print(
            f"stopped by {stop.stopped_by.name} at step {trainer.step} of {config.steps}, saved; "
            f"to go on: python -m recipes.{recipe}.train --resume {run.path}"
        )
        return 128 + stop.stopped_by
    if trainer.finished:
        print(f"equilibrium: the discriminator's accuracy is that of guessing, step {trainer.step}")
    print(f"done: {number_of(trainer.step, 'steps')}, {time.time() - began:.0f} s")
    print(f"pictures:  {run.samples / 'latest.png'}")
    print(f"animation: {run.samples / 'training.webp'}")
    print(f"more:      python -m recipes.{recipe}.infer --run {run.path}")
    return 0


def follow(run: Run | None, trainer: Trainer, dataset, cluster: Cluster) -> int:
    """Train without writing anything, as any worker but the first.

    Returns:
        As `lead`.
    """
    config = trainer.config
    with backend.readable_faults(LESS), readable_silence(cluster):
        restored = trainer.restore(run.checkpoints) if run else None
        trainer.log_names(dataset)
        with GracefulStop(any_worker(trainer.distribute_strategy)) as stop:
            watchdog = Watchdog(config, 0.0)
            if restored is not None:
                # As the leader finds it: both have read the run before anything is noted.
                _recall(watchdog, run, restored, bool(_changes(run, config, restored, aloud=False)))
            trainer.trainModel(dataset, [watchdog, stop], verbose=False)
    print(f"step {trainer.step} of {config.steps}; {cluster.named(0)} wrote the run")
    return 128 + stop.stopped_by if stop.stopped_by else 0


def _changes(run: Run, config: Config, step: int, aloud: bool = True) -> list[dict]:
    """What a run goes on with that is not as it was, if anything."""
    was, now = run.facts["config"], to_dict(config)
    names = [n for n in now if n not in ("steps", "data") and n in was and was[n] != now[n]]
    told = {name: {"from": was[name], "to": now[name]} for name in names}
    for name, values in told.items() if aloud else ():
        print(f"{flag(name)}: from {values['from']} to {values['to']}")
    return [{"step": step, **told}] if told else []


def _recall(watchdog: Watchdog, run: Run, step: int, changed: bool) -> bool:
    """Let a watchdog know what it knew at a checkpoint; False where nothing was kept of it."""
    notes = checkpoint.notes_of(run.checkpoints, step).get("watchdog")
    watchdog.recall(notes or {}, changed)
    return notes is not None


def _kept(run: Run) -> str:
    """Which checkpoint of a run is safe, in words."""
    step = checkpoint.last_whole(run.checkpoints)
    none = "no checkpoint was reached"
    return none if step is None else f"the checkpoint of step {step} is whole"


@waiting("writing the animation")
def _animate(run: Run) -> None:
    """Write the animation; a failure is only noted, as the run is complete without it."""
    try:
        animate(sorted(run.samples.glob("step-*.png")), run.samples / "training.webp")
    # Pillow calls a damaged chunk of a PNG a fault of syntax.
    except (OSError, ValueError, SyntaxError, Refused) as fault:
        print(f"note: no animation was made ({fault})", file=sys.stderr)
