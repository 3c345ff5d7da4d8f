"""Progress of long tasks: a bar on a terminal, else one line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Seconds before the line is printed: shorter tasks need none.
_PATIENCE = 3.0


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
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done)
        return
    began, told = time.monotonic(), False

    def tell(done: int) -> None:
        nonlocal told
        passed = time.monotonic() - began
        if not told and passed > _PATIENCE:
            left = passed / done * (total - done)
            print(f"{what}: {total:,} in all, about {left:.0f} s more", file=sys.stderr, flush=True)
            told = True

    yield tell
