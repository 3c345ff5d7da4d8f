"""Template: pictures from noise."""  # CHANGE: one line, which `python -m recipes` shows.
