"""Measures of pictures, each by a judge who says what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

from common.batches import random
from common.evaluation import probes
from common.evaluation.entrants import Entrant
from common.evaluation.ground import Ground
from common.evaluation.probes import Probe
from common.evaluation.scores import Scores
from common.metrics import features, inception
from common.metrics.frechet import frechet_distance
from common.metrics.kid import Estimate, kernel_distance
from common.metrics.modes import count_modes
from common.metrics.neighbours import copying, neighbourhood
from common.metrics.spectrum import fine_power_ratio
from data.errors import Refused
from data.imageset import Source

_COMPONENTS = 100

Values = dict[str, float | Estimate]


def evaluate(
    facts: dict,
    entrants: dict[str, Entrant],
    ground: Ground,
    source: Source,
    probe: Probe | None = None,
    net_file: Path | None = None,
    inception_file: Path | None = None,
) -> Scores:
    """Score entrants, and controls beside them.

    Args:
        facts: Of the run, for the record; what the features are is added.
        probe: Has asked the entrants already; is here asked about pixels.
        net_file, inception_file: As `common.evaluate.EvaluateFlags` has them.

    Raises:
        Refused: fewer samples than a measure needs, or a net that was made for other data.
    """
    count = len(ground.held_out)
    judges: list[_Pixels | _Features | _Modes | _Inception] = [_Pixels(ground)]
    unavailable = {}

    net = features.feature_net(source, ground.training.shape[1], net_file)
    if net is None:
        why = f"nothing is known of the pictures of {source.name}, so there is no net to judge them"
        unavailable |= dict.fromkeys([*_Features.measures, *_Modes.measures], why)
    else:
        if count <= features.DIMENSIONS:
            raise Refused(
                f"--count {count}: the Fréchet distance in {net.known.name} features needs more "
                f"samples than they have numbers, {features.DIMENSIONS + 1} or more"
            )
        judges.append(_Features(ground, net, facts["seed"]))
        if source.modes:
            judges.append(_Modes(net, source.modes))
        else:
            why = f"{source.name} has no modes that are known to be equally frequent"
            unavailable |= dict.fromkeys(_Modes.measures, why)

    file = inception.weights(inception_file)
    if file is None:
        why = f"there are no weights of Inception (--inception, or {inception.KERAS_FILE})"
        unavailable |= dict.fromkeys(_Inception.measures, why)
    else:
        judges.append(_Inception(ground, inception.Inception(file), facts["seed"]))
        if count < inception.FEWEST:
            why = f"it needs --count {inception.FEWEST} or more, there are {count}"
            unavailable["FID"] = why

    everybody = entrants | _controls(ground, facts["seed"])
    scores = Scores(
        facts | {"features": asdict(net.known) if net else None},
        {name: entrant.meaning for name, entrant in everybody.items()},
        {name: words for judge in judges for name, words in judge.measures.items()},
        {
            name: {k: v for judge in judges for k, v in judge.score(entrant.samples).items()}
            | entrant.known
            for name, entrant in everybody.items()
        },
        unavailable,
    )
    if probe:
        scores.measures |= probes.MEASURES
        scores.entrants["pixels"] = "no network: the probe looks at the pixels themselves"
        scores.values["pixels"] = {"probe error": probe.error(probes.pixels)}
    return scores


class _Pixels:
    """What needs nothing but the pictures."""

    measures = {
        "fine power": "power in the upper octave of frequencies, over that of real pictures (1)"
    }

    def __init__(self, ground: Ground):
        self._reference = ground.reference

    def score(self, pictures: np.ndarray) -> Values:
        return {"fine power": fine_power_ratio(self._reference, pictures)}


class _Features:
    """Distances in the features of a net that knows the data."""

    measures = {
        "Fréchet distance": "between Gaussians fitted to the features (best: as `real`)",
        "kernel distance": "KID in the features, without bias, and its 95 % interval (0)",
        "precision": "share of samples within a real picture's neighbourhood (as `real`)",
        "recall": "share of real pictures within a sample's neighbourhood (as `real`)",
        "density": "neighbourhoods of real pictures that a sample lies in, over 5 (1)",
        "coverage": "share of real pictures with a sample in their neighbourhood (.97)",
        "copying": "share of pairs in which a sample is nearer to the training pictures than a "
        "held-out picture is (½; 1: copied)",
    }

    def __init__(self, ground: Ground, net: Callable, seed: int):
        self._net, self._seed = net, seed
        parts = (ground.training, ground.reference, ground.held_out)
        self._training, self._reference, self._held_out = (net(part) for part in parts)

    def score(self, pictures: np.ndarray) -> Values:
        made = self._net(pictures)
        return {
            "Fréchet distance": frechet_distance(self._reference, made),
            "kernel distance": kernel_distance(self._reference, made, self._seed),
            **asdict(neighbourhood(self._reference, made)),
            "copying": copying(self._training, self._held_out, made),
        }


class _Modes:
    """What a net takes the pictures for, where all answers should be equally frequent."""

    measures = {
        "modes": "kinds of picture, as the net reads them, with a fifth of their share or more",
        "divergence": "Kullback-Leibler divergence of the kinds' shares from equal ones, nats (0)",
    }

    def __init__(self, net: features.FeatureNet, modes: tuple[str, ...]):
        self._net, self._names = net, modes
        self._sizes = [net.known.factors[name] for name in modes]

    def score(self, pictures: np.ndarray) -> Values:
        read = self._net.read(pictures)
        modes = np.ravel_multi_index([read[name] for name in self._names], self._sizes)
        total = int(np.prod(self._sizes))
        fifth = max(1, int(np.ceil(0.2 * len(pictures) / total)))
        found = count_modes(modes, total, at_least=fifth)
        return {"modes": found.reached, "divergence": found.divergence}


class _Inception:
    """Distances in Inception's features."""

    measures = {
        "FID": "Fréchet distance in the 2048 features of Keras' InceptionV3 (as `real`)",
        "KID": "kernel distance in the same features, and its 95 % interval (0)",
    }

    def __init__(self, ground: Ground, net: inception.Inception, seed: int):
        self._net, self._seed = net, seed
        self._reference = net(ground.reference)

    def score(self, pictures: np.ndarray) -> Values:
        made = self._net(pictures)
        values = {"KID": kernel_distance(self._reference, made, self._seed)}
        if len(made) >= inception.FEWEST:
            values["FID"] = frechet_distance(self._reference, made)
        return values


def _controls(ground: Ground, seed: int) -> dict[str, Entrant]:
    """Real pictures, a cheat, and the best that can be had without a network."""
    training, count = ground.training, len(ground.held_out)
    # Over again, where there are fewer than are wanted.
    chosen = np.resize(random(seed, "copies").permutation(len(training)), count)
    most = min(_COMPONENTS, len(training) - 1, training[0].size)
    return {
        "real": Entrant("other real pictures: as good as one can be", ground.held_out),
        "copies": Entrant("training pictures themselves: a cheat", training[chosen]),
        "PCA": Entrant(
            f"a Gaussian on the first {most} principal components of the training pictures",
            _gaussian_on_components(training, most, count, seed),
        ),
    }


def _gaussian_on_components(training, components: int, count: int, seed: int) -> np.ndarray:
    pixels = training[:10_000].reshape(min(len(training), 10_000), -1).astype(np.float32)
    pca = PCA(components, svd_solver="randomized", random_state=seed).fit(pixels)
    drawn = random(seed, "PCA").standard_normal((count, components))
    made = pca.inverse_transform(drawn * np.sqrt(pca.explained_variance_))
    return np.clip(made + 0.5, 0, 255).astype(np.uint8).reshape(count, *training.shape[1:])
