"""What made shapes are worth beside real ones, and predicted ones beside the true ones."""

from __future__ import annotations

import dataclasses
from functools import partial

import numpy as np
from PIL import Image

from common.batches import any_of, rng_for
from common.evaluation.candidates import usable
from common.evaluation.case import Case
from common.evaluation.probes import MEASURES as PROBED
from common.evaluation.probes import Probe
from common.evaluation.reference import ReferenceSet
from common.evaluation.scores import NOT_AVERAGED, TRAINED, Scores, Values
from common.metrics import shapes
from common.metrics.estimate import mean_of
from common.metrics.neighbours import copying, neighbourhood
from common.metrics.probe import pooled
from data.progress import waiting
from data.resize import all_fitted
from data.sheet import side_by_side
from data.voxels import VIEW, views

from .shapes import THRESHOLD

#: The columns of the controls.
REAL, COPIES, PCA, BLOCKS = "real", "copies", "PCA", "blocks"
MEAN, NEAREST, ANOTHER = "mean shape", "nearest view", "another view"

_SHAPES = {
    "coverage": "share of real shapes with a made one among their neighbours (as `real`)",
    "density": "how many real shapes have a made one among their neighbours, over 5 (1)",
    "connected": "share of a shape's voxels that are in one piece (as `real`)",
    "symmetry": "IoU of a shape with its mirror image, left and right (as `real`)",
    "occupied": "share of voxels that are occupied (as `real`)",
    "copying": "how often a shape is nearer to a training shape than a real one is (½)",
}
_PREDICTED = {
    "IoU": "intersection over union of the shape predicted from a view and the true one (1), "
    "with 95 % interval over shapes",
}
#: Real shapes that each column is compared with, where there are enough.
_USUAL = 1000
_COMPONENTS, _FITTED = 64, 2000
_SHOWN, _NEIGHBOURS = 8, 4
# Shapes that a network is given at once.
_AT_ONCE = 100


def measure(case: Case) -> Scores:
    """Score a run's shapes, those of other runs, and controls.

    Made shapes are compared with held-out real ones by what share of each of 8×8×8 blocks is
    occupied. Predicted shapes are cut at an occupancy of .5, and compared with the true shapes of
    test views. The discriminator is probed for the shapes' kinds.

    Raises:
        Refused: too few shapes, or a run without checkpoint.
    """
    controls = [REAL, COPIES, PCA, BLOCKS] + [MEAN, NEAREST, ANOTHER] * case.config.encoder
    case.reserve(*controls)
    examiner = Examiner(case)
    values, meanings, sheets = {}, {}, {}
    for name, meaning, trainer in case.models(not_averaged=True):
        meanings[name] = meaning
        with waiting(f"making and measuring the shapes of the model {name}"):
            batch = trainer.draw(rng_for(case.seed, "evaluation"), len(examiner.held_out))
            made = solid(trainer.sample(batch), name)
            values[name] = examiner.score(made)
            if examiner.probe and name != NOT_AVERAGED:
                represent = partial(features, trainer)
                values[name]["probe error"] = examiner.probe.error(represent)
            if case.config.encoder:
                predicted = solid(trainer.predicted(examiner.tests.inputs), name)
                values[name] |= examiner.compare(predicted)
        if name == TRAINED:
            sheets["nearest"] = examiner.neighbours(made)
            if case.config.encoder:
                sheets["predicted"] = examiner.beside(predicted)
                # What is predicted from one view, held against the shape of another.
                values[ANOTHER] = examiner.compare(predicted[others(examiner.tests.samples)])
        del trainer
    if case.config.encoder:
        meanings[ANOTHER] = "the run's model, shown the view of another shape"
        with waiting("looking for the nearest views among all training views"):
            for name, (meaning, guess) in examiner.guesses().items():
                meanings[name], values[name] = meaning, examiner.compare(guess)
    with waiting("finding principal components of the training shapes"):
        for name, (meaning, made) in examiner.controls().items():
            meanings[name], values[name] = meaning, examiner.score(made)
    if examiner.probe:
        meanings[BLOCKS] = "no network: the probe is told what share of each block is occupied"
        values[BLOCKS] = {"probe error": examiner.probe.error(shapes.described)}
    measures = _SHAPES | (PROBED if examiner.probe else {})
    measures |= _PREDICTED if case.config.encoder else {}
    facts = {"samples": len(examiner.held_out), "threshold": THRESHOLD}
    facts |= {"views": len(examiner.tests)} if case.config.encoder else {}
    return Scores(facts, meanings, measures, values, sheets=sheets)


def solid(occupancy: np.ndarray, name: str) -> np.ndarray:
    """Cut occupancies at `THRESHOLD`; refuses what is not finite."""
    return usable(occupancy, name) > THRESHOLD


def others(grids: np.ndarray) -> np.ndarray:
    """Return for each shape the place of the next one that is another; its own if there is none."""
    told, found = [grid.tobytes() for grid in grids], []
    for i, own in enumerate(told):
        around = [*range(i + 1, len(told)), *range(i + 1)]
        found.append(next((other for other in around if told[other] != own), i))
    return np.array(found)


