"""The two ways in which a command says no, each told in one line and without a traceback."""


class Refused(Exception):
    """What was asked for cannot be: says what is wrong and what is legal (exit code 2)."""

    exit_code = 2


class EnvironmentFailure(Exception):
    """The request is sound but the machine failed: a full disk, no network (exit code 1)."""

    exit_code = 1
