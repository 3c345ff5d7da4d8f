"""Real samples that generated ones are compared with."""

from __future__ import annotations

from dataclasses import dataclass

from common.batches import rng_for
from common.config import Config
from data.errors import Refused
from data.samples import SampleSet
from data.source import Source

_USUAL = 5000
# A part of an endless world that no training takes.
_SEED = 2_014_061


@dataclass(frozen=True)
class ReferenceSet:
    """Real samples: the training set, and two halves of the test split."""

    #: What the run was trained on.
    training: SampleSet
    #: Samples that candidates are compared with.
    reference: SampleSet
    #: As many others, a candidate that has to score well.
    held_out: SampleSet

    @classmethod
    def of(
        cls, training: SampleSet, source: Source, config: Config, count: int | None
    ) -> ReferenceSet:
        """Load the test split and halve it.

        Args:
            training: The training samples of a run.
            count: Samples a half; None: 5,000, or as many as there are.

        Raises:
            Refused: the test split has fewer.
        """
        tests = config.training_set(tests_of(source, config, count))
        most = len(tests) // 2
        if most < 2:
            raise Refused(
                f"{source.name} has {len(tests)} samples for testing, and nothing can be measured "
                "with fewer than 4; of a folder of 100 or more, about a tenth is kept for that"
            )
        if most < (count or 2):
            raise Refused(
                f"--count {count}: {source.name} has {len(tests)} samples for testing, and one "
                f"half is compared with the other: legal is 2 to {most}"
            )
        # Sets may be sorted by class: in their own order the halves would differ.
        mixed = rng_for(_SEED, "halves").permutation(len(tests))
        half = count or min(_USUAL, most)
        return cls(training, tests.take(mixed[:half]), tests.take(mixed[half : 2 * half]))


def tests_of(source: Source, config: Config, count: int | None) -> SampleSet:
    """Load the test split that `ReferenceSet.of` halves, with all that is in it."""
    return source.load("test", config.image_size, 2 * (count or _USUAL), _SEED)
