"""Templates of recipes, and the code that all recipes share; importing it is cheap."""

import os

# Before Keras is imported: the training step is written for TensorFlow.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
