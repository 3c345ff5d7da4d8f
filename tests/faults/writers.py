"""Kills of what writes outside of a training: infer, and a trainer that is saved."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import numpy as np
from PIL import Image

from common.run import checkpoint
from common.run.folder import Run
from common.run.place import occupant
from common.translation.config import TranslatorConfig
from data.errors import Refused
from data.files import ASIDE
from tests.commands import called
from tests.contract.cases import built, differing, presets, snapshot, tiny
from tests.faults.files import Fault, content_of

# Seconds after which what a killed process left is tidied, and more.
_OLD = 48 * 3600
_PICTURES = 2


class Inferred:
    """What infer writes with a trained run.

    Args:
        recipe: Whose.
        place: The folder in which there is a trained run, `whole`.
    """

    def __init__(self, recipe: str, place: Path):
        self._place, self._run = place, content_of(place / "whole")
        self._words = [f"recipes.{recipe}.infer", "--run", "whole"]
        config = presets(recipe)["tiny"]
        if isinstance(config, TranslatorConfig):
            self._words += ["--input", "given", "--nearest-label"]
            self._draw_inputs(recipe)
        else:
            self._words += ["--count", _PICTURES]
        facts = Run.open(place / "whole", recipe).facts
        self._out = "made" if facts["config"]["kind"] == "pictures" else "made/points.npz"
        (place / "made").mkdir()
        self._infer()
        self._whole = content_of(place / "made")

    def _draw_inputs(self, recipe):
        folder, side = self._place / "given", presets(recipe)["tiny"].image_size
        folder.mkdir()
        for number in range(_PICTURES):
            noise = np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8)
            Image.fromarray(noise).save(folder / f"{number}.png")

    def killed_at(self, number: int) -> bool:
        """Kill infer at its touch of a number, and start it once more; False: it came to its end.

        Raises:
            Fault: half a file is left, the run was changed, or the second time makes others.
        """
        shutil.rmtree(self._place / "made")
        (self._place / "made").mkdir()
        code = self._infer("tests.faults.killed", number)
        left = content_of(self._place / "made")
        for name, content in left.items():
            if not Path(name).name.startswith(ASIDE) and content != self._whole.get(name):
                raise Fault(f"infer, touch {number}: half of {name} is left")
        for file in (self._place / "made").rglob(f"{ASIDE}*"):
            os.utime(file, (file.stat().st_mtime - _OLD,) * 2)
        self._infer("--overwrite", before=False)
        if (made := content_of(self._place / "made")) != self._whole:
            raise Fault(f"infer, touch {number}: {sorted(made)} after it, or other content")
        if content_of(self._place / "whole") != self._run:
            raise Fault(f"infer, touch {number}: the run was changed")
        return code != 0

    def _infer(self, *more, before=True):
        words = [*self._words, "--out", self._out]
        words = [*more, *words] if before else [*words, *more]
        code, _, err = called(*words, cwd=self._place)
        if code not in ((0, -signal.SIGKILL) if more and before else (0,)):
            raise Fault(f"{' '.join(map(str, words))} ended with {code}: {err[-500:]}")
        return code


class Saved:
    """What `Trainer.save` writes.

    Args:
        recipe: Whose.
        place: A folder.
    """

    def __init__(self, recipe: str, place: Path):
        self._recipe, self._place = recipe, place
        trainer = built(recipe, tiny(recipe))
        self._kind, self._state = type(trainer), snapshot(trainer)

    def killed_at(self, number: int) -> bool:
        """Kill a process that saves at its touch of a number; False: it came to its end.

        Raises:
            Fault: what is left is neither nothing nor a run, or holds other weights.
        """
        words = ("tests.faults.killed", number, "tests.faults.saved", self._recipe, "saved")
        code, _, err = called(*words, cwd=self._place)
        if code not in (0, -signal.SIGKILL):
            raise Fault(f"save, touch {number}: it ended with {code}: {err[-500:]}")
        path, found = self._place / "saved", ""
        if (what := occupant(path)) not in ("", "a run"):
            raise Fault(f"save, touch {number}: {what} is left")
        try:
            state = snapshot(self._kind.load(path))
        except Refused as no:
            found = str(no)
        else:
            if names := differing(state, self._state):
                raise Fault(f"save, touch {number}: other values of {names}")
        last = checkpoint.last(path / "checkpoints")
        if found and (last is not None or code == 0):
            raise Fault(f"save, touch {number}: {found}")
        shutil.rmtree(path, ignore_errors=True)
        return code != 0
