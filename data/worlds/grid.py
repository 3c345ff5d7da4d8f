"""`grid`: twenty-five Gaussians on a 5×5 grid (spacing 2, standard deviation .05).

Harder than `ring`: there is a mode in the middle, and more of them than a generator can
keep by chance; the numbers are those of VEEGAN's experiments (Srivastava et al. 2017).
Known: the mode of each point, and the density everywhere. Hidden: nothing. The cheat of
`ring`, the bare centres, works here too. A uniform square (±4.15) reaches all modes as
well, but only 2.6 % of its points lie within 3 standard deviations of a centre.
"""

from __future__ import annotations

import numpy as np

from data.worlds.mixture import Mixture

_PLACES = np.array([-4.0, -2.0, 0.0, 2.0, 4.0])

WORLD = Mixture("grid", np.stack(np.meshgrid(_PLACES, _PLACES), -1).reshape(-1, 2), 0.05)
