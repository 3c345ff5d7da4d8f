"""`ring`: eight narrow Gaussians on a circle (radius 1, standard deviation .01).

The usual first test for lost modes, with the numbers of VEEGAN's experiments (Srivastava
et al. 2017). Known: the mode of each point, and the density everywhere. Hidden:
nothing. A cheat would be to put out the eight centres: it covers every mode and every
point is of high quality, but the spread within a mode is 0.
"""

from __future__ import annotations

import numpy as np

from data.worlds.mixture import Mixture

_ANGLES = np.arange(8) * (2 * np.pi / 8)

WORLD = Mixture("ring", np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1), 0.01)
