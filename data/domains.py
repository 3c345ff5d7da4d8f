"""Two unpaired sets of pictures as one source."""

from __future__ import annotations

from data.levels import Levels
from data.samples import UnpairedSet
from data.source import Source


class DomainsSource(Source):
    """Two unpaired sets of pictures, each with a source of its own.

    Args:
        others: Names of further sets of the same family, that one of the two could give way to.
    """

    kind = "domains"

    def __init__(
        self,
        name: str,
        domains: dict[str, Source],
        remarks: tuple[str, ...] = (),
        others: tuple[str, ...] = (),
    ):
        self.name, self.domains, self._remarks, self._others = name, domains, remarks, others
        first, second = domains.values()
        self.channels = max(first.channels, second.channels)
        self.count = first.count
        self.factors, self.usual_size = first.factors, first.usual_size
        self.sizes = _both(first.sizes, second.sizes)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remarks on the set and on both domains, each once."""
        each = (remark for source in self.domains.values() for remark in source.remarks)
        return tuple(dict.fromkeys((*self._remarks, *each)))

    @property
    def levels(self) -> dict[str, Levels]:
        """As `Source.levels`; "input" is the first domain."""
        sides = zip(("input", "real"), self.domains.values(), strict=True)
        return {name: of.levels["real"] for name, of in sides if "real" in of.levels}

    @property
    def unusable(self) -> dict[str, str]:
        """As `Source.unusable`, of both domains."""
        first, second = self.domains.values()
        return first.unusable | second.unusable

    @property
    def halves(self) -> bool:
        """As `Source.halves`."""
        return self._first.halves

    def describe_sizes(self) -> str:
        """As `Source.describe_sizes`."""
        return super().describe_sizes() if self.sizes else self._first.describe_sizes()

    @property
    def _first(self) -> Source:
        return next(iter(self.domains.values()))

    def ask_for_one(self) -> str:
        """The error message where one set of pictures is needed."""
        names = [source.name for source in self.domains.values()]
        legal = " or ".join((*names, *self._others))
        return f"--data {self.name} is two sets of pictures; legal is one of them, {legal}"

    def load(self, split, size, count, seed) -> UnpairedSet:
        """As `Source.load`, for both domains."""
        return UnpairedSet(*(d.load(split, size, count, seed) for d in self.domains.values()))


def _both(one, other):
    """The sizes of the smallest and the largest picture of both; None if any can be drawn."""
    if one is None or other is None:
        return None
    return min(one[0], other[0], key=min), max(one[1], other[1], key=min)
