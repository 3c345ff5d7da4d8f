"""Command-line flags of evaluate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.errors import Refused
from data.files import DAMAGED
from data.homes import missing_part

#: In place of a file of weights: to fetch it.
DOWNLOAD = Path("download")


@dataclass
class EvaluateFlags:
    """Measure what a run has learned, beside controls; writes evaluation.json into the run."""

    run: Path
    """The run folder."""
    count: int | None = None
    """Samples per column; None: 5,000 (translations: 200), or what the test samples allow."""
    seed: int = 0
    """Seed of latents, noise, and everything else that is random."""
    data: str | None = None
    """Where the run's data is now, if it has moved."""
    beside: tuple[Path, ...] = ()
    """Other runs on the same data, to be measured too: ablations."""

    def check(self) -> None:
        """Validate the flags."""
        if self.count is not None and not 2 <= self.count <= 100_000:
            raise Refused(f"--count {self.count}: legal is 2 to 100000")
        if not 0 <= self.seed < 2**32:
            raise Refused(f"--seed {self.seed}: legal is 0 to {2**32 - 1}")


@dataclass
class PictureFlags(EvaluateFlags):
    """Measure what a run has learned, beside controls; writes evaluation.json into the run."""

    features: Path | None = None
    """Feature net from another machine (a file of its cache); None: this machine's own."""
    inception: Path | None = None
    """Weights of Keras' InceptionV3 without its top (.h5); download: fetched, 88 MB; None: those in
    Keras' cache, if any."""

    def check(self) -> None:
        """As `EvaluateFlags.check`."""
        super().check()
        for file in (self.features, self.inception):
            if file is not None and file != DOWNLOAD and not file.is_file():
                raise Refused(f"{file}: no such file, as {missing_part(file) or 'it is none'}")
        if self.inception not in (None, DOWNLOAD):
            _check_weights(self.inception)


def _check_weights(file: Path) -> None:
    """Refuse what is no file of weights, before a net has been built and pictures were drawn."""
    import h5py

    try:
        h5py.File(file).close()
    except DAMAGED as fault:
        raise Refused(f"--inception {file} does not hold InceptionV3's weights") from fault
