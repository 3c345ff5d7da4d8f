"""`make results`: train the trials of each recipe, evaluate them, and write down the figures.

A run whose code and configuration have not changed is not repeated, and one that was
interrupted goes on. What was measured is kept in recipes/NAME/results.json; the tables in
the README and in the chapters are written from these files alone.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.metadata
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import data
from common.evaluation.experiment import Experiment
from common.evaluation.scores import TRAINED
from data.command import run_program
from data.errors import EnvironmentFailure, Refused
from data.files import atomic_write
from tests.tables import write_tables

ROOT = Path(__file__).parent.parent
RUNS = ROOT / "runs" / "results"


def main() -> None:
    """Do what RECIPE and SEEDS in the environment ask for; without them, everything.

    A trial whose data may not be had takes it from a variable of its own, as MNIST=FILE.
    """
    chosen, seeds = os.environ.get("RECIPE"), os.environ.get("SEEDS")
    if chosen and chosen not in recipes():
        raise Refused(f"RECIPE={chosen}: there are {', '.join(recipes())}")
    if seeds and not (seeds.isdigit() and int(seeds)):
        raise Refused(f"SEEDS={seeds}: legal is 1 or more")
    for recipe in [chosen] if chosen else recipes():
        measure(recipe, int(seeds) if seeds else None)
    write_tables()


def recipes() -> list[str]:
    """The recipes that have trials."""
    return sorted(file.parent.name for file in (ROOT / "recipes").glob("*/trials.py"))


def measure(recipe: str, seeds: int | None) -> None:
    """Train and evaluate a recipe's trials, and write its results.json.

    Args:
        seeds: At most so many of each; None: as many as the trial says.
    """
    path = ROOT / "recipes" / recipe / "results.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    trials = _trials(recipe)
    # A trial that there no longer is has no results.
    kept = {trial.name: kept[trial.name] for trial in trials if trial.name in kept}
    for trial in trials:
        missing = _missing(trial)
        if missing:
            print(f"{recipe}, {trial.name}: left as it is, {missing}", file=sys.stderr)
            continue
        wanted = min(seeds, trial.seeds) if seeds else trial.seeds
        runs = [_one(recipe, trial, seed) for seed in range(wanted)]
        kept[trial.name] = summary(recipe, trial, runs)
        _write(path, {t.name: kept[t.name] for t in trials if t.name in kept}, indent=1)


def _trials(recipe: str) -> list[Experiment]:
    return importlib.import_module(f"recipes.{recipe}.trials").EXPERIMENTS


def missing(recipe: str, name: str) -> str:
    """Why a trial's data is not to be had, if it is not."""
    (trial,) = (trial for trial in _trials(recipe) if trial.name == name)
    return _missing(trial)


def _missing(trial: Experiment) -> str:
    """Why a trial's data is not to be had, if it is not."""
    if not trial.data_from:
        return ""
    try:
        place = os.environ.get(trial.data_from) or trial.flags[trial.flags.index("--data") + 1]
        source = data.find(place)
        side = max(source.sizes[0])
        source.load("test", side, 1, 0)
    except (Refused, EnvironmentFailure) as no:
        return f"{no} ({trial.data_from}=FILE names it)"
    return ""


def trained(recipe: str, name: str, seed: int = 0) -> tuple[Path, Path | None]:
    """The run folders of a trial and of its ablation, trained where that is needed."""
    (trial,) = (trial for trial in _trials(recipe) if trial.name == name)
    _one(recipe, trial, seed)
    return _folders(recipe, trial, seed)


def _folders(recipe: str, trial: Experiment, seed: int) -> tuple[Path, Path | None]:
    folder = RUNS / recipe / f"seed-{seed}"
    beside = f"{trial.name}-{trial.ablation[0]}" if trial.ablation is not None else None
    return folder / trial.name, folder / beside if beside else None


