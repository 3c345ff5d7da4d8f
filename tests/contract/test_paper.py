"""The published networks: they build, with as many parameters as they should have."""

import dataclasses
import importlib
import math

import pytest

from tests.contract.cases import NAMES, presets, source_of

WITH_PAPER = [name for name in NAMES if "paper" in presets(name)]


@pytest.mark.parametrize("recipe", WITH_PAPER)
def test_parameter_counts(recipe):
    stated = importlib.import_module(f"recipes.{recipe}.config").PARAMETERS
    config = dataclasses.replace(presets(recipe)["paper"], precision="float32")
    config = config.adapted_to(source_of(config))
    trainer = importlib.import_module(f"recipes.{recipe}.train").build(config)
    counted = {
        model.name: sum(math.prod(v.shape) for v in model.trainable_variables)
        for model in trainer.keras_models
    }
    assert counted == stated
