"""Rules of the house that code alone cannot show: who may import whom."""

import ast

import pytest

from tests.conftest import ROOT

FILES = [f for part in ("data", "common", "recipes") for f in sorted((ROOT / part).rglob("*.py"))]
ALLOWED = {
    "data": {"data"},
    "common": {"common", "data"},
    "recipes": {"recipes", "common", "data"},
}
# All that the networks and their training know of TensorFlow; the rest is Keras alone.
OF_TENSORFLOW = ("backend.py", "devices.py", "strategy.py")


def imported(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_run_downwards_only(file):
    package, *rest = file.relative_to(ROOT).parts
    for module in imported(file):
        top, *below = module.split(".")
        if top in ALLOWED:
            assert top in ALLOWED[package], f"{file} imports {module}"
        if top == "recipes" and below and len(rest) > 1:
            assert below[0] == rest[0], f"{file} imports another recipe"
        if top == "tensorflow":
            allowed = package == "common" and rest[0] in OF_TENSORFLOW
            assert allowed, f"{file} imports TensorFlow"


def test_every_recipe_has_its_chapter_and_commands():
    for folder in (ROOT / "recipes").iterdir():
        if (folder / "__init__.py").exists():
            parts = ("README.md", "config.py", "gan.py", "train.py", "infer.py")
            # The chapter on data comes before the first network.
            for name in parts[:1] if folder.name == "data_prep" else parts:
                assert (folder / name).is_file(), f"{folder.name} has no {name}"
