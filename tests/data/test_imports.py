"""What importing a part of data brings along."""

import ast
import graphlib
import subprocess
import sys

from tests.conftest import ROOT

PACKAGE = ROOT / "data"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def statements(tree):
    """All that runs when a module is imported: not what functions import, nor type checkers."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from statements(node)


def imported(path):
    """The modules of data that a module imports."""
    found = set()
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
    found &= MODULES.keys()
    # A package's own __init__ runs before any of its modules.
    return found | {name.rpartition(".")[0] for name in found} - {""}


def test_no_module_imports_itself_by_way_of_others():
    needs = {name: imported(path) for name, path in MODULES.items()}
    assert needs["data.loader"] >= {"data.named", "data.worlds"}
    list(graphlib.TopologicalSorter(needs).static_order())


def loaded_by(statement):
    """The modules of data, and some large ones, that a statement loads."""
    large = ("data", "PIL", "numpy", "tyro", "scipy", "tensorflow", "keras")
    code = (
        f"{statement}; import sys; print(*(m for m in sys.modules if m.split('.')[0] in {large}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    ours = {name for name in loaded if name.split(".")[0] == "data"}
    return ours, {name for name in loaded if name in large} - {"data"}


def test_importing_data_imports_no_part_of_it():
    assert loaded_by("import data") == ({"data"}, set())


def test_samples_come_alone():
    ours = {"data", "data.samples"}
    assert loaded_by("from data.samples import SampleSet") == (ours, {"numpy"})
    assert loaded_by("from data import SampleSet") == (ours, {"numpy"})


def test_the_loader_comes_when_something_is_found():
    ours, large = loaded_by("import data; data.find('ring')")
    assert {"data.loader", "data.named", "data.worlds.ring"} <= ours and "tensorflow" not in large


def test_every_public_name_is_there():
    import data

    assert all(getattr(data, name) for name in data.__all__)
    assert not hasattr(data, "nothing")
