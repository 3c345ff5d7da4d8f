"""Whether a picture has the painting's manner and still its content: measures, and controls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

import data
from common.batches import rng_for
from common.evaluation.candidates import usable
from common.evaluation.case import Case
from common.evaluation.scores import TRAINED, UNTRAINED, Scores, Values
from common.filters import random_filters
from common.metrics.features import feature_net
from common.metrics.spectrum import high_frequency_ratio
from data.errors import Refused
from data.pixels import to_float
from data.progress import waiting
from data.samples import SampleSet
from data.sheet import side_by_side
from data.worlds.paintings import MANNERS

from . import losses, style
from .config import Config
from .painted import one_by_one
from .patches import NearestPatches
from .transformer import structure

STYLE, PATCHES, DETAIL = "style left", "distance of patches", "detail"
CONTENT, MANNER = "content found", "manner recognised"
#: The columns of the controls: contents as they are, and two cheats.
AS_IS, PAINTING, MATCHED = "content", "painting itself", "histogram matching"
# Contents among which one is to be found, and seeds of filters that no training has seen.
_TESTS, _SEEDS = 100, (90_001, 90_002, 90_003)
_LAYERS = ("scale1", "scale2", "scale3")
# Pixels a side of the patches that are compared.
_PATCH = 7
# Least accuracy of a net that reads manners.
_TRUSTED = 0.9

#: Contents uint8 N×H×W×3 -> painted, the same.
Paint = Callable[[np.ndarray], np.ndarray]


def measure(case: Case) -> Scores:
    """Score a run's pictures, and controls.

    Raises:
        Refused: too few test pictures, or a run without checkpoint.
    """
    case.reserve(AS_IS, PAINTING, MATCHED)
    tests = case.config.training_set(case.tests.take(np.arange(min(_TESTS, len(case.tests)))))
    contents = tests.samples
    manners = manners_for(case.config, len(contents))
    judge = Judge(case.config, contents, manners)
    values, meanings, sheets = {}, {}, {}
    for name, meaning, trainer in case.models():
        meanings[name] = meaning
        with waiting(f"painting with the model {name}"):
            made = painted_by(trainer, contents, manners, anew=name != UNTRAINED)
        values[name] = judge.score(usable(made, name))
        if name == TRAINED:
            sheets["painted"] = side_by_side(contents[:16], usable(made, name)[:16])
        del trainer
    for name, (meaning, made) in controls(contents, manners).items():
        meanings[name], values[name] = meaning, judge.score(made)
    facts = {"samples": len(contents), "sees_with": case.config.sees_with} | judge.facts
    return Scores(facts, meanings, judge.measures, values, judge.unavailable, sheets=sheets)


def manners_for(config: Config, count: int) -> np.ndarray:
    """Return the painting that each content is to be painted after, uint8 N×h×w×3.

    For AdaIN these are paintings of the test set, if there is one.
    """
    if config.method != "adain":
        painting = style.painting(config.style, config.painting_size)
        return np.broadcast_to(painting, (count, *painting.shape))
    side = config.sample_shape[0]
    paintings = style.paintings(config.style, side, "test")
    if not len(paintings):
        paintings = style.paintings(config.style, side)
    return style.drawn(paintings, rng_for(config.seed, "tests"), count)["style"]


def painted_by(trainer, contents: np.ndarray, manners: np.ndarray, anew: bool) -> np.ndarray:
    """Paint contents uint8 N×H×W×3 with a trainer: float32 in [-1, 1].

    Args:
        manners: The painting of each.
        anew: Whether pictures that are trained themselves are to be trained.
    """
    config = trainer.config
    if config.method == "optimise":
        from .optimise import in_parts

        inputs = config.training_set(SampleSet(contents)).inputs
        return in_parts(inputs, [manners[0]], config, anew)
    count = len(contents)
    batch = {"input": contents, "style": manners, "strength": np.ones(count, np.float32)}
    with trainer.average.ema_models() as (generator, *_):
        return one_by_one(generator, batch)


def controls(contents: np.ndarray, manners: np.ndarray) -> dict[str, tuple[str, np.ndarray]]:
    """Return the controls' pictures by name, each with what it is in words."""
    size = contents.shape[2], contents.shape[1]
    own = [np.asarray(Image.fromarray(manner).resize(size)) for manner in manners]
    return {
        AS_IS: ("contents as they are", contents),
        PAINTING: ("the painting, whatever the content", np.stack(own)),
        MATCHED: (
            "contents with the histogram of the painting in each colour channel",
            np.stack([matched(c, m) for c, m in zip(contents, manners, strict=True)]),
        ),
    }


def matched(content: np.ndarray, painting: np.ndarray) -> np.ndarray:
    """Give a picture the histograms of a painting, both uint8 H×W×3."""
    made = np.empty_like(content)
    for channel in range(3):
        values = content[..., channel].ravel()
        share = values.argsort().argsort() / max(values.size - 1, 1)
        found = np.quantile(painting[..., channel], share)
        made[..., channel] = np.rint(found).reshape(content.shape[:2])
    return made


