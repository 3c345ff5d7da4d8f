"""Measures of pictures, each by a judge who says what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

from common.batches import rng_for
from common.evaluation import probes
from common.evaluation.candidates import Entrant
from common.evaluation.probes import Probe
from common.evaluation.reference import Ground
from common.evaluation.scores import Scores
from common.metrics import features, inception, kid
from common.metrics.frechet import frechet_distance
from common.metrics.kid import Estimate, kernel_distance
from common.metrics.modes import count_modes
from common.metrics.neighbours import copying, neighbourhood
from common.metrics.spectrum import fine_power_ratio
from data.errors import Refused
from data.source import Source

_COMPONENTS = 100
# How well a net must read what it counts, from guessing (0) to certainty (1).
_TRUSTED = 0.8

Values = dict[str, float | Estimate]


@dataclass(frozen=True)
class Means:
    """What the user has given to measure with."""

    #: Whether the number of samples was named: if so, too few are refused, where otherwise
    #: what needs more is unavailable.
    count_named: bool = False
    #: As `common.evaluate.EvaluateFlags` has them.
    features: Path | None = None
    inception: Path | None = None


def evaluate(
    facts: dict,
    entrants: dict[str, Entrant],
    ground: Ground,
    source: Source,
    means: Means,
    probe: Probe | None = None,
) -> Scores:
    """Score entrants, and controls beside them.

    Args:
        facts: Of the run, for the record; what the features are is added.
        probe: Has asked the entrants already; is here asked about pixels.

    Raises:
        Refused: fewer samples than a measure needs, or a net that was made for other data.
    """
    panel = _Panel(facts | {"features": None}, [_Pixels(ground)])
    _seat_net(panel, ground, source, means)
    _seat_inception(panel, ground, means)
    everybody = entrants | _controls(ground, facts["seed"])
    scores = Scores(
        panel.facts,
        {name: entrant.meaning for name, entrant in everybody.items()},
        {name: words for judge in panel.judges for name, words in judge.measures.items()},
        {
            name: {k: v for judge in panel.judges for k, v in judge.score(entrant.samples).items()}
            | entrant.known
            for name, entrant in everybody.items()
        },
        panel.unavailable,
    )
    if probe:
        scores.measures |= probes.MEASURES
        scores.entrants["pixels"] = "no network: the probe looks at the pixels themselves"
        scores.values["pixels"] = {"probe error": probe.error(probes.pixels)}
    return scores


@dataclass
class _Panel:
    """Those who judge, and why others do not."""

    facts: dict
    judges: list
    unavailable: dict[str, str] = field(default_factory=dict)

    def excuse(self, judge: type, why: str) -> None:
        """Say why there is nothing from a judge."""
        self.unavailable |= dict.fromkeys(judge.measures, why)


def _seat_net(panel: _Panel, ground: Ground, source: Source, means: Means) -> None:
    """Let a net that knows the data judge, if there is one and there are enough samples."""
    count, net = len(ground.held_out), None
    why = (
        f"the Fréchet distance needs more samples than its features have numbers, "
        f"{features.DIMENSIONS + 1} or more, and there are {count}"
    )
    if count > features.DIMENSIONS or not any(source.factors.values()):
        net = features.feature_net(source, ground.training.shape[1], means.features)
        why = net
    elif means.count_named:
        raise Refused(f"--count {count}: {why}")
    if not isinstance(net, features.FeatureNet):
        panel.excuse(_Features, why)
        panel.excuse(_Modes, why)
        return
    panel.facts["features"] = asdict(net.known)
    panel.judges.append(_Features(ground, net, panel.facts["seed"]))
    if why := _unfit_for_modes(net, source):
        panel.excuse(_Modes, why)
    else:
        panel.judges.append(_Modes(net, source.modes))


def _seat_inception(panel: _Panel, ground: Ground, means: Means) -> None:
    """Let Inception judge, if its weights are there."""
    count, file = len(ground.held_out), inception.weights(means.inception)
    if file is None:
        why = f"there are no weights of Inception (--inception, or {inception.KERAS_FILE})"
        panel.excuse(_Inception, why)
    elif count < kid.FEWEST and means.inception is None:
        panel.excuse(_Inception, f"it needs {kid.FEWEST} samples or more, there are {count}")
    else:
        judge = _Inception(ground, inception.Inception(file), panel.facts["seed"])
        panel.facts["inception"] = inception.digest(file)
        panel.judges.append(judge)
        if count < inception.FEWEST:
            judge.measures = {"KID": judge.measures["KID"]}
            why = f"it needs --count {inception.FEWEST} or more, there are {count}"
            panel.unavailable["FID"] = why


def _unfit_for_modes(net: features.FeatureNet, source: Source) -> str:
    """Why the net cannot count the modes of a source, if it cannot."""
    if not source.modes:
        return f"{source.name} has no kinds that are known to be equally frequent"
    for name in source.modes:
        if net.known.learned(name) < _TRUSTED:
            return f"{net.known.name} reads {name} right in {net.known.accuracy[name]:.0%} only"
    return ""


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
        "new picture is (½; 1: copied)",
        "copied": "share of samples nearer to them than all but 1 in 100 new pictures (.01)",
    }

    def __init__(self, ground: Ground, net: Callable, seed: int):
        self._net, self._seed = net, seed
        self._training, self._reference = net(ground.training), net(ground.reference)

    def score(self, pictures: np.ndarray) -> Values:
        made = self._net(pictures)
        return {
            "Fréchet distance": frechet_distance(self._reference, made),
            "kernel distance": kernel_distance(self._reference, made, self._seed),
            **asdict(neighbourhood(self._reference, made)),
            **asdict(copying(self._training, self._reference, made)),
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
    chosen = np.resize(rng_for(seed, "copies").permutation(len(training)), count)
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
    # Sets may be sorted by class: any ten thousand, not the first.
    some = rng_for(seed, "PCA").permutation(len(training))[:10_000]
    pixels = training[some].reshape(len(some), -1).astype(np.float32)
    pca = PCA(components, svd_solver="randomized", random_state=seed).fit(pixels)
    drawn = rng_for(seed, "components").standard_normal((count, components))
    made = pca.inverse_transform(drawn * np.sqrt(pca.explained_variance_))
    return np.clip(made + 0.5, 0, 255).astype(np.uint8).reshape(count, *training.shape[1:])
