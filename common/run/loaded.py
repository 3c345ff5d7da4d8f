"""Trained runs for inference: the configuration and the networks."""

from __future__ import annotations

import importlib
import importlib.util
import os
from pathlib import Path

from common.config import Config
from common.run.folder import Run
from data.errors import Refused
from data.levels import Levels
from data.npz import Damaged, noticing_damage
from data.progress import waiting


class LoadedRun:
    """Run folder with its configuration and its trained networks, loaded when needed.

    Nothing here imports TensorFlow before `network` is called.

    Args:
        run: The folder.
        config: The configuration that it was made with, of the recipe's own class.
    """

    def __init__(self, run: Run, config: Config):
        self.run = run
        self.config = config
        self._models: dict = {}

    @classmethod
    def open(cls, path: Path, recipe: str, kind: type[Config]) -> LoadedRun:
        """Open a run of a recipe.

        Args:
            path: The folder.
            recipe: The recipe's name.
            kind: The class of its configuration.

        Raises:
            Refused: the folder is not a run of this recipe, is damaged, or has no trained
                network yet.
        """
        run = Run.open(path, recipe)
        loaded = cls(run, run.config(kind))
        loaded.check()
        return loaded

    def check(self) -> None:
        """Refuse a run that has no trained network yet, or has lost one."""
        first, *others = self.networks
        if not self.run.network(first).is_file():
            raise Refused(f"{self.run.path} has no {first}.keras yet: no checkpoint was reached")
        for name in others:
            if not os.path.lexists(self.run.network(name)):
                raise Refused(
                    f"{self.run.path} has lost its {name}.keras; resuming the run writes it anew"
                )

    @property
    def networks(self) -> list[str]:
        """Names of the saved networks, the first one being what infer uses by default."""
        # Version 0.1 did not list them; its second network sorts behind "generator".
        found = sorted(file.stem for file in self.run.path.glob("*.keras"))
        return self.run.facts.get("networks") or found or ["generator"]

    def levels(self, side: str = "real") -> Levels | None:
        """Return the values that became 0 and 255 in training; None: pictures had 8 bits.

        Args:
            side: "real", what is learned to be made; or "input", what it is made from.
        """
        found = self.run.facts["data"].get("levels", {}).get(side)
        return tuple(found) if found else None

    def network(self, name: str = ""):
        """Return a trained network, a `keras.Model` in float32, loaded once.

        Its inputs are named after the entries of a batch.

        Args:
            name: As in `networks`; "": the first.

        Raises:
            Refused: its file is damaged.
        """
        name = name or self.networks[0]
        if name not in self._models:
            self._models[name] = self._load(self.run.network(name))
        return self._models[name]

    @waiting("loading TensorFlow and the network")
    def _load(self, file: Path):
        from common.machine import backend

        self._register_layers()
        try:
            with noticing_damage():
                if not file.is_file():
                    raise Damaged("not a file")
                model = backend.load_network(file)
        except Damaged as fault:
            raise Refused(f"{file} is damaged; resuming the run writes it anew") from fault
        except OSError as fault:
            raise Refused(f"{file} cannot be read ({fault.strerror})") from fault
        self.run.check_network(file.stem, model)
        if "gan_cookbook" not in self.run.facts.get("made_with", {}):
            # Version 0.1 took inputs by position. Later ones are called what they are called
            # today; the first was a "picture", or had no name of its own.
            model.inputs[0].name = "latent" if hasattr(self.config, "latent_size") else "input"
        return model

    def _register_layers(self) -> None:
        """Import the recipe's layers, if it has some of its own: Keras finds them by name."""
        package, _, _ = type(self.config).__module__.rpartition(".")
        if package and importlib.util.find_spec(f"{package}.layers"):
            importlib.import_module(f"{package}.layers")
