"""The contact sheets that the commands of chapter 2 make."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.console import carried_out, shown_in


def make(pictures: Path) -> None:
    page = pictures.parent / "README.md"
    with tempfile.TemporaryDirectory() as place:
        for shown in shown_in(page):
            carried_out(shown, Path(place))
        text = page.read_text(encoding="utf-8")
        for sheet in Path(place).glob("*.png"):
            # Not every sheet that a command makes is shown.
            if f"(pictures/{sheet.name})" in text:
                shutil.copy(sheet, pictures / sheet.name)
