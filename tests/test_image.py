"""What the image is made of, held against itself; `make image-check` builds and runs it."""

import importlib.metadata
import re

import pytest
import yaml
from packaging.requirements import Requirement

from tests.conftest import ROOT

DOCKER = ROOT / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()


def test_each_wheel_of_cuda_is_pinned_to_one_that_tensorflow_takes():
    pins = dict(
        line.split("==")
        for line in (DOCKER / "constraints-cuda.txt").read_text().splitlines()
        if "==" in line
    )
    asked = [Requirement(text) for text in importlib.metadata.requires("tensorflow")]
    wheels = [
        r for r in asked if r.name.startswith("nvidia") and r.marker.evaluate({"extra": "and-cuda"})
    ]
    assert wheels and pins.keys() == {wheel.name for wheel in wheels}
    for wheel in wheels:
        assert wheel.specifier.contains(pins[wheel.name]), wheel


def test_what_is_copied_is_let_through():
    """A file that .dockerignore holds back would be missing only once the image is built."""
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = {
        source
        for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert copied and copied == let_through
    assert all((ROOT / path).exists() for path in copied)


def test_what_is_kept_lies_where_compose_mounts_it():
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    home = re.search(r"HOME=(\S+)", DOCKERFILE).group(1)
    for service in compose["services"].values():
        targets = [
            v["target"] if isinstance(v, dict) else v.split(":")[1] for v in service["volumes"]
        ]
        assert targets == ["/workspace/runs", "/datasets", f"{home}/.keras", f"{home}/.cache"]
        assert service["init"] and "UID" in service["user"]
    with_gpu = compose["services"]["recipes"]["deploy"]["resources"]["reservations"]["devices"]
    assert with_gpu == [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}]
    assert "deploy" not in compose["services"]["recipes-cpu"]


@pytest.mark.parametrize("word", ["xhost", "--privileged", "PASSWORD", "TOKEN", "SECRET"])
def test_nothing_that_an_image_should_not_have(word):
    assert not any(word in path.read_text() for path in DOCKER.iterdir() if path.is_file())
