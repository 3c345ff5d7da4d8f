"""Style transfer put to training: the three methods without an adversary."""

from functools import partial

import numpy as np

from common.machine import backend
from common.trainer import Phase, Trainer

from . import sliced, style
from .adain import AdaIN
from .config import Config
from .painted import one_by_one
from .pixels import Pixels
from .repainter import FeedForward


class StyleTransfer(Trainer):
    """Trainer of a generator that a perceptual loss holds to a painting's manner.

    Args:
        config: The recipe's settings.
        paintings: Paintings to be blended, uint8 H×W×3; none: the settings' one.
        shares: How much each counts; none: all alike.
    """

    config_type = Config
    watched = "painted"
    sheet_across = 1

    def __init__(self, config: Config | None = None, paintings=(), shares=()):
        config = config or self.config_type()
        self._blend = list(paintings), tuple(shares)
        # The same function for a phase each time, so that it is traced once.
        self._steps = [partial(self._step, scales=(scale,)) for scale in config.scales]
        last = config.scales if config.sliced_share else (1,)
        self._steps.append(partial(self._step, scales=last, bare=True))
        super().__init__(config)

    def build_networks(self):
        config = self.config
        if config.method == "adain":
            self._styles = style.paintings(config.style, config.sample_shape[0])
            return (AdaIN(config),)
        kind = Pixels if config.method == "optimise" else FeedForward
        return (kind(config, *self._blend),)

    def phases(self) -> list[Phase]:
        """Return the phases: pictures are trained on their nearest patches from coarse to fine.

        In the last quarter the patches alone count, by how all of them are spread where that is
        asked for: what is left is painted through and through.
        A generator, which sees ever new pictures, learns all scales at once.
        """
        steps, count = self.config.steps, len(self.config.scales)
        if self.config.method != "optimise" or self.config.statistic == "gram":
            return super().phases()
        rest = steps - steps // 4
        ends = [*(rest * (n + 1) // count for n in range(count)), steps]
        return [Phase(step, end) for step, end in zip(self._steps, ends, strict=True)]

    def train_step(self, batch):
        """Update the generator once from one batch; returns the logs."""
        return self._step(batch, self.config.scales if self.config.statistic == "patches" else (1,))

    def _step(self, batch, scales: tuple[int, ...], bare: bool = False):
        """One update, with patches compared at some scales; see `Perceptual.lossFunction`."""
        with backend.tape() as forward:
            made = self.generator(batch)
        more = () if self.config.method == "adain" else (scales, bare)
        logs = self.generator.trainModel(batch, made, *more, tape=forward)
        self.average.update()
        return logs

    def draw(self, rng, count):
        """Draw where the grid of patches begins, and directions; for AdaIN, paintings."""
        adain = self.config.method == "adain"
        drawn = style.drawn(self._styles, rng, count) if adain else {}
        if self.config.statistic == "gram":
            return drawn
        drawn["offset"] = rng.random((count, 2), np.float32)
        if self.config.sliced_share:
            size = (count, sliced.AT_ONCE)
            drawn["directions"] = rng.integers(0, sliced.DIRECTIONS, size, np.int32)
        return drawn

    def visuals(self, count: int) -> dict[str, np.ndarray]:
        """Return content, for AdaIN the manner, and what was painted."""
        some = self.shown_examples().take(np.arange(count))
        batch = self.fixed(len(some)) | {"which": some.factors["which"]}
        manner = {"style": batch["style"]} if "style" in batch else {}
        return {"content": some.samples, **manner, "painted": self.paint(some.inputs, batch)}

    def paint(self, content: np.ndarray, batch: dict) -> np.ndarray:
        """Paint pictures uint8 N×H×W×3: float32 N×H×W×3, about in [-1, 1].

        Args:
            batch: The generator's other inputs, by name.
        """
        with self.average.ema_models() as (generator, *_):
            return one_by_one(generator, batch | {"input": content})
