"""Pictures laid out in the plane by their embeddings."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from common.translation.pictures import picture_of

# Pixels a side of the sheet, and of a thumbnail; of its frame.
_SIDE, _THUMB, _FRAME = 1000, 48, 3


def plane(embeddings: np.ndarray, pictures: np.ndarray, classes: np.ndarray) -> Image.Image:
    """Draw pictures where the two principal components of their embeddings put them.

    A frame's colour tells the class. Of what the embeddings hold beside these two numbers nothing
    is seen: what lies together here may be far apart.

    Args:
        embeddings: N×D.
        pictures: uint8 N×H×W×C.
        classes: Class of each, N.
    """
    from sklearn.decomposition import PCA

    parts = min(2, *embeddings.shape)
    places = np.zeros((len(embeddings), 2))
    places[:, :parts] = PCA(parts, random_state=0).fit_transform(embeddings)
    low, span = places.min(0), np.maximum(np.ptp(places, axis=0), 1e-9)
    tops = ((places - low) / span * (_SIDE - _THUMB)).astype(int)
    sheet = Image.new("RGB", (_SIDE, _SIDE), "white")
    pen = ImageDraw.Draw(sheet)
    different = list(np.unique(classes))
    for (left, top), picture, number in zip(tops, pictures, classes, strict=True):
        hue = different.index(number) * 360 // len(different)
        box = (left, top, left + _THUMB - 1, top + _THUMB - 1)
        pen.rectangle(box, fill=f"hsl({hue}, 80%, 45%)")
        inner = _THUMB - 2 * _FRAME
        sheet.paste(picture_of(picture).resize((inner, inner)), (left + _FRAME, top + _FRAME))
    return sheet
