"""Collection of cyclic garbage in a process with hundreds of thousands of objects."""

from __future__ import annotations

import gc


def keep_what_is_there() -> None:
    """Keep all present objects for good, so that looking for garbage takes milliseconds.

    Python looks through everything only when a quarter has been added. Beside TensorFlow's
    objects that takes an hour of training, for which drawn figures, which are cycles of a
    megabyte, would stay.
    """
    gc.collect()
    gc.freeze()
