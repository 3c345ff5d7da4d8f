"""Program behind the train.py of all recipes."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
import time
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro

import data
from common.batches import check_balance, check_batch, check_groups, unjittered
from common.commands.elsewhere import elsewhere
from common.commands.name import recipe_name
from common.config import Config, flag
from common.machine.nvidia import may_have_gpu
from common.machine.workers import Cluster, DeviceFlags, check_shares, is_chief, meet
from common.run import checkpoint
from common.run.continuing import check_continuable
from common.run.folder import RUNS, Run, facts_of, versions
from common.run.place import check_free
from data.command import read_flags, run_program
from data.errors import EnvironmentFailure, Refused
from data.files import resolved
from data.listing import printable
from data.loader import folders_of, movable
from data.plurals import number_of
from data.progress import waiting
from data.samples import SampleSet, UnpairedSet
from data.streams import outlive_readers

# Pixels a side up to which a CPU trains without being asked, and pictures that are many.
_ON_CPU, _ENOUGH = 64, 1000


@dataclass
class ResumeFlags:
    """Resume a training from its last checkpoint."""

    resume: Path
    """The run folder."""
    steps: int | None = None
    """Total number of training steps; None: as many as the run was started with."""
    data: str | None = None
    """Where its pictures are now, if they have moved."""
    from_scratch: bool = False
    """Begin again at step 0 in a run whose checkpoints are gone, and write over what is left."""
    devices: tyro.conf.OmitArgPrefixes[DeviceFlags] = dataclasses.field(default_factory=DeviceFlags)


def main(file: str, presets: dict[str, Config], build: Callable) -> int:
    """Train a recipe from the command line.

    Args:
        file: The recipe's train.py; its folder's name is the recipe's.
        presets: Its configurations by name; "small" is the default.
        build: Configuration -> `common.trainer.Trainer`; imports TensorFlow.

    Returns:
        The exit code: 0, or 128 + the number of the signal that stopped it.
    """
    recipe, arguments = recipe_name(file), sys.argv[1:]
    resumes = any(a == "--resume" or a.startswith("--resume=") for a in arguments)

    def program() -> int:
        outlive_readers()
        return (_resume if resumes else start)(recipe, presets, build, arguments)

    return run_program(program)


def start(recipe: str, presets: dict[str, Config], build: Callable, arguments: list[str]) -> int:
    """Begin a new training; arguments as for `main`, and the command line's words."""
    flags = _flags(recipe, presets, arguments)
    flags.config.check()
    cluster = flags.devices.check()
    if is_chief(cluster):
        check_free(flags.run, recipe)
        _check_apart(flags.run or RUNS / recipe, flags.config.data)
    source = data.find(flags.config.data, flags.config.reading)
    config, remark = _sized(flags.config, source)
    if source.count is not None:
        check_batch(config, source.count)
    dataset, examples = _load(source, config)
    config = config.informed_by(dataset)
    check_balance(dataset, config)
    check_groups(dataset, config)
    for words in filter(None, (remark, _rest_of_rates(config))):
        print(f"note: {words}", file=sys.stderr)
    # From here on TensorFlow is there, and nothing about flags or data is refused.
    strategy = _place(flags.devices, cluster, recipe, config, dataset)
    trainer = _build(config, build, strategy)

    from common.run import session

    if not is_chief(cluster):
        return session.follow(None, trainer, dataset, cluster)
    trainer.examples = examples
    config = trainer.config = _with_movable_data(trainer.config)
    facts = facts_of(dataset) | config.notes(source, dataset)
    try:
        run = Run.create(flags.run, recipe, config, facts)
    except OSError as fault:
        raise EnvironmentFailure(f"the run folder cannot be made: {fault}") from fault
    with run.claimed():
        print(f"run folder: {run.path}")
        return session.lead(run, recipe, trainer, dataset, cluster)


def _flags(recipe: str, presets: dict[str, Config], arguments: list[str]):
    """Read the flags of a new training; the word for the preset may stand anywhere."""
    named = [word for word in arguments if word in presets]
    if not named:
        return _parsed(recipe, presets, "small", arguments)
    try:
        # It decides the defaults; and the same word may be the value of a flag.
        rest = [word for word in arguments if word not in ("-h", "--help")]
        preset = _parsed(recipe, presets, "small", rest).preset
    except Refused:
        # Behind a flag that takes several values, it was taken for one of them.
        first = [named[0], *(word for word in arguments if word != named[0])]
        with contextlib.suppress(Refused):
            return _parsed(recipe, presets, named[0], first)
        preset = "small"
    return _parsed(recipe, presets, preset, arguments)


