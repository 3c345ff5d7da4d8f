"""`make results`: train the experiments of each recipe, evaluate them, and keep the figures.

What was measured is kept in recipes/NAME/results.json; the tables in RESULTS.md and in the
chapters are written from these files alone. With the figures lie two digests: of what each
training does (`tests.behaviour`) and of the code that measures, and the flags that it was given. As
long as all are the same the figures stand, on a fresh clone too, and nothing is repeated unless
FORCE=1 asks for it: where more seeds are wanted, the others are added to those that there are, from
another machine too, which is told. A training that was interrupted goes on.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import data
from common.evaluation.experiment import Experiment
from common.evaluation.results import read_results
from common.evaluation.scores import TRAINED
from data.command import run_program
from data.errors import EnvironmentFailure, Refused
from data.files import atomic_write
from tests.behaviour import machine as machine_of_digests
from tests.behaviour import settings
from tests.digests import evaluation_digest
from tests.summaries import summary, told
from tests.tables import write_tables

ROOT = Path(__file__).parent.parent
RUNS = ROOT / "runs" / "results"
#: How the name of a folder ends that holds the ablations of the run beside it.
_ABLATIONS = ".ablations"


def main() -> None:
    """Do what RECIPE, SEEDS and FORCE in the environment ask for; without them, what is due.

    An experiment whose data may not be had takes it from a variable of its own, as MNIST=FILE.
    """
    chosen, seeds = os.environ.get("RECIPE"), os.environ.get("SEEDS")
    force = os.environ.get("FORCE", "0")
    if chosen and chosen not in recipes():
        raise Refused(f"RECIPE={chosen}: there are {', '.join(recipes())}")
    if seeds and not (seeds.isdigit() and int(seeds)):
        raise Refused(f"SEEDS={seeds}: legal is 1 or more")
    if force not in ("0", "1"):
        raise Refused(f"FORCE={force}: legal are 0 and 1")
    for recipe in [chosen] if chosen else recipes():
        measure(recipe, int(seeds) if seeds else None, force == "1")
    write_tables()
    if chosen in (None, "dcgan"):
        from tests import quality

        quality.renew(force == "1")


def recipes() -> list[str]:
    """The recipes that have experiments."""
    return sorted(file.parent.name for file in (ROOT / "recipes").glob("*/experiments.py"))


def measure(recipe: str, seeds: int | None, force: bool = False) -> None:
    """Train and evaluate what is due of a recipe's experiments, and write its results.json.

    Args:
        recipe: Its name.
        seeds: At most so many of each; None: as many as the experiment says.
        force: Whether to train anew what stands, too.
    """
    kept = read_results(ROOT / "recipes" / recipe)
    experiments = _experiments(recipe)
    # An experiment that there no longer is has no results.
    kept = {each.name: kept[each.name] for each in experiments if each.name in kept}
    for experiment in experiments:
        name = experiment.name
        missing = _missing(recipe, experiment)
        if missing:
            print(f"{recipe}, {name}: left as it is, {missing}", file=sys.stderr)
            continue
        wanted = min(seeds, experiment.seeds) if seeds else experiment.seeds
        made = provenance(recipe, experiment)
        due = "FORCE=1" if force else why_due(kept.get(name), made, wanted)
        if due:
            print(f"{recipe}, {name}: due, {due}", flush=True)
            words = told(recipe, experiment)
            before = None if force else _to_add_to(kept.get(name), made, words, wanted)
            seeds_due = range(before["seeds"] if before else 0, wanted)
            runs = [_one(recipe, experiment, seed, force) for seed in seeds_due]
            kept[name] = summary(recipe, experiment, runs, before) | {"provenance": made}
        else:
            print(f"{recipe}, {name}: kept, it is trained and measured as before", flush=True)
            kept[name] |= told(recipe, experiment)
        results = {each.name: kept[each.name] for each in experiments if each.name in kept}
        path = ROOT / "recipes" / recipe / "results.json"
        _write(path, {"recipe": recipe, "experiments": results}, indent=1)


def provenance(recipe: str, experiment: Experiment) -> dict:
    """What figures depend on: digests of the trainings and of what measures them."""
    trainings = _trainings(experiment)
    return {
        "machine": machine_of_digests(),
        "trainings": {name: behaviour_of(recipe, flags) for name, flags in trainings.items()},
        "evaluation": _evaluation(recipe, experiment),
    }


def _evaluation(recipe: str, experiment: Experiment) -> str:
    """What measures an experiment: the code's digest, and the flags that it is given."""
    return " ".join([evaluation_digest(recipe), *experiment.evaluate_flags])


