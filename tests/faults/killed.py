"""`python -m tests.faults.killed N MODULE …`: run a module until it touches a file the Nth time.

There the process is killed: before a file is opened to be written, renamed, linked or removed, or a
folder is made. Only what happens below the current folder counts.
"""

import os
import runpy
import signal
import sys

_EVENTS = ("os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.truncate")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch(last: int) -> None:
    """Kill this process at the event of a number."""
    here, seen = os.path.realpath(os.getcwd()) + os.sep, 0

    def look(event, arguments):
        nonlocal seen
        writes = event == "open" and (arguments[2] or 0) & _WRITES
        if not writes and event not in _EVENTS:
            return
        path = arguments[0]
        if not isinstance(path, str | bytes | os.PathLike):
            return
        if (os.path.realpath(os.fsdecode(path)) + os.sep).startswith(here):
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


if __name__ == "__main__":
    number, module, *rest = sys.argv[1:]
    sys.argv = [module, *rest]
    watch(int(number))
    runpy.run_module(module, run_name="__main__", alter_sys=True)
