"""Options and output of infer for generators that are told conditions."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from common.batches import Batch
from common.commands.infer import LatentFlags, from_latents, latents_of
from common.commands.made import Made
from common.conditions import ConditionalConfig, drawn, showing, spelled
from common.run.loaded import LoadedRun
from data.errors import Refused

# Pictures of a row that all show what was asked for.
_ACROSS = 8


@dataclass
class ConditionFlags(LatentFlags):
    """Make what is asked for with the generator of a run; all else is known from its folder."""

    showing: str | None = None
    """What all samples show, in words: 7, or "red tower winter"; what is left open varies."""
    text: str | None = None
    """Write a text, a sample for each character, where the labels are characters: 2026."""
    lines: int = 1
    """How often --text is written, each line in a hand of its own."""

    def check(self, loaded: LoadedRun) -> None:
        """As `InferFlags.check`."""
        super().check(loaded)
        if self.showing is not None:
            try:
                showing(loaded.config, self.showing, 0, 1)
            except Refused as no:
                raise Refused(f"--showing {no}") from None
        if self.text is None:
            if self.lines != 1:
                raise Refused("--lines: legal with --text only")
            return
        for name in ("showing", "arithmetic", "interpolate"):
            if getattr(self, name) not in (None, 0):
                raise Refused(f"--text and --{name}: legal is one of them, not both")
        letters = len(spelled(loaded.config, self.text))
        if not 1 <= self.lines <= 10_000 // letters:
            raise Refused(f"--lines {self.lines}: legal is 1 to {10_000 // letters}")

    def title(self, kind: str) -> str:
        """As `LatentFlags.title`."""
        return "text" if self.text is not None else super().title(kind)


def conditioned(
    config: ConditionalConfig, rng: np.random.Generator, count: int, flags: ConditionFlags
) -> Batch:
    """Draw latents, and the conditions that the flags ask for: those of the sheets by default.

    A line of text has one latent, so that it is in one hand.
    """
    seed = config.seed if flags.seed is None else flags.seed
    if flags.text is not None:
        values = spelled(config, flags.text)
        latents = latents_of(config, rng, flags.lines, flags)["latent"]
        (name,) = config.conditions
        return {
            "latent": np.repeat(latents, len(values), axis=0),
            name: np.tile(values, flags.lines),
        }
    latents = latents_of(config, rng, count, flags)
    if flags.showing is not None:
        return latents | showing(config, flags.showing, seed, count)
    return latents | drawn(config, seed, count)


def from_conditions(loaded: LoadedRun, flags: ConditionFlags) -> Made:
    """Generate samples from latents and conditions; see `common.commands.infer.from_latents`."""
    made = from_latents(loaded, flags, conditioned)
    if made.columns is not None:
        return made
    if flags.text is not None:
        columns = len(flags.text)
    else:
        columns = loaded.config.columns if flags.showing is None else _ACROSS
    return dataclasses.replace(made, columns=columns)