def why_due(kept: dict | None, made: dict, seeds: int) -> str:
    """Why an experiment's figures do not stand, in words; "" where they do.

    Args:
        kept: Its results, if there are any.
        made: Its `provenance` as it is now.
        seeds: How many are wanted.
    """
    if kept is None:
        return "there are no figures yet"
    before = kept.get("provenance")
    if before is None:
        return "its figures do not say how they were made"
    if before["trainings"] != made["trainings"]:
        if before["machine"] != made["machine"]:
            return f"its figures are of another machine ({before['machine']})"
        changed = [n for n, d in made["trainings"].items() if before["trainings"].get(n) != d]
        return f"a training does something else now ({', '.join(changed) or 'one less'})"
    if before["evaluation"] != made["evaluation"]:
        return "its evaluation has changed"
    if kept["seeds"] < seeds:
        return f"{seeds} seeds are wanted, and {kept['seeds']} measured"
    return ""


def _to_add_to(kept: dict | None, made: dict, words: dict, seeds: int) -> dict | None:
    """An experiment's figures of fewer seeds than are wanted, if those of others can be added.

    On another machine a training rounds otherwise, and has another digest. There it has to do that
    the code, which is the evaluation's as well, and the flags are the same.
    """
    # What an earlier version wrote has no such counts.
    if kept is None or "provenance" not in kept or "in_part" not in kept or kept["seeds"] >= seeds:
        return None
    before = kept["provenance"]
    elsewhere = before["machine"] != made["machine"]
    same = [
        elsewhere or before["trainings"] == made["trainings"],
        before["evaluation"] == made["evaluation"],
        *(kept[name] == words[name] for name in ("command", "ablations")),
    ]
    return kept if all(same) else None


@functools.cache
def behaviour_of(recipe: str, flags: tuple[str, ...]) -> str:
    """The digest of what a training does: see `tests.behaviour`."""
    words = [sys.executable, "-m", "tests.behaviour", recipe, *flags]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise EnvironmentFailure(f"the first steps of {recipe} {' '.join(flags)} failed")
    return json.loads(done.stdout.splitlines()[-1])


def _experiments(recipe: str) -> list[Experiment]:
    return importlib.import_module(f"recipes.{recipe}.experiments").EXPERIMENTS


def _flags(experiment: Experiment) -> tuple[str, ...]:
    """The flags of its training here, where the data may lie in another place."""
    return _placed(experiment, experiment.flags)


