"""Experiments that `make results` runs."""

from common.evaluation.experiment import Experiment, presets

EXPERIMENTS = [
    Experiment("furniture", ablations=presets("gate"), seeds=1),
    Experiment("views", ("views",), ablations=presets("no-weights"), seeds=1),
    # Shapes of others, as files of arrays. CHAIRS=FILE: chairs, each turned in several ways, and
    # `chair`, which of them a grid is. Turned chairs have no left and right that are alike.
    Experiment(
        "chairs",
        (
            *("--data", "chairs.npz", "--split-by", "chair", "--image-size", "32", "--no-mirror"),
            *("--steps", "5000", "--decay-from", "2500", "--decay-steps", "2500"),
        ),
        seeds=1,
        data_from="CHAIRS",
    ),
    # IKEA=FILE: photographs of furniture as `views`, and `model`, which product they show. Of so
    # few, with a weight of .75 a third fewer voxels came out occupied, and the IoU was .06.
    Experiment(
        "photographs",
        (
            *("views", "--data", "ikea.npz", "--split-by", "model", "--steps", "600"),
            *("--decay-from", "300", "--decay-steps", "300", "--occupied-weight", "0.9"),
        ),
        seeds=1,
        data_from="IKEA",
    ),
    # RENDERINGS=FILE: four shapes from all around, and `side`, from which eighth of the circle.
    # What can be measured is whether a shape is known from a side that was not seen.
    Experiment(
        "renderings",
        (
            *("views", "--data", "renderings.npz", "--split-by", "side", "--steps", "1200"),
            *("--decay-from", "600", "--decay-steps", "600", "--occupied-weight", "0.9"),
        ),
        seeds=1,
        data_from="RENDERINGS",
    ),
]
