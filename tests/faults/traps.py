"""What somebody may send: files that would run code, lead elsewhere or fill the memory.

Each trap is a function (place, rng, around) that puts one file at `place`, which is free, and
returns what it is in words. `around` is the folder above all, with what it may aim at: a file
`SECRET`, a run `OTHER`, and `OUTSIDE`, which is not there.
"""

from __future__ import annotations

import functools
import io
import json
import os
import pickle
import stat
import tarfile
import zipfile
import zlib
from itertools import pairwise
from pathlib import Path

import h5py
import keras
import numpy as np
from PIL import Image, PngImagePlugin

#: A file that must not be read, what it holds, and one that must not be made; another run.
SECRET, WORDS, OUTSIDE = "secret.txt", "what nobody is to know", "outside"
OTHER = "other"
#: What pixels of a file are that must not be read.
SEVEN = 7
# More than is let in.
_BOMB = 600_000_000


class Payload:
    """Python object that makes a file when it is unpickled."""

    def __init__(self, target: Path):
        self.target = target

    def __reduce__(self):
        return os.mkdir, (str(self.target),)


def link(place: Path, rng, around: Path) -> str:
    """A link, a pipe or a device."""
    targets = {
        "itself": place,
        "nothing": place.parent / "nobody",
        "the folder above": place.parent,
        "a secret": around / SECRET,
        "another run": around / OTHER / place.relative_to(around).relative_to("run")
        if (around / "run").exists()
        else around / OTHER,
        "endless zeros": Path("/dev/zero"),
        "the terminal": Path("/dev/tty"),
    }
    names = [*targets, "a pipe"]
    name = names[rng.integers(len(names))]
    if name == "a pipe":
        os.mkfifo(place)
        return name
    os.symlink(targets[name], place)
    return f"a link to {name}"


# Arrays


def pickled(place: Path, rng, around: Path) -> str:
    """An .npz with a pickled object, under a name that is looked for."""
    names = ("images", "labels", "step", "notes", "generator/0000", "a factor")
    name = names[rng.integers(len(names))]
    array = np.array([Payload(around / OUTSIDE)], dtype=object)
    arrays = {"images": np.zeros((9, 16, 16, 3), np.uint8), name: array}
    np.savez(_with_ending(place, ".npz"), **arrays, allow_pickle=True)
    _settle(place, ".npz")
    return f"a pickled object as '{name}'"


def pickled_alone(place: Path, rng, around: Path) -> str:
    """A pickle, or an .npy of pickled objects, under another name."""
    payload = Payload(around / OUTSIDE)
    if rng.integers(2):
        place.write_bytes(pickle.dumps(payload))
        return "a pickle"
    with open(place, "wb") as file:
        np.save(file, np.array([payload], dtype=object), allow_pickle=True)
    return "an .npy of pickled objects"


def giant(place: Path, rng, around: Path) -> str:
    """An array that declares more than any memory holds."""
    shape = (int(10 ** rng.integers(9, 18)), 64, 64, 3)[: rng.integers(1, 5)]
    dtype = ("<f4", "|u1", "|b1", "<U99999999", "|V2147483647")[rng.integers(5)]
    header = io.BytesIO()
    about = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_2_0(header, about)
    content = header.getvalue() + bytes(64)
    if rng.integers(2):
        place.write_bytes(content)
        return f"an .npy of {shape} {dtype}"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("images.npy", content)
    lies = np.prod(np.array(shape, float)) * np.dtype(dtype).itemsize + len(content) - 64
    if rng.integers(2) and lies < 2**32:
        changed = place.read_bytes().replace(
            len(content).to_bytes(4, "little"), int(lies).to_bytes(4, "little")
        )
        place.write_bytes(changed)
    return f"an .npz of {shape} {dtype}"


def other_h5(place: Path, rng, around: Path) -> str:
    """An .h5 whose arrays lie in another file, or are larger than any disk."""
    secret = place.parent / "other.h5"
    with h5py.File(secret, "w") as file:
        file["images"] = np.full((40, 16, 16, 3), SEVEN, np.uint8)
    kinds = ("external link", "soft link", "virtual", "external", "giant", "group in itself")
    kind = kinds[rng.integers(len(kinds))]
    with h5py.File(place, "w") as file:
        if kind == "external link":
            file["images"] = h5py.ExternalLink(str(secret), "images")
        elif kind == "soft link":
            file["images"] = h5py.SoftLink("/images")
        elif kind == "virtual":
            layout = h5py.VirtualLayout((40, 16, 16, 3), np.uint8)
            layout[...] = h5py.VirtualSource(secret, "images", (40, 16, 16, 3))
            file.create_virtual_dataset("images", layout)
        elif kind == "external":
            where = [(os.fsencode(secret), 0, 40 * 16 * 16 * 3)]
            file.create_dataset("images", (40, 16, 16, 3), np.uint8, external=where)
        elif kind == "giant":
            shape, chunks = (10**14, 16, 16, 3), (1, 16, 16, 3)
            file.create_dataset("images", shape, np.uint8, chunks=chunks)
        else:
            file.create_group("images")["images"] = h5py.SoftLink("/images")
    secret.unlink(missing_ok=kind not in ("external link", "virtual", "external"))
    return f"an .h5: {kind}"


