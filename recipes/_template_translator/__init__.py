"""Template: pictures from pictures, learned from pairs."""  # CHANGE: this line.
