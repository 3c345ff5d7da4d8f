"""Command-line parsing into dataclasses; every error is one line."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import io
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import tyro

from data import streams
from data.errors import EnvironmentFailure, Refused
from data.homes import at_home

#: What tyro says of a word that stands for none of some others.
_NO_CHOICE = r"invalid choice '(.*)' for argument '(.*)'\. Expected one of (.*)"
#: Columns below which no help can be read.
_NARROWEST = 40


def read_flags(
    kind,
    arguments: Sequence[str],
    *,
    program: str,
    default=None,
    about: str = "",
    elsewhere: Mapping[str, str] = MappingProxyType({}),
):
    """Parse a command line into a dataclass.

    Args:
        kind: The dataclass.
        arguments: The command line.
        program: What it is called by.
        default: An instance whose values are the defaults.
        about: The first lines of its help.
        elsewhere: Flags that other programs have for what this one counts or calls otherwise,
            and what to say of them.

    Raises:
        Refused: an unknown flag or a value of the wrong kind, in tyro's words, on one line.
        SystemExit: after --help.
    """
    _check_empty(arguments)
    for word in arguments:
        if advice := elsewhere.get(word.partition("=")[0]):
            raise Refused(f"{word.partition('=')[0]}: {advice} (see {program} --help)")
    said, shown = _utf8(), _utf8()
    width = os.environ.get("COLUMNS")
    helps = bool({"-h", "--help"} & set(arguments))
    try:
        # Wide, so that no sentence of tyro's box is broken over two lines; help in a few columns
        # would take tyro for ever.
        columns = max(_NARROWEST, shutil.get_terminal_size().columns)
        os.environ["COLUMNS"] = str(columns if helps else 1000)
        # What the box is drawn with depends on standard output's encoding: on one that is known.
        out = contextlib.nullcontext() if helps else contextlib.redirect_stdout(shown)
        with contextlib.redirect_stderr(said), out:
            flags = tyro.cli(
                kind,
                args=list(arguments),
                prog=program,
                default=default,
                description=about or None,
            )
    except SystemExit as stop:
        if stop.code in (None, 0):
            print(_content(shown), end="")
            raise
        raise Refused(f"{_first_words(_content(said))} (see {program} --help)") from None
    finally:
        if width is None:
            os.environ.pop("COLUMNS", None)
        else:
            os.environ["COLUMNS"] = width
    return _at_home(flags)


def _check_empty(arguments: Sequence[str]) -> None:
    """Refuse values of no letter: as a path, they would be the current folder."""
    before = ""
    for word in arguments:
        name, equals, value = word.partition("=")
        if not word or (name.startswith("--") and equals and not value):
            what = name or before or "an argument"
            raise Refused(f"{what} is given nothing; was it to be a variable that is not set?")
        before = word


def _at_home(value, name: str = ""):
    """Replace "~" in every path: a shell leaves it where it follows an equals sign."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            flag = "--" + field.name.replace("_", "-")
            setattr(value, field.name, _at_home(getattr(value, field.name), flag))
    elif isinstance(value, Path):
        return at_home(value, name)
    elif isinstance(value, str) and value.startswith("~") and "," not in value:
        return str(at_home(Path(value), name))
    elif isinstance(value, tuple):
        return tuple(_at_home(each, name) for each in value)
    return value


def _utf8() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")


def _content(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def _first_words(box: str) -> str:
    """The message in a box that tyro prints, and the flag that it suggests."""
    lines = [line.strip("│ \n") for line in box.splitlines() if line.startswith("│")]
    words, rest = [], iter(lines)
    for line in rest:
        if line.startswith("─"):
            break
        words.append(line)
    for line in rest:
        if line.startswith("Perhaps you meant"):
            words.append("– perhaps you meant " + next(rest, "").split()[0])
    told = " ".join(words).rstrip(".") or "bad command line"
    if choice := re.search(_NO_CHOICE, told):
        word, argument, legal = choice.groups()
        names = re.findall("'([^']*)'", legal)
        close = difflib.get_close_matches(word, names, 1)
        hint = f" – perhaps you meant {close[0]}" if close else ""
        told = f"{argument} {word}: legal are {', '.join(names)}{hint}"
    return told


def run_program(program: Callable[[], int | None]) -> int:
    """Run a command's main function; exceptions become one line and an exit code."""
    streams.prepare()
    try:
        code = program() or 0
        sys.stdout.flush()
        return code
    except (Refused, EnvironmentFailure) as no:
        return _failed(f"error: {no}", no.exit_code)
    except KeyboardInterrupt:
        return _failed("interrupted", 130)
    except BrokenPipeError:
        # The process that read the output has ended.
        return 141
    except MemoryError:
        return _failed("error: out of memory; ask for fewer or smaller pictures", 1)
    except OSError as fault:
        return _failed(f"error: {fault}", 1)
    finally:
        streams.silence_broken()


def _failed(words: str, code: int) -> int:
    with contextlib.suppress(BrokenPipeError):
        print(words, file=sys.stderr)
    return code
