"""Command-line parsing into dataclasses; every error is one line."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Sequence

import tyro

from data.errors import EnvironmentFailure, Refused


def read_flags(kind, arguments: Sequence[str], *, program: str, default=None, about: str = ""):
    """Parse a command line into a dataclass.

    Raises:
        Refused: an unknown flag or a value of the wrong kind, in tyro's words, on one line.
        SystemExit: after --help.
    """
    said, shown = _utf8(), _utf8()
    width = os.environ.get("COLUMNS")
    helps = bool({"-h", "--help"} & set(arguments))
    try:
        if not helps:
            # Wide, so that no sentence of tyro's box is broken over two lines.
            os.environ["COLUMNS"] = "1000"
        # What the box is drawn with depends on standard output's encoding: on one that is known.
        out = contextlib.nullcontext() if helps else contextlib.redirect_stdout(shown)
        with contextlib.redirect_stderr(said), out:
            return tyro.cli(
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


def _utf8() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8")


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
    return " ".join(words).rstrip(".") or "bad command line"


def run_program(program: Callable[[], int | None]) -> int:
    """Run a command's main function; exceptions become one line and an exit code."""
    try:
        return program() or 0
    except (Refused, EnvironmentFailure) as no:
        print(f"error: {no}", file=sys.stderr)
        return no.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The process that read the output has ended.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except MemoryError:
        print("error: out of memory; ask for fewer or smaller pictures", file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
