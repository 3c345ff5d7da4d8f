"""What is installed works from any folder, and a copy of a recipe is a recipe of its own."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from common.commands.name import recipe_name
from tests.conftest import ROOT, refused, run

PARTS = ("common", "data", "recipes")
FILES = ("setup.cfg", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """This project without its pictures, and two more recipes: a copy, and a hidden one."""
    place = tmp_path_factory.mktemp("tree")
    for part in PARTS:
        without = shutil.ignore_patterns("__pycache__", "*.png", "*.webp")
        shutil.copytree(ROOT / part, place / part, ignore=without)
    for file in FILES:
        shutil.copy(ROOT / file, place)
    for name in ("mygan", "_hidden"):
        shutil.copytree(place / "recipes" / "dcgan", place / "recipes" / name)
    return place


def built(tree, how, into):
    """A wheel, made by setuptools as pip has it made."""
    words = f"import setuptools.build_meta as b; print(b.{how}({str(into)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=tree, capture_output=True, text=True, check=True
    )
    return zipfile.ZipFile(into / done.stdout.split()[-1])


@pytest.fixture(scope="module")
def installed(tree, tmp_path_factory):
    """Where pip puts an editable install; gives an environment in which Python looks there."""
    place = tmp_path_factory.mktemp("site")
    wheel = built(tree, "build_editable", tmp_path_factory.mktemp("editable"))
    wheel.extractall(place)
    hooks = tmp_path_factory.mktemp("hooks")
    # Before what this interpreter has installed.
    (hooks / "sitecustomize.py").write_text(
        f"import site, sys\nbefore = sys.path[:]\nsite.addsitedir({str(place)!r})\n"
        "sys.path[:] = [*sys.path[len(before):], *before]\n"
    )
    (metadata,) = importlib.metadata.distributions(path=[str(place)])
    (script,) = metadata.entry_points.select(group="console_scripts")
    # As pip writes it.
    program = hooks / script.name
    program.write_text(
        f"import sys\nfrom {script.module} import {script.attr}\nsys.exit({script.attr}())\n"
    )
    return program, os.environ | {"PYTHONPATH": str(hooks)}


def test_the_package_holds_every_module(tree, tmp_path):
    wheel = built(tree, "build_wheel", tmp_path)
    holds = set(wheel.namelist())
    modules = {str(f.relative_to(tree)) for part in PARTS for f in (tree / part).rglob("*.py")}
    assert modules <= holds and "recipes/dcgan/results.json" in holds
    (about,) = (name for name in holds if name.endswith(".dist-info/METADATA"))
    version = Path(about).parent.name.removesuffix(".dist-info").partition("-")[2]
    latest = re.search("^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert version == latest and f"## {latest}" in wheel.read(about).decode()


def mere_folder(place):
    for name in ("data", "common", "recipes"):
        (place / name).mkdir()


def own_package(place):
    (place / "data").mkdir()
    (place / "data" / "__init__.py").write_text("raise SystemExit('another data')\n")


def own_module(place):
    (place / "common.py").write_text("raise SystemExit('another common')\n")


def own_recipes(place):
    (place / "recipes.py").touch()


@pytest.mark.parametrize("prepare", [mere_folder, own_package, own_module, own_recipes])
def test_the_installed_command_works_from_any_folder(tmp_path, installed, tree, prepare):
    prepare(tmp_path)
    program, environment = installed
    for words in (["mygan", "train", "--help"], ["data", "--help"], ["dcgan", "train", "-h"]):
        done = subprocess.run(
            [sys.executable, program, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        name = "python -m data" if words[0] == "data" else f"python -m recipes.{words[0]}.train"
        assert done.returncode == 0 and done.stdout.startswith(f"usage: {name} "), done.stderr


@pytest.mark.parametrize("prepare", [mere_folder, own_package, own_module])
def test_a_module_says_what_hides_it(tmp_path, installed, prepare):
    prepare(tmp_path)
    for words in (["recipes.dcgan.train", "--help"], ["recipes", "dcgan", "infer", "--help"]):
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=tmp_path,
            env=installed[1],
            capture_output=True,
            text=True,
        )
        if prepare is mere_folder:
            assert done.returncode == 0 and "--run" in done.stdout, done.stderr
        else:
            hidden = {own_package: "data", own_module: "common"}[prepare]
            assert done.returncode == 2 and done.stderr.count("\n") == 1
            assert f"hides this project's package {hidden}: use gan-cookbook" in done.stderr
            assert done.stderr.startswith(f"error: {tmp_path / hidden}")


def test_the_library_says_so_too(tmp_path):
    own_package(tmp_path)
    (tmp_path / "script.py").write_text("import recipes.dcgan.config")
    code, _, err = run("script", cwd=tmp_path)
    assert code == 1 and "ImportError" in err and "hides this project's package data" in err


def test_a_copy_is_listed_without_the_figures_of_the_original(tmp_path, tree):
    code, out, err = refused("recipes", cwd=tmp_path, path=tree)
    assert code == 0, err
    assert out.count("DCGAN: ") == 2 and "\nmygan " in out and "_hidden" not in out
    for name, known in (("dcgan", True), ("mygan", False)):
        code, out, err = refused("recipes", name, cwd=tmp_path, path=tree)
        assert code == 0 and out.startswith("DCGAN: ") and ("houses: " in out) == known, err
        assert f"recipes {name} train --help" in out and f"recipes/{name}/README.md" in out
    code, _, err = refused("recipes", "_hidden", "train", cwd=tmp_path, path=tree)
    assert code == 2 and "no recipe _hidden; there are autoencoder, cgan" in err


def test_a_recipes_name_is_that_of_its_folder(tmp_path, monkeypatch):
    assert recipe_name("/some/recipes/mygan/train.py") == "mygan"
    monkeypatch.chdir(tmp_path)
    assert recipe_name("train.py") == tmp_path.name
    (tmp_path / "mygan").symlink_to(ROOT / "recipes" / "dcgan")
    assert recipe_name("mygan/train.py") == "mygan"


@pytest.mark.parametrize("module", ["data", "recipes", "recipes.dcgan.train"])
@pytest.mark.parametrize("started", [True, False])
def test_windows_is_told_where_to_go(tmp_path, module, started):
    """One line where a command is started there, and an ImportError for a script."""
    argv = "-m" if started else "script.py"
    words = f"import sys\nsys.platform, sys.argv = 'win32', [{argv!r}]\nimport {module}"
    done = subprocess.run(
        [sys.executable, "-c", words],
        **{"cwd": tmp_path, "capture_output": True, "text": True},
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    said = "Windows itself is not supported: work in WSL (wsl --install), or in the Docker image\n"
    if started:
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {said}")
    else:
        assert done.returncode == 1 and done.stderr.endswith(f"ImportError: {said}")


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_what_runs_recipes_is_installed_without_what_tests_them(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for file in ("setup.cfg", "pyproject.toml", "constraints.txt"):
        (tmp_path / file).touch()

    def steps(target):
        done = subprocess.run(
            ["make", "--dry-run", target],
            **{"cwd": tmp_path, "capture_output": True, "text": True, "check": True},
        )
        return [line.split("--editable ")[1] for line in done.stdout.split("\n") if "--ed" in line]

    assert steps("install") == steps("demo") == ["."]
    assert steps("test") == steps("lint") == [".", '".[test,lint]"']
