"""`python -m recipes`: what there is, and a short way to each command.

`python -m recipes NAME train|infer ...` is the same as `python -m recipes.NAME.train ...`;
`python -m recipes doctor` says what this machine has.
"""

import importlib
import json
import pkgutil
import runpy
import sys
from pathlib import Path

import recipes
from data.command import run_program
from data.errors import Refused

COMMANDS = ("train", "infer", "evaluate")


def names() -> list[str]:
    """The recipes that there are."""
    return sorted(m.name for m in pkgutil.iter_modules(recipes.__path__) if m.ispkg)


def commands(name: str) -> list[str]:
    """The commands that a recipe has."""
    folder = Path(recipes.__path__[0]) / name
    own = getattr(importlib.import_module(f"recipes.{name}"), "COMMANDS", COMMANDS)
    return [command for command in own if (folder / f"{command}.py").is_file()]


def overview() -> None:
    """Print each recipe with its chapter and its commands."""
    for name in names():
        package = importlib.import_module(f"recipes.{name}")
        print(f"{name:<10} {package.__doc__.strip().splitlines()[0]}")
        print(f"{'':<10} chapter: recipes/{name}/README.md")
        needs = getattr(package, "NEEDS", "nothing beyond this package: it draws its own pictures")
        print(f"{'':<10} needs: {needs}")
        for line in scores(name):
            print(f"{'':<10} {line}")
        for command in commands(name):
            print(f"{'':<10} python -m recipes {name} {command} --help")
    print(f"{'doctor':<10} what this machine has, and what a training on it would use")


def scores(name: str) -> list[str]:
    """What its small configurations scored, as `make results` wrote it down."""
    path = Path(recipes.__path__[0]) / name / "results.json"
    if not path.is_file():
        return []
    trials = json.loads(path.read_text(encoding="utf-8"))
    return [
        f"{trial}: {bar}, met by {met} of {kept['seeds']} seeds"
        for trial, kept in trials.items()
        if not kept["aside"]
        for bar, met in zip(kept["bars"], kept["met"], strict=True)
    ]


def main() -> None:
    """List the recipes, or hand over to one of them."""
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        overview()
        return
    name = sys.argv[1]
    if name == "doctor":
        from common.commands.doctor import main as doctor

        doctor(sys.argv[2:])
        return
    if name not in names():
        raise Refused(f"no recipe {name}; there are {', '.join(names())}")
    command = sys.argv[2] if len(sys.argv) > 2 else ""
    if command not in commands(name):
        raise Refused(f"{name} {command}: legal are {', '.join(commands(name))}")
    sys.argv = [f"python -m recipes.{name}.{command}", *sys.argv[3:]]
    # Its flags are looked up in the module that runs: let it be this one.
    runpy.run_module(f"recipes.{name}.{command}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    sys.exit(run_program(main))
