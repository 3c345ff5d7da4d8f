"""What watches a training, and writes down what it does: Keras callbacks."""