def _trainings(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """The flags of its training and of those beside it, on the same data, by name."""
    trainings = {TRAINED: experiment.flags} | experiment.ablations
    return {name: _placed(experiment, flags) for name, flags in trainings.items()}


def _placed(experiment: Experiment, flags: tuple[str, ...]) -> tuple[str, ...]:
    place = os.environ.get(experiment.data_from) if experiment.data_from else None
    return (*flags, "--data", place) if place else flags


def missing(recipe: str, name: str) -> str:
    """Why an experiment's data is not to be had, if it is not."""
    (experiment,) = (each for each in _experiments(recipe) if each.name == name)
    return _missing(recipe, experiment)


def _missing(recipe: str, experiment: Experiment) -> str:
    """Why an experiment's data is not to be had, if it is not."""
    for word in experiment.evaluate_flags:
        if word.startswith("$") and word[1:] not in os.environ:
            return f"its evaluation needs more ({word[1:]}=PATH names it)"
    if not experiment.data_from:
        return ""
    try:
        source = data.find(settings(recipe, _flags(experiment)).data)
        # Of a drawn set and another one any size may do.
        side = max(source.sizes[0]) if source.sizes else source.usual_size or 64
        source.load("test", side, 1, 0)
    except (Refused, EnvironmentFailure) as no:
        return f"{no} ({experiment.data_from}=FILE names it)"
    return ""


def trained(recipe: str, name: str, seed: int = 0) -> tuple[Path, Path | None]:
    """The run folders of an experiment and of its first ablation, trained where necessary."""
    (experiment,) = (each for each in _experiments(recipe) if each.name == name)
    _one(recipe, experiment, seed)
    run, *beside = _folders(recipe, experiment, seed).values()
    return run, beside[0] if beside else None


def ablation(recipe: str, name: str, of: str, seed: int = 0) -> Path:
    """The run folder of an ablation of an experiment, once that is `trained`."""
    # A column may be called as the folder is.
    return RUNS / recipe / f"seed-{seed}" / f"{name}{_ABLATIONS}" / of


def _folders(recipe: str, experiment: Experiment, seed: int) -> dict[str, Path]:
    run = RUNS / recipe / f"seed-{seed}" / experiment.name
    names = experiment.ablations
    return {TRAINED: run} | {each: ablation(recipe, run.name, each, seed) for each in names}


def _one(recipe: str, experiment: Experiment, seed: int, force: bool = False) -> dict:
    """Train and evaluate an experiment with one seed; returns its figures and what they took."""
    folders = _folders(recipe, experiment, seed)
    seconds = {
        name: train(recipe, flags, folders[name], seed, force)
        for name, flags in _trainings(experiment).items()
    }
    run, *beside = folders.values()
    asked = ["--beside", *beside] if beside else []
    for word in experiment.evaluate_flags:
        asked.append(os.environ[word[1:]] if word.startswith("$") else word)
    made = [_evaluation(recipe, experiment)]
    made += [_sum(_record(folder)) for folder in folders.values()]
    done, measured = run.with_name(f"{run.name}.evaluated.json"), run / "evaluation.json"
    kept = json.loads(done.read_text()) if done.is_file() else {}
    if kept.get("made") != made or kept.get("of") != _sum(measured):
        _python(f"recipes.{recipe}.evaluate", "--run", run, *asked)
        # An evaluation with other flags, made by hand since, would be another one.
        _write(done, {"made": made, "of": _sum(measured)})
    return json.loads(measured.read_text(encoding="utf-8")) | {"seconds": seconds}


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def train(recipe: str, flags: tuple[str, ...], run: Path, seed: int, force: bool = False) -> float:
    """Train where it is needed; returns the seconds that the training took."""
    # Beside the run, and written before it begins: whatever ends the training, it is there.
    record = _record(run)
    wanted = behaviour_of(recipe, flags)
    kept = json.loads(record.read_text()) if record.is_file() else {}
    begun = not force and kept.get("digest") == wanted and (run / "config.yaml").is_file()
    if begun and kept["done"]:
        return kept["seconds"]
    if not begun:
        # What other code or another configuration made cannot be gone on with.
        shutil.rmtree(run, ignore_errors=True)
        twin = None if force else _twin(run, wanted)
        if twin:
            shutil.copytree(twin, run, ignore=shutil.ignore_patterns("evaluation.json"))
            shutil.copyfile(_record(twin), record)
            return json.loads(record.read_text())["seconds"]
        kept = {"digest": wanted, "done": False, "seconds": 0.0}
        _write(record, kept)
    began = time.monotonic()
    try:
        if begun:
            _python(f"recipes.{recipe}.train", "--resume", run)
        else:
            _python(f"recipes.{recipe}.train", *flags, "--seed", seed, "--run", run)
        kept["done"] = True
    finally:
        kept["seconds"] += time.monotonic() - began
        _write(record, kept)
    return kept["seconds"]


def _twin(run: Path, wanted: str) -> Path | None:
    """A finished training of another experiment, with the same seed, that did the same."""
    folder = run.parent.parent if run.parent.suffix == _ABLATIONS else run.parent
    records = [*folder.glob("*.trained.json"), *folder.glob(f"*{_ABLATIONS}/*.trained.json")]
    for record in sorted(records):
        twin = record.with_name(record.name.removesuffix(".trained.json"))
        kept = json.loads(record.read_text())
        if kept["done"] and kept["digest"] == wanted and (twin / "config.yaml").is_file():
            return twin
    return None


def _record(run: Path) -> Path:
    return run.with_name(f"{run.name}.trained.json")


def _write(path: Path, content: dict, indent: int | None = None) -> None:
    with atomic_write(path) as tmp:
        text = json.dumps(content, indent=indent, ensure_ascii=False, allow_nan=False)
        tmp.write_text(text + "\n", encoding="utf-8")


def _python(*words) -> None:
    """Run a command; it is told of Ctrl-C and SIGTERM, and given the time to save."""
    print("python -m", *words, flush=True)
    process = subprocess.Popen([sys.executable, "-m", *map(str, words)], cwd=ROOT)
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        code = process.wait()
    except KeyboardInterrupt:
        # The terminal has sent it to the whole group.
        process.wait()
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
    if code:
        raise EnvironmentFailure(
            f"python -m {words[0]} ended with exit code {code}; run this again, with "
            "FORCE=1 to begin anew"
        )


if __name__ == "__main__":
    sys.exit(run_program(main))
