"""Run folder: everything about one training, movable and self-contained.

config.yaml      the whole configuration, versions, seed, revision, device, precision
metrics.csv      one row every `log_every` steps
events/          the same for TensorBoard
samples/         grids of the same latents over time
checkpoints/     what resuming needs
generator.keras  what infer uses: float32, averaged where averaging is on; each saved model
                 is here under its own name
evaluation.json  what evaluate measured
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import os
import platform
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

from common.config import Config
from common.run.facts import read_facts
from common.run.place import RUNS, make_folder, occupant, write_once
from common.run.settings import from_dict, to_dict
from data.errors import Refused
from data.files import ASIDE, atomic_write, resolved
from data.homes import missing_part
from data.listing import printable
from data.samples import SampleSet, UnpairedSet

#: Version of this package, known also to a copy that is not installed.
VERSION = "0.3.0"


class Run:
    """Existing run folder: the paths of its files, and the facts in its config.yaml."""

    def __init__(self, path: Path, facts: dict):
        self.path = path
        self.facts = facts
        self.samples = path / "samples"
        self.checkpoints = path / "checkpoints"
        self.metrics = path / "metrics.csv"
        self.events = path / "events"
        self.evaluation = path / "evaluation.json"

    @classmethod
    def create(cls, path: Path | None, recipe: str, config: Config, data: dict) -> Run:
        """Create a run folder, complete with its config.yaml or not at all.

        Args:
            path: Where; None: runs/RECIPE/TIME.
            data: Facts about the data, `name` and `fingerprint` among them.

        Raises:
            Refused: there is something at `path` already.
            OSError: it cannot be written; nothing is left behind.
        """
        if path is not None and (what := occupant(path)):
            raise Refused(f"{path} holds {what}; choose a new folder")
        facts = {
            "recipe": recipe,
            "config": to_dict(config),
            "data": data,
            "made_with": versions(),
            # Whether there has been a checkpoint: where they are gone, that is a loss.
            "saved": False,
        }
        path = make_folder(path, recipe)
        try:
            write_once(path / "config.yaml", _to_yaml(facts))
        except FileExistsError as fault:
            raise Refused(f"{path} is another run's since a moment ago; choose another") from fault
        except OSError:
            with contextlib.suppress(OSError):
                path.rmdir()
            raise
        return cls(path, facts)

    @classmethod
    def open(cls, path: Path, recipe: str) -> Run:
        """Open an existing run folder.

        Raises:
            Refused: it is not a run folder, its config.yaml is damaged, or it is another
                recipe's.
        """
        file = path / "config.yaml"
        if not os.path.isfile(file):
            runs = sorted(str(f.parent) for f in (RUNS / recipe).glob("*/config.yaml"))
            hint = f"; the latest is {runs[-1]}" if runs else ""
            why = missing_part(path) or "it has no config.yaml"
            raise Refused(f"{path} is not a run folder ({why}){hint}")
        facts = read_facts(file)
        if (found := facts["recipe"]) != recipe:
            raise Refused(f"{path} is a run of {printable(found)}, not of {recipe}")
        for name in ("checkpoints", "samples", "events"):
            # Elsewhere is fine, as on a larger disk; another run's is not.
            owner = resolved(path / name).parent
            if owner != resolved(path) and (owner / "config.yaml").is_file():
                raise Refused(f"{path / name} is a link into another run, {owner}: remove it")
        return cls(path, facts)

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Context manager in which no other process can train the run.

        Temporary files that a killed process left are removed.

        Raises:
            Refused: another process is training it.
        """
        claim = os.open(self.path, os.O_RDONLY)
        try:
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as fault:
                raise Refused(f"{self.path} is being trained by another process") from fault
            except OSError:
                # A file system without locks: the user has to take care.
                pass
            for left in self.path.rglob(f"{ASIDE}*"):
                if not left.is_dir():
                    left.unlink(missing_ok=True)
            yield
        finally:
            os.close(claim)

    def config(self, kind: type[Config]) -> Config:
        """Return the configuration that the run was made with.

        Raises:
            Refused: config.yaml holds illegal settings.
        """
        # Before version 0.3 every tenth sample was held out; a run keeps its own.
        settings = {"splitting": "place"} | self.facts["config"]
        if "gan_cookbook" not in self.facts.get("made_with", {}):
            settings = _of_version_0_1(settings)
        try:
            config = from_dict(kind, settings)
            config.check()
        except TypeError as fault:
            raise Refused(f"{self.path / 'config.yaml'} is damaged: {fault}") from fault
        if "shapes" in self.facts and not config.settled:
            raise Refused(
                f"{self.path / 'config.yaml'} is damaged: what its data was like is no longer told "
                "(image_size, channels and others that must not be null)"
            )
        return config

    def network(self, name: str) -> Path:
        """Return the file of a saved model, such as "generator"."""
        return self.path / f"{name}.keras"

    @property
    def networks(self) -> list[str]:
        """Names of the saved models, the most important one first."""
        return self.facts.get("networks", ["generator"])

    def save_networks(self, average) -> None:
        """Save the models for inference: float32, averaged, plain Keras layers.

        Args:
            average: The `common.average.Average` that has them.
        """
        with average.ema_models() as models:
            for model in models:
                with atomic_write(self.network(model.name)) as tmp:
                    model.save(tmp)

    def check_network(self, name: str, model) -> None:
        """Refuse a `keras.Model` that takes or makes something else than this run's of its name.

        (Versions before 0.3 did not record what that was.)
        """
        recorded = self.facts.get("shapes", {}).get(name)
        if recorded and (found := _shapes_of(model)) != recorded:
            told = "; ".join(
                f"{part} {found.get(part)} instead of {recorded[part]}"
                for part in recorded
                if found.get(part) != recorded[part]
            )
            raise Refused(f"{self.network(name)} is not this run's network: {told}")

    def check_version(self, doing: str) -> None:
        """Refuse a run of an earlier version, whose checkpoints are of other networks.

        Args:
            doing: What cannot be done, in words.
        """
        if "gan_cookbook" not in self.facts.get("made_with", {}):
            raise Refused(
                f"{self.path} was made by version 0.1, which this one cannot {doing}; infer still "
                "works"
            )

    def check_data(self, samples: SampleSet | UnpairedSet, name: str) -> None:
        """Refuse samples other than those that the run was trained on, or other labels of them."""
        known = self.facts["data"]
        if fingerprint(samples) != known.get("fingerprint"):
            raise Refused(f"{name} does not hold the samples that {self.path} was trained on")
        if "factors" in known and labels_of(samples) != known["factors"]:
            raise Refused(f"{name} has other labels than {self.path} was trained with")

    def note(self, **facts) -> None:
        """Add facts to config.yaml, or replace them."""
        self.facts |= facts
        with atomic_write(self.path / "config.yaml") as tmp:
            tmp.write_text(_to_yaml(self.facts), encoding="utf-8")