def _parsed(recipe: str, presets: dict[str, Config], preset: str, arguments: list[str]):
    default = presets[preset]
    kind = dataclasses.make_dataclass(
        "TrainFlags",
        [
            ("config", tyro.conf.OmitArgPrefixes[type(default)]),
            (
                "preset",
                Annotated[
                    tyro.conf.Positional[Literal[tuple(presets)]],
                    tyro.conf.arg(help="The configuration that all other settings are those of."),
                ],
                preset,
            ),
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
    return read_flags(
        kind,
        arguments,
        program=program,
        default=kind(default),
        about=about,
        elsewhere=elsewhere(default),
    )


def _resume(recipe: str, presets: dict[str, Config], build: Callable, arguments: list[str]) -> int:
    program = f"python -m recipes.{recipe}.train"
    kind = _resume_flags(type(presets["small"]))
    known = elsewhere(presets["small"]) | _settled(presets["small"], kind)
    flags = read_flags(kind, arguments, program=program, elsewhere=known)
    cluster = flags.devices.check()
    run = Run.open(flags.resume, recipe)
    run.check_version("resume")
    with run.claimed() if is_chief(cluster) else contextlib.nullcontext():
        check_continuable(run, flags.from_scratch)
        config = run.config(type(presets["small"]))
        names = ["steps", "data", *config.changeable()]
        changes = {name: getattr(flags, name) for name in names}
        config = config.changed(**{n: v for n, v in changes.items() if v is not None})
        try:
            source = data.find(config.data, config.reading)
        except Refused as no:
            raise Refused(f"{no}; the run's pictures have moved? --data says where to") from no
        config.check_kind(source)
        dataset, examples = _load(source, config)
        run.check_data(dataset, config.data)
        if words := _rest_of_rates(config):
            print(f"note: {words}", file=sys.stderr)
        strategy = _place(flags.devices, cluster, recipe, config, dataset, run)
        trainer = _build(config, build, strategy)

        from common.run import session

        if not is_chief(cluster):
            return session.follow(run, trainer, dataset, cluster)
        trainer.examples = examples
        trainer.config = _with_movable_data(trainer.config)
        return session.lead(run, recipe, trainer, dataset, cluster)


def _resume_flags(kind: type[Config]):
    """The flags of `--resume`, and those settings of a recipe that may change then."""
    hints = typing.get_type_hints(kind)
    told = tyro.conf.arg(help="Change this setting from here on; None: it stays.")
    changes = [(n, Annotated[hints[n] | None, told], None) for n in kind.changeable()]
    flags = dataclasses.make_dataclass("ResumeFlags", changes, bases=(ResumeFlags,))
    flags.__doc__ = ResumeFlags.__doc__
    return flags


def _settled(config: Config, kind) -> dict[str, str]:
    """Flags of a new run that `--resume` does not take, and why."""
    taken = {field.name for field in dataclasses.fields(kind)}
    named = (field.name for field in dataclasses.fields(config) if field.name not in taken)
    why = "a run keeps this setting; another value is for a new run, without --resume"
    return dict.fromkeys(map(flag, named), why)


def _check_apart(run: Path, spec: str) -> None:
    """Refuse a new run inside a folder of pictures that it is to learn from."""
    place = resolved(run)
    for folder in folders_of(spec):
        if resolved(folder) in (place, *place.parents):
            raise Refused(
                f"--run {printable(run)} lies inside {printable(folder)}, whose pictures are "
                "learned from; legal is a folder outside of it"
            )


def _sized(config: Config, source: data.Source) -> tuple[Config, str]:
    """Settle a configuration for a source, and say so where large pictures are made small.

    That is on a CPU, unless the flags say otherwise.
    """
    settled = config.adapted_to(source)
    fitting = [size for size in settled.legal_sizes() if size <= _ON_CPU] if source.sizes else []
    if config.image_size is not None or settled.kind != "pictures" or not fitting or may_have_gpu():
        return settled, ""
    if settled.image_size <= fitting[-1]:
        return settled, ""
    remark = (
        f"{fitting[-1]} pixels a side, as there is no GPU here; --image-size "
        f"{settled.image_size} takes {(settled.image_size / fitting[-1]) ** 2:.0f} times as long"
    )
    return dataclasses.replace(config, image_size=fitting[-1]).adapted_to(source), remark


def _rest_of_rates(config: Config) -> str:
    """Say so, in words, where a training goes on with rates that have fallen; else "".

    Many a preset's rates fall towards its own last step, and --steps alone does not move that.
    """
    end = config.decay_from + config.decay_steps
    if not config.decay_steps or config.steps <= end:
        return ""
    return (
        f"learning rates have fallen by step {end:,} of {config.steps:,}, and stay low; a "
        "new run's --decay-from and --decay-steps say when they fall"
    )


def _few(config: Config, count: int) -> str:
    """What to do about few pictures, in words; "" where there are enough, or nothing is left."""
    if count >= _ENOUGH or config.kind != "pictures" or "pictures" not in config.learns_from:
        return ""
    ways = [name for name in ("flip", "augment") if getattr(config, name, None) is False]
    ways = [f"--{name}" for name in ways if name not in getattr(config, "unfit", {})]
    if not ways:
        return ""
    return f"{count:,} pictures are few to learn from; what helps is {' '.join(ways)}"


def _load(source: data.Source, config: Config) -> tuple:
    """Load the training set, and a few examples to show."""
    began = time.time()
    loaded = source.load("train", config.loaded_size, config.pictures, config.seed)
    dataset = config.training_set(loaded)
    left = len(loaded) - len(dataset)
    check_batch(config, len(dataset))
    told, sizes = number_of(len(dataset), source.kind), ""
    if isinstance(dataset, UnpairedSet):
        told = f"{len(dataset.a):,} and {number_of(len(dataset.b), 'pictures')}"
    if config.kind != "points":
        *sides, channels = config.sample_shape
        # Pictures are told as width × height.
        told += " " + "×".join(map(str, [*reversed(sides), channels]))
        sizes = f" ({source.describe_sizes()})"
    print(f"{told} of {source.name}{sizes}, {time.time() - began:.1f} s", flush=True)
    if left:
        print(f"{number_of(left, source.kind)} are not learned from, {config.unlearned}")
    if source.count is not None and isinstance(dataset, SampleSet):
        aside = source.count - len(loaded) - len(loaded.left_out)
        if aside > 0:
            what = number_of(aside, source.kind)
            print(f"{what} set aside for validation and tests", flush=True)
        if few := _few(config, len(dataset)):
            print(f"note: {few}", file=sys.stderr)
    for remark in source.remarks:
        print(f"note: {remark}", file=sys.stderr)
    return dataset, unjittered(config.examples_of(source, dataset), config)


@waiting("loading TensorFlow")
def _place(
    devices: DeviceFlags,
    cluster: Cluster | None,
    recipe: str,
    config: Config,
    dataset,
    run: Run | None = None,
):
    """Choose the strategy, once all workers are connected."""
    if cluster:
        # Whatever devices each has: they share their part out, too.
        from common.machine import precision

        check_shares(config.batch_size, len(cluster.addresses), config.together)
        print(f"{cluster.named(cluster.index)} of {len(cluster.addresses)}: waiting for all")
        # Their pictures may lie in different places, but must be the same.
        told = dataclasses.asdict(config) | {"data": facts_of(dataset), "recipe": recipe}
        # What auto stands for depends on the machine.
        told |= {"versions": versions(), "precision": precision.choose(config.precision)}
        told |= {"checkpoint": checkpoint.last(run.checkpoints) if run else None}
        meet(cluster, devices.wait, json.dumps(told, sort_keys=True))
    from common.machine import strategy
    from common.machine.devices import why_no_gpu

    found = strategy.choose(devices.strategy, cluster, config.batch_size, config.together)
    if devices.require_gpu and (reason := why_no_gpu()):
        raise EnvironmentFailure(f"--require-gpu: {reason}")
    return found


@waiting("building the networks")
def _build(config: Config, build: Callable, strategy):
    from common.machine import backend
    from common.machine.strategy import describe
    from common.run.session import LESS

    with backend.readable_faults(LESS), strategy.scope():
        trainer = build(config)
    for model in trainer.keras_models:
        count = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
        print(f"{model.name}: {count:,} trainable parameters")
    print(f"{trainer.config.precision} on {describe(strategy)}", flush=True)
    return trainer


def _with_movable_data(config: Config) -> Config:
    return dataclasses.replace(config, data=movable(config.data))
