"""What a training knows of its machine: TensorFlow, devices, precision, other workers."""
