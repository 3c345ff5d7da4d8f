"""What stands between marks on the pages: code from the source, pictures that there are.

    <!-- code: recipes/dcgan/generator.py DCGANGenerator.buildModel -->
    ```python
    …
    ```
    <!-- end of code -->

is printed from the source. Several names of one file may follow each other; `-docstrings` after
them leaves those out.

    <!-- picture: pictures/faces.webp | What is seen | *What to see in it.* -->
    …
    <!-- end of picture -->

shows a picture whose training not everybody can repeat: nothing, until the file is there. A
mark begins its line; where it is indented, it is an example.
"""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

from data.files import atomic_write

ROOT = Path(__file__).parent.parent.parent
_BLOCK = re.compile(
    r"^<!-- code: ([^\n]+?) -->\n.*?^<!-- end of code -->", re.DOTALL | re.MULTILINE
)
_PICTURE = re.compile(
    r"^<!-- picture: (\S+) \| ([^|]+?) \| (.+?) -->\n.*?^<!-- end of picture -->",
    re.DOTALL | re.MULTILINE,
)
_BARE = "-docstrings"


def pages() -> list[Path]:
    """The pages that may show code: the README, the chapters, the guides."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("recipes/*/*.md")])


def finished(page: Path) -> bool:
    """Return whether nothing on a page is left to be written: a new recipe's says CHANGE there."""
    return "<!-- CHANGE" not in page.read_text(encoding="utf-8")


def write_pages() -> list[Path]:
    """Renew what stands between the marks of every page; returns the pages that have changed."""
    changed = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        anew = renewed(text, page.parent)
        if anew != text:
            with atomic_write(page) as tmp:
                tmp.write_text(anew, encoding="utf-8")
            changed.append(page)
    return changed


def renewed(text: str, folder: Path) -> str:
    """A page's text with every block of code as the source has it now, and the pictures there are.

    Args:
        text: The page's.
        folder: The page's.
    """

    def code(block: re.Match) -> str:
        return (
            f"<!-- code: {block[1]} -->\n```python\n{printed(block[1])}\n```\n<!-- end of code -->"
        )

    def picture(block: re.Match) -> str:
        file, seen, words = block.groups()
        shown = f"![{seen}]({file})\n\n{words}\n" if (folder / file).is_file() else ""
        return f"<!-- picture: {file} | {seen} | {words} -->\n{shown}<!-- end of picture -->"

    return _PICTURE.sub(picture, _BLOCK.sub(code, text))


def asked_in(text: str) -> list[str]:
    """What a page's marks ask for: a file, and names in it."""
    return [block[1] for block in _BLOCK.finditer(text)]


def printed(asked: str) -> str:
    """The source of some names of a file, as a page shows it.

    Args:
        asked: "FILE NAME [NAME …] [-docstrings]"; a method is CLASS.METHOD. A class of which
            only methods are shown is named above them.

    Raises:
        LookupError: the file has no such name.
    """
    file, *names = asked.split()
    bare = _BARE in names
    source = (ROOT / file).read_text(encoding="utf-8")
    text, above = "", ""
    for name in (n for n in names if n != _BARE):
        owner, _, method = name.rpartition(".")
        code = _code_of(source, name, bare, file)
        if owner:
            code = textwrap.indent(code, "    ")
        if owner and owner != above:
            line = _node(ast.parse(source), owner, file).lineno
            code = f"{source.splitlines()[line - 1]}\n{code}"
        # As a formatter has it: one empty line between methods, two elsewhere.
        text += ("\n\n" if owner and owner == above else "\n\n\n") + code
        above = owner
    return text.strip("\n")


def _node(tree: ast.Module, name: str, file: str) -> ast.AST:
    node: ast.AST = tree
    for part in name.split("."):
        inside = [n for n in ast.iter_child_nodes(node) if getattr(n, "name", None) == part]
        if not inside:
            raise LookupError(f"{file} has no {name}")
        node = inside[0]
    return node


def _code_of(source: str, name: str, bare: bool, file: str) -> str:
    node = _node(ast.parse(source), name, file)
    lines = source.splitlines()
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    wanted = range(first - 1, node.end_lineno)
    if bare:
        left_out = {line for n in ast.walk(node) for line in _docstring_lines(n)}
        wanted = [line for line in wanted if line not in left_out]
    return textwrap.dedent("\n".join(lines[line] for line in wanted)).strip("\n")


def _docstring_lines(node: ast.AST) -> range:
    """The lines, from 0, of a function's or class' docstring, and of the empty one after it."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef) or ast.get_docstring(node) is None:
        return range(0)
    text, *rest = node.body
    # In a class an empty line follows, in a function none does.
    end = rest[0].lineno - 1 if rest and isinstance(node, ast.ClassDef) else text.end_lineno
    if rest and isinstance(node, ast.ClassDef) and getattr(rest[0], "decorator_list", []):
        end = rest[0].decorator_list[0].lineno - 1
    return range(text.lineno - 1, end)
