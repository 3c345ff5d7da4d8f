"""Real sets by name: the whole way from an address to pictures, on a server of our own."""

import dataclasses
import gzip
import hashlib
import importlib.util
import io
import json

import numpy as np
import pytest
from PIL import Image

import data
from data import meshes, named
from data.errors import EnvironmentFailure, Refused
from data.fetch import datasets_folder
from tests.data.server import serving
from tests.data.test_unpack import tar_link, tar_of, zip_of

SOME = np.random.default_rng(0).integers(0, 256, (6, 28, 28), np.uint8)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder of Keras for this test alone."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert datasets_folder() == tmp_path / "keras" / "datasets"
    return datasets_folder()


@pytest.fixture
def serve(home, tmp_path, monkeypatch):
    """Give a named set's archive to a local server, and its address to the table."""
    with serving() as server:

        def put(name, content, published=True):
            file = named.SETS[name].address.rsplit("/", 1)[-1]
            server.files[file] = content
            known = hashlib.sha256(content).hexdigest() if published else None
            facts = named.SETS[name]
            changed = dataclasses.replace(facts, address=server.url(file), sha256=known)
            monkeypatch.setitem(named.SETS, name, changed)
            return server

        yield put


def jpeg(colour, size=(256, 256)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def archive(tmp_path, make, *members):
    return make(tmp_path / "made", *members).read_bytes()


def load(source, split="train", size=32):
    return source.load(split, size, 0, 0)


def facades(tmp_path):
    """As pix2pix has them: a folder of splits, pairs side by side."""
    pairs = [(f"facades/{split}/{i}.jpg", jpeg("red", (512, 256))) for split in
             ("train", "val", "test") for i in range(2)]  # fmt: skip
    return archive(tmp_path, tar_of, *pairs)


def test_pairs_from_an_archive(serve, tmp_path, home):
    server = serve("cmp_facades", facades(tmp_path), published=False)
    for _ in range(2):
        source = data.find("cmp_facades")
        assert (source.kind, source.describe_sizes()) == ("pairs", "256×256")
        pairs = load(source)
        assert len(pairs) == 2 and pairs.inputs.shape == pairs.samples.shape == (2, 32, 32, 3)
    assert len(server.asked) == 1
    # No checksum is published: what was fetched is recorded.
    (record,) = home.glob("*.json")
    assert json.loads(record.read_text())["bytes"] == len(facades(tmp_path))


def test_nothing_is_fetched_before_pictures_are_wanted(serve, tmp_path):
    server = serve("cmp_facades", facades(tmp_path))
    assert data.find("cmp_facades").count == 400
    assert data.find("horse2zebra").kind == "domains"
    assert server.asked == []


def test_domains_from_an_archive(serve, tmp_path):
    members = [
        (f"horse2zebra/{split}{side}/{i}.jpg", jpeg({"A": "red", "B": "blue"}[side]))
        for split in ("train", "test")
        for side in "AB"
        for i in range(2)
    ]
    server = serve("horse2zebra", archive(tmp_path, zip_of, *members))
    source = data.find("horse2zebra")
    horses, zebras = (load(part).samples for part in source.domains.values())
    assert len(horses) == len(zebras) == 2
    assert horses[0, 0, 0, 0] > 200 and zebras[0, 0, 0, 2] > 200
    assert len(load(data.find("horse2zebra:B"), "test")) == 2
    # What the table says until the set is there.
    assert [part.count for part in data.find("monet2photo").domains.values()] == [1072, 6287]
    assert len(server.asked) == 1


def test_a_hostile_archive_is_not_kept(serve, tmp_path, home):
    server = serve("cmp_facades", archive(tmp_path, tar_of, tar_link("a", "/etc")), False)
    for _ in range(2):
        with pytest.raises(Refused, match="is a link or a device"):
            load(data.find("cmp_facades"))
        assert list(home.iterdir()) == []
    server.files["facades.tar.gz"] = facades(tmp_path)
    assert len(load(data.find("cmp_facades"))) == 2


def test_an_archive_that_was_cut_where_nobody_knows_its_checksum(serve, tmp_path, home):
    content = archive(tmp_path, tar_of, ("facades/train/a.bin", SOME.tobytes() * 50))
    serve("cmp_facades", content[: len(content) // 2], published=False)
    with pytest.raises(Refused, match="is damaged, or no archive"):
        load(data.find("cmp_facades"))
    assert list(home.iterdir()) == []


def test_another_archive_than_was_published(serve, tmp_path, home):
    server = serve("maps", b"x")
    server.files["maps.tar.gz"] = facades(tmp_path)
    with pytest.raises(
        EnvironmentFailure, match=r"checksum is another.*put http.*maps.tar.gz into .* by"
    ):
        load(data.find("maps"))


def test_mnist(serve, home):
    file = io.BytesIO()
    np.savez(file, x_train=SOME, y_train=np.arange(6), x_test=SOME[:2], y_test=np.arange(2))
    server = serve("mnist", file.getvalue())
    source = data.find("mnist")
    assert (source.channels, source.count, source.describe_sizes()) == (1, 60_000, "28×28")
    np.testing.assert_array_equal(load(source, "test", 28).samples[..., 0], SOME[:2])
    assert load(source, "test").factors["label"].tolist() == [0, 1]
    assert (home / "mnist.npz").exists() and server.asked == ["mnist.npz"]


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return gzip.compress(head + array.tobytes())


def test_fashion_mnist(serve, monkeypatch):
    server = serve("fashion_mnist", b"")
    parts = (SOME, np.arange(6), SOME[:2], np.arange(2))
    for name, part in zip(named.classics.FASHION, parts, strict=True):
        server.files[name] = idx(part.astype(np.uint8))
        known = hashlib.sha256(server.files[name]).hexdigest()
        monkeypatch.setitem(named.classics.FASHION, name, known)
    source = data.find("fashion_mnist")
    np.testing.assert_array_equal(load(source, "test", 28).samples[..., 0], SOME[:2])
    assert source.factors["label"][0] == "T-shirt" and len(server.asked) == 4


def test_cifar10(serve, tmp_path):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (6, 32, 32, 3), np.uint8)
    rows = [bytes([n]) + picture.transpose(2, 0, 1).tobytes() for n, picture in enumerate(images)]
    files = [*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"]
    members = [(f"cifar-10-batches-bin/{f}", row) for f, row in zip(files, rows, strict=True)]
    serve("cifar10", archive(tmp_path, tar_of, *members))
    test = load(data.find("cifar10"), "test")
    np.testing.assert_array_equal(test.samples, images[5:])
    assert test.factors["label"].tolist() == [5]


def test_pictures_from_a_lightning_database(serve, tmp_path):
    lmdb = pytest.importorskip("lmdb")
    environment = lmdb.open(str(tmp_path / "db"), map_size=10_000_000)
    with environment, environment.begin(write=True) as records:
        for key, content in ((b"one", jpeg("red")), (b"two", jpeg("blue")), (b"3", b"no")):
            records.put(key, content)
    name = "church_outdoor_train_lmdb/data.mdb"
    content = (tmp_path / "db" / "data.mdb").read_bytes()
    serve("lsun_church", archive(tmp_path, zip_of, (name, content)))
    source = data.find("lsun_church")
    assert len(load(source)) == 2 and source.factors == {} and source.count == 2


def test_a_package_that_is_missing(monkeypatch):
    find_spec = importlib.util.find_spec
    without = lambda name, *more: None if name == "lmdb" else find_spec(name, *more)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", without)
    with pytest.raises(Refused, match=r"package lmdb: pip install 'gan-cookbook\[datasets\]'"):
        data.find("lsun_church")


# --- shapes ---

TETRAHEDRON = "4 4 6\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 1 2\n3 0 1 3\n3 0 2 3\n3 1 2 3\n"


@pytest.mark.parametrize("head", ["OFF\n", "OFF", "# made by hand\nOFF\n\n"])
def test_an_off_file(tmp_path, head):
    (tmp_path / "a.off").write_text(head + TETRAHEDRON)
    mesh = meshes.read_off(tmp_path / "a.off")
    assert mesh.vertices.shape == (4, 3) and mesh.triangles.tolist()[3] == [1, 2, 3]


def test_faces_of_more_corners_and_with_colours(tmp_path):
    (tmp_path / "a.off").write_text("OFF\n4 1 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n4 0 1 2 3 255 0 0\n")
    assert meshes.read_off(tmp_path / "a.off").triangles.tolist() == [[0, 1, 2], [0, 2, 3]]


@pytest.mark.parametrize(
    "text",
    [
        *("", "PLY\n", "OFF\n", "OFF\n4 1 0\n0 0 0\n", "OFF\n1 1 0\n0 0 0\n3 0 1 2\n"),
        *("OFF\n3 1 0\n0 0 0\n0 0 nan\n0 0 1\n3 0 1 2\n", "OFF\n99999999999 1 0\n0 0 0\n"),
        *("OFF\n3 1 0\n0 0 0\n0 0 1\n0 1 1\n3 0 1 -2\n", "OFF\nx y z\n"),
    ],
)
def test_what_is_no_off_file(tmp_path, text):
    (tmp_path / "a.off").write_text(text)
    with pytest.raises(Refused, match=r"a.off cannot be read as .off"):
        meshes.read_off(tmp_path / "a.off")


def test_modelnet(serve, tmp_path):
    members = [("ModelNet10/README.txt", b"hello")]
    for name in named.SETS["modelnet10"].labels:
        for split in ("train", "test"):
            members.append(
                (f"ModelNet10/{name}/{split}/{name}_1.off", f"OFF{TETRAHEDRON}".encode())
            )
    serve("modelnet10", archive(tmp_path, zip_of, *members))
    source = data.find("modelnet10")
    assert (source.kind, source.channels, source.describe_sizes()) == ("voxels", 1, "any size")
    files, labels = source.files("test")
    assert len(files) == 10 and labels.tolist() == list(range(10))
    for _ in range(2):
        shapes = load(source, "test", 16)
        assert shapes.kind == "voxels" and shapes.samples.shape == (10, 16, 16, 16, 1)
        assert shapes.factors["label"].tolist() == list(range(10))
    assert source.name_of("test", 3, {}) == "desk_1.off"
    with pytest.raises(Refused, match="voxels of 4 to 256 cells a side, not 300"):
        load(source, "test", 300)


# --- TensorFlow Datasets ---


@pytest.fixture
def tfds(home):
    return pytest.importorskip("tensorflow_datasets")


@pytest.fixture
def mock(tfds, monkeypatch):
    """TensorFlow Datasets' mock data, which knows of no splits: `splits` does."""
    from types import SimpleNamespace

    def make(examples=12, **splits):
        facts = {name: SimpleNamespace(num_examples=n, num_bytes=n) for name, n in splits.items()}
        monkeypatch.setattr(tfds.core.DatasetInfo, "splits", facts)
        # Mock data are never there already, and need no network.
        monkeypatch.setattr("data.tensorflow_sets._ask_for", lambda builder: None)
        return tfds.testing.mock_data(num_examples=examples)

    return make


def test_any_set_of_tensorflow_datasets(mock):
    with mock(train=12, test=5):
        source = data.find("tfds:svhn_cropped")
        assert (source.channels, source.count, source.describe_sizes()) == (3, 17, "32×32")
        assert source.factors["label"] == tuple("0123456789")
        test = load(source, "test", 16)
        assert test.samples.shape == (5, 16, 16, 3) and test.factors["label"].shape == (5,)
        assert len(load(source)) == 12


def test_attributes_become_words(mock):
    with mock(train=12, validation=3, test=4):
        source = data.find("tfds:celeb_a")
        assert source.factors["Smiling"] == ("no smiling", "smiling")
        assert set(load(source, "validation").factors["Smiling"].tolist()) <= {0, 1}


def test_celeb_a_by_its_own_name(mock):
    with mock(train=12, validation=3, test=4):
        source = data.find("celeb_a")
        assert source.describe_sizes() == "178×218"
        assert load(source).samples.shape == (12, 32, 32, 3)


def test_two_domains_of_tensorflow_datasets(mock):
    with mock(trainA=6, trainB=7, testA=2, testB=3):
        source = data.find("tfds:cycle_gan/horse2zebra")
        assert [len(load(part)) for part in source.domains.values()] == [6, 7]
        assert len(load(data.find("tfds:cycle_gan/horse2zebra:B"), "test")) == 3
        with pytest.raises(Refused, match="legal is .*:A or .*:B"):
            data.find("tfds:cycle_gan/horse2zebra:C")


def test_a_set_of_ones_own_builder_arrives_for_real(tfds, tmp_path):
    """Without mock data: fetched from a server, prepared, read, and read again from the cache."""

    class Squares(tfds.core.GeneratorBasedBuilder):
        """Pictures of different sizes, each of its own brightness."""

        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            features = {
                "image": tfds.features.Image(),
                "label": tfds.features.ClassLabel(names=["a"]),
            }
            return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

        def _split_generators(self, manager):
            file = manager.download(server.url("squares.npz"))
            return {"train": self._generate_examples(file)}

        def _generate_examples(self, file):
            for number, side in enumerate(np.load(file)["sides"]):
                pixels = np.full((side, side + 2, 3), number, np.uint8)
                yield number, {"image": pixels, "label": "a"}

    with serving() as server:
        file = io.BytesIO()
        np.savez(file, sides=np.arange(20, 140))
        server.files["squares.npz"] = file.getvalue()
        source = data.find("tfds:squares")
        assert (source.count, source.describe_sizes()) == (120, "from 22×20 to 141×139")
        parts = [load(source, split, 16).samples[:, 8, 8, 0] for split in data.splits.SPLITS]
        assert [len(part) for part in parts] == [100, 11, 9]
        assert sorted(np.concatenate(parts).tolist()) == list(range(120))
        again = load(data.find("tfds:squares"), size=16).samples
        np.testing.assert_array_equal(again[:, 8, 8, 0], parts[0])
        assert server.asked == ["squares.npz"]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("tfds:no_such_set", "has no such set"),
        ("tfds:cycle_gan/cow2sheep", "cow2sheep not found"),
        ("tfds:imdb_reviews", "holds label, text: no pictures"),
        ("tfds:", "tfds:: Parsing"),
    ],
)
def test_what_tensorflow_datasets_does_not_have(tfds, spec, words):
    with pytest.raises(Refused, match=words) as no:
        data.find(spec)
    assert "\n" not in str(no.value)


def test_a_set_that_cannot_be_fetched(tfds, monkeypatch):
    import requests

    def dead(*words, **options):
        raise requests.exceptions.ConnectionError("nobody there")

    def broken(*words, **options):
        raise ValueError("something else\nsecond line")

    # It is found out by one request, and not by minutes of them.
    monkeypatch.setattr(requests, "head", dead)
    with pytest.raises(EnvironmentFailure, match=r"\(no connection\).*by hand"):
        data.find("tfds:mnist")
    monkeypatch.setattr("data.tensorflow_sets._ask_for", lambda builder: None)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", broken)
    with pytest.raises(EnvironmentFailure, match=r"something else\).*by hand") as no:
        data.find("tfds:mnist")
    assert "\n" not in str(no.value)


def test_without_tensorflow_datasets(monkeypatch):
    find_spec = importlib.util.find_spec
    missing = lambda name, *more: None if "tensorflow" in name else find_spec(name, *more)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", missing)
    for spec in ("tfds:mnist", "celeb_a"):
        with pytest.raises(Refused, match=r"pip install 'gan-cookbook\[datasets\]'"):
            data.find(spec)
