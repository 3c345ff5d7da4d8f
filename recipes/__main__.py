"""`python -m recipes`, and the same as `gan-cookbook`: list the recipes, run their commands.

`gan-cookbook NAME train|infer ...` is the same as `python -m recipes.NAME.train ...`, but does
not import from the current folder; `gan-cookbook doctor` says what this machine has, and
`gan-cookbook data SPEC` what a data set holds.
"""

import importlib
import pkgutil
import runpy
import sys
from pathlib import Path

import recipes
from common.evaluation.results import read_results
from data.command import run_program
from data.errors import Refused

COMMANDS = ("train", "infer", "evaluate")


def names() -> list[str]:
    """Return the names of the recipes; folders that begin with "_" are not listed."""
    found = (m.name for m in pkgutil.iter_modules(recipes.__path__) if m.ispkg)
    return sorted(name for name in found if not name.startswith("_"))


def commands(name: str) -> list[str]:
    """Return the commands of a recipe."""
    folder = Path(recipes.__path__[0]) / name
    own = getattr(importlib.import_module(f"recipes.{name}"), "COMMANDS", COMMANDS)
    return [command for command in own if (folder / f"{command}.py").is_file()]


def overview(program: str) -> None:
    """Print each recipe with its chapter and its commands."""
    for name in names():
        package = importlib.import_module(f"recipes.{name}")
        about = (package.__doc__ or "").strip().partition("\n")[0]
        print(f"{name:<10} {about}".rstrip())
        print(f"{'':<10} chapter: recipes/{name}/README.md")
        needs = getattr(package, "NEEDS", "nothing beyond this package: it draws its own pictures")
        print(f"{'':<10} needs: {needs}")
        for line in scores(name):
            print(f"{'':<10} {line}")
        for command in commands(name):
            print(f"{'':<10} {program} {name} {command} --help")
    print(f"{'data':<10} what a world, a named set or a folder holds: {program} data houses")
    print(f"{'new':<10} a recipe of your own, which runs as it is: {program} new my_gan")
    print(f"{'doctor':<10} what this machine has, and what a training on it would use")


def scores(name: str) -> list[str]:
    """Return what a recipe's configurations scored, as `make results` recorded it."""
    return [
        f"{experiment}: {criterion}, "
        + ("not measured" if met is None else f"met by {met} of {kept['seeds']} seeds")
        for experiment, kept in read_results(Path(recipes.__path__[0]) / name).items()
        if not kept["aside"]
        for criterion, met in zip(kept["criteria"], kept["met"], strict=True)
    ]


def main() -> int | None:
    """List the recipes, or run a command of one of them."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        ours = Path(sys.argv[0]).name == "gan-cookbook"
        return overview("gan-cookbook" if ours else "python -m recipes")
    name, *rest = arguments
    if name == "doctor":
        from common.commands.doctor import main as doctor

        return doctor(rest)
    if name == "data":
        from data.__main__ import main as describe

        sys.argv = ["python -m data", *rest]
        return describe()
    if name == "new":
        from common.commands.new import main as new

        return new(Path(recipes.__path__[0]), rest)
    if name not in names():
        raise Refused(f"no recipe {name}; there are {', '.join(names())}")
    command = rest[0] if rest else ""
    if command not in commands(name):
        raise Refused(f"{name} {command}: legal are {', '.join(commands(name))}")
    sys.argv = [f"python -m recipes.{name}.{command}", *rest[1:]]
    # Its flags are looked up in the module that runs: let it be this one.
    runpy.run_module(f"recipes.{name}.{command}", run_name="__main__", alter_sys=True)
    return None


def console() -> int:
    """Run `main` as a program; returns the exit code."""
    return run_program(main)


if __name__ == "__main__":
    sys.exit(console())
