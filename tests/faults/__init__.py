"""Faults on purpose: damaged files, nonsense on the command line, kills at every moment.

What must hold: a command ends with code 0, 1 or 2; what is wrong is one line and no traceback;
nothing is lost; and what is wrong is never taken for right. A part of each campaign is run by the
tests, all of it by `make faults`.
"""
