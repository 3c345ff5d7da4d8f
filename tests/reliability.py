"""RELIABILITY.md: what commands write into it, between marks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from data.files import atomic_write

PAGE = Path(__file__).parent.parent / "RELIABILITY.md"


def write_part(name: str, renewed: Callable[[list[str]], list[str]]) -> None:
    """Write a part of the page anew.

    Args:
        name: The part between `<!-- name -->` and `<!-- end of name -->`.
        renewed: Its lines as they stand -> its lines.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    part, _, after = rest.partition(end)
    text = "".join(f"{line}\n" for line in renewed(part.splitlines()))
    with atomic_write(PAGE) as tmp:
        tmp.write_text(before + begin + text + end + after, encoding="utf-8")
