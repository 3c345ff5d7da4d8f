"""Progress of long tasks: a bar on a terminal, else one line; and a word for each silence."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

# Seconds before the line is printed: shorter tasks need none.
_PATIENCE = 2.0
# The bars on the terminal now: a task inside of another adds its bar to the same ones.
_bars: list = []


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say on standard error what is being done, if it takes more than two seconds.

    For what cannot be counted; see `counted`.
    """
    timer = threading.Timer(_PATIENCE, say, [f"{what} …"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def say(line: str) -> None:
    """Print a line on standard error, whose reader may have gone: the work continues."""
    with suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Report progress on standard error.

    Args:
        what: Such as "drawing houses".
        total: How many there are to do.

    Yields:
        A function to be called with the number done so far.
    """
    if sys.stderr.isatty():
        with _bar() as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done)
            bar.remove_task(task)
        return
    began, first, told = time.monotonic(), None, False

    def tell(done: int) -> None:
        nonlocal first, told
        now = time.monotonic()
        if first is None:
            # What comes before it is done once: loading a library, opening a file.
            first = now, done
            silence.close()
        if told or now - began < _PATIENCE or done <= first[1]:
            return
        if (left := (now - first[0]) / (done - first[1]) * (total - done)) > 1:
            say(f"{what}: {total:,} in all, about {left:.0f} s more")
            told = True

    with ExitStack() as silence:
        silence.enter_context(waiting(what))
        yield tell


@contextmanager
def _bar() -> Iterator:
    if _bars:
        yield _bars[-1]
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        _bars.append(bar)
        try:
            yield bar
        finally:
            _bars.pop()