@functools.cache
def _bomb(name: str, shape: tuple[int, ...]) -> bytes:
    """An archive of zeros, a thousandth as large."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        if shape:
            about = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_2_0(member, about)
        for _ in range(_BOMB // 1_000_000):
            member.write(bytes(1_000_000))
    return file.getvalue()


def bomb(place: Path, rng, around: Path) -> str:
    """An archive that holds a thousand times its size: arrays, or anything."""
    name, shape = (("step.npy", (_BOMB,)), ("model.weights.h5", ()))[rng.integers(2)]
    place.write_bytes(_bomb(name, shape))
    return f"a bomb: {name}"


# Networks


def network(place: Path, rng, around: Path) -> str:
    """A .keras file whose configuration names code, files or sizes that must not be."""
    target = around / OUTSIDE
    layers = {
        "a Lambda": _lambda(target),
        "os.mkdir": {"module": "os", "class_name": "mkdir", "config": {"path": str(target)}},
        "a function": {"module": "builtins", "class_name": "function", "config": "eval"},
        "unpickling": _layer("TorchModuleWrapper", {"module": _hex(target), "name": "x"}),
        "a saved model": _layer("TFSMLayer", {"filepath": str(target), "name": "x"}),
        "a file of words": _layer("TextVectorization", {"vocabulary": str(around / SECRET)}),
        "another file of words": _layer("StringLookup", {"vocabulary": str(around / SECRET)}),
        "an unknown module": {"module": "nobody.knows", "class_name": "X", "config": {}},
        "10^12 units": _layer("Dense", {"units": 10**12, "name": "x"}),
        "nothing": None,
        "a list": [],
    }
    names = [*layers, "all of nothing", "too deep"]
    name = names[rng.integers(len(names))]
    model = keras.Sequential([keras.Input((2,), name="latent"), keras.layers.Dense(2)])
    model.save(_with_ending(place, ".keras"))
    _settle(place, ".keras")
    with zipfile.ZipFile(place) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    config = json.loads(parts["config.json"])
    if name == "all of nothing":
        parts["config.json"] = b"{}"
    elif name == "too deep":
        parts["config.json"] = b"[" * 100_000
    else:
        layer = layers[name]
        if isinstance(layer, dict):
            layer |= {"registered_name": None, "build_config": {"input_shape": [None, 2]}}
        if rng.integers(2):
            config["config"]["layers"].append(layer)
        else:
            config = layer
        parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(place, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    return f"a network with {name}"


def _layer(name, config):
    return {"module": "keras.layers", "class_name": name, "config": config}


def _lambda(target):
    layer = keras.layers.Lambda(eval(f"lambda x: [x, __import__('os').mkdir({str(target)!r})][0]"))
    return keras.saving.serialize_keras_object(layer)


def _hex(target):
    return {"class_name": "__bytes__", "config": {"value": pickle.dumps(Payload(target)).hex()}}


def linked_weights(place: Path, rng, around: Path) -> str:
    """A .keras file whose weights lie in another file."""
    model = keras.Sequential([keras.Input((2,), name="latent"), keras.layers.Dense(2)])
    model.save(_with_ending(place, ".keras"))
    _settle(place, ".keras")
    with zipfile.ZipFile(place) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    weights = place.with_name("weights.h5")
    weights.write_bytes(parts["model.weights.h5"])
    kind = ("external link", "external")[rng.integers(2)]
    with h5py.File(weights, "r+") as file:
        names = []
        file.visititems(lambda n, o: names.append(n) if isinstance(o, h5py.Dataset) else None)
        shape = file[names[0]].shape
        del file[names[0]]
        if kind == "external link":
            file[names[0]] = h5py.ExternalLink(str(around / SECRET), "x")
        else:
            where = [(os.fsencode(str(around / SECRET)), 0, 4 * int(np.prod(shape)))]
            file.create_dataset(names[0], shape, "<f4", external=where)
    parts["model.weights.h5"] = weights.read_bytes()
    weights.unlink()
    with zipfile.ZipFile(place, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    return f"a network whose weights are {kind}"


# Text

# "A billion laughs": each word is a hundred of the one before.
_MULTIPLIED = "a: &a [x, x]\n" + "\n".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 99)}]" for a, b in pairwise("abcdefghi")
)


def text(place: Path, rng, around: Path) -> str:
    """A configuration that names code, multiplies itself or is too deep."""
    code = [
        f"!!python/object/apply:os.mkdir ['{around / OUTSIDE}']",
        f"recipe: !!python/object/apply:os.mkdir ['{around / OUTSIDE}']\nconfig: {{}}\ndata: {{}}",
        _MULTIPLIED,
        "[" * 5000,
        "config: &c {c: *c}\nrecipe: x\ndata: {}",
        "\0" * 1000,
    ]
    place.write_text(code[rng.integers(len(code))])
    return f"text: {place.read_text()[:60]!r}"


def edited(place: Path, rng, around: Path) -> str:
    """A configuration in which one value is something else; it lies there already."""
    lines = place.read_text().splitlines()
    at = rng.choice([number for number, line in enumerate(lines) if line.strip()])
    values = ["!!int abc", "2024-99-99", "9" * 5000, "[" * 5000, "&a [*a]", "!!timestamp x", "[]"]
    values += ["{a: [b]}", "|6", "../../secret", ".inf", "null", "*a", '"a\\nb"', "[[1, 2, [3]]]"]
    values += ["!!binary é", f"!!python/object/apply:os.mkdir ['{around / OUTSIDE}']", "-1", "x"]
    value = values[rng.integers(len(values))]
    lines[at] = f"{lines[at].partition(':')[0]}: {value}"
    before = [] if rng.integers(4) else [_MULTIPLIED]
    if before:
        lines[at] = f"{lines[at].partition(':')[0]}: *i"
    place.write_text("\n".join([*before, *lines]))
    return f"edited: {lines[at][:60]!r}"


# Pictures


def picture(place: Path, rng, around: Path) -> str:
    """A picture of more pixels, pages or notes than there can be, or none."""
    kinds = ("pixels", "notes", "pages", "postscript", "svg", "text")
    kind = kinds[rng.integers(len(kinds))]
    if kind == "pixels":
        side = int(2 ** rng.integers(15, 31))
        body = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
        place.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", body) + _chunk(b"IDAT", b""))
    elif kind == "notes":
        notes = PngImagePlugin.PngInfo()
        notes.add(b"zTXt", b"x\0\0" + zlib.compress(bytes(100_000_000), 1))
        Image.new("RGB", (16, 16)).save(place, format="PNG", pnginfo=notes)
    elif kind == "pages":
        frames = [Image.new("L", (16, 16), n) for n in range(200)]
        frames[0].save(place, format="GIF", save_all=True, append_images=frames[1:])
    elif kind == "postscript":
        place.write_bytes(
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 16 16\n"
            + f"({around / OUTSIDE}) (w) file closefile\n".encode()
        )
    elif kind == "svg":
        place.write_text(f'<svg><image href="file://{around / SECRET}"/></svg>')
    else:
        place.write_text("a picture\n" * 20)
    return f"a picture: {kind}"


def _chunk(name, body):
    whole = name + body
    return len(body).to_bytes(4, "big") + whole + zlib.crc32(whole).to_bytes(4, "big")


# Archives


def archive(place: Path, rng, around: Path) -> str:
    """A .zip or .tar whose members lead elsewhere, are no files, or are far too large."""
    target = around / OUTSIDE
    names = [str(target), f"../{OUTSIDE}", f"a/../../{OUTSIDE}", "..", "/", f"..\\{OUTSIDE}", ""]
    names += [f"C:{OUTSIDE}", "a/" * 80 + "b", "b" * 300, "a\0b", "./a", "a", "a\nb", "\udcff"]
    name = names[rng.integers(len(names))]
    if rng.integers(2):
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name.replace("\udcff", "ÿ")
            modes = (stat.S_IFREG, stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFDIR, 0)
            mode = modes[rng.integers(len(modes))]
            info.external_attr = (mode | 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            size = (10, 100, 30_000_000)[rng.integers(3)]
            file.writestr(info, str(target) if mode == stat.S_IFLNK else bytes(size))
            file.writestr("a/inside.txt", b"x")
        return f"a .zip: {name!r}, mode {mode:o}"
    mode = ("w:", "w:gz", "w:xz", "w:bz2")[rng.integers(4)]
    kinds = (tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE)
    kinds += (tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE)
    kind = kinds[rng.integers(len(kinds))]
    with tarfile.open(place, mode) as file:
        info = tarfile.TarInfo(name)
        info.type, info.mode = kind, 0o7777
        info.linkname = (str(target), "..", "a", f"../{OUTSIDE}", "/")[rng.integers(5)]
        content = bytes((0, 10, 30_000_000)[rng.integers(3)]) if kind == tarfile.REGTYPE else b""
        info.size = len(content)
        file.addfile(info, io.BytesIO(content))
        inside = tarfile.TarInfo(f"{name}/{OUTSIDE}" if rng.integers(2) else "a/inside.txt")
        inside.size = 1
        file.addfile(inside, io.BytesIO(b"x"))
    return f"a .tar ({mode}): {name!r}, type {kind}"


def _with_ending(place: Path, ending: str) -> Path:
    """A name that libraries do not add to."""
    return place.with_name(place.name + ".made" + ending)


def _settle(place: Path, ending: str) -> None:
    os.replace(_with_ending(place, ending), place)