def networks_of(average) -> dict:
    """Return what a run records of its saved models: their names, and what they take and make.

    Args:
        average: The `common.average.Average` that has them.
    """
    with average.ema_models() as models:
        return {
            "networks": [model.name for model in models],
            "shapes": {model.name: _shapes_of(model) for model in models},
        }


def _shapes_of(model) -> dict:
    """Shapes without the batch's axis."""
    return {
        "inputs": {tensor.name: list(tensor.shape[1:]) for tensor in model.inputs},
        "outputs": [list(tensor.shape[1:]) for tensor in model.outputs],
    }


def fingerprint(samples: np.ndarray | SampleSet | UnpairedSet) -> int:
    """Compute a checksum that tells one set of samples from another."""
    if isinstance(samples, UnpairedSet):
        # The order of two sets matters.
        return fingerprint(samples.a) ^ (fingerprint(samples.b) * 2 % 2**32)
    if isinstance(samples, SampleSet):
        # Derived inputs follow from the pictures.
        inputs = 0 if samples.inputs is None else fingerprint(samples.inputs) * 2 % 2**32
        return fingerprint(samples.samples) ^ inputs
    return zlib.crc32(np.ascontiguousarray(samples)) ^ len(samples)


def labels_of(samples: SampleSet | UnpairedSet) -> int:
    """Compute a checksum of what is known of samples: their factors, by name."""
    if isinstance(samples, UnpairedSet):
        return labels_of(samples.a) ^ (labels_of(samples.b) * 2 % 2**32)
    found = 0
    for name, values in sorted(samples.factors.items()):
        found = zlib.crc32(np.ascontiguousarray(values), zlib.crc32(name.encode(), found))
    return found


def facts_of(samples: SampleSet | UnpairedSet) -> dict:
    """Return what a run keeps of the samples that it learns from, to know them again."""
    return {
        "pictures": len(samples),
        "fingerprint": fingerprint(samples),
        "factors": labels_of(samples),
    }


def _of_version_0_1(settings: dict) -> dict:
    """The settings of a run of version 0.1 under their present names."""
    settings = dict(settings)
    if "spread" in settings:
        settings["std"] = settings.pop("spread")
        settings["kind"] = "points" if settings.get("image_size") is None else "pictures"
    return settings


def _to_yaml(facts: dict) -> str:
    return yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)


def versions() -> dict:
    """Return the versions of the packages that a run depends on, and this code's revision."""
    packages = ("tensorflow", "keras", "numpy", "pillow")
    found = {name: importlib.metadata.version(name) for name in packages}
    found = {"gan_cookbook": VERSION, "python": platform.python_version(), **found}
    return found | {"revision": _revision()}


def _revision() -> str:
    """The git revision of this code, "+" where it was changed since; "unknown" outside git."""
    here = Path(__file__).parent

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(here), *words], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no")
        return git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
