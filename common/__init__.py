"""Templates of recipes, and the code that all recipes share; importing it is cheap."""

import os

from common.machine import imports

#: The backend of Keras that the environment asks for; "": none.
BACKEND_ASKED = os.environ.get("KERAS_BACKEND", "")
# Before Keras is imported: the training step is written for TensorFlow.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["KERAS_NNX_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
imports.settle()
