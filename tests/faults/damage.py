"""Seeded damage to the content of a file."""

from __future__ import annotations

import io
import zipfile

import numpy as np


def damaged(content: bytes, rng: np.random.Generator, members: bool = False) -> tuple[str, bytes]:
    """Return what was done to a file's content, and the content after it.

    Args:
        content: Not empty.
        rng: Decides what, where, and how much.
        members: Also damage what is in an archive, and make its checksums right again.
    """
    kinds = [*_KINDS, *([_member] * 3 if members else [])]
    return kinds[rng.integers(len(kinds))](content, rng)


def _cut(content, rng):
    left = int(rng.integers(len(content)))
    return f"cut to {left} bytes", content[:left]


def _flipped(content, rng):
    changed, places = bytearray(content), rng.integers(len(content), size=rng.integers(1, 4))
    for place in places:
        changed[place] ^= 1 << rng.integers(8)
    return f"bits flipped at {sorted(places.tolist())}", bytes(changed)


def _zeroed(content, rng):
    start = int(rng.integers(len(content)))
    end = min(len(content), start + int(rng.integers(1, 4096)))
    return f"zeros from {start} to {end}", content[:start] + bytes(end - start) + content[end:]


def _moved(content, rng):
    """As a file system does it that mixes up blocks."""
    a, b = sorted(rng.integers(len(content), size=2).tolist())
    return f"turned round at {a} and {b}", content[:a] + content[b:] + content[a:b]


def _repeated(content, rng):
    start = int(rng.integers(len(content)))
    part = content[start : start + int(rng.integers(1, 600))]
    return f"{len(part)} bytes twice at {start}", content[:start] + part + content[start:]


def _noise(content, rng):
    start = int(rng.integers(len(content)))
    noise = rng.bytes(int(rng.integers(1, 300)))
    return f"noise at {start}", content[:start] + noise + content[start + len(noise) :]


def _text(content, rng):
    """What an editor, a merge or a careless hand leaves."""
    words = [b"\xef\xbb\xbf", b"\r\n", b"<<<<<<< HEAD\n", b"\t", b"{", b"[" * 99, b"null", b"&a *a"]
    words += [b": ", b"- ", b"!!python/object:os.system ", b"1e999", b".nan", b"\x00", b"'", b'"']
    word = words[rng.integers(len(words))]
    start = int(rng.integers(len(content) + 1))
    return f"{word!r} at {start}", content[:start] + word + content[start:]


_KINDS = (_cut, _flipped, _zeroed, _moved, _repeated, _noise, _text)


def _member(content, rng):
    """One member of an archive damaged, dropped, renamed or doubled, its checksum right."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at = int(rng.integers(len(parts)))
    name, part = parts[at]
    what = rng.integers(4)
    if what == 0 and part:
        told, part = _KINDS[rng.integers(len(_KINDS))](part, rng)
        parts[at], told = (name, part), f"in {name}: {told}"
    elif what == 1:
        parts.pop(at)
        told = f"without {name}"
    elif what == 2:
        parts[at], told = (name + "x", part), f"{name} renamed"
    else:
        other = parts[rng.integers(len(parts))][1]
        parts[at], told = (name, other), f"{name} with another's content"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return told, file.getvalue()
