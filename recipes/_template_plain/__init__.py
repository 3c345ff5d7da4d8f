"""Template: pictures, squeezed and unfolded again."""  # CHANGE: shown by `python -m recipes`.
