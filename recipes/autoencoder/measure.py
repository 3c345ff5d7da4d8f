"""Measures of autoencoders: reconstructions, the bound, and search by codes, beside controls."""

from __future__ import annotations

import numpy as np

from common.batches import any_of
from common.evaluation import pictures
from common.evaluation.case import Case
from common.evaluation.scores import TRAINED, Scores, Values
from data.errors import Refused
from data.pixels import to_pixels
from data.progress import waiting
from data.sheet import side_by_side

from .bound import bound, bound_of_mean
from .config import Config
from .decoding import prepared
from .index import Encode, nearest

#: The columns of the controls.
MEAN, PCA, PIXELS = "mean picture", "PCA code", "pixels"
#: Factors by which pictures are alike, the first that there is.
LABELS = ("label", "identity")

# Neighbours that are counted, and pictures among which they are looked for: by pixels, the more
# there are the more likely is a copy.
_K, _GALLERY = 10, 1000
# Numbers of all training pictures that principal components are found in.
_FITTED = 50_000_000
_SHOWN = 8

_MEASURES = {
    "error": "root mean square distance of a reconstruction, of values in [-1, 1] (0)",
}
_BOUND = {"−ELBO": "negative evidence lower bound, nats a picture, one draw of each latent (0)"}
_SEARCH = {
    f"precision@{_K}": f"share of the {_K} most similar of {{}} pictures that share the {{}} (1)",
    "gain": "how much more that is than by pixels (1 − that of pixels)",
}


def measure(case: Case) -> Scores:
    """Score a run's autoencoder on held-out pictures, and controls beside it.

    Raises:
        Refused: there are too few pictures, a run has no checkpoint yet, or is not variational
            where pictures from noise are asked for.
    """
    case.reserve(MEAN, PCA, PIXELS)
    if case.flags.samples and not case.config.variational:
        raise Refused(
            "--samples: legal with a variational run; codes that are points are not drawn"
        )
    config, held_out = case.config, case.reference.held_out
    tests = np.concatenate([case.reference.reference.samples, held_out.samples])
    examiner = Examiner(case)
    meanings, values, shown = {}, {}, [held_out.samples[:_SHOWN]]
    for name, meanings[name], trainer in case.models(not_averaged=True):
        with waiting(f"measuring the model {name}"):
            made = trainer.reconstruct(held_out.samples)
            values[name] = examiner.distance(made) | examiner.search(trainer.encode)
            if trainer.config.variational:
                values[name] |= {"−ELBO": bound(trainer, tests, case.seed)}
        if name == TRAINED:
            shown.append(to_pixels(made[:_SHOWN]))
        # Before the next one is built.
        del trainer
    for name, (meanings[name], made, encode) in examiner.controls().items():
        values[name] = {} if made is None else examiner.distance(made)
        values[name] |= {} if encode is None else examiner.search(encode)
        if name == PCA:
            shown.append(to_pixels(made[:_SHOWN]))
    if config.variational:
        values[MEAN] |= {"−ELBO": bound_of_mean(examiner.mean, tests, config, case.seed)}
    measures = _MEASURES | (_BOUND if any("−ELBO" in each for each in values.values()) else {})
    if examiner.label:
        measures |= {n: w.format(len(examiner.gallery), examiner.label) for n, w in _SEARCH.items()}
    facts = {"samples": len(held_out)}
    sheets = {"reconstructions": side_by_side(*shown)}
    scores = Scores(facts, meanings, measures, values, sheets=sheets)
    return scores + pictures.measure(case) if case.flags.samples else scores


class Examiner:
    """Held-out pictures, and what is measured with them."""

    def __init__(self, case: Case):
        self._config: Config = case.config
        self._training = case.training.samples
        #: The mean of the training pictures, in [-1, 1].
        self.mean = (self._training.mean(axis=0) / 127.5 - 1).astype(np.float32)
        tests = case.reference.held_out
        self._real = tests.samples
        #: Pictures among which similar ones are looked for.
        self.gallery = case.reference.reference.take(slice(_GALLERY))
        self._asked = tests.take(slice(_GALLERY))
        #: The factor that similar pictures should share; "": none is known.
        self.label = next((name for name in LABELS if name in tests.factors), "")
        self._by_pixels = self._precision(self._flattened) if self.label else 0.0

    def distance(self, made: np.ndarray) -> Values:
        """Score reconstructions of the held-out pictures, in [-1, 1].

        Drawn black and white, pictures are held against what is likelier: they are all that the
        networks, and here the controls as well, have been shown.
        """
        return {"error": float(np.sqrt(np.mean((made - prepared(self._real, self._config)) ** 2)))}

    def search(self, encode: Encode) -> Values:
        """Score search by codes."""
        if not self.label:
            return {}
        found = self._precision(encode)
        return {f"precision@{_K}": found, "gain": found - self._by_pixels}

    def _precision(self, encode: Encode) -> float:
        places, _ = nearest(encode(self.gallery.samples), encode(self._asked.samples), _K)
        ours, theirs = (some.factors[self.label] for some in (self._asked, self.gallery))
        return precision(ours, theirs, places)

    def controls(self) -> dict[str, tuple[str, np.ndarray | None, Encode | None]]:
        """Return the controls: name -> what it is, reconstructions, and codes of pictures."""
        shape = self._real.shape
        components = self._components()

        def encode(some: np.ndarray) -> np.ndarray:
            return components.transform(self._flattened(some))

        # Within the range, as what decoders give.
        made = np.clip(components.inverse_transform(encode(self._real)), -1, 1).reshape(shape)
        size = components.n_components_
        return {
            MEAN: ("one picture for all", np.broadcast_to(self.mean, shape), None),
            PCA: (f"{size} principal components of the training pictures", made, encode),
            PIXELS: ("no network: pictures are compared as they are", None, self._flattened),
        }

    def _components(self):
        from sklearn.decomposition import PCA as Components

        most = max(2, _FITTED // self._training[0].size)
        some = self._flattened(self._training[any_of(len(self._training), most, 0, "components")])
        count = min(self._config.latent_size, *some.shape)
        solver = "randomized" if count < 0.8 * min(some.shape) else "full"
        return Components(count, svd_solver=solver, random_state=0).fit(some)

    def _flattened(self, images: np.ndarray) -> np.ndarray:
        """The pixels themselves as codes, float32 N×(H·W·C), as the encoder is given them."""
        return prepared(images, self._config).reshape(len(images), -1)


def precision(ours: np.ndarray, theirs: np.ndarray, places: np.ndarray) -> float:
    """Compute precision@k: the share of neighbours that have a picture's label.

    Where fewer than k pictures have it, of as many. Pictures of whose label there is no other
    do not count.

    Args:
        ours: Labels of the pictures that were asked with, N.
        theirs: Labels of the pictures among which neighbours were looked for, M.
        places: Each one's neighbours among them, the nearest first, N×k.
    """
    right = theirs[places] == ours[:, None]
    there = (theirs[None, :] == ours[:, None]).sum(1)
    most = np.minimum(there, places.shape[1])
    # Of few, the nearest ones alone are counted.
    counted = np.arange(places.shape[1]) < most[:, None]
    known = most > 0
    return float(((right & counted).sum(1)[known] / most[known]).mean()) if known.any() else 0.0
