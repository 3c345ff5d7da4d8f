"""Metrics of pictures, grouped by what they need: nothing, a feature net, Inception."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from common.evaluation.reference import ReferenceSet
from common.evaluation.scores import Values
from common.metrics import features, inception, kid, neighbours
from common.metrics.features import FeatureNet
from common.metrics.frechet import frechet_distance
from common.metrics.kid import kernel_distance
from common.metrics.modes import count_modes
from common.metrics.neighbours import copying, neighbourhood
from common.metrics.spectrum import high_frequency_ratio


class PixelMetrics:
    """Metrics of the pixels themselves."""

    measures = {
        "high-frequency power": "power in the upper octave of frequencies, over that of real "
        "pictures (1)"
    }

    def __init__(self, reference: ReferenceSet):
        self._reference = reference.reference.samples

    def score(self, pictures: np.ndarray) -> Values:
        """Score pictures, uint8 N×H×W×C."""
        return {"high-frequency power": high_frequency_ratio(self._reference, pictures)}


class FeatureMetrics:
    """Distances and neighbourhoods in the features of a net.

    Args:
        reference: Real samples.
        net: Pictures uint8 N×H×W×C -> features N×d.
        seed: Seed of the kernel distance's blocks.
    """

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

    #: Fewest samples for some of them; for the others two.
    fewest = {"kernel distance": kid.FEWEST, "Fréchet distance": features.DIMENSIONS + 1}
    fewest |= dict.fromkeys(("precision", "recall", "density", "coverage"), neighbours.K + 1)

    def __init__(self, reference: ReferenceSet, net: Callable, seed: int):
        self._net, self._seed = net, seed
        count = len(reference.held_out)
        self.measures = {m: w for m, w in self.measures.items() if count >= self.fewest.get(m, 2)}
        self._training = net(reference.training.samples)
        self._reference = net(reference.reference.samples)

    def score(self, pictures: np.ndarray) -> Values:
        """Score pictures, uint8 N×H×W×C."""
        fake = self._net(pictures)
        values = asdict(copying(self._training, self._reference, fake))
        if "Fréchet distance" in self.measures:
            values["Fréchet distance"] = frechet_distance(self._reference, fake)
        if "kernel distance" in self.measures:
            values["kernel distance"] = kernel_distance(self._reference, fake, self._seed)
        if "coverage" in self.measures:
            values |= asdict(neighbourhood(self._reference, fake))
        return values


class ModeMetrics:
    """Modes reached, according to a classifier, where all should be equally frequent."""

    measures = {
        "modes": "kinds of picture, as the net reads them, with a fifth of their share or more",
        "divergence": "Kullback-Leibler divergence of the kinds' shares from equal ones, nats (0)",
    }

    def __init__(self, net: FeatureNet, modes: tuple[str, ...]):
        self._net, self._names = net, modes
        self._sizes = [net.info.factors[name] for name in modes]

    def score(self, pictures: np.ndarray) -> Values:
        """Score pictures, uint8 N×H×W×C."""
        read = self._net.read(pictures)
        modes = np.ravel_multi_index([read[name] for name in self._names], self._sizes)
        total = int(np.prod(self._sizes))
        fifth = max(1, int(np.ceil(0.2 * len(pictures) / total)))
        found = count_modes(modes, total, at_least=fifth)
        return {"modes": found.reached, "divergence": found.divergence}


class InceptionMetrics:
    """Distances in Inception's features."""

    measures = {
        "FID": "Fréchet distance in the 2048 features of Keras' InceptionV3 (as `real`)",
        "KID": "kernel distance in the same features, and its 95 % interval (0)",
        "density (Inception)": "as density, in the same features (1)",
        "coverage (Inception)": "as coverage, in the same features (.97)",
    }

    def __init__(self, reference: ReferenceSet, net: inception.Inception, seed: int):
        self._net, self._seed = net, seed
        self._reference = net(reference.reference.samples)

    def score(self, pictures: np.ndarray) -> Values:
        """Score pictures, uint8 N×H×W×C."""
        fake = self._net(pictures)
        near = neighbourhood(self._reference, fake)
        values = {
            "KID": kernel_distance(self._reference, fake, self._seed),
            "density (Inception)": near.density,
            "coverage (Inception)": near.coverage,
        }
        if len(fake) >= inception.FEWEST:
            values["FID"] = frechet_distance(self._reference, fake)
        return values
