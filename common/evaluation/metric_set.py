"""The set of picture metrics that can be computed for a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from common.evaluation.flags import DOWNLOAD, EvaluateFlags
from common.evaluation.picture_metrics import (
    FeatureMetrics,
    InceptionMetrics,
    ModeMetrics,
    PixelMetrics,
)
from common.evaluation.reference import ReferenceSet
from common.evaluation.scores import Values
from common.metrics import features, inception, kid
from common.metrics.random_features import RandomNet
from data.errors import Refused
from data.source import Source

# Least accuracy of a net on the factors that it counts, from guessing (0) to certainty (1).
_TRUSTED = 0.8


@dataclass(frozen=True)
class MetricOptions:
    """User options of the metrics."""

    #: Whether the user chose the number of samples: then too few are refused; otherwise metrics
    #: that need more are unavailable.
    count_named: bool = False
    #: As `common.evaluation.flags.PictureFlags` has them.
    features: Path | None = None
    inception: Path | None = None

    @classmethod
    def of(cls, flags: EvaluateFlags) -> MetricOptions:
        """Create the options from the flags of an evaluation, which need not have the files."""
        files = {name: getattr(flags, name, None) for name in ("features", "inception")}
        return cls(flags.count is not None, **files)


@dataclass
class MetricSet:
    """Set of the metrics that can be computed, with reasons why others cannot."""

    reference: ReferenceSet
    source: Source
    options: MetricOptions
    seed: int
    metrics: list = field(default_factory=list)
    #: Measure -> why there is no value.
    unavailable: dict[str, str] = field(default_factory=dict)
    #: Facts about the nets that are used.
    facts: dict = field(default_factory=lambda: {"features": None})

    @classmethod
    def of(
        cls, reference: ReferenceSet, source: Source, options: MetricOptions, seed: int
    ) -> MetricSet:
        """Create all metrics for which there are nets and enough samples.

        Raises:
            Refused: fewer samples than a measure needs, or a net that was made for other data.
        """
        found = cls(reference, source, options, seed, [PixelMetrics(reference)])
        found.add_feature_net()
        found.add_inception()
        return found

    @property
    def count(self) -> int:
        """Number of samples of each candidate."""
        return len(self.reference.held_out)

    @property
    def measures(self) -> dict[str, str]:
        """Descriptions of the measures of all metrics, by name."""
        return {name: words for metric in self.metrics for name, words in metric.measures.items()}

    def score(self, pictures: np.ndarray) -> Values:
        """Score pictures, uint8 N×H×W×C, by all metrics."""
        return {k: v for metric in self.metrics for k, v in metric.score(pictures).items()}

    def mark_unavailable(self, metric: type, why: str) -> None:
        """Record why a metric's measures have no values."""
        self.unavailable |= dict.fromkeys(metric.measures, why)

    def add_feature_net(self) -> None:
        """Add the metrics of the data's own net; without one, those of a net that knows nothing."""
        why = (
            f"the Fréchet distance needs more samples than its features have numbers, "
            f"{features.DIMENSIONS + 1} or more, and there are {self.count}"
        )
        net = why
        if self.count > features.DIMENSIONS or not any(self.source.factors.values()):
            size = self.reference.training.samples.shape[1]
            net = features.feature_net(self.source, size, self.options.features)
        elif self.options.count_named:
            raise Refused(f"--count {self.count}: {why}")
        if isinstance(net, str):
            self.mark_unavailable(ModeMetrics, net)
            net = RandomNet(self.reference.training.samples)
        self.facts["features"] = asdict(net.info)
        metric = FeatureMetrics(self.reference, net, self.seed)
        self.metrics.append(metric)
        for name, least in FeatureMetrics.fewest.items():
            if name not in metric.measures:
                why = f"it needs {least} samples or more, there are {self.count}"
                self.unavailable[name] = why
        if not net.info.factors:
            return
        if why := _unfit_for_modes(net, self.source):
            self.mark_unavailable(ModeMetrics, why)
        else:
            self.metrics.append(ModeMetrics(net, self.source.modes))

    def add_inception(self) -> None:
        """Add the metrics of Inception, if its weights and enough samples are available."""
        named = self.options.inception
        file = None if named == DOWNLOAD else inception.weights(named)
        if self.count < kid.FEWEST and named in (None, DOWNLOAD):
            why = f"it needs {kid.FEWEST} samples or more, there are {self.count}"
            self.mark_unavailable(InceptionMetrics, why)
        elif file is None and named is None:
            why = "there are no weights of Inception (--inception download fetches 88 MB)"
            self.mark_unavailable(InceptionMetrics, why)
        else:
            file = file or inception.download()
            metric = InceptionMetrics(self.reference, inception.Inception(file), self.seed)
            self.facts["inception"] = inception.digest(file)
            self.metrics.append(metric)
            if self.count < inception.FEWEST:
                metric.measures = {m: w for m, w in metric.measures.items() if m != "FID"}
                why = f"it needs --count {inception.FEWEST} or more, there are {self.count}"
                self.unavailable["FID"] = why


def _unfit_for_modes(net: features.FeatureNet, source: Source) -> str:
    """Why the net cannot count the modes of a source, if it cannot."""
    if not source.modes:
        return f"{source.name} has no kinds that are known to be equally frequent"
    for name in source.modes:
        if net.info.learned(name) < _TRUSTED:
            return f"{net.info.name} reads {name} right in {net.info.accuracy[name]:.0%} only"
    return ""