def _one(recipe: str, trial: Experiment, seed: int) -> dict:
    """Train and evaluate a trial with one seed; returns its evaluation and what it took."""
    run, ablation = _folders(recipe, trial, seed)
    flags = trial.flags
    if os.environ.get(trial.data_from):
        flags = (*flags, "--data", os.environ[trial.data_from])
    seconds = _train(recipe, trial, flags, run, seed)
    beside = []
    if ablation:
        _train(recipe, trial, trial.ablation, ablation, seed)
        beside = ["--beside", ablation]
    records = [_record(folder) for folder in (run, ablation) if folder]
    wanted = _digest(f"recipes.{recipe}.evaluate", *records)
    done, measured = run.with_name(f"{run.name}.evaluated.json"), run / "evaluation.json"
    kept = json.loads(done.read_text()) if done.is_file() else {}
    if kept.get("digest") != wanted or kept.get("of") != _sum(measured):
        _python(f"recipes.{recipe}.evaluate", "--run", run, *beside)
        # An evaluation with other flags, made by hand since, would be another one.
        _write(done, {"digest": wanted, "of": _sum(measured)})
    return json.loads(measured.read_text(encoding="utf-8")) | {"seconds": seconds}


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _train(recipe: str, trial: Experiment, flags: tuple[str, ...], run: Path, seed: int) -> float:
    """Train where it is needed; returns the seconds that the training took."""
    # Beside the run, and written before it begins: whatever ends the training, it is there.
    record = _record(run)
    wanted = _digest(f"recipes.{recipe}.train", *flags, str(seed))
    kept = json.loads(record.read_text()) if record.is_file() else {}
    begun = kept.get("digest") == wanted and (run / "config.yaml").is_file()
    if begun and kept["done"]:
        return kept["seconds"]
    if not begun:
        # What other code or another configuration made cannot be gone on with.
        shutil.rmtree(run, ignore_errors=True)
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
            f"python -m {words[0]} ended with exit code {code}; run this again"
        )


def _digest(module: str, *more) -> str:
    """Of a command's code, as it computes: comments and docstrings tmp; and of words or files."""
    total = hashlib.sha256()
    for file in sorted(imported_by(module)):
        total.update(_meaning(file).encode())
    for package in ("tensorflow", "keras", "numpy", "scipy", "scikit-learn", "pillow"):
        total.update(importlib.metadata.version(package).encode())
    for word in more:
        total.update(word.read_bytes() if isinstance(word, Path) else word.encode())
    return total.hexdigest()[:16]


def imported_by(module: str) -> set[Path]:
    """The files of this project that a module needs, itself among them."""
    # Worlds and sets are found by name: all of data/ is needed.
    found, open_ends = set((ROOT / "data").rglob("*.py")), [module]
    while open_ends:
        file = _file_of(open_ends.pop())
        if file is None or file in found:
            continue
        found.add(file)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                open_ends += [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                open_ends += [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
    return found


def _file_of(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if module.split(".")[0] in ("data", "common", "recipes") and file.is_file():
            return file
    return None


def _meaning(file: Path) -> str:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            if isinstance(statements := getattr(node, field, None), list):
                setattr(node, field, [s for s in statements if not _is_text(s)])
    return ast.dump(tree)


def _is_text(statement: ast.AST) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def summary(recipe: str, trial: Experiment, runs: list[dict]) -> dict:
    """What is kept of a trial: every figure of every seed.

    Raises:
        Refused: the seeds were measured differently, with other nets for instance.
    """
    first = runs[0]
    for run in runs[1:]:
        for fact in ("features", "samples", "measures", "bars"):
            if run.get(fact) != first.get(fact):
                raise Refused(
                    f"{recipe}, {trial.name}: {fact} differ between the seeds, so they cannot be "
                    "told together; remove runs/results/*/*/*.evaluated.json and run this again"
                )
    return {
        "command": " ".join(("python -m", f"recipes.{recipe}.train", *trial.flags)),
        "seeds": len(runs),
        "aside": trial.aside,
        "data": first["data"],
        "steps": first["step"],
        "samples": first["samples"],
        "seconds": [round(run["seconds"]) for run in runs],
        "machine": machine(),
        "made_with": first["made_with"],
        "features": first.get("features"),
        "entrants": first["entrants"],
        "measures": first["measures"],
        "unavailable": first["unavailable"],
        "bars": first["bars"],
        "of_bars": first["of_bars"],
        "met": [sum(run["held"][TRAINED][i] for run in runs) for i in range(len(first["bars"]))],
        "passes": {who: sum(all(run["held"][who]) for run in runs) for who in first["scores"]},
        "scores": {
            who: {measure: [run["scores"][who][measure] for run in runs] for measure in row}
            for who, row in first["scores"].items()
        },
    }


def machine() -> str:
    """The machine in words."""
    from common.machine import backend

    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("tensorflow", "keras")]
    return f"{backend.device_name()} ({model}), Python {platform.python_version()}, " + ", ".join(
        versions
    )


if __name__ == "__main__":
    sys.exit(run_program(main))
