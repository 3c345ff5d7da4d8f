import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import data
from data.errors import Refused
from data.pictures import MOST_PIXELS


def picture(mode="RGB", size=(40, 30), seed=0):
    rng = np.random.default_rng(seed)
    base = Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), np.uint8))
    return base.convert(mode)


def folder_of(path, count=5, **options):
    path.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        picture(seed=index, **options).save(path / f"p{index:04}.png")
    return path


# --- what is refused, in one line ---


@pytest.mark.parametrize("spec", ["hauses", "no/such/folder", ""])
def test_unknown_data_names_what_is_legal(spec):
    with pytest.raises(data.Refused, match="houses.*mnist.*folder") as no:
        data.find(spec or "''")
    assert "\n" not in str(no.value)


def test_a_slip_of_the_pen_is_recognised():
    with pytest.raises(data.Refused, match="did you mean houses"):
        data.find("house")


def test_empty_folder(tmp_path):
    with pytest.raises(data.Refused, match="holds no pictures"):
        data.find(str(tmp_path))


def write_text(path):
    path.write_text("hello")


def write_truncated(path):
    buffer = io.BytesIO()
    picture(size=(200, 200)).save(buffer, "JPEG")
    path.write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])


def write_one_pixel(path):
    picture(size=(1, 1)).save(path, "JPEG")


def write_huge(path):
    # A small PNG whose header says 30,000×30,000: it must not be decoded to be refused.
    buffer = io.BytesIO()
    picture(size=(8, 8)).save(buffer, "PNG")
    content = bytearray(buffer.getvalue())
    content[16:24] = struct.pack(">II", 30_000, 30_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (write_text, "not a readable picture"),
        (write_truncated, "cannot be decoded"),
        (write_one_pixel, "1×1 pixels; at least 8×8"),
        (write_huge, f"30000×30000 pixels; at most {MOST_PIXELS // 1_000_000} million"),
    ],
)
def test_one_bad_picture_among_few(tmp_path, write, words):
    folder_of(tmp_path, 3)
    write(tmp_path / "bad.jpg")
    with pytest.raises(data.Refused, match=words) as no:
        data.find(str(tmp_path)).load("train", 16, 0, 0)
    assert "bad.jpg" in str(no.value) and "\n" not in str(no.value)


@pytest.mark.parametrize("write", [write_text, write_truncated])
def test_one_bad_picture_among_many_is_left_out_by_name(tmp_path, write):
    folder_of(tmp_path, 150, size=(8, 8))
    write(tmp_path / "bad.jpg")
    source = data.find(str(tmp_path))
    pictures = source.load("train", 8, 0, 0)
    assert len(pictures) == 125
    assert any("bad.jpg" in remark for remark in source.remarks)


def test_npz_with_pickled_objects_is_refused(tmp_path):
    np.savez(tmp_path / "evil.npz", images=np.array([object()], dtype=object))
    with pytest.raises(data.Refused, match="never pickles"):
        data.find(str(tmp_path / "evil.npz"))


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"foo": np.zeros(3)}, "holds foo"),
        ({"images": np.zeros((4, 8, 8, 5), np.uint8)}, "legal are"),
        ({"images": np.zeros((4, 8, 8), np.float32)}, "legal is uint8"),
        ({"images": np.zeros((0, 8, 8), np.uint8)}, "empty"),
        ({"x_train": np.zeros((4, 8, 8), np.uint8), "x_test": np.zeros((4, 8, 8))}, "'x_test' is"),
        ({"x": np.zeros((4, 8, 8), np.uint8), "y": np.zeros(3)}, "3 labels for the 4"),
    ],
)
def test_npz_with_other_contents(tmp_path, arrays, words):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(data.Refused, match=words):
        data.find(str(tmp_path / "a.npz"))


def test_a_file_that_is_no_npz(tmp_path):
    (tmp_path / "a.npz").write_text("hello")
    with pytest.raises(data.Refused, match=r"cannot be read as .npz"):
        data.find(str(tmp_path / "a.npz"))
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(data.Refused, match="is a file"):
        data.find(str(tmp_path / "a.txt"))


def test_a_split_that_does_not_exist():
    with pytest.raises(data.Refused, match="train, validation, test"):
        data.find("houses").load("tset", 8, 10, 0)


def test_paths_that_cannot_be_looked_at():
    for spec in ("~no-such-user/p", "x" * 5000):
        with pytest.raises(data.Refused, match="no such thing"):
            data.find(spec)


def test_two_sets_of_which_one_is_not_there(tmp_path):
    """What is told is the one that is missing, not the one that is there."""
    folder_of(tmp_path / "a", 1)
    for spec in (
        f"{tmp_path}/a,{tmp_path}/b",
        f"{tmp_path}/b,{tmp_path}/a",
        f"houses,{tmp_path}/b",
    ):
        with pytest.raises(
            data.Refused, match=rf": {tmp_path}/b is not there \({tmp_path} has no b"
        ):
            data.find(spec)
    with pytest.raises(data.Refused, match="legal are one set, or two with a comma between"):
        data.find(f"{tmp_path}/a,houses,seasons:summer")


