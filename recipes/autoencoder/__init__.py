"""Autoencoders: pictures in a few numbers, and back; from noise, and found by their codes."""

COMMANDS = ("train", "infer", "search", "evaluate")
