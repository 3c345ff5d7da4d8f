"""What `make results` trains."""

from common.trial import Trial

TRIALS = [
    Trial("houses", seeds=1),
    # Fetched by Keras, unless MNIST=PATH names a file of it.
    Trial("mnist", ("--data", "mnist"), seeds=1, data_from="MNIST"),
]
