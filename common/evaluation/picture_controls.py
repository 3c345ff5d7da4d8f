"""Controls for measures of pictures: real ones, copies, and a linear model of the pixels."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA

from common.batches import rng_for
from common.evaluation.candidates import Candidate
from common.evaluation.reference import ReferenceSet

_COMPONENTS = 100


def controls(reference: ReferenceSet, seed: int) -> dict[str, Candidate]:
    """Create the controls: real pictures, copies, and a Gaussian on principal components."""
    training, count = reference.training.samples, len(reference.held_out)
    # Repeated where there are too few.
    chosen = np.resize(rng_for(seed, "copies").permutation(len(training)), count)
    most = min(_COMPONENTS, len(training) - 1, training[0].size)
    return {
        "real": Candidate("other real pictures: as good as one can be", reference.held_out.samples),
        "copies": Candidate("training pictures themselves: a cheat", training[chosen]),
        "PCA": Candidate(
            f"a Gaussian on the first {most} principal components of the training pictures",
            _gaussian_on_components(training, most, count, seed),
        ),
    }


def _gaussian_on_components(training, components: int, count: int, seed: int) -> np.ndarray:
    # Sets may be sorted by class: any ten thousand, not the first.
    some = rng_for(seed, "PCA").permutation(len(training))[:10_000]
    pixels = training[some].reshape(len(some), -1).astype(np.float32)
    pca = PCA(components, svd_solver="randomized", random_state=seed).fit(pixels)
    drawn = rng_for(seed, "components").standard_normal((count, components))
    fake = pca.inverse_transform(drawn * np.sqrt(pca.explained_variance_))
    return np.clip(fake + 0.5, 0, 255).astype(np.uint8).reshape(count, *training.shape[1:])
