"""The renderer that the worlds share: dice, a canvas with soft-edged shapes, noise, strokes."""
