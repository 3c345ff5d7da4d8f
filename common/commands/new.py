"""`python -m recipes new NAME`: create a recipe from a template, which runs as it is."""

from __future__ import annotations

import builtins
import io
import keyword
import os
import re
import secrets
import shutil
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from data.command import read_flags
from data.errors import EnvironmentFailure, Refused
from data.files import ASIDE, clear_asides
from data.listing import printable

#: Each kind of recipe with the folder that it is copied from: a recipe itself.
TEMPLATES = {
    "GAN": "_template",
    "translator": "_template_translator",
    "plain": "_template_plain",
}
#: Words that `python -m recipes` takes for something else.
COMMANDS = ("data", "doctor", "new")
#: What marks a place that is to be changed.
MARK = "CHANGE:"
# In a template, the name of its folder stands for that of the copy, and this for its class.
_CLASS = "Template"
# Then no line of the copy is longer than 100 characters.
_LONGEST = 20


@dataclass
class NewFlags:
    """Create a recipe of your own: a commented copy of a template, which trains as it is."""

    name: Annotated[tyro.conf.Positional[str], tyro.conf.arg(metavar="NAME")]
    """Its name: lower-case letters, digits and _; the folder is recipes/NAME."""
    like: Literal["GAN", "translator", "plain"] = "GAN"
    """Template: pictures from noise, pictures from pictures, or a single network."""


def main(recipes: Path, arguments: list[str]) -> None:
    """Create the recipe, and print what to do with it.

    Args:
        recipes: The folder of the recipes.
        arguments: The command line behind `new`.

    Raises:
        Refused: the name cannot be a recipe's, or is taken.
        EnvironmentFailure: the folder cannot be written.
    """
    installed = Path(sys.argv[0]).name == "gan-cookbook"
    words = "gan-cookbook" if installed else "python -m recipes"
    flags = read_flags(NewFlags, arguments, program=f"{words} new")
    folder = _from_here(create(recipes, flags.name, flags.like))
    train = f"{words} {flags.name} train" if installed else f"{words}.{flags.name}.train"
    print(f"train:   {train}   (minutes; with the word tiny: seconds)")
    print(f'change:  grep -n "{MARK}" {folder}/*')
    print(f"chapter: {folder}/README.md")


def create(recipes: Path, name: str, like: str = "GAN") -> Path:
    """Create a recipe, complete or not at all.

    Args:
        recipes: The folder of the recipes, templates among them.
        name: That of the new one.
        like: One of `TEMPLATES`.

    Returns:
        Its folder.

    Raises:
        Refused: the name cannot be a recipe's, or is taken.
        EnvironmentFailure: the folder cannot be written.
    """
    template, folder = recipes / TEMPLATES[like], recipes / name
    check_name(recipes, name, template)
    if not (template / "train.py").is_file():
        raise EnvironmentFailure(f"{_from_here(template)}, which is to be copied, is not there")
    try:
        clear_asides(recipes)
        tmp = recipes / f"{ASIDE}{secrets.token_hex(4)}"
        tmp.mkdir()
        try:
            for file in sorted((*template.glob("*.py"), *template.glob("*.md"))):
                text = file.read_text(encoding="utf-8")
                text = text.replace(template.name, name).replace(_CLASS, class_name(name))
                (tmp / file.name).write_text(text, encoding="utf-8")
            os.rename(tmp, folder)
        except BaseException:
            shutil.rmtree(tmp, ignore_errors=True)
            raise
    except OSError as fault:
        raise EnvironmentFailure(
            f"{folder} cannot be written: {fault.strerror or fault}"
        ) from fault
    return folder


def check_name(recipes: Path, name: str, template: Path) -> None:
    """Refuse a name that is illegal or taken.

    Raises:
        Refused: says why, and what is legal.
    """
    legal = "legal are lower-case letters, digits and _, a letter first, such as my_gan"
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        raise Refused(f"new {printable(name)}: {legal}")
    if len(name) > _LONGEST:
        raise Refused(f"new {name}: it has {len(name)} letters; legal are up to {_LONGEST}")
    if name in COMMANDS:
        raise Refused(f"new {name}: that is a command; legal is another name, such as my_{name}")
    kind = class_name(name)
    if keyword.iskeyword(name):
        raise Refused(f"new {name}: that is a word of Python's; legal is another name")
    if keyword.iskeyword(kind) or hasattr(builtins, kind):
        raise Refused(f"new {name}: its class, {kind}, is one of Python's; legal is another name")
    for path in (recipes / name, recipes / f"{name}.py"):
        if os.path.lexists(path):
            raise Refused(f"new {name}: there is {_from_here(path)} already; choose another name")
    # The copy's classes must not hide what they are derived from: `gan` would make a class GAN.
    for file in template.glob("*.py"):
        if kind in _identifiers(file):
            raise Refused(
                f"new {name}: its class, {kind}, would hide one that it needs; legal is another "
                f"name, such as my_{name}"
            )


def class_name(name: str) -> str:
    """Return the name of a recipe's classes: my_gan -> MyGAN, wall_papers -> WallPapers."""
    words = [word for word in name.split("_") if word]
    return "".join(
        f"{word[:-3].capitalize()}GAN" if word.endswith("gan") else word.capitalize()
        for word in words
    )


def _identifiers(file: Path) -> set[str]:
    """The names in a module's code: strings and comments do not count."""
    tokens = tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


def _from_here(path: Path) -> str:
    """A path relative to the current folder, if it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
