"""`make results`: what is not repeated, what is, and that no figure in a table is typed by hand."""

import json

import numpy as np
import pytest

from common.evaluation.experiment import Experiment
from common.evaluation.scores import TRAINED
from data.errors import Refused
from tests import results, tables
from tests.conftest import ROOT


def test_every_table_is_what_its_results_give():
    for path in tables.places():
        text = path.read_text(encoding="utf-8")
        assert tables.renewed(path, text) == text, f"{path}: `make results` writes another table"


def test_a_command_needs_what_it_imports():
    files = {str(f.relative_to(ROOT)) for f in results.imported_by("recipes.first_gan.train")}
    assert {
        "recipes/first_gan/gan.py",
        "common/gan.py",
        "common/equilibrium.py",
        "data/worlds/ring.py",
    } < files
    # How a run is measured does not change it, nor does another recipe.
    assert not {"common/evaluate.py", "recipes/dcgan/gan.py"} & files
    assert "common/metrics/kid.py" in {
        str(f.relative_to(ROOT)) for f in results.imported_by("recipes.first_gan.evaluate")
    }


def test_comments_and_docstrings_are_no_code(tmp_path):
    file = tmp_path / "a.py"

    def meaning(text):
        file.write_text(text)
        return results._meaning(file)

    plain = meaning("class A:\n    b: int = 1\n\n    def f(self):\n        return 2\n")
    told = '"""Words."""\n\n\nclass A:\n    """A."""\n\n    b: int = 1\n    """B."""\n\n'
    told += "    # Why.\n    def f(self):\n        '''F.'''\n        return 2\n"
    assert meaning(told) == plain
    assert meaning(told.replace("return 2", "return 3")) != plain
    assert meaning(told.replace("b: int = 1", "b: int = 2")) != plain


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A place in which trainings and evaluations are only written down."""
    done = []

    def python(module, *words):
        done.append((module.rpartition(".")[2], *map(str, words)))
        run = words[words.index("--run") + 1] if "--run" in words else words[-1]
        if module.endswith("train"):
            run.mkdir(parents=True, exist_ok=True)
            (run / "config.yaml").touch()
            if python.fails:
                raise python.fails
        else:
            row = {"a": 1.0}
            (run / "evaluation.json").write_text(
                json.dumps(
                    {
                        "data": "ring",
                        "step": 5,
                        "samples": 9,
                        "made_with": {},
                        "entrants": {},
                        "measures": {"a": "a"},
                        "unavailable": {},
                        "bars": ["a ≥ 1"],
                        "of_bars": ["a"],
                        "held": {TRAINED: [True], "cheat": [False]},
                        "scores": {TRAINED: row, "cheat": {"a": 0.0}},
                    }
                )
            )

    python.fails = None
    monkeypatch.setattr(results, "_python", python)
    monkeypatch.setattr(results, "RUNS", tmp_path / "runs")
    return python, done


TRIAL = Experiment("ring", ("--data", "ring"), ablation=("vanilla",))


def test_what_is_unchanged_is_not_repeated(workshop, monkeypatch):
    _, done = workshop
    first = results._one("first_gan", TRIAL, 0)
    assert [words[0] for words in done] == ["train", "train", "evaluate"]
    assert "--beside" in done[2]
    assert results._one("first_gan", TRIAL, 0) == first and len(done) == 3
    # Another seed is another run; other flags are.
    results._one("first_gan", TRIAL, 1)
    assert len(done) == 6
    other = Experiment("ring", ("--data", "ring", "--width", "9"), ablation=("vanilla",))
    results._one("first_gan", other, 0)
    assert [words[0] for words in done[6:]] == ["train", "evaluate"]


def test_other_code_is_trained_or_measured_again(workshop, monkeypatch):
    _, done = workshop
    results._one("first_gan", TRIAL, 0)
    meaning = results._meaning

    def changed(name):
        return lambda f: meaning(f) + ("changed" if f.name == name else "")

    monkeypatch.setattr(results, "_meaning", changed("kid.py"))
    results._one("first_gan", TRIAL, 0)
    assert [words[0] for words in done[3:]] == ["evaluate"]
    monkeypatch.setattr(results, "_meaning", changed("loss.py"))
    results._one("first_gan", TRIAL, 0)
    assert [words[0] for words in done[4:]] == ["train", "train", "evaluate"]


def test_what_was_interrupted_goes_on(workshop):
    python, done = workshop
    python.fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        results._one("first_gan", TRIAL, 0)
    python.fails = None
    results._one("first_gan", TRIAL, 0)
    assert done[0][:2] == ("train", "--data") and done[1][:2] == ("train", "--resume")


def test_a_summary_counts_who_passes(workshop):
    runs = [results._one("first_gan", TRIAL, seed) for seed in (0, 1)]
    found = results.summary("first_gan", TRIAL, runs)
    assert found["passes"] == {TRAINED: 2, "cheat": 0} and found["met"] == [2]
    assert found["scores"]["cheat"]["a"] == [0.0, 0.0]
    assert found["command"] == "python -m recipes.first_gan.train --data ring"


def test_median_and_range():
    assert tables.told_of([3.0, 1.0, 2.0]) == "2 [1 – 3]"
    assert tables.told_of([8, 8, 8]) == "8"
    assert tables.told_of([0.9123, 0.9124]) == "0.912"
    assert tables.told_of([12345.6]) == "12,346"


def test_a_recipe_that_does_not_exist(monkeypatch):
    monkeypatch.setenv("RECIPE", "gna")
    with pytest.raises(Refused, match="RECIPE=gna: there are cyclegan, dcgan, first_gan, pix2pix"):
        results.main()
    monkeypatch.setenv("RECIPE", "dcgan")
    for seeds in ("x", "0", "-1"):
        monkeypatch.setenv("SEEDS", seeds)
        with pytest.raises(Refused, match=f"SEEDS={seeds}: legal is 1 or more"):
            results.main()


def test_an_evaluation_made_by_hand_is_made_again(workshop):
    _, done = workshop
    results._one("first_gan", TRIAL, 0)
    file = results.RUNS / "first_gan" / "seed-0" / "ring" / "evaluation.json"
    file.write_text(file.read_text().replace('"samples": 9', '"samples": 5'))
    assert results._one("first_gan", TRIAL, 0)["samples"] == 9
    assert [words[0] for words in done[3:]] == ["evaluate"]


def test_seeds_that_were_measured_differently_are_not_told_together(workshop):
    runs = [results._one("first_gan", TRIAL, seed) for seed in (0, 1)]
    runs[1]["samples"] = 5
    with pytest.raises(Refused, match="samples differ between the seeds"):
        results.summary("first_gan", TRIAL, runs)


def test_data_that_is_not_there_leaves_the_results_as_they_are(tmp_path, monkeypatch):
    trial = Experiment("mnist", ("--data", "mnist"), data_from="MNIST")
    monkeypatch.setenv("MNIST", str(tmp_path / "none.npz"))
    assert "no such thing" in results._missing(trial) and "MNIST=FILE" in results._missing(trial)
    np.savez(tmp_path / "none.npz", x_train=np.zeros((20, 8, 8), np.uint8))
    assert results._missing(trial) == "" == results._missing(TRIAL)


def test_a_trial_whose_truth_nobody_knows_has_a_row(tmp_path, monkeypatch):
    """Paintings of photographs: there is nothing real to be held against."""
    kept = {"seeds": 1, "aside": False, "bars": ["disturbed ≤ 2"], "of_bars": ["disturbed"]}
    kept |= {
        "met": [1],
        "scores": {"trained": {"disturbed": [1.0]}, "identity": {"disturbed": [1.0]}},
    }
    folder = tmp_path / "recipes" / "one"
    folder.mkdir(parents=True)
    (folder / "results.json").write_text(json.dumps({"paintings": kept}))
    monkeypatch.setattr(tables, "ROOT", tmp_path)
    assert "paintings | disturbed ≤ 2 | 1 of 1 | 1 | – | identity 1 |" in tables.overview()
