"""Sheets of pictures, and what their formats hold."""

import pytest
from PIL import Image

from data.errors import Refused
from data.sheet import save, save_moving


@pytest.mark.parametrize(
    ("name", "high"), [("a.jpg", 65_501), ("a.JPEG", 65_501), ("a.webp", 16_384)]
)
def test_a_sheet_larger_than_its_format_holds(tmp_path, name, high, capfd):
    """One line before anything is written, and none by the library."""
    with pytest.raises(Refused, match=f"a sheet of 2×{high:,} pixels; .* a side, .png any"):
        save(Image.new("L", (2, high)), tmp_path / name)
    assert not list(tmp_path.iterdir()) and capfd.readouterr() == ("", "")
    save(Image.new("L", (2, high - 1)), tmp_path / name)
    save(Image.new("L", (2, high)), tmp_path / "a.png")


def test_an_animation_larger_than_webp_holds(tmp_path):
    with pytest.raises(Refused, match="16,383 a side"):
        save_moving([Image.new("RGB", (16_384, 2))] * 2, tmp_path / "a.webp", 100)
