"""`eyes`: one anatomy, rendered by a simulator and seen by a camera, never the same eye twice.

Two domains of grey pictures, `eyes:simulated` and `eyes:real` (drawn, too: it stands for
photographs). No eye appears in both. Known of each: the gaze, as `pitch` (up is positive) and `yaw`
(to the right is positive) in radians; where the middle of the pupil is (`pupil_x`, `pupil_y`, from
-1 at the left and lower border to 1); and how far the lids are open (`opening`, from 0 to 1).
Hidden: proportions, tones, light, texture.

What learned gaze on simulated eyes is wrong on real ones, since they have lashes, glints, shadows,
blur and noise; what learned on real ones is not. What a cheat could exploit: brightness alone tells
the domains apart, so compare with a refiner that only matches histograms.

Pictures are 35 pixels high and 55 wide, or larger in this shape.
"""

from __future__ import annotations

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.eyeball import anatomy, photograph, render
from data.samples import SampleSet
from data.worlds.world import Domains, World

DOMAINS = ("simulated", "real")


class Eyes(World):
    """Pictures of single eyes with known gaze, by a simulator or by a camera."""

    version = 1
    channels = 1
    smallest_size = 24
    largest_size = 220
    factors = {"pitch": None, "yaw": None, "pupil_x": None, "pupil_y": None, "opening": None}

    def __init__(self, domain: str):
        self.domain, self.name = domain, f"eyes:{domain}"

    def draw_chunk(self, indices, size, seed):
        """Draw a few eyes: squares, of which the middle 35 of 55 rows show the eye."""
        # Simulated eyes are the even ones, real eyes the odd ones.
        own = indices * np.uint64(2) + np.uint64(DOMAINS.index(self.domain))
        dice, canvas = Dice(seed, own), Canvas(len(indices), size, channels=1)
        # A unit is half the height of the strip.
        canvas.x, canvas.y = canvas.x * np.float32(55 / 35), canvas.y * np.float32(55 / 35)
        canvas.pixel *= np.float32(55 / 35)
        e = anatomy(dice)
        if self.domain == "simulated":
            render(canvas, e)
        else:
            photograph(canvas, e, dice)
        x = e.across + e.radius * np.sin(e.yaw) * np.cos(e.pitch)
        y = e.up + e.radius * np.sin(e.pitch)
        known = {"pitch": e.pitch, "yaw": e.yaw, "pupil_x": x * np.float32(35 / 55), "pupil_y": y}
        known["opening"] = e.lid
        return SampleSet(canvas.finish(), {name: v[:, 0, 0] for name, v in known.items()})


WORLD = Domains("eyes", {domain: Eyes(domain) for domain in DOMAINS})
