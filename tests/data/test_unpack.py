"""Archives: what is whole is unpacked, and what is hostile leaves no trace."""

import io
import os
import random
import stat
import tarfile
import tracemalloc
import zipfile

import pytest

from data import unpack as unpacking
from data.errors import EnvironmentFailure, Refused
from data.unpack import unpack


def tar_of(path, *members, mode="w:gz"):
    """An archive of (name, content), or of TarInfo."""
    with tarfile.open(path, mode) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            tar.addfile(info, io.BytesIO(member[1]))
    return path


def zip_of(path, *members):
    """An archive of (name, content), or of (name, content, Unix mode)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content, *mode in members:
            info = zipfile.ZipInfo("x")
            # As it is given: ZipInfo would mend it.
            info.filename = info.orig_filename = name
            info.external_attr = (mode[0] if mode else stat.S_IFREG | 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, content)
    return path


def tar_link(name, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def tar_device(name):
    info = tarfile.TarInfo(name)
    info.type = tarfile.CHRTYPE
    return info


GOOD = (("set/a.txt", b"hello"), ("set/deep/b.txt", b"world"), ("Größe.txt", b"x"))


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_is_unpacked(tmp_path, mode):
    unpack(tar_of(tmp_path / "a.tar", *GOOD, mode=mode), tmp_path / "out")
    for name, content in GOOD:
        assert (tmp_path / "out" / name).read_bytes() == content
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tar", "out"]


def test_a_zip_is_unpacked(tmp_path):
    archive = zip_of(tmp_path / "a.zip", ("set/", b"", stat.S_IFDIR | 0o755), *GOOD)
    unpack(archive, tmp_path / "out")
    for name, content in GOOD:
        assert (tmp_path / "out" / name).read_bytes() == content


def test_what_is_unpacked_can_be_read_by_its_owner_and_run_by_nobody(tmp_path):
    info = tarfile.TarInfo("a.txt")
    info.mode = 0o4777
    unpack(tar_of(tmp_path / "a.tar", info), tmp_path / "out")
    mode = (tmp_path / "out" / "a.txt").stat().st_mode
    assert not mode & (stat.S_ISUID | 0o111) and mode & stat.S_IRUSR


OUTSIDE = "../outside.txt"
HOSTILE = {
    "tar up": lambda p, out: tar_of(p, (OUTSIDE, b"x")),
    "tar up later": lambda p, out: tar_of(p, ("a/b.txt", b"x"), ("a/../../outside.txt", b"x")),
    "tar absolute": lambda p, out: tar_of(p, (str(out), b"x")),
    "tar link": lambda p, out: tar_of(p, tar_link("a", "/etc/passwd")),
    "tar link inside": lambda p, out: tar_of(p, ("b", b"x"), tar_link("a", "b")),
    "tar link to folder": lambda p, out: tar_of(p, tar_link("a", ".."), ("a/outside.txt", b"x")),
    "tar hard link": lambda p, out: tar_of(p, tar_link("a", "../outside.txt", tarfile.LNKTYPE)),
    "tar device": lambda p, out: tar_of(p, tar_device("a")),
    "tar pipe": lambda p, out: tar_of(p, tar_link("a", "", tarfile.FIFOTYPE)),
    "tar twice": lambda p, out: tar_of(p, ("a.txt", b"x"), ("a.txt", b"y")),
    "tar file in file": lambda p, out: tar_of(p, ("a", b"x"), ("a/b", b"y")),
    "tar no name": lambda p, out: tar_of(p, ("", b"x")),
    "tar here": lambda p, out: tar_of(p, (".", b"x")),
    "zip no name": lambda p, out: zip_of(p, ("", b"x")),
    "zip up": lambda p, out: zip_of(p, (OUTSIDE, b"x")),
    "zip absolute": lambda p, out: zip_of(p, (str(out), b"x")),
    "zip backslash": lambda p, out: zip_of(p, ("..\\outside.txt", b"x")),
    "zip drive": lambda p, out: zip_of(p, ("C:outside.txt", b"x")),
    "zip link": lambda p, out: zip_of(p, ("a", b"..", stat.S_IFLNK | 0o777)),
    "zip twice": lambda p, out: zip_of(p, ("a.txt", b"x"), ("a.txt", b"y")),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_hostile_archive_is_refused_and_leaves_no_trace(tmp_path, name):
    place = tmp_path / "deep"
    place.mkdir()
    archive = HOSTILE[name](place / "archive", tmp_path / "outside.txt")
    with pytest.raises(Refused) as no:
        unpack(archive, place / "out")
    assert "\n" not in str(no.value) and "archive" in str(no.value)
    left = sorted(os.path.relpath(p, tmp_path) for p in tmp_path.rglob("*"))
    assert left == ["deep", "deep/archive"]


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_a_bomb_is_put_out(tmp_path, kind):
    """Thirty megabytes of nothing in a few kilobytes; ten are what any archive may hold."""
    make = {"tar": tar_of, "zip": zip_of}[kind]
    archive = make(tmp_path / "bomb", *((f"{i}.bin", bytes(1_000_000)) for i in range(30)))
    assert archive.stat().st_size < 200_000
    with pytest.raises(Refused, match="more than 20 times its own size"):
        unpack(archive, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["bomb"]


def test_a_length_that_lies_is_noticed(tmp_path):
    """The content counts, not what the header says of it."""
    archive = zip_of(tmp_path / "a.zip", ("a.bin", bytes(30_000_000)))
    content = archive.read_bytes().replace((30_000_000).to_bytes(4, "little"), bytes([9, 0, 0, 0]))
    archive.write_bytes(content)
    with pytest.raises(Refused):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:xz"])
def test_a_byte_that_changed_is_noticed_or_changes_nothing(tmp_path, mode):
    """Of a compressed archive every byte counts, to its checksum; of others at least names."""
    members = [(f"{i}.bin", bytes([i]) * 2000) for i in range(8)]
    whole = tar_of(tmp_path / "a", *members, mode=mode).read_bytes()
    rng, accepted = random.Random(0), 0
    for number in range(60):
        content = bytearray(whole)
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        (tmp_path / "b").write_bytes(content)
        try:
            unpack(tmp_path / "b", tmp_path / f"out{number}")
        except Refused:
            continue
        accepted += 1
        got = sorted((tmp_path / f"out{number}").iterdir())
        assert len(got) == 8
        if mode != "w:":
            assert [(f.name, f.read_bytes()) for f in got] == members
    assert accepted < 50


def test_a_name_that_fills_the_memory(tmp_path):
    """A header may announce a longer name; not one of a hundred megabytes."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 100_000_000
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        tar.addfile(info, io.BytesIO(b"a" * info.size))
    tracemalloc.start()
    with pytest.raises(Refused, match="is damaged"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "out")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_what_is_compressed_is_never_read_as_if_it_were_not(tmp_path):
    """By chance the first bytes of a compressed file may pass for the header of a .tar."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 100_000_000
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        tar.addfile(info, io.BytesIO(b"a" * info.size))
    content = bytearray((tmp_path / "a.tar.gz").read_bytes())
    for seconds in range(1 << 16):
        # The time in gzip's header, of which nothing else depends.
        content[4:8] = seconds.to_bytes(4, "little")
        if 0 in tarfile.calc_chksums(bytes(content[:512])):
            break
    else:
        pytest.fail("no such time")
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(Refused, match="is damaged"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "out")


def test_long_names_that_are_names(tmp_path):
    name = "/".join(["folder of a long name"] * 8 + ["x.txt"])
    unpack(tar_of(tmp_path / "a.tar", (name, b"x")), tmp_path / "out")
    assert (tmp_path / "out" / name).read_bytes() == b"x"


@pytest.mark.parametrize(("name", "words"), [("a/" * 60, "too deep"), ("a" * 300, "too long")])
def test_names_that_no_disk_takes(tmp_path, name, words):
    with pytest.raises(Refused, match=words):
        unpack(tar_of(tmp_path / "a.tar", (name + "b", b"x")), tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["a.tar"]


def test_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_FILES", 3)
    archive = tar_of(tmp_path / "a.tar", *((f"{i}", b"") for i in range(4)))
    with pytest.raises(Refused, match="more than 3 files"):
        unpack(archive, tmp_path / "out")


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:xz", "zip"])
@pytest.mark.parametrize("damage", ["cut", "noise", "empty"])
def test_a_damaged_archive(tmp_path, mode, damage):
    members = [(f"{i}.bin", os.urandom(50_000)) for i in range(4)]
    path = tmp_path / "a"
    zip_of(path, *members) if mode == "zip" else tar_of(path, *members, mode=mode)
    content = path.read_bytes()
    path.write_bytes({"cut": content[:120_000], "noise": os.urandom(5000), "empty": b""}[damage])
    with pytest.raises(Refused, match="is damaged, or no archive"):
        unpack(path, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_disk_that_fails(tmp_path, monkeypatch):
    archive = tar_of(tmp_path / "a.tar", *GOOD)

    def full(path, mode):
        if mode == "xb":
            raise OSError(28, "No space left on device")
        return open(path, mode)

    monkeypatch.setattr(unpacking, "open", full, raising=False)
    with pytest.raises(EnvironmentFailure, match="No space left on device"):
        unpack(archive, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["a.tar"]
