"""Loads the networks of a run with Keras alone, and compares what they make: `plain_load RUN`.

It is copied to where this project is not, with the recipe's layers.py where there is one, and lies
beside what tests.contract.reference wrote.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np

# An editable install would find this project.
sys.path[:] = [place for place in sys.path if "site-packages" in place or "python3" in place]
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
for part in ("common", "data", "recipes"):
    try:
        __import__(part)
    except ImportError:
        continue
    raise SystemExit(f"{part} is known here")

here = Path(__file__).parent
if (here / "layers.py").is_file():
    # Layers of the recipe's own, on Keras alone: from here on Keras knows them.
    sys.path.insert(0, str(here))
    import layers  # noqa: F401

given = np.load("given.npz")
for name, inputs in json.loads(Path("given.json").read_text()).items():
    model = keras.saving.load_model(f"{sys.argv[1]}/{name}.keras", safe_mode=True)
    assert [tensor.name for tensor in model.inputs] == inputs, name
    values = [given[f"{name}/{entry}"] for entry in inputs]
    made = model(values[0] if len(values) == 1 else values, training=False)
    for index, output in enumerate(made if isinstance(made, list) else [made]):
        wanted = np.load(f"wanted-{name}-{index}.npy")
        assert np.array_equal(np.asarray(output), wanted), name
