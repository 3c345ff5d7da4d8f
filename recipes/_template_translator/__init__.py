"""Template: pictures from pictures, learned from pairs."""  # CHANGE: shown by `python -m recipes`.
