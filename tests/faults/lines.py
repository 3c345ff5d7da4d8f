"""Nonsense on the command line of a recipe's train.py, in one process and without TensorFlow."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import os
import sys
from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np

from common.commands import train
from common.config import flag
from tests.contract.cases import presets
from tests.faults.files import Fault

ACCEPTED, REFUSED, HELP = "accepted", "refused in one line", "help"

_NUMBERS = ["0", "1", "-1", "2", "3.5", "1e3", "1e-9", "1e999", "nan", "inf", "-inf", "0x10", "1_0"]
_NUMBERS += ["9" * 30, "-" + "9" * 30, str(2**31), str(2**63), "½", "٣", "1,5", "1 2", "+4", "007"]
_TEXTS = ["", " ", "a", "-", "--", "=", "é", "日本", "\udcff", "a\nb", "None", "true", "[]"]
_TEXTS += ["houses", "digits", "ring", "seasons", "faces:9", "furniture", "mnist", "tfds:x"]
_TEXTS += ["houses,digits", ",", ":", "~", "~nobody", "..", "/", "/dev/null", "x" * 5000, "small"]
_TEXTS += ["tiny", "paper", "auto", "hinge", "wasserstein", "full", "0,255", "{}", "$HOME", "*"]
_TEXTS += ["nowhere", "False"]
_FLAGS = ["--steps", "--run", "--resume", "--data", "--help", "-h", "--epochs", "--lr", "--no-flip"]
_FLAGS += ["--strategy", "--wait", "--require-gpu", "--gpu", "--", "-x", "--config", "--preset"]


_NOBODY = "127.0.0.1:9"


class _Accepted(Exception):
    """Nothing was wrong with a command line."""


def campaign(recipe: str, count: int, place: Path, seed: int = 0) -> Counter:
    """Try so many command lines; returns how they were met.

    Raises:
        Fault: one was met with anything but one line, or left something behind.
    """
    met, words = Counter(), _words(recipe)
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        line = [str(words[rng.integers(len(words))]) for _ in range(rng.integers(1, 7))]
        met[_how(recipe, line, place, f"seed {seed}, {index}")] += 1
    return met


def _words(recipe: str) -> list[str]:
    """What lines are made of: the recipe's flags, with and without values, and nonsense."""
    names = [field.name for field in dataclasses.fields(presets(recipe)["small"])]
    flags = [flag(name) for name in names]
    joined = [f"{f}={v}" for f in (*flags, *_FLAGS) for v in (*_NUMBERS, *_TEXTS)]
    # Flags and values are more likely than nonsense.
    return [*flags * 8, *_FLAGS * 4, *_NUMBERS * 8, *_TEXTS * 4, *joined]


def _how(recipe: str, line: list[str], place: Path, where: str) -> str:
    module = importlib.import_module(f"recipes.{recipe}.train")
    said, shown, before = io.StringIO(), io.StringIO(), os.getcwd()
    os.chdir(place)
    try:
        with (
            mock.patch.object(sys, "argv", ["train", *line]),
            # Where TensorFlow would be loaded: all refusals are over.
            mock.patch.object(train, "_place", side_effect=_Accepted),
            # A set from elsewhere is not to be fetched.
            mock.patch.dict(os.environ, dict.fromkeys(("http_proxy", "https_proxy"), _NOBODY)),
            contextlib.redirect_stderr(said),
            contextlib.redirect_stdout(shown),
        ):
            code = train.main(module.__file__, presets(recipe), None)
    except _Accepted:
        return ACCEPTED
    except SystemExit as end:
        if end.code in (0, None) and {"-h", "--help"} & {word.partition("=")[0] for word in line}:
            return HELP
        raise Fault(f"{line} ({where}) ended with {end.code!r}") from end
    except Exception as fault:
        raise Fault(f"{line} ({where}): {fault!r}") from fault
    finally:
        os.chdir(before)
    errors = [text for text in said.getvalue().splitlines() if not text.startswith("note: ")]
    told = [text for text in errors if not text.endswith((" …", " s more"))]
    if code not in (1, 2) or len(told) != 1 or not told[0].startswith("error: "):
        raise Fault(f"{line} ({where}) ended with {code}: {told}")
    if left := sorted(path.name for path in place.iterdir()):
        raise Fault(f"{line} ({where}) left {left}")
    return REFUSED
