"""Whatever a folder holds: it is read right, or refused in one line."""

import os
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import data
from data.reading import Reading
from data.splits import SPLITS

odd = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=("Cs",)), min_size=1, max_size=8
).filter(lambda name: name not in (".", ".."))
names = st.sampled_from("abc") | odd
folders = st.lists(
    st.sampled_from(["A", "B", "train", "val", "test", "trainA", "testB", "cats"]) | odd,
    max_size=3,
).map(lambda parts: "/".join(parts))
sizes = st.sampled_from([(32, 16), (16, 16)]) | st.tuples(st.integers(1, 40), st.integers(8, 40))
modes = st.sampled_from(["RGB", "L", "1", "P", "RGBA", "LA", "CMYK", "I;16"])
endings = st.sampled_from([".png", ".jpg", ".tif", ".txt", ""])
drawn = st.tuples(sizes, modes, st.integers(0, 255))
contents = st.one_of(drawn, drawn, drawn, st.binary(max_size=200), st.just("loop"))
files = st.lists(st.tuples(folders, names, endings, contents), max_size=12)


def make(root, folder, name, ending, content):
    """Put a file there, as far as the file system lets it."""
    place = root / folder
    try:
        place.mkdir(parents=True, exist_ok=True)
        file = place / (name + ending)
        if content == "loop":
            file.symlink_to(root, target_is_directory=True)
        elif isinstance(content, bytes):
            file.write_bytes(content)
        else:
            size, mode, value = content
            if mode == "I;16":
                picture = Image.fromarray(np.full(size[::-1], value * 257, np.uint16))
            else:
                picture = Image.new("L", size, value).convert(mode)
            formats = {".jpg": "JPEG", ".tif": "TIFF"}
            picture.save(file, formats.get(ending, "PNG"))
    except (OSError, ValueError, KeyError):
        # A name too long, a file where a folder is wanted, a mode that JPEG does not have.
        pass


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    files,
    st.sampled_from(["auto", "pictures", "pairs", "domains"]),
    st.sampled_from(["crop", "pad"]),
    st.sampled_from([0, 0.01, 1, 1, 1]),
)
def test_any_folder(made, layout, fit, tolerance):
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        for file in made:
            make(root, *file)
        before = sorted(os.fsencode(p) for p in root.rglob("*"))
        try:
            source = data.find(place, Reading(layout=layout, fit=fit, tolerance=tolerance))
            parts = list(source.domains.values()) or [source]
            for part in parts:
                loaded = [part.load(split, (12, 10), 0, 0) for split in SPLITS]
                check(part, loaded)
        except data.Refused as no:
            assert "\n" not in str(no) and "\x1b" not in str(no)
            str(no).encode()
        # Nothing is lost, and nothing is added.
        assert sorted(os.fsencode(p) for p in root.rglob("*")) == before


def check(part, loaded):
    """What every source promises."""
    left_out = sum(len(of.left_out) for of in loaded)
    brought = sum(len(of) for of in loaded) + left_out
    assert brought == part.count
    for of in loaded:
        assert of.samples.dtype == np.uint8 and of.samples.shape[1:] == (12, 10, part.channels)
        if part.kind == "pairs":
            assert of.inputs.shape == (len(of), 12, 10, part.input_channels)
        for name, values in of.factors.items():
            assert len(values) == len(of)
            assert not len(values) or values.max() < len(part.factors[name])
    for remark in part.remarks:
        assert "\n" not in remark
        remark.encode()
