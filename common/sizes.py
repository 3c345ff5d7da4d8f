"""Picture sizes that a network supports."""

from __future__ import annotations


def doubled_sizes(smallest: int = 4, largest: int = 256) -> list[int]:
    """Return the picture sizes that doubling reaches from 4 to 7 pixels: 8, 10, 12, 14, 16, …"""
    sizes = [seed * 2**k for seed in range(smallest, 2 * smallest) for k in range(1, 8)]
    return sorted(size for size in sizes if size <= largest)


def nearest(size: int, legal: list[int]) -> str:
    """Return the legal sizes on either side of `size`, in words."""
    below = [s for s in legal if s < size][-2:]
    above = [s for s in legal if s > size][:2]
    return ", ".join(str(s) for s in below + above)
