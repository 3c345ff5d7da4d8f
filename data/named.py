"""Real data sets by name.

A set is fetched when it is first loaded: what a refusal needs before that is in the table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data import classics, lmdb_sets, tensorflow_sets
from data.array_files import open_arrays
from data.arrays import ArraySource
from data.domains import DomainsSource
from data.errors import Refused
from data.fetch import datasets_folder, fetch, forget
from data.folders import open_folder
from data.levels import Levels
from data.lock import file_lock
from data.meshes import MeshSource
from data.reading import Reading
from data.source import Source
from data.unpack import unpack

_DIGITS = tuple("0123456789")
_CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat")
_CLOTHES += ("sandal", "shirt", "sneaker", "bag", "ankle boot")
_THINGS = ("airplane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_ACADEMIC = "for research that is not commercial"


@dataclass(frozen=True)
class Facts:
    """Facts about a set, known before it is fetched."""

    name: str
    #: How it is fetched and read: one of `_WAYS`, or "meshes".
    way: str
    kind: str
    #: Pictures or pairs for training, or in all where a set brings no splits; of two
    #: domains, of A.
    count: int
    #: (height, width) of the smallest and of the largest picture; 0: any size.
    sizes: tuple[tuple[int, int], tuple[int, int]]
    channels: int
    #: To be fetched.
    megabytes: float
    licence: str
    #: URL of the file or archive; of way "tfds", the set's name there.
    address: str
    #: Checksum of that file; None: none is published, and that of the download is recorded.
    sha256: str | None = None
    #: The words for the values of "label", where every class is about as frequent.
    labels: tuple[str, ...] = ()
    #: Pictures for training in domain B, if there are two.
    count_b: int = 0
    #: A remark for the user.
    remark: str = ""


def _square(side: int) -> tuple[tuple[int, int], tuple[int, int]]:
    return (side, side), (side, side)


_PIX2PIX = "http://efrosgans.eecs.berkeley.edu/pix2pix/datasets/"
_CYCLEGAN = "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/"
_CITE = "none stated; the authors ask to be cited"
_ROOMS = ("bathtub", "bed", "chair", "desk", "dresser")
_ROOMS += ("monitor", "night_stand", "sofa", "table", "toilet")

_TABLE = (
    Facts(
        *("mnist", "npz", "pictures", 60_000, _square(28), 1, 11.5, "CC BY-SA 3.0"),
        address="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        labels=_DIGITS,
    ),
    Facts(
        *("fashion_mnist", "idx", "pictures", 60_000, _square(28), 1, 30.9, "MIT"),
        address="http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        sha256=" ".join(classics.FASHION.values()),
        labels=_CLOTHES,
    ),
    Facts(
        *("cifar10", "cifar", "pictures", 50_000, _square(32), 3, 170.1, "none stated"),
        address="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        labels=_THINGS,
    ),
    Facts(
        *("cmp_facades", "archive", "pairs", 400, _square(256), 3, 30.2, _CITE),
        address=_PIX2PIX + "facades.tar.gz",
        remark="A is the photograph, B the label map: --direction BtoA paints façades",
    ),
    Facts(
        *("maps", "archive", "pairs", 1096, _square(600), 3, 250.2, "pictures of Google Maps"),
        address=_PIX2PIX + "maps.tar.gz",
        remark="A is the aerial photograph, B the map",
    ),
    Facts(
        *("edges2shoes", "archive", "pairs", 49_825, _square(256), 3, 2200, _CITE),
        address=_PIX2PIX + "edges2shoes.tar.gz",
        remark="A is the outline, B the shoe",
    ),
    Facts(
        *("horse2zebra", "archive", "domains", 1067, _square(256), 3, 116.9, _CITE),
        address=_CYCLEGAN + "horse2zebra.zip",
        sha256="a74d9d392eecca9966b51287a76ca126af473d9de4f3e8fc0e9cda08fa1730a1",
        count_b=1334,
    ),
    Facts(
        *("apple2orange", "archive", "domains", 995, _square(256), 3, 78.5, _CITE),
        address=_CYCLEGAN + "apple2orange.zip",
        sha256="845a191e9af8926408ea597001cd03a452e3300a1f44a79fe329b3d59f6e3eb8",
        count_b=1019,
    ),
    Facts(
        *("monet2photo", "archive", "domains", 1072, _square(256), 3, 305.2, _CITE),
        address=_CYCLEGAN + "monet2photo.zip",
        sha256="88f91b00fc228f97c9411fbf1880ec1d119c98f1722e4cfcfaa2fb35fac05b04",
        count_b=6287,
    ),
    Facts(
        *("summer2winter", "archive", "domains", 1231, _square(256), 3, 132.6, _CITE),
        address=_CYCLEGAN + "summer2winter_yosemite.zip",
        sha256="167fe1726807a9d22bd106b4a6c0bd7953b688af924ac1bf967439c4961e49f9",
        count_b=962,
    ),
    Facts(
        *("celeb_a", "tfds", "pictures", 162_770, ((218, 178),) * 2, 3, 1489),
        licence=_ACADEMIC,
        address="celeb_a",
        sha256="46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
        remark="comes from Google Drive, which often refuses: then fetch img_align_celeba.zip and "
        "the lists beside it by hand",
    ),
    Facts(
        *("lsun_church", "lmdb", "pictures", 126_227, ((256, 256),) * 2, 3, 2448, "none stated"),
        address="http://dl.yf.io/lsun/scenes/church_outdoor_train_lmdb.zip",
        sha256="91128ae026840ac0c5982b4445ab5fc4e092d6847cca76793b2b1a0815c2e74a",
        remark="the shorter side of each picture is 256 pixels",
    ),
    Facts(
        *("modelnet10", "meshes", "voxels", 3991, _square(0), 1, 473.4, _ACADEMIC),
        address="http://3dvision.princeton.edu/projects/2014/3DShapeNets/ModelNet10.zip",
        labels=_ROOMS,
    ),
)
#: Name -> what is known.
SETS = {facts.name: facts for facts in _TABLE}


class NamedSource(Source):
    """A set of the table, or one domain of it, fetched when it is first loaded."""

    def __init__(self, facts: Facts, reading: Reading, side: str = ""):
        self.facts, self._reading, self._side = facts, reading, side
        self.name = f"{facts.name}:{side}" if side else facts.name
        self.kind = "pictures" if side else facts.kind
        self.count = facts.count_b if side == "B" else facts.count
        self.sizes, self.channels = facts.sizes, facts.channels
        self.input_channels = facts.channels if self.kind == "pairs" else None
        if facts.labels:
            self.factors, self.modes = {"label": facts.labels}, ("label",)
        self._opened: Source | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """The table's remark; once the set is loaded, also what was left out of it."""
        own = (self.facts.remark,) if self.facts.remark else ()
        return own + (self._opened.remarks if self._opened else ())

    @property
    def levels(self) -> dict[str, Levels]:
        """As `Source.levels`, once the set is loaded."""
        return self._opened.levels if self._opened else {}

    @property
    def unusable(self) -> dict[str, str]:
        """As `Source.unusable`, once the set is loaded."""
        return self._opened.unusable if self._opened else {}

    @property
    def halves(self) -> bool:
        """As `Source.halves`, once the set is loaded."""
        return self._opened is not None and self._opened.halves

    def load(self, split, size, count, seed):
        """As `Source.load`; fetches the set where it is not there yet."""
        if self._opened is None:
            whole = _WAYS[self.facts.way](self.facts, self._reading)
            self._opened = whole.domains[self._side] if self._side else whole
            # What the table could not know.
            self.count, self.label_maps = self._opened.count, self._opened.label_maps
            if not self.factors:
                self.factors, self.modes = self._opened.factors, self._opened.modes
        return self._opened.load(split, size, count, seed)

    def name_of(self, split, index, left_out):
        """As `Source.name_of`."""
        return (self._opened or super()).name_of(split, index, left_out)