# --- what is read ---


def test_folder_facts_and_pictures(tmp_path):
    folder_of(tmp_path / "a", 2, size=(40, 30))
    folder_of(tmp_path / "b", 1, size=(64, 64))
    (tmp_path / "notes.txt").write_text("not a picture")
    source = data.find(str(tmp_path))
    assert (source.count, source.channels) == (3, 3)
    assert source.describe_sizes() == "from 40×30 to 64×64"
    picture(size=(400, 20)).save(tmp_path / "long.png")
    assert data.find(str(tmp_path)).sizes[0] == (20, 400)
    (tmp_path / "long.png").unlink()
    pictures = source.load("train", 16, 0, 0)
    assert pictures.samples.shape == (3, 16, 16, 3)
    # The square is cut from the middle.
    middle = picture(size=(40, 30)).crop((5, 0, 35, 30)).resize((16, 16), Image.BICUBIC)
    np.testing.assert_array_equal(pictures.samples[0], np.asarray(middle))


@pytest.mark.parametrize("mode", ["1", "L", "I;16"])
def test_grey_pictures_stay_grey(tmp_path, mode):
    ramp = np.linspace(0, 255, 64).astype(np.uint8).reshape(8, 8)
    image = Image.fromarray(ramp)
    if mode == "I;16":
        image = Image.fromarray(ramp.astype(np.uint16) * 257)
    image.convert(mode).save(tmp_path / "a.png") if mode == "1" else image.save(tmp_path / "a.png")
    source = data.find(str(tmp_path))
    assert source.channels == 1
    read = source.load("train", 8, 0, 0).samples[0, ..., 0]
    if mode != "1":
        np.testing.assert_array_equal(read, ramp)


def test_transparency_is_laid_over_white(tmp_path):
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "a.png")
    assert (data.find(str(tmp_path)).load("train", 8, 0, 0).samples == 255).all()


def test_cmyk_and_exif_rotation(tmp_path):
    upright = Image.new("RGB", (20, 20), "red")
    upright.paste("blue", (0, 0, 20, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise for viewing
    upright.rotate(90).save(tmp_path / "a.jpg", exif=exif, quality=95)
    upright.convert("CMYK").save(tmp_path / "b.jpg", quality=95)
    for read in data.find(str(tmp_path)).load("train", 20, 0, 0).samples:
        assert read[3, 10, 2] > 200 and read[16, 10, 0] > 200


def test_downscaling_is_antialiased(tmp_path):
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "a.png")
    read = data.find(str(tmp_path)).load("train", 16, 0, 0).samples
    assert np.abs(read.astype(int) - 127).max() < 20


def test_folder_splits_are_disjoint_and_complete(tmp_path):
    folder_of(tmp_path, 120, size=(8, 8))
    source = data.find(str(tmp_path))
    parts = [source.load(split, 8, 0, 0).samples for split in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [100, 10, 10]
    assert len({image.tobytes() for part in parts for image in part}) == 120


def test_folders_called_train_and_test_are_the_splits(tmp_path):
    folder_of(tmp_path / "train", 3)
    folder_of(tmp_path / "test", 2)
    source = data.find(str(tmp_path))
    assert len(source.load("train", 8, 0, 0)) == 3
    assert len(source.load("test", 8, 0, 0)) == 2


def test_npz_like_keras(tmp_path):
    x = np.arange(50 * 28 * 28, dtype=np.uint8).reshape(50, 28, 28)
    np.savez(tmp_path / "m.npz", x_train=x, y_train=np.arange(50), x_test=x[:7], y_test=x[:7, 0, 0])
    source = data.find(str(tmp_path / "m.npz"))
    assert (source.channels, source.count, source.describe_sizes()) == (1, 50, "28×28")
    train, held = (source.load(s, 28, 0, 0) for s in ("train", "validation"))
    assert len(train) + len(held) == 50 and not set(train.factors["label"]) & set(
        held.factors["label"]
    )
    np.testing.assert_array_equal(train.samples[0, ..., 0], x[0])
    assert len(source.load("test", 28, 0, 0)) == 7


def test_a_changed_folder_is_read_again(tmp_path):
    folder = folder_of(tmp_path / "p", 3)
    assert len(data.find(str(folder)).load("train", 8, 0, 0)) == 3
    folder_of(tmp_path / "p", 4)
    assert len(data.find(str(folder)).load("train", 8, 0, 0)) == 4


@pytest.mark.parametrize(
    "spec", ["p,p", "p, ./p", "p,link", "two:A,./two:A", "seasons:summer,seasons:summer"]
)
def test_two_domains_are_two_sets(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("p", "houses", "two/trainA", "two/trainB"):
        folder_of(tmp_path / name)
    (tmp_path / "link").symlink_to("p")
    with pytest.raises(Refused, match="both domains are (p|two:A|seasons:summer)$"):
        data.find(spec)
    # A world, and a folder that is called as it is; two domains of one folder.
    for fine in ("houses,./houses", "two:A,two:B"):
        assert data.find(fine).kind == "domains"
