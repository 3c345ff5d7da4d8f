"""Remarks on what of a folder's pictures is not read: further pages, profiles, low bits."""

from __future__ import annotations

from collections import Counter

from data.listing import printable
from data.pictures import Header

_NAMED = 3


def remarks_on(headers: dict[str, Header]) -> tuple[str, ...]:
    """One line for each kind, with counts.

    Args:
        headers: Of the pictures, by their names.
    """
    remarks = []
    paged = {file: header.pages for file, header in headers.items() if header.pages > 1}
    if paged:
        file = max(paged, key=paged.get)
        remarks.append(
            f"{_files(len(paged))} with several pictures, of which the first is read "
            f"({printable(file)} has {paged[file]:,})"
        )
    profiles = Counter(header.profile for header in headers.values() if header.profile)
    if profiles:
        each = [f"{printable(name)} ×{count:,}" for name, count in profiles.most_common(_NAMED)]
        more = f" and {len(profiles) - _NAMED} more" if len(profiles) > _NAMED else ""
        remarks.append(
            f"colour profiles are ignored, and all colours taken for sRGB: {', '.join(each)}{more}"
        )
    cut = sum(header.cut_to_8 for header in headers.values())
    if cut:
        remarks.append(f"{_files(cut)} with colours of 16 bits a value: the upper 8 are read")
    return tuple(remarks)


def _files(count: int) -> str:
    return f"{count:,} file{'s' if count > 1 else ''}"
