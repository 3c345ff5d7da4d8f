"""Command-line flags of infer and evaluate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.commands.infer import InferFlags
from common.commands.made import ENDINGS
from common.evaluation import flags
from data.errors import Refused
from data.homes import at_home

#: What answers can be written to.
ANSWERS = ".json"


@dataclass
class Flags(InferFlags):
    """Compare pictures with a run's encoder; all else is known from the run's folder."""

    input: tuple[str, ...] = ()
    """Two pictures: the same, or different? With --gallery, any number of pictures or folders to
    be named; none: the run's own pictures, each beside the nearest."""
    gallery: str | None = None
    """A folder of known pictures: one for each name, or a folder for each name."""
    distance: float | None = None
    """Largest distance of two pictures that are told to be the same; None: where both errors are
    equal on held-out pairs."""
    data: str | None = None
    """Where the run's data is now, if it has moved."""
    out: Path | None = None
    """A file: .json of the answers; of the run's own pictures a sheet, or an .npz of the bare
    arrays; None: answers are printed, a sheet is in the run's folder."""

    read_from = ("input", "gallery")

    def check(self, loaded) -> None:
        """As `InferFlags.check`."""
        super().check(loaded)
        if self.distance is not None and not 0 <= self.distance <= 1e6:
            raise Refused(f"--distance {self.distance}: legal is 0 to 1e6")
        if self.gallery is not None and not self.input:
            raise Refused("--gallery: legal with --input, the picture that is to be named")
        if self.gallery is None and len(self.input) not in (0, 2):
            told = f"{len(self.input)} picture{'s' * (len(self.input) > 1)}"
            raise Refused(f"--input: {told}; legal are two to be compared, or any with --gallery")
        if self.out is not None:
            self._check_out()
        if self.gallery is not None and not at_home(Path(self.gallery), "--gallery").is_dir():
            raise Refused(f"--gallery {self.gallery}: legal is a folder")

    def _check_out(self) -> None:
        legal = (ANSWERS,) if self.input else ENDINGS
        if self.out.suffix.lower() not in legal:
            raise Refused(f"--out {self.out}: legal endings are {' '.join(legal)}")


@dataclass
class EvaluateFlags(flags.EvaluateFlags):
    """Measure an encoder on classes that it never saw; writes evaluation.json into the run."""

    unseen: str | None = None
    """Another set, all of whose classes are for testing; None: the run's test classes."""
    ways: int = 20
    """Classes among which a picture is to be found; fewer, if there are fewer."""
    trials: int = 400
    """One-shot trials."""
    within: str | None = None
    """A factor that the classes of a trial share (Koch et al.: alphabet)."""
    observer: str | None = None
    """A factor that tells who drew a picture: galleries are by one, queries by another."""

    def check(self) -> None:
        """As `common.evaluation.flags.EvaluateFlags.check`."""
        super().check()
        if not 2 <= self.ways <= 1000:
            raise Refused(f"--ways {self.ways}: legal is 2 to 1000")
        if not self.ways <= self.trials <= 100_000:
            raise Refused(f"--trials {self.trials}: legal is {self.ways} (--ways) to 100000")
