"""Access to the machine: TensorFlow, devices, precision, other workers."""