class Judge:
    """Scores of painted pictures, by filters and nets that no training has seen.

    Args:
        config: The run's settings.
        contents: uint8 N×H×W×3.
        manners: The painting of each, uint8 N×h×w×3.
    """

    def __init__(self, config: Config, contents: np.ndarray, manners: np.ndarray):
        self._nets = [random_filters(seed, _LAYERS) for seed in _SEEDS]
        self._structure = described(contents)
        # Of one painting for all, its statistics once.
        alike = manners.strides[0] == 0
        self._targets = self._statistics(manners[:1] if alike else manners)
        self._before = self._distances(contents)
        several = manners[:1] if alike else manners
        self._parts = [NearestPatches([each], _PATCH, seed=_SEEDS[0]) for each in several]
        self._away = self._distances_of_patches(contents)
        height, width = contents.shape[1:3]
        # At its own scale: to resize it would take its strokes away.
        self._strokes = several[:, :height, :width]
        self.measures = {
            STYLE: "distance of the statistics from the painting's, over that of the content "
            "itself: Gram matrices of random filters of seeds that no training has seen (0)",
            PATCHES: "mean square of the distance of each patch from the painting's nearest, over "
            "that of the content's patches; described by filters that no training has seen (0)",
            DETAIL: "power of high frequencies over the painting's; below 1 is blur (1)",
            CONTENT: f"share of pictures whose own content is the nearest of {len(contents)}, by "
            "light at half and quarter size (1)",
        }
        self.unavailable, self.facts = {}, {}
        self._manner = self._manner_net(config)

    def _manner_net(self, config: Config):
        """The net that reads manners, and the one to be read; None: they are not known."""
        name = config.style.partition(":")[2]
        if not config.style.startswith("paintings:") or name not in MANNERS:
            self.unavailable[MANNER] = f"the manner of {config.style} has no name"
            return None
        if not isinstance(config.image_size, int):
            self.unavailable[MANNER] = "only in square pictures a net reads manners"
            return None
        net = feature_net(data.find("paintings"), config.image_size)
        if isinstance(net, str) or net.info.accuracy["manner"] < _TRUSTED:
            self.unavailable[MANNER] = net if isinstance(net, str) else "no net reads manners"
            return None
        accuracy = net.info.accuracy["manner"]
        self.facts["net"] = {"digest": net.info.digest, "accuracy": accuracy}
        self.measures[MANNER] = (
            f"share of pictures in which a net reads the manner {name}; of real ones it reads "
            f"{accuracy:.1%} (1)"
        )
        return net, MANNERS.index(name)

    def score(self, made: np.ndarray) -> Values:
        """Score pictures uint8 N×H×W×3."""
        left = np.mean(self._distances(made) / self._before)
        mine = described(made)
        nearest = (mine @ self._structure.T).argmax(1)
        away = np.mean(self._distances_of_patches(made) / self._away)
        found = {STYLE: float(left), PATCHES: float(away)}
        found[DETAIL] = high_frequency_ratio(self._strokes, made)
        found |= {CONTENT: float((nearest == np.arange(len(made))).mean())}
        if self._manner:
            net, wanted = self._manner
            found[MANNER] = float((net.read(made)["manner"] == wanted).mean())
        return found

    def _distances_of_patches(self, pictures: np.ndarray) -> np.ndarray:
        """Distances N of pictures' patches from the nearest ones of their paintings."""
        each = [self._parts[number % len(self._parts)] for number in range(len(pictures))]
        return np.array([part.away(p) for part, p in zip(each, pictures, strict=True)])

    def _statistics(self, pictures: np.ndarray) -> list[np.ndarray]:
        """Gram matrices of pictures, N×C×C for each net and layer."""
        parts = []
        for start in range(0, len(pictures), 20):
            some = to_float(pictures[start : start + 20])
            maps = [layer for net in self._nets for layer in net(some).values()]
            parts.append([np.asarray(losses.gram(each)) for each in maps])
        return [np.concatenate(each) for each in zip(*parts, strict=True)]

    def _distances(self, pictures: np.ndarray) -> np.ndarray:
        """Distances N of pictures' statistics from their paintings': relative, a mean of all."""
        mine = self._statistics(pictures)
        each = [
            ((one - other) ** 2).sum((1, 2)) / (other**2).sum((1, 2))
            for one, other in zip(mine, self._targets, strict=True)
        ]
        return np.mean(each, axis=0)


def described(pictures: np.ndarray) -> np.ndarray:
    """Describe what is to be seen in pictures uint8 N×H×W×3: N×D, of length 1 each."""
    if not len(pictures):
        raise Refused("there are no test pictures")
    maps = structure(to_float(pictures))
    flat = np.concatenate([np.asarray(each).reshape(len(pictures), -1) for each in maps], 1)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)
