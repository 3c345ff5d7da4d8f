"""How Keras and TensorFlow are imported, whoever does it: a recipe, or a script that uses one."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from data.quiet import quietly

#: What Keras imports, where it is installed, for its scikit-learn wrappers and galleries alone:
#: that took a quarter of the seconds of Keras' import (`make bench PARTS=starts`).
UNNEEDED = ("sklearn", "matplotlib")


def settle() -> None:
    """Have TensorFlow imported without its messages, and Keras without what is not needed.

    In such a process `keras.wrappers.SKLearnClassifier` and its like, and Keras' galleries, say
    that scikit-learn and Matplotlib are missing. Who wants them imports Keras first.
    """
    for name, within in (("tensorflow", quietly), ("keras", unneeded_left_out)):
        if name not in sys.modules:
            sys.meta_path.insert(0, _Within(name, within))


@contextmanager
def unneeded_left_out() -> Iterator[None]:
    """Within, `UNNEEDED` packages that are not yet imported seem not to be installed.

    To other threads, too.
    """
    hidden = [name for name in UNNEEDED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


class _Within:
    """Finder of a single package, which steps aside once that is imported."""

    def __init__(self, name: str, within: Callable[[], AbstractContextManager]):
        self._name, self._within, self._asking = name, within, False

    def find_spec(self, name, path=None, target=None):
        if name != self._name or self._asking:
            return None
        self._asking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._asking = False
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_within(module):
                if self in sys.meta_path:
                    sys.meta_path.remove(self)
                with self._within():
                    run(module)

            spec.loader.exec_module = run_within
        return spec
