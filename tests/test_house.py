"""Rules of the house that code alone cannot show: who may import whom, what a recipe has."""

import ast
import graphlib

import pytest

from tests.conftest import ROOT

FILES = [f for part in ("data", "common", "recipes") for f in sorted((ROOT / part).rglob("*.py"))]
ALLOWED = {
    "data": {"data"},
    "common": {"common", "data"},
    "recipes": {"recipes", "common", "data"},
}
# What Python has on Linux alone: elsewhere there must be another way.
OF_LINUX = {"sched_getaffinity", "sched_setaffinity", "posix_fallocate", "posix_fadvise"}
OF_LINUX |= {"memfd_create", "copy_file_range", "splice", "pidfd_open", "eventfd", "getrandom"}
OF_LINUX |= {"setresuid", "inotify_init", "fdatasync", "O_DIRECT", "O_TMPFILE", "epoll"}
# All that the networks and their training know of TensorFlow; the rest is Keras alone.
OF_TENSORFLOW = ("backend.py", "devices.py", "fast_paths.py", "strategy.py")


def name_of(file):
    """The name under which a file is imported."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(file) for file in FILES}


def package_of(file):
    return ".".join(file.relative_to(ROOT).parent.parts)


def imports(nodes, package):
    """(module, names taken from it, whether relative) of each import statement among nodes."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((name.name, [], False) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: 1 - node.level or None] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module, [name.name for name in node.names], bool(node.level)


def imported(file):
    """The modules that a file imports, wherever in it; relative ones by their full names."""
    for module, names, _ in imports(ast.walk(ast.parse(file.read_text())), package_of(file)):
        yield module
        yield from (f"{module}.{name}" for name in names if f"{module}.{name}" in MODULES)


def of_a_recipe(file):
    return file.relative_to(ROOT).parts[0] == "recipes" and file.parent != ROOT / "recipes"


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
            allowed = package == "common" and rest[0] == "machine" and rest[-1] in OF_TENSORFLOW
            assert allowed, f"{file} imports TensorFlow"


@pytest.mark.parametrize(
    "file", [f for f in FILES if of_a_recipe(f)], ids=lambda f: str(f.relative_to(ROOT))
)
def test_a_recipe_does_not_spell_its_name(file):
    """So that a copy of its folder is a recipe of its own, and runs the copy."""
    for module, _, relative in imports(ast.walk(ast.parse(file.read_text())), package_of(file)):
        assert relative or module.split(".")[0] != "recipes", f"{file} imports {module} by its name"


def outermost(tree):
    """The statements that are carried out when a module is imported."""
    open_ends = [tree]
    while open_ends:
        node = open_ends.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            open_ends += ast.iter_child_nodes(node)


def test_no_import_runs_in_a_circle():
    graph = {}
    for file in FILES:
        edges = graph.setdefault(name_of(file), set())
        for module, names, _ in imports(outermost(ast.parse(file.read_text())), package_of(file)):
            below = {f"{module}.{name}" for name in names} & MODULES
            edges |= below or {module} & MODULES
    # It names the circle.
    tuple(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_what_linux_alone_has_is_not_needed(file):
    """A call is looked for first, and a file of the system may be missing."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in OF_LINUX:
            assert node.attr in texts, f"{file} calls {node.attr} without hasattr"
        if isinstance(node, ast.Import):
            assert "resource" not in [name.name for name in node.names], "its units differ"
    if any(isinstance(text, str) and text.startswith("/proc/") for text in texts):
        assert any(isinstance(node, ast.Try) for node in nodes), f"{file} relies on /proc"


@pytest.mark.parametrize("wing", sorted({str(f.parent.relative_to(ROOT)) for f in FILES}))
def test_every_folder_of_modules_is_a_package(wing):
    """Or else an installed copy lacks it."""
    assert (ROOT / wing / "__init__.py").is_file()


def recipes():
    folders = sorted(f.parent for f in (ROOT / "recipes").glob("*/__init__.py"))
    return [pytest.param(folder, id=folder.name) for folder in folders]


@pytest.mark.parametrize("folder", recipes())
def test_a_recipe_has_its_chapter_and_its_commands(folder):
    assert (folder / "README.md").is_file()
    # The chapter on data comes before the first network.
    if folder.name != "data_prep":
        for name, holds in {"config.py": "PRESETS", "train.py": "build", "infer.py": None}.items():
            assert (folder / name).is_file(), f"{folder.name} has no {name}"
            tree = ast.parse((folder / name).read_text())
            assert holds is None or holds in defined(tree), f"{folder / name} has no {holds}"


def defined(tree):
    """The names that a module defines outermost."""
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names
