"""TraVeLGAN's evaluation: a constant control, and networks that another recipe saved."""

import dataclasses
import shutil

import pytest
import yaml

from common.commands.evaluate import evaluate as evaluated
from data.errors import Refused
from recipes.travelgan import evaluate
from recipes.travelgan.flags import Flags
from tests.conftest import refused
from tests.contract import cases

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run that has not been trained, and its copy, which says that it is CycleGAN's."""
    place = tmp_path_factory.mktemp("runs")
    config = cases.tiny("travelgan", steps=0, averaging=0.0)
    trainer = cases.built("travelgan", config)
    trainer.trainModel(cases.loaded(config), verbose=False)
    trainer.save(place / "run")
    other = place / "other"
    shutil.copytree(place / "run", other)
    facts = yaml.safe_load((other / "config.yaml").read_text())
    (other / "config.yaml").write_text(yaml.safe_dump(facts | {"recipe": "cyclegan"}))
    return place / "run", other


def measured(run, *baselines):
    flags = Flags(run=run, count=4, baselines=baselines)
    parts = evaluate.build, evaluate.measure, evaluate.criteria, flags, evaluate.ablation
    return evaluated("travelgan", evaluate.Config, *parts)


def test_networks_of_another_recipe_are_measured_as_ones_own(runs, monkeypatch):
    monkeypatch.setattr("common.metrics.features.feature_net", lambda *a, **k: "not trained here")
    run, other = runs
    scores = measured(run, other)
    assert {"trained", "cyclegan", "constant", "identity", "real"} <= set(scores.values)
    for way in ("A→B", "B→A"):
        own, theirs, same = (
            scores.values[name][f"error {way}"] for name in ("trained", "cyclegan", "constant")
        )
        # The same weights, and one and the same picture for every one.
        assert theirs == pytest.approx(own, rel=1e-5) and same != pytest.approx(own, rel=1e-2)
    asked = {str(criterion) for criterion in scores.criteria}
    assert "error A→B ≤ 0.5 × identity" in asked


@pytest.mark.parametrize(
    ("part", "changes", "words"),
    [
        ("config", {"image_size": 64}, "was trained with --image-size 64, not 32"),
        ("data", {"fingerprint": 1}, "did not learn from the pictures that fruit has"),
    ],
)
def test_baselines_of_other_data_are_refused(runs, part, changes, words, tmp_path):
    run, other = runs
    shutil.copytree(other, tmp_path / "odd")
    file = tmp_path / "odd" / "config.yaml"
    facts = yaml.safe_load(file.read_text())
    facts[part] |= changes
    file.write_text(yaml.safe_dump(facts))
    with pytest.raises(Refused, match=words):
        measured(run, tmp_path / "odd")


def test_baselines_that_are_none_are_refused(runs, tmp_path):
    """What is no run at once, before anything else is looked at."""
    run, other = runs
    words = ("--run", "nowhere", "--baselines", "nothing")
    code, _, err = refused("recipes.travelgan.evaluate", *words, cwd=tmp_path)
    assert code == 2 and err.startswith("error: --baselines nothing is not a run folder (")
    with pytest.raises(Refused, match="is not a run folder"):
        measured(run, tmp_path / "nowhere")
    with pytest.raises(Refused, match="there is a column cyclegan already"):
        measured(run, other, other)


def test_criteria_name_cyclegan_where_it_is_measured():
    from common.evaluation.scores import Scores

    names = ("content kept A→B", "error A→B", "kernel distance A→B")
    config, measures = dataclasses.replace(evaluate.PRESETS["tiny"]), dict.fromkeys(names, "")
    more = "kernel distance A→B ≤ 1 × cyclegan"
    for beside, theirs in (({}, []), ({"cyclegan": {}}, [more])):
        values = {"real": {}, "trained": {}} | beside
        found = evaluate.criteria(config, Scores({}, {}, measures, values))
        assert [str(criterion) for criterion in found] == [
            "content kept A→B ≥ 0.9 × real",
            "error A→B ≤ 0.5 × identity",
            "kernel distance A→B ≤ 0.5 × identity",
            *theirs,
        ]
