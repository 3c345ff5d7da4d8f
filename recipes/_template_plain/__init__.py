"""Template: pictures, squeezed and unfolded again."""  # CHANGE: this line.
