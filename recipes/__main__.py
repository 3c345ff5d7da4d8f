"""`python -m recipes`, and the same as `gan-cookbook`: list the recipes, run their commands.

`gan-cookbook NAME train|infer ...` is the same as `python -m recipes.NAME.train ...`, but does
not import from the current folder; `gan-cookbook doctor` says what this machine has, and
`gan-cookbook data SPEC` what a data set holds.
"""

import difflib
import importlib
import pkgutil
import runpy
import sys
from pathlib import Path

import recipes
from common.evaluation.results import read_results
from data.command import run_program
from data.errors import Refused
from data.listing import printable
from data.plurals import number_of

COMMANDS = ("train", "infer", "evaluate")
_HELP = ("-h", "--help")


def names() -> list[str]:
    """Return the names of the recipes; folders that begin with "_" are not listed."""
    found = (m.name for m in pkgutil.iter_modules(recipes.__path__) if m.ispkg)
    return sorted(name for name in found if not name.startswith("_"))


def commands(name: str) -> list[str]:
    """Return the commands of a recipe."""
    folder = Path(recipes.__path__[0]) / name
    own = getattr(importlib.import_module(f"recipes.{name}"), "COMMANDS", COMMANDS)
    return [command for command in own if (folder / f"{command}.py").is_file()]


def about(name: str) -> str:
    """Return what a recipe is, in one line: its package's docstring."""
    return (importlib.import_module(f"recipes.{name}").__doc__ or "").strip().partition("\n")[0]


def overview(program: str) -> None:
    """Print a line for each recipe and each other command."""
    lines = {name: about(name) for name in names()} | {
        "data": f"what a world, a named set or a folder holds: {program} data houses",
        "new": f"a recipe of your own, which runs as it is: {program} new my_gan",
        "doctor": "what this machine has, and what a training on it would use",
    }
    width = max(map(len, lines))
    for name, words in lines.items():
        print(f"{name:<{width}} {words}".rstrip())
    print(f"what a recipe needs, scored and can do: {program} NAME")


def details(name: str, program: str) -> None:
    """Print a recipe's chapter, what it needs and scored, and its commands."""
    package = importlib.import_module(f"recipes.{name}")
    needs = getattr(package, "NEEDS", "nothing beyond this package: it draws its own pictures")
    print(about(name))
    print(f"chapter: recipes/{name}/README.md")
    print(f"needs: {needs}")
    for line in scores(name):
        print(line)
    for command in commands(name):
        print(f"{program} {name} {command} --help")


def scores(name: str) -> list[str]:
    """Return what a recipe's configurations scored, as `make results` recorded it."""
    return [
        f"{experiment}: {criterion}, "
        + (
            "not measured"
            if met is None
            else f"met by {met} of {number_of(kept['seeds'], 'seeds')}"
        )
        for experiment, kept in read_results(Path(recipes.__path__[0]) / name).items()
        if not kept["aside"]
        for criterion, met in zip(kept["criteria"], kept["met"], strict=True)
    ]


def main() -> int | None:
    """List the recipes, or run a command of one of them."""
    arguments = sys.argv[1:]
    program = "gan-cookbook" if Path(sys.argv[0]).name == "gan-cookbook" else "python -m recipes"
    if not arguments or arguments[0] in _HELP:
        return overview(program)
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
        there = [*names(), "data", "new", "doctor"]
        raise Refused(f"no recipe {printable(name)}; there are {_listed(name, there)}")
    if not rest or rest[0] in _HELP:
        return details(name, program)
    command = rest[0]
    if command not in commands(name):
        legal = _listed(command, commands(name))
        raise Refused(f"{name} {printable(command)}: legal are {legal}")
    sys.argv = [f"python -m recipes.{name}.{command}", *rest[1:]]
    # Its flags are looked up in the module that runs: let it be this one.
    runpy.run_module(f"recipes.{name}.{command}", run_name="__main__", alter_sys=True)
    return None


def _listed(word: str, legal: list[str]) -> str:
    """Legal words, and the one that is most like another."""
    close = difflib.get_close_matches(word, legal, 1)
    return ", ".join(legal) + (f" – perhaps you meant {close[0]}" if close else "")


def console() -> int:
    """Run `main` as a program; returns the exit code."""
    return run_program(main)


if __name__ == "__main__":
    sys.exit(console())
