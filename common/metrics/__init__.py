"""Measures of what a generator has learned, each with what it needs to be trusted."""
