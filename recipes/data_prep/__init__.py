"""Data first: collecting, looking, cleaning, splitting, augmenting (no network yet)."""

COMMANDS = ("messy",)