def open_set(name: str, reading: Reading) -> Source:
    """Open a named set.

    Raises:
        Refused: it needs a package that is not installed.
    """
    facts = SETS[name]
    if facts.way == "tfds":
        tensorflow_sets.check(name)
    if facts.way == "lmdb":
        lmdb_sets.check()
    if facts.way == "meshes":
        return MeshSource(
            name, lambda: _unpacked(facts), facts.labels, facts.count, reading.splitting
        )
    if facts.kind == "domains":
        return DomainsSource(name, {side: NamedSource(facts, reading, side) for side in "AB"})
    return NamedSource(facts, reading)


def _from_npz(facts: Facts, reading: Reading) -> Source:
    path = datasets_folder() / f"{facts.name}.npz"
    fetch(facts.address, path, facts.sha256, _most(facts))
    return open_arrays(path, reading)


def _from_idx(facts: Facts, reading: Reading) -> Source:
    folder = datasets_folder() / facts.name
    for name, sha256 in classics.FASHION.items():
        fetch(facts.address + name, folder / name, sha256, _most(facts))
    return ArraySource(facts.name, classics.read_fashion(folder), reading)


def _from_cifar(facts: Facts, reading: Reading) -> Source:
    return ArraySource(facts.name, classics.read_cifar(_unpacked(facts)), reading)


def _from_archive(facts: Facts, reading: Reading) -> Source:
    return open_folder(_unpacked(facts), dataclasses.replace(reading, layout=facts.kind))


def _from_tfds(facts: Facts, reading: Reading) -> Source:
    return tensorflow_sets.open_by_name(tensorflow_sets.PREFIX + facts.address, reading)


def _from_lmdb(facts: Facts, reading: Reading) -> Source:
    folder = datasets_folder() / f"{facts.name}-pictures"
    with file_lock(folder):
        if not folder.is_dir():
            lmdb_sets.write_out(_unpacked(facts), folder)
    return open_folder(folder, dataclasses.replace(reading, layout=facts.kind))


_WAYS: dict[str, Callable[[Facts, Reading], Source]] = {
    "npz": _from_npz,
    "idx": _from_idx,
    "cifar": _from_cifar,
    "archive": _from_archive,
    "tfds": _from_tfds,
    "lmdb": _from_lmdb,
}


def _most(facts: Facts) -> float:
    """Largest size of a download in bytes: an address may have changed hands."""
    return 2e6 * facts.megabytes


def _unpacked(facts: Facts) -> Path:
    """The folder of an archive's files; fetched and unpacked at the first call."""
    folder = datasets_folder() / facts.name
    with file_lock(folder):
        if folder.is_dir():
            return folder
        name = facts.address.rsplit("/", 1)[-1]
        path = datasets_folder() / f"{facts.name}-{name}"
        archive = fetch(facts.address, path, facts.sha256, _most(facts))
        try:
            unpack(archive, folder)
        except Refused:
            # What came is nothing to keep: the next time it is fetched anew.
            forget(archive)
            raise
    return folder
