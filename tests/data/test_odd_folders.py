"""What else a folder may hold: links, pipes, many formats, broken and hidden files."""

import dataclasses
import errno
import inspect
import os
import struct
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, ImageFile, PngImagePlugin

import data
from data.pictures import Unreadable, decode
from data.reading import Reading
from tests.data.folders import NAMES, find, load, noise, put


def test_names_in_any_language(tmp_path):
    names = ["Größe.png", "写真.png", "צילום.png", "a\nb.png", "\x1b[31mred.png", "…🐈.png"]
    put(tmp_path, names)
    with open(os.fsencode(tmp_path) + b"/\xff\xfe.png", "wb") as file:
        noise().save(file, "PNG")
    source = find(tmp_path)
    assert len(load(source)) == len(names) + 1
    with open(os.fsencode(tmp_path) + b"/\xff\x1b.png", "wb") as file:
        file.write(b"broken")
    with pytest.raises(data.Refused) as no:
        find(tmp_path)
    str(no.value).encode()
    assert "��.png: not a readable picture" in str(no.value) and "\x1b" not in str(no.value)


def test_links_in_a_circle_end(tmp_path):
    put(tmp_path / "deep" / "er", NAMES)
    (tmp_path / "deep" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "twice").symlink_to(tmp_path / "deep", target_is_directory=True)
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    source = find(tmp_path, tolerance=0.5)
    assert source.count == len(NAMES)
    assert list(source.unusable) == ["self.png"]


def test_links_at_the_top_win_over_what_they_lead_to(tmp_path):
    put(tmp_path / "raw" / "x", NAMES)
    put(tmp_path / "raw" / "y", NAMES, start=100)
    for side, target in (("A", "x"), ("B", "y")):
        (tmp_path / side).symlink_to(tmp_path / "raw" / target, target_is_directory=True)
    assert find(tmp_path).kind == "pairs"


def test_a_pipe_keeps_nobody_waiting(tmp_path):
    put(tmp_path, NAMES)
    os.mkfifo(tmp_path / "pipe.png")
    source = find(tmp_path, tolerance=0.5)
    assert source.unusable == {"pipe.png": "not a file"}


def test_a_folder_deeper_than_pythons_stack(tmp_path):
    put(tmp_path, ["/".join(["d"] * 120 + ["x.png"]), *NAMES])
    before = sys.getrecursionlimit()
    # Less room than the folder is deep; a deeper folder would be hard to remove again.
    sys.setrecursionlimit(len(inspect.stack(0)) + 90)
    try:
        assert find(tmp_path).count == len(NAMES) + 1
    finally:
        sys.setrecursionlimit(before)


def test_pictures_of_formats_that_are_not_read_are_counted(tmp_path):
    put(tmp_path, NAMES)
    for name in ("a.heic", "b.HEIC", "c.nef", "d.j2k", "e.JXL", "f.dcm", "g.tga"):
        (tmp_path / name).write_bytes(b"x")
    pictures, raw, medical = find(tmp_path).remarks
    assert pictures.startswith("not read: 2 .heic, 1 .j2k, 1 .jxl, 1 .tga files; ImageMagick, ")
    assert raw.startswith("not read: 1 .nef files; darktable, once installed, makes PNGs")
    assert medical.startswith("not read: 1 .dcm files; DCMTK, once installed, makes PNGs")
    (folder := tmp_path / "alone").mkdir()
    (folder / "a.heic").write_bytes(b"x")
    with pytest.raises(data.Refused, match="holds no pictures .*not read: 1 .heic files; Image"):
        find(folder)


def test_a_program_that_calls_itself_a_picture_is_not_run(tmp_path):
    put(tmp_path, NAMES)
    (tmp_path / "x.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n")
    assert find(tmp_path, tolerance=0.5).unusable == {"x.png": "not a readable picture"}


@pytest.mark.parametrize("ending", ["jpg", "tif", "png", "webp"])
def test_pairs_that_lie_on_their_side(tmp_path, ending):
    """What a rotation mark says is obeyed before anything is cut in two."""
    wide = Image.new("RGB", (64, 32), "red")
    wide.paste("blue", (32, 0, 64, 32))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = wide.transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / f"p.{ending}", exif=exif, quality=95)
    source = find(tmp_path)
    assert (source.kind, source.describe_sizes()) == ("pairs", "32×32")
    pairs = load(source, size=32)
    # But for the seam, where a lossy format mixes colours.
    inner = (0, slice(None), slice(8, -8))
    assert pairs.inputs[inner][..., 0].min() > 200 and pairs.samples[inner][..., 2].min() > 200


