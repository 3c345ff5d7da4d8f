"""What measures a step: the profile by kernels, and both sides of the fast paths."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests import (
    bench_domains,
    bench_layers,
    bench_memory,
    bench_starts,
    bench_steps,
    bench_workers,
    profile,
)
from tests.behaviour import settings
from tests.conftest import ROOT, called

LOG = """
onednn_verbose,v1,primitive,exec,cpu,matmul,brg,undef,a,b,c,2x3:3x5,9
profile begins
onednn_verbose,v1,primitive,exec,cpu,convolution,brg:avx,forward_training,a,b,c,\
mb4_ic3oc8_ih10oh5kh4sh2dh0ph1_iw10ow5kw4sw2dw0pw1,2
onednn_verbose,v1,primitive,exec,cpu,convolution,brg:avx,backward_weights,a,b,c,\
mb2_ic3oc8_id4od2kd4sd2dd0pd1_ih4oh2kh4sh2dh0ph1_iw4ow2kw4sw2dw0pw1,4
onednn_verbose,v1,primitive,exec,cpu,matmul,brg,undef,a,b,c,2x3:3x5,0.5
onednn_verbose,v1,primitive,exec,cpu,reorder,jit,undef,a,b,c,3x5,0.5
onednn_verbose,v1,primitive,create:cache_hit,cpu,matmul,brg,undef,a,b,c,2x3:3x5,9
profile ends 0.05
"""


def test_a_log_is_summed_up_by_parts():
    parts, wall = profile.read(LOG)
    assert wall == pytest.approx(10)
    steps = profile.STEPS
    times = {name: part.milliseconds * steps for name, part in parts.items()}
    assert times == {
        profile.FORWARD: 2,
        "kernels' gradients": 4,
        "products of matrices": 0.5,
        profile.OTHER: 0.5,
    }
    done = {name: part.operations * steps for name, part in parts.items()}
    assert done[profile.FORWARD] == pytest.approx(2 * 4 * 5 * 5 * 4 * 4 * 3 * 8)
    assert done["kernels' gradients"] == pytest.approx(2 * 2 * 2**3 * 4**3 * 3 * 8)
    assert done["products of matrices"] == pytest.approx(2 * 2 * 3 * 5)
    lines = profile.told(parts, wall)
    assert "| kernels' gradients | 0.8 | 8% |" in lines[2]
    assert lines[-1].startswith("| **a step** | 10.0")


def test_a_batch_of_products():
    assert profile.operations("matmul", "7x2x3:7x3x5") == 7 * 2 * 2 * 3 * 5
    assert profile.operations("reorder", "2x3") == 0


def test_a_recipe_is_profiled():
    code, out, err = called("tests.profile", "first_gan", "tiny", cwd=ROOT)
    assert code == 0, err
    assert "| **a step** |" in out


def test_both_sides_are_measured(monkeypatch, capsys):
    monkeypatch.setattr(bench_steps, "TURN", 0.0)
    bench_steps.compare("first_gan", settings("first_gan", ["tiny"]), " tiny")
    name, fast, plain, ratio = capsys.readouterr().out.strip("| \n").split(" | ")
    assert name == "first_gan tiny" and fast.endswith("ms") and plain.endswith("ms")
    assert float(ratio.split()[0]) > 0


def test_layers_are_measured_on_both_sides(monkeypatch, capsys):
    monkeypatch.setattr(bench_layers, "TURN", 0.0)
    for name in ("cropping, 65×65×24", "batch norm, 8×8×256"):
        bench_layers.compare(name, *bench_layers.CASES[name])
        told, fast, plain, ratio = capsys.readouterr().out.strip("| \n").split(" | ")
        assert told == name and fast.endswith("ms") and plain.endswith("ms")
        assert float(ratio.split()[0]) > 0


def test_imports_are_measured_on_both_sides(monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(bench_starts.subprocess, "run", lambda words, **_: ran.append(words[-1]))
    bench_starts.main()
    name, here, keras, ratio = capsys.readouterr().out.splitlines()[-1].strip("| ").split(" | ")
    assert here.endswith(" s") and keras.endswith(" s") and float(ratio.split()[0]) > 0
    assert len(ran) == 4 * bench_starts.ROUNDS and len(set(ran)) == 2


def test_memory_that_grows_is_seen(monkeypatch):
    """A training that keeps a part of a mebibyte at each step, and the same one without that."""
    monkeypatch.setattr(bench_memory, "WATCHED", 400)
    kept, size = [], 0

    def train(recipe, preset, callbacks, steps, **changes):
        for step in range(1, steps + 1):
            kept.append(np.ones(size))
            for callback in callbacks:
                callback.set_model(SimpleNamespace(step=step))
                callback.on_train_batch_end(step)

    monkeypatch.setattr(bench_memory, "_train", train)
    early, late = bench_memory.watched("first_gan")
    assert abs(late / early - 1) < 0.005
    size = 2**15
    early, late = bench_memory.watched("first_gan")
    # From around step 400 to the middle of the last 200 steps.
    assert late - early == pytest.approx(300 / 4, abs=20)


def test_memory_of_a_training_is_watched(monkeypatch):
    monkeypatch.setattr(bench_memory, "WARM", 80)
    monkeypatch.setattr(bench_memory, "WATCHED", 40)
    early, late = bench_memory.watched("first_gan")
    assert 50 < early < late + 50


def test_workers_are_measured_beside_one_process(monkeypatch, capsys):
    """In turns; here those that exchange gradients take a quarter more than those that do not."""
    took = {2: 60.0, 1: 120.0}
    monkeypatch.setattr(bench_workers.os, "sched_getaffinity", lambda process: {0, 1})

    def together(given, know):
        return [took[1] * 1.25 if know else took[2 if given[0].get("share") else 1]] * len(given)

    monkeypatch.setattr(bench_workers, "_together", together)
    bench_workers.main()
    rows = capsys.readouterr().out.splitlines()
    assert "| one process | 2,000 [2,000 – 2,000] | 1.00 [1.00 – 1.00] |" in rows
    assert "| two workers, a core each | 2,500 [2,500 – 2,500] | 0.80 [0.80 – 0.80] |" in rows
    assert rows[-1] == "Of a worker's step the exchange takes 60 [60 – 60] %."


def test_a_share_of_a_batch_is_trained(monkeypatch):
    monkeypatch.setattr(bench_workers, "WARM", 1)
    monkeypatch.setattr(bench_workers, "MEASURED", 1)
    assert 0 < bench_workers.seconds(share=32, preset="tiny") < 100


def test_what_translating_takes_is_measured_by_recipe(monkeypatch, capsys):
    class Here:
        """A side in this process, which was asked for one step."""

        def __init__(self, target, *case):
            asked, self.told = [1, 0], []
            target(SimpleNamespace(recv=lambda: asked.pop(0), send=self.told.append), *case)

        def seconds(self, steps):
            return self.told[0]

        def end(self):
            return self.told[1]

    monkeypatch.setattr(bench_domains, "Side", Here)
    monkeypatch.setattr(bench_domains, "CASES", {"both ways": ("travelgan", "tiny")})
    bench_domains.main()
    name, parameters, step, whole, peak = capsys.readouterr().out.split("\n")[2][2:-2].split(" | ")
    assert name == "both ways" and float(step.split()[0].replace(",", "")) > 0
    # Two generators, two discriminators and S, of the tiny configuration.
    assert int(parameters.replace(",", "")) > 1000
    assert "steps of 4 + 4 pictures" in whole and (peak == "–" or peak.endswith("MiB"))
