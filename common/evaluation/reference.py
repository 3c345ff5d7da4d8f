"""The real samples that everything is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from common.batches import rng_for
from common.config import Config
from data.errors import Refused
from data.source import Source

_USUAL = 5000
# Another part of an endless world than trainings take.
_SEED = 2_014_061


@dataclass(frozen=True)
class Ground:
    """Real pictures, uint8 N×H×W×C, or points, float32 N×D."""

    #: What the run was trained on.
    training: np.ndarray
    #: What samples are compared with.
    reference: np.ndarray
    #: As many others: real samples that have to score well.
    held_out: np.ndarray

    @classmethod
    def of(cls, training: np.ndarray, source: Source, config: Config, count: int | None) -> Ground:
        """The training samples of a run, and two halves of the test split.

        Args:
            training: Those samples.
            count: Samples a half; None: 5,000, or as many as there are.

        Raises:
            Refused: the test split has fewer.
        """
        tests = source.load("test", config.image_size, 2 * (count or _USUAL), _SEED).samples
        most = len(tests) // 2
        if most < 2:
            raise Refused(
                f"{source.name} has {len(tests)} pictures for testing, and nothing can be measured "
                "with fewer than 4; of a folder of 100 or more, every tenth is kept for that"
            )
        if most < (count or 2):
            raise Refused(
                f"--count {count}: {source.name} has {len(tests)} pictures for testing, and one "
                f"half is compared with the other: legal is 2 to {most}"
            )
        # Sets may be sorted by class: in their own order the halves would differ.
        mixed = rng_for(_SEED, "halves").permutation(len(tests))
        half = count or min(_USUAL, most)
        return cls(training, tests[mixed[:half]], tests[mixed[half : 2 * half]])