def test_links_to_folders_elsewhere_are_followed(tmp_path):
    put(tmp_path / "elsewhere", NAMES)
    put(tmp_path / "here" / "B", NAMES, start=100)
    (tmp_path / "here" / "A").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert find(tmp_path / "here").kind == "pairs"


def test_copies_that_network_drives_keep_are_passed_over_and_said(tmp_path):
    put(tmp_path, [*NAMES, "@eaDir/p0.png/THUMB_S.png", "@eaDir/p0.png/THUMB_M.png"])
    put(tmp_path, ["#recycle/x.png", "@eaDir/note.txt.png"])
    source = find(tmp_path)
    assert source.count == len(NAMES) and source.kind == "pictures"
    assert source.remarks == (
        "passed over: 1 pictures in #recycle/, small or deleted copies",
        "passed over: 3 pictures in @eaDir/, small or deleted copies",
    )


def test_several_pictures_in_one_file_are_said_once(tmp_path):
    put(tmp_path, NAMES)
    first, *others = [noise((16, 16), seed) for seed in range(5)]
    first.save(tmp_path / "stack.tif", save_all=True, append_images=others)
    for ending in ("gif", "webp"):
        first.save(tmp_path / f"b.{ending}", save_all=True, append_images=others[:1])
    source = find(tmp_path)
    assert source.remarks == (
        "3 files with several pictures, of which the first is read (stack.tif has 5)",
    )
    np.testing.assert_array_equal(load(source).samples[-1], np.asarray(first))


def test_colour_profiles_are_said_to_be_ignored(tmp_path):
    put(tmp_path, NAMES)
    srgb, lab = (ImageCms.ImageCmsProfile(ImageCms.createProfile(n)) for n in ("sRGB", "LAB"))
    for number, profile in enumerate((srgb, lab, lab)):
        noise().save(tmp_path / f"{number}.jpg", icc_profile=profile.tobytes())
    noise().save(tmp_path / "d.png", icc_profile=b"no profile")
    (remark,) = find(tmp_path).remarks
    assert remark.startswith("colour profiles are ignored, and all colours taken for sRGB: Lab ")
    assert remark.endswith("×2")


def test_colours_of_16_bits_are_said_to_be_cut(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 65_536, (16, 16, 3), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb")
    source = find(tmp_path)
    assert source.remarks == ("1 file with colours of 16 bits a value: the upper 8 are read",)
    np.testing.assert_array_equal(load(source).samples[0], pixels >> 8)


def test_other_endings_of_formats_that_are_read(tmp_path):
    put(tmp_path, ["a.jpe", "b.pnm", "c.pbm", "d.apng"])
    assert find(tmp_path).count == 4


@pytest.mark.parametrize("mark", range(1, 9))
def test_pictures_on_their_side_are_not_decoded_too_small(tmp_path, mark):
    """A JPEG is decoded at a fraction of its size, which is told as the picture is stored."""
    exif = Image.Exif()
    exif[0x0112] = mark
    size = (400, 1600) if mark < 5 else (1600, 400)
    noise(size).save(tmp_path / "a.jpg", exif=exif)
    # Upright, it is 400 pixels wide and 1600 high.
    assert decode(tmp_path / "a.jpg", 3, (320, 80)).size == (400, 1600)
    assert decode(tmp_path / "a.jpg", 3, (80, 320)).size == (100, 400)


@pytest.mark.parametrize("mark", [1, 6])
def test_an_odd_note_of_a_camera_costs_no_picture(tmp_path, mark):
    """A resolution as text, where a fraction is usual: pixels and rotation are still right."""
    wide = Image.new("RGB", (32, 16), "red")
    wide.paste("blue", (16, 0, 32, 16))
    wide.save(tmp_path / "a.jpg", quality=95)
    entries = struct.pack("<HHIHH", 0x112, 3, 1, mark, 0) + struct.pack(
        "<HHI4s", 0x11A, 2, 4, b"72"
    )
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4)
    content = (tmp_path / "a.jpg").read_bytes()
    app = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    (tmp_path / "a.jpg").write_bytes(content[:2] + app + content[2:])
    source = find(tmp_path, layout="pictures")
    assert source.describe_sizes() == ("32×16" if mark == 1 else "16×32")
    read = load(source, size=(16, 32) if mark == 1 else (32, 16)).samples[0]
    first, last = (read[8, 4], read[8, 28]) if mark == 1 else (read[4, 8], read[28, 8])
    assert first[0] > 200 and last[2] > 200


