"""One folder a recipe. `python -m recipes` lists them."""
