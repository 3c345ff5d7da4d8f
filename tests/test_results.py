"""`make results`: what is not repeated, what is, and that no figure in a table is typed by hand."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

import data
from common.evaluation.experiment import Experiment, presets
from common.evaluation.results import read_results
from common.evaluation.scores import TRAINED
from data.errors import Refused
from tests import behaviour, digests, results, summaries, tables
from tests.conftest import ROOT


def test_every_table_is_what_its_results_give():
    for path in tables.places():
        text = path.read_text(encoding="utf-8")
        assert tables.renewed(path, text) == text, f"{path}: `make results` writes another table"


def test_a_command_needs_what_it_imports():
    files = {str(f.relative_to(ROOT)) for f in digests.imported_by("recipes.first_gan.train")}
    assert {
        "recipes/first_gan/gan.py",
        "common/gan.py",
        "common/callbacks/equilibrium.py",
        "data/worlds/ring.py",
    } < files
    # How a run is measured does not change it, nor does another recipe.
    assert not {"common/commands/evaluate.py", "recipes/dcgan/gan.py"} & files
    measures = digests.imported_by("recipes.first_gan.evaluate")
    assert {ROOT / "common/metrics/kid.py", ROOT / "recipes/first_gan/train.py"} < measures


def test_comments_and_docstrings_are_no_code(tmp_path):
    file = tmp_path / "a.py"

    def meaning(text):
        file.write_text(text)
        return digests._meaning(file)

    plain = meaning("class A:\n    b: int = 1\n\n    def f(self):\n        return 2\n")
    told = '"""Words."""\n\n\nclass A:\n    """A."""\n\n    b: int = 1\n    """B."""\n\n'
    told += "    # Why.\n    def f(self):\n        '''F.'''\n        return 2\n"
    assert meaning(told) == plain
    assert meaning(told.replace("return 2", "return 3")) != plain
    assert meaning(told.replace("b: int = 1", "b: int = 2")) != plain
    # Nor is where something is imported from; but what is imported, and as what.
    here = meaning("from common.metrics.kid import kid as k\nimport common.gan as g\n")
    assert meaning("from .kid import kid as k\nimport gan as g\n") == here
    assert meaning("from .kid import other as k\nimport gan as g\n") != here
    assert meaning("from .kid import kid\nimport gan as g\n") != here


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
                        "candidates": {},
                        "measures": {"a": "a"},
                        "unavailable": {},
                        "criteria": ["a ≥ 1"],
                        "of_criteria": ["a"],
                        "met": {TRAINED: [True], "cheat": [False]},
                        "scores": {TRAINED: row, "cheat": {"a": 0.0}},
                        "intervals": {TRAINED: {"a": [0.5, 1.25]}, "cheat": {}},
                    }
                )
            )

    python.fails = None
    monkeypatch.setattr(results, "_python", python)
    monkeypatch.setattr(results, "RUNS", tmp_path / "runs")
    python.does = {}
    monkeypatch.setattr(
        results,
        "behaviour_of",
        lambda recipe, flags: python.does.get(flags, " ".join((recipe, *flags))),
    )
    monkeypatch.setattr(results, "evaluation_digest", lambda recipe: python.does.get("measure", ""))
    return python, done


@pytest.fixture
def shelf(tmp_path, monkeypatch, workshop):
    """A recipe whose figures are kept in a folder of its own; gives a `make results` of it."""
    monkeypatch.setattr(results, "ROOT", tmp_path)
    monkeypatch.setattr(results, "_experiments", lambda recipe: [RING])
    (tmp_path / "recipes" / "first_gan").mkdir(parents=True)
    _, done = workshop

    def make(seeds=None, force=False):
        done.clear()
        results.measure("first_gan", seeds, force)
        return [words[0] for words in done]

    return make


RING = Experiment("ring", ("--data", "ring"), ablations=presets("vanilla"))


def test_what_is_unchanged_is_not_repeated(workshop, monkeypatch):
    _, done = workshop
    first = results._one("first_gan", RING, 0)
    assert [words[0] for words in done] == ["train", "train", "evaluate"]
    assert "--beside" in done[2]
    assert results._one("first_gan", RING, 0) == first and len(done) == 3
    # Another seed is another run; other flags are.
    results._one("first_gan", RING, 1)
    assert len(done) == 6
    other = Experiment("ring", ("--data", "ring", "--width", "9"), ablations=presets("vanilla"))
    results._one("first_gan", other, 0)
    assert [words[0] for words in done[6:]] == ["train", "evaluate"]


def test_a_training_of_another_experiment_that_did_the_same_is_taken(workshop):
    _, done = workshop
    results._one("first_gan", RING, 0)
    run = results.RUNS / "first_gan" / "seed-0" / "ring"
    (run / "checkpoint").write_text("learned")
    other = Experiment("parts", RING.flags, ablations=presets("vanilla", "narrow"))
    results._one("first_gan", other, 0)
    assert [words[0] for words in done[3:]] == ["train", "evaluate"]
    assert done[3][1] == "narrow"
    assert (run.with_name("parts") / "checkpoint").read_text() == "learned"
    # It is measured for itself; another seed and FORCE=1 train.
    results._one("first_gan", other, 1)
    results._one("first_gan", other, 0, force=True)
    assert [words[0] for words in done[5:]] == (["train"] * 3 + ["evaluate"]) * 2


def test_ablations_may_have_a_row_each(workshop):
    """With their flags and seconds; the name of the column is theirs."""
    _, done = workshop
    beside = {"sharp": ("vanilla", "--blur", "0"), "long": ("vanilla", "--steps", "9")}
    many = Experiment("many", ("vanilla",), beside, rows=True)
    runs = [results._one("first_gan", many, seed) for seed in (0, 1)]
    assert [words[0] for words in done] == ["train", "train", "train", "evaluate"] * 2
    assert done[2][1:4] == ("vanilla", "--steps", "9")
    beside = done[3][done[3].index("--beside") + 1 :]
    assert [path.rpartition("/")[2] for path in beside] == ["sharp", "long"]
    trial = summaries.summary("first_gan", many, runs)
    # Of their flags the table shows what the experiment does not have.
    assert set(trial["seconds_of"]) == {"sharp", "long"} and len(trial["seconds_of"]["long"]) == 2
    trial["seconds"], trial["seconds_of"] = [3, 5], {"sharp": [7, 7], "long": [9, 9]}
    trial["scores"] |= {"sharp": {"a": [0.5, 0.5]}, "long": {"a": [0.25, 0.75]}}
    table = tables.listed(trial, ["seconds", "a"]).splitlines()
    assert table[:5] == [
        "| | flags | seconds | a |",
        "|---|---|---|---|",
        "| trained | – | 4 [3 – 5] | 1 |",
        "| sharp | `--blur 0` | 7 | 0.5 |",
        "| long | `--steps 9` | 9 | 0.5 [0.25 – 0.75] |",
    ]
    assert tables.details(trial).startswith("| | flags | seconds | a |")


def test_what_does_something_else_is_trained_or_measured_again(workshop):
    python, done = workshop
    results._one("first_gan", RING, 0)
    python.does["measure"] = "otherwise"
    results._one("first_gan", RING, 0)
    assert [words[0] for words in done[3:]] == ["evaluate"]
    python.does[RING.ablations["vanilla"]] = "other steps"
    results._one("first_gan", RING, 0)
    assert [words[0] for words in done[4:]] == ["train", "evaluate"]
    python.does[RING.flags] = "more steps"
    results._one("first_gan", RING, 0)
    assert [words[0] for words in done[6:]] == ["train", "evaluate"]
    # FORCE=1.
    results._one("first_gan", RING, 0, True)
    assert [words[0] for words in done[8:]] == ["train", "train", "evaluate"]


def test_figures_stand_on_a_fresh_clone(shelf, workshop, tmp_path, capsys):
    """Without the runs that they are of, for as long as the trainings do the same."""
    once = ["train", "train", "evaluate"]
    assert shelf() == 3 * once
    assert "first_gan, ring: due, there are no figures yet" in capsys.readouterr()[0]
    kept = tmp_path / "recipes" / "first_gan" / "results.json"
    before = json.loads(kept.read_text())
    assert before["recipe"] == "first_gan" and before["experiments"]["ring"]["seeds"] == 3
    shutil.rmtree(results.RUNS)
    assert shelf() == [] and "ring: kept, it is trained and measured as" in capsys.readouterr()[0]
    assert json.loads(kept.read_text()) == before
    # Fewer seeds are there already; FORCE=1 asks for them anew, and then more are due.
    assert shelf(seeds=2) == [] and shelf(seeds=1, force=True) == once
    assert shelf(seeds=1) == [] and "FORCE=1" in capsys.readouterr()[0]
    assert shelf(seeds=2) == once
    assert "2 seeds are wanted, and 1 measured" in capsys.readouterr()[0]


def test_more_seeds_are_added_to_those_that_there_are(shelf, workshop, tmp_path, monkeypatch):
    """Whose runs lie on another machine; all seeds together are told as if they had run in one."""
    _, done = workshop
    kept = tmp_path / "recipes" / "first_gan" / "results.json"
    shelf()
    whole = json.loads(kept.read_text())
    assert whole["experiments"]["ring"]["scores"][TRAINED] == {"a": [1.0, 1.0, 1.0]}
    shutil.rmtree(results.RUNS)
    shelf(seeds=1, force=True)
    assert json.loads(kept.read_text())["experiments"]["ring"]["intervals"]
    shutil.rmtree(results.RUNS)
    assert shelf() == 2 * ["train", "train", "evaluate"]
    assert [words[words.index("--seed") + 1] for words in done[::3]] == ["1", "2"]
    assert json.loads(kept.read_text()) == whole
    # Not to counts that an earlier version did not make.
    figures = json.loads(kept.read_text())
    figures["experiments"]["ring"] |= {"seeds": 1}
    del figures["experiments"]["ring"]["in_part"]
    kept.write_text(json.dumps(figures))
    shutil.rmtree(results.RUNS)
    assert shelf() == 3 * ["train", "train", "evaluate"]


def test_seeds_of_another_machine(shelf, workshop, tmp_path, monkeypatch):
    """They are added while code and flags are the same, and both machines are told."""
    python, _ = workshop
    kept = tmp_path / "recipes" / "first_gan" / "results.json"
    once = ["train", "train", "evaluate"]
    here = summaries.machine()
    shelf(seeds=1)
    shutil.rmtree(results.RUNS)
    monkeypatch.setattr(summaries, "machine", lambda: "elsewhere")
    monkeypatch.setattr(results, "machine_of_digests", lambda: "another")
    python.does[RING.flags] = "other bits"
    assert shelf() == 2 * once
    ring = json.loads(kept.read_text())["experiments"]["ring"]
    assert ring["measures"] == {"a": "a"}
    assert ring["machine"] == f"{here}; elsewhere" and len(ring["seconds"]) == ring["seeds"] == 3
    # With another code, or other flags, all are trained.
    for change in ("measure", "flags"):
        shelf(seeds=1, force=True)
        shutil.rmtree(results.RUNS)
        monkeypatch.setattr(results, "machine_of_digests", lambda change=change: change)
        if change == "measure":
            python.does["measure"] = "otherwise"
        else:
            longer = [dataclasses.replace(RING, flags=(*RING.flags, "--steps", "7"))]
            monkeypatch.setattr(results, "_experiments", lambda recipe, longer=longer: longer)
        assert shelf(seeds=2) == 2 * once


def test_what_is_measured_beside_is_asked_for_before_any_training(shelf, monkeypatch, capsys):
    beside = dataclasses.replace(RING, evaluate_flags=("--baselines", "$RING_BESIDE"))
    monkeypatch.setattr(results, "_experiments", lambda recipe: [beside])
    monkeypatch.delenv("RING_BESIDE", raising=False)
    assert shelf(seeds=1) == [] and "(RING_BESIDE=PATH names it)" in capsys.readouterr()[1]
    monkeypatch.setenv("RING_BESIDE", "runs/other")
    assert shelf(seeds=1) == ["train", "train", "evaluate"]


def test_why_figures_do_not_stand(shelf, workshop, tmp_path, monkeypatch, capsys):
    python, done = workshop
    shelf(seeds=1)
    python.does[RING.ablations["vanilla"]] = "other steps"
    assert shelf(seeds=1) == ["train", "evaluate"]
    assert "a training does something else now (vanilla)" in capsys.readouterr()[0]
    python.does["measure"] = "otherwise"
    assert shelf(seeds=1) == ["evaluate"]
    assert "its evaluation has changed" in capsys.readouterr()[0]
    more = dataclasses.replace(RING, evaluate_flags=("--count", "1000"))
    monkeypatch.setattr(results, "_experiments", lambda recipe: [more])
    assert shelf(seeds=1) == ["evaluate"] and done[-1][-2:] == ("--count", "1000")
    assert "its evaluation has changed" in capsys.readouterr()[0]
    # Another machine rounds otherwise; where it does not, the figures stand.
    monkeypatch.setattr(results, "machine_of_digests", lambda: "another")
    assert shelf(seeds=1) == []
    python.does[RING.flags] = "other bits"
    assert "train" in shelf(seeds=1)
    assert f"its figures are of another machine ({behaviour.machine()})" in capsys.readouterr()[0]
    # What was measured by the version before says nothing of it.
    kept = tmp_path / "recipes" / "first_gan" / "results.json"
    figures = json.loads(kept.read_text())
    del figures["experiments"]["ring"]["provenance"]
    kept.write_text(json.dumps(figures))
    shelf(seeds=1)
    assert "its figures do not say how they were made" in capsys.readouterr()[0]


def test_the_figures_of_another_recipe_are_none(shelf, tmp_path):
    shelf(seeds=1)
    folder = tmp_path / "recipes" / "first_gan"
    assert set(read_results(folder)) == {"ring"}
    shutil.copytree(folder, tmp_path / "recipes" / "mygan")
    assert read_results(tmp_path / "recipes" / "mygan") == {}


def test_what_was_interrupted_goes_on(workshop):
    python, done = workshop
    python.fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        results._one("first_gan", RING, 0)
    python.fails = None
    results._one("first_gan", RING, 0)
    assert done[0][:2] == ("train", "--data") and done[1][:2] == ("train", "--resume")


def test_a_summary_counts_who_passes(workshop):
    runs = [results._one("first_gan", RING, seed) for seed in (0, 1)]
    found = summaries.summary("first_gan", RING, runs)
    assert found["passes"] == {TRAINED: 2, "cheat": 0} and found["met"] == [2]
    # Of whom only some was measured passes in part.
    for run in runs:
        run["met"] = {TRAINED: [True, False], "cheat": [True, None]}
    found = summaries.summary("first_gan", RING, runs)
    assert found["passes"] == found["in_part"] | {"cheat": 0} == {TRAINED: 0, "cheat": 0}
    verdicts = tables.excerpt(found, [TRAINED, "cheat"]).splitlines()[3]
    assert verdicts == "| **meets every criterion** | 0 of 2 | 2 of 2, in part |"
    assert found["scores"]["cheat"]["a"] == [0.0, 0.0]
    assert found["command"] == "python -m recipes.first_gan.train --data ring"


def test_one_seed_is_told_with_its_own_interval_and_several_with_their_range(workshop):
    runs = [results._one("first_gan", RING, seed) for seed in (0, 1)]
    one, both = (summaries.summary("first_gan", RING, runs[:count]) for count in (1, 2))
    assert "| a | 1 [0.5 – 1.25] | 0 |" in tables.details(one)
    assert "with 95 % intervals" in tables.details(one)
    assert "| a | 1 | 0 |" in tables.details(both) and "95 %" not in tables.details(both)


def test_what_is_measured_on_other_data_says_where_that_is(workshop, tmp_path, monkeypatch):
    _, done = workshop
    flags = ("--labelled", "$CAMERA", "--labels", "gaze")
    one = Experiment("eyes", data_from="EYES", evaluate_flags=flags)
    np.savez(tmp_path / "eyes.npz", x_train=np.zeros((20, 8, 8), np.uint8))
    monkeypatch.setenv("EYES", str(tmp_path / "eyes.npz"))
    monkeypatch.delenv("CAMERA", raising=False)
    assert "CAMERA=PATH names it" in results._missing("first_gan", one)
    monkeypatch.setenv("CAMERA", "camera.npz")
    assert results._missing("first_gan", one) == ""
    results._one("first_gan", one, 0)
    assert done[-1][0] == "evaluate" and done[-1][-4:] == ("--labelled", "camera.npz", *flags[2:])


def test_median_and_range():
    assert tables.told_of([3.0, 1.0, 2.0]) == "2 [1 – 3]"
    assert tables.told_of([8, 8, 8]) == "8"
    assert tables.told_of([0.9123, 0.9124]) == "0.912"
    assert tables.told_of([12345.6]) == "12,346"


def test_a_recipe_that_does_not_exist(monkeypatch):
    monkeypatch.setenv("RECIPE", "gna")
    with pytest.raises(Refused, match="RECIPE=gna: there are autoencoder, cgan, cyclegan"):
        results.main()
    monkeypatch.setenv("RECIPE", "dcgan")
    for seeds in ("x", "0", "-1"):
        monkeypatch.setenv("SEEDS", seeds)
        with pytest.raises(Refused, match=f"SEEDS={seeds}: legal is 1 or more"):
            results.main()
    monkeypatch.delenv("SEEDS")
    monkeypatch.setenv("FORCE", "yes")
    with pytest.raises(Refused, match="FORCE=yes: legal are 0 and 1"):
        results.main()


def test_an_evaluation_made_by_hand_is_made_again(workshop):
    _, done = workshop
    results._one("first_gan", RING, 0)
    file = results.RUNS / "first_gan" / "seed-0" / "ring" / "evaluation.json"
    file.write_text(file.read_text().replace('"samples": 9', '"samples": 5'))
    assert results._one("first_gan", RING, 0)["samples"] == 9
    assert [words[0] for words in done[3:]] == ["evaluate"]


def test_seeds_that_were_measured_differently_are_not_told_together(workshop):
    runs = [results._one("first_gan", RING, seed) for seed in (0, 1)]
    runs[1]["samples"] = 5
    with pytest.raises(Refused, match="samples differ between the seeds"):
        summaries.summary("first_gan", RING, runs)


def test_a_net_of_another_machine_is_told(workshop, monkeypatch):
    """It is another one; but a measure that the others lack cannot be told beside them."""
    first, second = (results._one("first_gan", RING, seed) for seed in (0, 1))
    before = summaries.summary("first_gan", RING, [first])
    monkeypatch.setattr(summaries, "machine", lambda: "elsewhere")
    second["measures"] = {"a": "a, by a net"}
    both = summaries.summary("first_gan", RING, [second, second], before)
    assert both["measures"] == {"a": "a; elsewhere: a, by a net"}
    second["measures"] = {"b": "b"}
    with pytest.raises(Refused, match="measures differ between the seeds"):
        summaries.summary("first_gan", RING, [second], before)


def test_data_that_is_not_there_leaves_the_results_as_they_are(tmp_path, monkeypatch):
    one = Experiment("mnist", ("--data", "mnist"), data_from="MNIST")
    monkeypatch.setenv("MNIST", str(tmp_path / "none.npz"))
    assert "no such thing" in results._missing(
        "first_gan", one
    ) and "MNIST=FILE" in results._missing("first_gan", one)
    np.savez(tmp_path / "none.npz", x_train=np.zeros((20, 8, 8), np.uint8))
    assert results._missing("first_gan", one) == "" == results._missing("first_gan", RING)
    # Of two sets, of which one is drawn.
    monkeypatch.setenv("MNIST", f"digits,{tmp_path / 'none.npz'}")
    assert results._missing("first_gan", one) == ""
    # Where no flag names the set, the configuration does.
    monkeypatch.delenv("MNIST")
    asked, ring = [], data.find("ring")
    monkeypatch.setattr(data, "find", lambda place: asked.append(place) or ring)
    for recipe, flags in (("autoencoder", ("mnist",)), ("first_gan", ())):
        assert results._missing(recipe, Experiment("set", flags, data_from="MNIST")) == ""
    assert asked == ["mnist", "ring"]


def test_an_experiment_without_a_ground_truth_has_a_row(tmp_path, monkeypatch):
    """Paintings of photographs: there is nothing real to be held against."""
    kept = {"seeds": 1, "aside": False, "met": [1, None, None, None]}
    kept |= {
        "criteria": ["disturbed ≤ 2", "error ≤ 1", "far ≤ 1", "far ≤ 1 × L1 alone"],
        "of_criteria": ["disturbed", "error", "far", "far"],
        "scores": {"trained": {"disturbed": [1.0], "far": [0.5]}, "identity": {"disturbed": [1.0]}},
    }
    folder = tmp_path / "recipes" / "one"
    folder.mkdir(parents=True)
    (folder / "results.json").write_text(
        json.dumps({"recipe": "one", "experiments": {"paintings": kept}})
    )
    monkeypatch.setattr(tables, "ROOT", tmp_path)
    rows = tables.overview()
    assert "paintings | disturbed ≤ 2 | 1 of 1 | 1 | – | identity 1 |" in rows
    # What was not measured is not missed.
    assert "paintings | error ≤ 1 | not measured | – | – |  |" in rows
    # What an untrained network meets, too, was measured and tells nothing.
    assert "paintings | far ≤ 1 | not counted | 0.5 | – |  |" in rows
    assert "paintings | far ≤ 1 × L1 alone | not measured | 0.5 | – |  |" in rows
