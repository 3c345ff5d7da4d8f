"""Name of a recipe: that of its folder, so that a copy of the folder is another recipe."""

import os


def recipe_name(file: str) -> str:
    """Return the name of the recipe that a module belongs to.

    Args:
        file: `__file__` of a module of the recipe's folder.
    """
    # A link to a folder is a recipe of its own: nothing is resolved.
    return os.path.basename(os.path.dirname(os.path.abspath(file)))
