"""A digest of what measures a recipe: it changes with what is computed, not with names or prose."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
from pathlib import Path

ROOT = Path(__file__).parent.parent


@functools.cache
def evaluation_digest(recipe: str) -> str:
    """Of the code that measures, as it computes: without its names of files, and without comments.

    What a training needs, too, is seen by what the training does.
    """
    trains = imported_by(f"recipes.{recipe}.train")
    measures = imported_by(f"recipes.{recipe}.evaluate") - trains
    return hashlib.sha256("".join(sorted(map(_meaning, measures))).encode()).hexdigest()[:16]


def imported_by(module: str) -> set[Path]:
    """The files of this project that a module needs, itself among them."""
    # Worlds and sets are found by name: all of data/ is needed.
    found, open_ends = set((ROOT / "data").rglob("*.py")), [module]
    while open_ends:
        name = open_ends.pop()
        file = _file_of(name)
        if file is None or file in found:
            continue
        found.add(file)
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                open_ends += [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom):
                within = "." * node.level + (node.module or "")
                base = importlib.util.resolve_name(within, package)
                open_ends += [base, *(f"{base}.{name.name}" for name in node.names)]
    return found


def _file_of(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if module.split(".")[0] in ("data", "common", "recipes") and file.is_file():
            return file
    return None


def _meaning(file: Path) -> str:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            if isinstance(statements := getattr(node, field, None), list):
                setattr(node, field, [s for s in statements if not _is_text(s)])
        # What is imported counts, and not where it lies.
        if isinstance(node, ast.ImportFrom):
            node.module, node.level = "", 0
        elif isinstance(node, ast.Import):
            for name in node.names:
                name.asname, name.name = name.asname or name.name, name.name.rpartition(".")[2]
    return ast.dump(tree)


def _is_text(statement: ast.AST) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
