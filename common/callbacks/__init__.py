"""Keras callbacks that watch and record a training."""
