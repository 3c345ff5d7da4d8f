"""Template: pictures from noise."""  # CHANGE: this line.