class Examiner:
    """Real shapes, held-out ones and the tests, and what is measured of others beside them."""

    def __init__(self, case: Case):
        self._case = case
        self._training = case.training.samples
        plain = dataclasses.replace(case.config, encoder=False)
        count = case.count or (_USUAL if case.source.count is None else None)
        real = ReferenceSet.of(case.training, case.source, plain, count)
        self.held_out = real.held_out.samples
        self._real = shapes.described(real.reference.samples)
        self._fresh = shapes.described(self.held_out)
        self._known = shapes.described(self._training)
        #: Of the shapes' kinds, where they have one.
        self.probe = None
        if Probe.fits(case.source):
            self.probe = Probe(case.source, case.config, case.seed)
        if case.config.encoder:
            #: Shapes with views that no network has seen.
            self.tests = case.config.training_set(case.tests)

    def score(self, made: np.ndarray) -> Values:
        """Score shapes that were made, bool N×S×S×S×1."""
        told = shapes.described(made)
        near = neighbourhood(self._real, told)
        full = made.any((1, 2, 3, 4))
        # Of an empty grid there is nothing to say.
        whole = made[full] if full.any() else made
        return {
            "coverage": float(near.coverage),
            "density": float(near.density),
            "connected": float(shapes.connected(whole).mean()),
            "symmetry": float(shapes.symmetry(whole).mean()),
            "occupied": float(made.mean()),
            "copying": copying(self._known, self._fresh, told).copying,
        }

    def compare(self, predicted: np.ndarray) -> Values:
        """Score shapes that were predicted from the test views."""
        return {"IoU": mean_of(shapes.iou(predicted, self.tests.samples))}

    def controls(self) -> dict[str, tuple[str, np.ndarray]]:
        """Return the shapes of controls: name -> what it is, and bool N×S×S×S×1."""
        count, rng = len(self.held_out), rng_for(self._case.seed, "controls")
        some = rng.integers(0, len(self._training), count)
        return {
            REAL: ("other real shapes: as good as one can be", self.held_out),
            COPIES: ("training shapes: what copying looks like", self._training[np.sort(some)]),
            PCA: (
                f"a Gaussian of {_COMPONENTS} principal components of training shapes, cut at .5",
                self._components(rng, count),
            ),
        }

    def _components(self, rng: np.random.Generator, count: int) -> np.ndarray:
        from sklearn.decomposition import PCA as Components

        chosen = any_of(len(self._training), _FITTED, self._case.seed, "components")
        some = self._training[chosen].reshape(-1, self._training[0].size)
        kept = min(_COMPONENTS, len(some) - 1)
        found = Components(kept, svd_solver="randomized", random_state=0)
        found.fit(some.astype(np.float32))
        drawn = rng.standard_normal((count, kept)) * np.sqrt(found.explained_variance_)
        made = found.inverse_transform(drawn.astype(np.float32)) > THRESHOLD
        return made.reshape(count, *self._training.shape[1:])

    def guesses(self) -> dict[str, tuple[str, np.ndarray]]:
        """Return what is guessed of the tests without a network: name -> as for `controls`."""
        mean = shapes.mean_shape(self._training)
        near = shapes.nearest_views(self._case.training.inputs, self.tests.inputs)
        return {
            MEAN: (
                "the mean of all training shapes, cut where it is best, whatever the view",
                np.broadcast_to(mean, self.tests.samples.shape),
            ),
            NEAREST: (
                "the training shape whose view is most alike, of all training views at 32×32",
                self._training[near],
            ),
        }

    def neighbours(self, made: np.ndarray) -> Image.Image:
        """Draw made shapes beside the training shapes that are most like them."""
        shown = made[:_SHOWN]
        told = shapes.described(shown)
        far = (self._known**2).sum(1) - 2 * told @ self._known.T
        columns = np.argsort(far, axis=1, kind="stable")[:, :_NEIGHBOURS].T
        near = [views(self._training[places]) for places in columns]
        return side_by_side(views(shown), *near, across=1)

    def beside(self, predicted: np.ndarray) -> Image.Image:
        """Draw test views, what is predicted from them, and the true shapes."""
        given = all_fitted(self.tests.inputs[:_SHOWN], VIEW)
        both = [views(grids[:_SHOWN]) for grids in (predicted, self.tests.samples)]
        return side_by_side(given, *both)


def features(gan, grids: np.ndarray) -> np.ndarray:
    """Compute the discriminator's features: its maps, pooled to 2×2×2 (Wu et al. 2016, 4.2).

    Args:
        grids: bool N×S×S×S×1.

    Returns:
        float32 N×d.
    """
    import keras

    model = gan.discriminator.model
    maps = [layer.output for layer in model.layers if isinstance(layer, keras.layers.LeakyReLU)]
    # All but the first, where there are several.
    maps = maps[1:] or maps
    net = keras.Model(model.input, {f"map {i}": values for i, values in enumerate(maps)})
    parts = []
    # With spectral norm, the stored kernels are not those that are computed with.
    with gan.discriminator.baked():
        for start in range(0, len(grids), _AT_ONCE):
            some = net(grids[start : start + _AT_ONCE].astype(np.float32)).values()
            parts.append(np.concatenate([pooled(np.asarray(m), cells=2) for m in some], axis=1))
    return np.concatenate(parts)
