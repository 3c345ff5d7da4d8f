"""Command-line flags of infer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common.commands.infer import InferFlags
from common.commands.made import check_out
from common.config import Config
from data.errors import Refused

from .config import OBSERVATIONS

# Pictures that are made at once, at most.
_MOST = 10_000
#: Updates of the codes of a picture.
SEARCH_STEPS = 300


@dataclass
class Flags(InferFlags):
    """Show identities in several observations; all else is known from the run's folder."""

    identities: int | None = None
    """Rows: how many people (or things); None: as on the sheets saved in training."""
    observations: int = OBSERVATIONS
    """Columns, without --walk: how many pictures of each; the same observation in every row."""
    walk: Literal["identity", "observation"] | None = None
    """Let one half of the code change along each row, in 10 pictures; the other half stays."""
    input: str | None = None
    """A picture or a folder: find the codes whose picture is nearest to each, and show its identity
    in other observations."""
    observed_as: str | None = None
    """With --input: pictures whose observations to take (a pose, a light, glasses); None: drawn
    ones."""
    search_steps: int = SEARCH_STEPS
    """With --input: updates of the codes that are looked for."""

    read_from = ("input", "observed_as")

    def check(self, loaded) -> None:
        """As `InferFlags.check`."""
        super().check(loaded)
        if self.identities is not None and not 1 <= self.identities <= _MOST:
            raise Refused(f"--identities {self.identities}: legal is 1 to {_MOST}")
        if not 1 <= self.observations <= 100:
            raise Refused(f"--observations {self.observations}: legal is 1 to 100")
        if not 1 <= self.search_steps <= 100_000:
            raise Refused(f"--search-steps {self.search_steps}: legal is 1 to 100000")
        rows = self.rows(loaded.config)
        if self.input is None and rows * self.observations > _MOST:
            raise Refused(
                f"--observations {self.observations} of {rows} --identities: legal are {_MOST:,} "
                "pictures in all"
            )
        if self.input is None and self.observed_as is not None:
            raise Refused("--observed-as: legal with --input, whose identity is shown")
        if self.input is None and self.search_steps != SEARCH_STEPS:
            raise Refused("--search-steps: legal with --input, whose codes are looked for")
        if self.observed_as is not None and self.observations != OBSERVATIONS:
            raise Refused("--observations and --observed-as: legal is one of them")
        if self.walk is not None and self.observations != OBSERVATIONS:
            raise Refused("--observations and --walk: legal is one of them")
        for flag in ("walk", "identities"):
            if self.input is not None and getattr(self, flag) is not None:
                raise Refused(f"--{flag} and --input: legal is one of them")
        if self.out is not None:
            prefix = self.prefix(loaded.config, self.title)
            check_out(self.out, prefix, self.overwrite)

    def rows(self, config: Config) -> int:
        """Return how many identities are shown: as given, or as on the sheets of the training."""
        return self.identities or -(-config.sample_count // OBSERVATIONS)

    @property
    def title(self) -> str:
        """The name of what is made."""
        if self.input is not None:
            return "inverted"
        return f"walk-{self.walk}" if self.walk else "pictures"
