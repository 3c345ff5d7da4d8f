"""Time to quality: clocks that stand still, and both trainings on the same pictures."""

import dataclasses
import time

import numpy as np
import pytest

from recipes.dcgan.config import PRESETS
from tests import quality


class Model:
    stop_training = False


def test_a_clock_stands_still_while_it_measures():
    def measured():
        time.sleep(0.2)
        return 1.0

    clock, model = quality.Clock(measured, (0.05, 0.06, 0.12)), Model()
    clock.set_model(model)
    began = time.perf_counter()
    while not model.stop_training:
        time.sleep(0.02)
        clock.on_train_batch_end(0)
    clock.finish()
    # The end was measured already. A measurement takes longer than what lies between the moments.
    assert 2 <= len(clock.found) <= 3
    seconds = [second for second, _ in clock.found]
    assert seconds == sorted(seconds) and seconds[-1] < 0.2 < time.perf_counter() - began


def test_when_a_distance_was_reached():
    curve = [(5, 9.0), (10, 4.0), (15, 5.0)]
    assert quality.reached(curve, 4.5) == 10 and quality.reached(curve, 3.0) is None


def test_both_are_trained_and_drawn(monkeypatch, tmp_path):
    """On as many pictures, by the same distance; what is kept is not measured again."""
    tiny = dataclasses.replace(PRESETS["tiny"], pictures=300, steps=4)
    monkeypatch.setattr(quality, "PRESETS", {"small": tiny})
    monkeypatch.setattr(quality, "SAMPLES", 40)
    monkeypatch.setattr(quality, "feature_net", lambda source, size: Net())
    monkeypatch.setattr(quality, "FILE", tmp_path / "quality.json")
    monkeypatch.setattr(quality, "PICTURE", tmp_path / "quality.png")
    made = {quality.OURS: "as now", quality.TUTORIAL: "as ever"}
    monkeypatch.setattr(quality, "provenance", lambda: dict(made))
    whole = quality.measure
    monkeypatch.setattr(quality, "measure", lambda names: whole(names, (0.01, 0.05)))
    quality.renew()
    text = quality.FILE.read_text()
    assert text.count("as now") == 1 and quality.PICTURE.stat().st_size > 1000
    found = quality.json.loads(text)
    ours, theirs = (found["curves"][name] for name in (quality.OURS, quality.TUTORIAL))
    assert len(ours) >= 1 and len(theirs) >= 1
    assert all(value > 0 for _, value in [*ours, *theirs])
    monkeypatch.setattr(quality, "measure", lambda names: pytest.fail("measured again"))
    quality.renew()
    # Where ours trains otherwise, the other curve is kept.
    made[quality.OURS] = "otherwise"
    again = {**found, "curves": {quality.OURS: [[1.0, 2.0]]}}
    monkeypatch.setattr(quality, "measure", lambda names: again if len(names) == 1 else None)
    quality.renew()
    anew = quality.json.loads(quality.FILE.read_text())
    assert anew["curves"] == {quality.OURS: [[1.0, 2.0]], quality.TUTORIAL: theirs}
    assert anew["made"] == made


class Net:
    """Features that need no training: a picture's mean colours."""

    class info:
        name, digest = "means", "0"

    def __call__(self, images):
        assert images.dtype == np.uint8
        return images.astype(np.float64).mean((1, 2))


def test_the_tutorials_networks():
    from tests import tutorial

    gan = tutorial.TutorialGAN(40)
    assert gan.generator.output_shape == (None, 40, 40, 3)
    assert gan.discriminator.output_shape == (None, 1)
