"""What `make results` trains."""

from common.trial import Trial

TRIALS = [
    Trial("houses"),
    # Fetched by Keras, unless MNIST=PATH names a file of it.
    Trial("mnist", ("--data", "mnist"), data_from="MNIST"),
]
