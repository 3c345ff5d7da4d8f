"""Keras' own settings: a user's keras.json, and the environment, may say what no run expects."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import common
from data.errors import EnvironmentFailure, Refused
from data.homes import keras_home

#: What every number of this project rests on, by Keras' names.
NEEDED = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    # Of the environment, for trying a script out: they end a training early.
    "max_epochs": None,
    "max_steps_per_epoch": None,
}
_FLOATS = ("float16", "float32", "float64")


def file() -> Path:
    """Return Keras' file of settings, which need not exist."""
    return keras_home() / "keras.json"


def check_file() -> dict:
    """Refuse settings with which Keras cannot even be imported; returns those of the file.

    Raises:
        Refused: names the file, or the variable, and what is legal.
        EnvironmentFailure: the file cannot be read.
    """
    path, fix = file(), "change that, or delete the file"
    try:
        told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except OSError as fault:
        raise EnvironmentFailure(
            f"Keras' settings {path} cannot be read: {fault.strerror}"
        ) from fault
    except ValueError:
        # Keras passes over what is no JSON.
        told = {}
    if not isinstance(told, dict):
        raise Refused(f"{path} holds no settings of Keras: {fix}")
    for name, legal in (
        ("floatx", _FLOATS),
        ("image_data_format", ("channels_last", "channels_first")),
    ):
        if name in told and told[name] not in legal:
            raise Refused(f"{path}: {name} {told[name]}: legal are {', '.join(legal)}; {fix}")
    if not isinstance(told.get("epsilon", 0.0), float):
        raise Refused(f"{path}: epsilon {told['epsilon']}: legal is a number such as 1e-07; {fix}")
    for name in ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH"):
        value = os.environ.get(name, "0")
        if not value.strip().lstrip("+-").isdecimal():
            raise Refused(f"{name}={value}: legal is a whole number, or no such variable")
    return told


def settle(keras, told: dict) -> None:
    """Set what the project needs, and say where that was something else.

    Args:
        keras: The package, imported.
        told: What `check_file` has returned.

    Raises:
        ImportError: it was imported for another backend before.
    """
    backend = keras.config.backend()
    if backend != "tensorflow":
        raise ImportError(
            f"Keras was imported for {backend}, and this project needs it for TensorFlow: import "
            "a recipe before Keras, or set KERAS_BACKEND=tensorflow"
        )
    found = {name: getattr(keras.config, name)() for name in NEEDED}
    other = {name: value for name, value in found.items() if value != NEEDED[name]}
    for name in other:
        getattr(keras.config, f"set_{name}")(NEEDED[name])
    asked = common.BACKEND_ASKED or told.get("backend", backend)
    if asked != backend:
        other["backend"] = asked
    if other:
        needed = NEEDED | {"backend": backend}
        words = (f"{name} {value} (here {needed[name]})" for name, value in other.items())
        print(f"note: Keras' own settings do not hold here: {', '.join(words)}", file=sys.stderr)
