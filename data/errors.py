"""Exceptions that a command reports in one line, without a traceback."""


class Refused(Exception):
    """Invalid request; the message says what is wrong and what is legal (exit code 2)."""

    exit_code = 2


class EnvironmentFailure(Exception):
    """Failure of the machine, not of the request: a full disk, no network (exit code 1)."""

    exit_code = 1
