"""The files that start a training on several machines, as far as one machine can tell."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from common.machine.workers import Cluster
from tests.conftest import ROOT

DOCKER = ROOT / "docker"


def test_slurm_tells_each_task_who_it_is(tmp_path):
    """With a Slurm of our own, which starts both tasks here, and a python that says what it is."""
    programs = {
        "scontrol": '[ "$*" = "show hostnames node[1-2]" ] && printf "node1\\nnode2\\n"',
        "srun": 'for i in 0 1; do SLURM_PROCID=$i "$@"; done',
        "python": 'echo "$TF_CONFIG"; printf "%s|" "$@"; echo',
    }
    for name, does in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["bash", DOCKER / "slurm.sh", "dcgan", "train", "--data", "my photos"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        | {"SLURM_JOB_ID": "1234567", "SLURM_JOB_NODELIST": "node[1-2]"},
        **{"capture_output": True, "text": True, "check": True},
    )
    first, words, second, again = done.stdout.splitlines()
    for index, config in enumerate((first, second)):
        cluster = Cluster.of({"TF_CONFIG": config})
        assert cluster == Cluster(("node1:24567", "node2:24567"), index)
    assert words == again == "-m|recipes|dcgan|train|--data|my photos|"


@pytest.fixture
def manifest():
    service, job = yaml.safe_load_all((DOCKER / "kubernetes.yaml").read_text())
    return service, job


@pytest.mark.parametrize("index", [0, 1])
def test_kubernetes_tells_each_pod_who_it_is(manifest, index):
    service, job = manifest
    spec, name = job["spec"], job["metadata"]["name"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    variables = container["env"]
    # Kubernetes puts in only what comes before.
    assert [v["name"] for v in variables] == ["INDEX", "TF_CONFIG"]
    told = variables[1]["value"].replace("$(INDEX)", str(index))
    cluster = Cluster.of({"TF_CONFIG": told})
    assert cluster.index == index
    # The pods of an indexed job are called JOB-INDEX.SUBDOMAIN.
    assert len(cluster.addresses) == spec["completions"] == spec["parallelism"]
    for number, address in enumerate(cluster.addresses):
        assert address.startswith(f"{name}-{number}.{pod['subdomain']}:")
    assert pod["subdomain"] == service["metadata"]["name"]
    assert service["spec"]["selector"] == {"batch.kubernetes.io/job-name": name}


def test_kubernetes_starts_anew_once_and_then_goes_on(manifest, tmp_path):
    container = manifest[1]["spec"]["template"]["spec"]["containers"][0]
    (tmp_path / "python").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "python").chmod(0o755)

    def said():
        return subprocess.run(
            container["command"],
            **{"capture_output": True, "text": True, "check": True, "cwd": tmp_path},
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        ).stdout

    begin = "-m recipes dcgan train"
    assert said() == f"{begin} paper --data houses --run runs/big\n"
    (tmp_path / "runs" / "big").mkdir(parents=True)
    (tmp_path / "runs" / "big" / "config.yaml").touch()
    assert said() == f"{begin} --resume runs/big\n"


def test_ray_starts_the_same_command(tmp_path):
    """With a Ray of our own, that has no GPU and runs a single worker, here."""
    package = tmp_path / "ray" / "train"
    package.mkdir(parents=True)
    (tmp_path / "ray" / "__init__.py").write_text(
        "def init(): pass\ndef cluster_resources(): return {'CPU': 2.0}\n"
    )
    (package / "__init__.py").write_text("ScalingConfig = dict\n")
    (package / "tensorflow.py").write_text(
        "class TensorflowTrainer:\n"
        "    def __init__(self, train, *, train_loop_config, scaling_config):\n"
        "        print(scaling_config, flush=True)\n"
        "        self.fit = lambda: train(train_loop_config)\n"
    )
    done = subprocess.run(
        [sys.executable, DOCKER / "ray_train.py", "2", "doctor", "--help"],
        **{"capture_output": True, "text": True, "cwd": tmp_path, "check": True},
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"},
    )
    assert done.stdout.startswith("{'num_workers': 2, 'use_gpu': False}\n")
    assert "--require-gpu" in done.stdout


def test_the_page_s_commands_exist():
    page = (DOCKER / "several-machines.md").read_text()
    for name in re.findall(r"\]\(([a-z_]+\.[a-z]+)\)", page):
        assert (DOCKER / name).is_file(), name
    (config,) = re.findall(r"export TF_CONFIG='(.*)'", page)
    assert Cluster.of({"TF_CONFIG": config}).index == 0
    assert json.loads(config)["task"]["index"] == 0
