"""What a trained run is worth, beside controls for whom the answer is known."""
