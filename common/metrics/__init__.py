"""Measures of generated samples, which refuse too few or illegal ones."""
