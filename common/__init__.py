"""The templates, and what every recipe shares. Imports nothing heavy by itself."""

import os

# Before anyone imports Keras: the training step is written for TensorFlow.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