def test_long_notes_cost_no_picture(tmp_path):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("workflow", "x" * 2_000_000, zip=True)
    noise((16, 16)).save(tmp_path / "a.png", pnginfo=notes)
    np.testing.assert_array_equal(load(find(tmp_path)).samples[0], np.asarray(noise((16, 16))))


def test_hidden_files_and_folders_are_passed_over(tmp_path):
    put(tmp_path, [*NAMES, ".hidden.png", ".git/x.png", "__MACOSX/._p0.png", "__MACOSX/y.png"])
    assert find(tmp_path).count == len(NAMES)


def test_three_broken_ones_of_ten_thousand(tmp_path):
    content = (put(tmp_path, ["p.png"], size=(8, 8)) / "p.png").read_bytes()
    for number in range(9_996):
        (tmp_path / f"p{number}.png").write_bytes(content)
    for name in ("b1.png", "b2.png", "b3.png"):
        (tmp_path / name).write_bytes(b"hello")
    source = find(tmp_path)
    assert source.count == 9_997
    (remark,) = source.remarks
    assert remark.startswith("left out 3 of 10,000 pictures: b1.png: not a readable picture; b2")
    with pytest.raises(data.Refused, match="3 of 10000 pictures cannot be used .*--strict"):
        find(tmp_path, strict=True)


def test_what_was_left_out_is_said_each_time(tmp_path):
    """Also where the pictures come from the cache."""
    put(tmp_path, [f"p{i:03}.png" for i in range(150)])
    whole = (tmp_path / "p007.png").read_bytes()
    (tmp_path / "p007.png").write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        source = find(tmp_path)
        assert "p007.png" in load(source).left_out
        assert any("p007.png: cannot be decoded" in remark for remark in source.remarks)
        assert source.name_of("train", 7, load(source).left_out) == "p011.png"
    with pytest.raises(data.Refused, match="p007.png"):
        load(find(tmp_path, strict=True))


@pytest.mark.parametrize(
    ("fault", "known"),
    [
        (OSError(errno.EIO, "Input/output error"), "p1.png cannot be read: Input/output error$"),
        (MemoryError(), None),
    ],
)
def test_what_the_machine_fails_at_is_no_fault_of_a_file(tmp_path, monkeypatch, fault, known):
    """Nor is it kept: who tries again gets all pictures."""
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path / "cache"))
    put(tmp_path / "p", NAMES)
    loaded = ImageFile.ImageFile.load

    def failing(picture):
        if str(picture.filename).endswith("p1.png"):
            raise fault
        return loaded(picture)

    with monkeypatch.context() as broken:
        broken.setattr(ImageFile.ImageFile, "load", failing)
        raised = MemoryError if isinstance(fault, MemoryError) else data.EnvironmentFailure
        with pytest.raises(raised, match=known):
            load(find(tmp_path / "p", tolerance=1))
    again = load(find(tmp_path / "p", tolerance=1))
    assert len(again) == len(NAMES) and not again.left_out


def test_a_place_that_no_file_has_is_a_fault_of_the_file(tmp_path, monkeypatch):
    put(tmp_path, NAMES)

    def failing(picture):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(ImageFile.ImageFile, "load", failing)
    with pytest.raises(Unreadable, match="cannot be decoded .Invalid argument"):
        decode(tmp_path / NAMES[0], 3)


def test_a_folder_with_too_many_broken_ones_is_not_cached(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_COOKBOOK_CACHE", str(tmp_path / "cache"))
    put(tmp_path / "p", NAMES)
    noise((16, 16)).save(tmp_path / "p" / NAMES[1])
    whole = (tmp_path / "p" / NAMES[1]).read_bytes()
    (tmp_path / "p" / NAMES[1]).write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        with pytest.raises(data.Refused, match="1 of 4 pictures cannot be used .p1.png"):
            load(find(tmp_path / "p"))
        assert not list((tmp_path / "cache").glob("*.npz"))


def test_every_choice_of_reading_is_taken_from_the_configuration():
    from recipes.dcgan.config import Config

    config = Config(layout="pictures", fit="pad", strict=True)
    assert config.reading == Reading(layout="pictures", fit="pad", strict=True)
    assert dataclasses.replace(config).reading == config.reading
