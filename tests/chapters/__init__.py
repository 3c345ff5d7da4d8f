"""What makes the chapters' pictures: a module for each chapter, and what several of them share.

A chapter's module bears its recipe's name; its `make(pictures)` makes what the chapter shows from
trained runs, in the folder `pictures`.
"""

from __future__ import annotations

import importlib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
#: The chapters in their order.
CHAPTERS = (
    *("data_prep", "first_gan", "dcgan", "stabilisers", "cgan", "autoencoder", "pix2pix"),
    *("cyclegan", "simgan", "style_transfer", "voxel_gan", "siamese", "siamese_gan", "travelgan"),
    *("sdgan", "stylegan"),
)


def make(chapter: str) -> None:
    """Make the pictures of a chapter."""
    module = importlib.import_module(f"{__name__}.{chapter}")
    module.make(ROOT / "recipes" / chapter / "pictures")
