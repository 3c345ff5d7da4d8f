"""Evaluation of trained runs, beside controls whose scores are known."""
