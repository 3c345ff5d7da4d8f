"""Garbage of a training is collected where it is made, however much else there is."""

import gc
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from common.callbacks.samples import Samples
from common.config import Config
from common.machine.garbage import keep_what_is_there
from data.figure import scatter


@pytest.fixture(autouse=True)
def unfrozen():
    yield
    gc.unfreeze()


def canvases():
    return sum(isinstance(each, FigureCanvasAgg) for each in gc.get_objects())


def test_drawn_figures_do_not_stay(tmp_path):
    points = np.random.default_rng(0).normal(size=(50, 2))
    nothing = SimpleNamespace(look_at=lambda *_: None, picture=lambda *_: None)
    samples = Samples(SimpleNamespace(samples=tmp_path), nothing, Config(), nothing)
    samples.set_model(
        SimpleNamespace(
            step=7,
            watched="fake",
            visuals=lambda count: {"fake": points},
            sheet=lambda visuals: scatter(visuals["fake"]),
            column_sheets=lambda visuals: {},
        )
    )
    gc.collect()
    before = canvases()
    scatter(points)
    # The control: of itself it waits for the collector.
    assert canvases() == before + 1
    for _ in range(3):
        samples.draw()
    assert canvases() == before and (tmp_path / "step-0000007.png").is_file()


def test_what_is_there_is_not_looked_through_again():
    ballast = [[number] for number in range(100_000)]
    keep_what_is_there()
    assert len(gc.get_objects()) < 10_000 < len(ballast)
    assert gc.get_freeze_count() > 100_000
