"""Where a new run may be made, and what making it leaves alone."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from common.config import Config
from common.run import checkpoint, folder, place
from common.run.folder import Run
from common.run.place import check_free
from data.errors import Refused
from tests.conftest import refused

TRAIN = "recipes.first_gan.train"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Which takes a while, and asks git.
    monkeypatch.setattr(folder, "versions", lambda: {"gan_cookbook": "x"})
    return tmp_path


def made(path):
    check_free(path, "toy")
    run = Run.create(path, "toy", Config(), {})
    assert yaml.safe_load((run.path / "config.yaml").read_text())["recipe"] == "toy"
    return run.path


def empty(path):
    path.mkdir()
    return path


def killed_early(path):
    (empty(path) / ".aside-1a2b3c4d.yaml").write_text("recipe:")
    return path


def volume(path):
    (empty(path) / "lost+found").mkdir()
    return path


def link(path):
    path.symlink_to(empty(path.with_name("target")))
    return path


def test_a_folder_that_a_killed_process_left_stops_no_run(here):
    run = Run(made(here / "run"), {})
    (run.path / ".aside-folder").mkdir()
    (run.path / ".aside-file").write_text("")
    with run.claimed():
        assert {*os.listdir(run.path)} == {"config.yaml", ".aside-folder"}


def test_parts_of_a_run_may_lie_elsewhere_but_not_in_another_run(here):
    one, other = made(here / "one"), made(here / "other")
    (here / "disk").mkdir()
    (one / "checkpoints").symlink_to(here / "disk")
    assert Run.open(one, "toy").path == one
    (other / "samples").mkdir()
    (one / "samples").symlink_to(other / "samples")
    with pytest.raises(Refused, match=f"one/samples is a link into another run, {other}"):
        Run.open(one, "toy")
    # A link to the whole run is that run.
    (here / "link").symlink_to(other)
    assert Run.open(here / "link", "toy").path == here / "link"


@pytest.mark.parametrize("part", ["checkpoints", "samples", "events"])
@pytest.mark.parametrize("target", ["itself", "nothing"])
def test_a_part_that_is_a_link_to_itself_or_to_nothing(here, part, target):
    """It leads into no other run; what cannot be read or written says so itself."""
    run = made(here / "run")
    (run / part).symlink_to(run / part if target == "itself" else "nowhere")
    with Run.open(run, "toy").claimed():
        assert checkpoint.steps(run / "checkpoints") == []


PLACES = {"empty": empty, "killed early": killed_early, "volume": volume, "link": link}
PLACES["deep"] = lambda path: path / "a" / "b"


@pytest.mark.parametrize("kind", PLACES)
def test_an_empty_folder_is_used_as_it_is(here, kind):
    path = PLACES[kind](here / "run")
    before = path.stat().st_ino if path.exists() else None
    made(path)
    # A volume cannot be moved, and what is linked to is to be written to.
    assert before in (None, path.stat().st_ino) and path.is_symlink() == (kind == "link")
    assert {n for n in os.listdir(path) if n[0] != "."} - {"lost+found"} == {"config.yaml"}


def test_the_current_folder_is_used(here):
    made(place.Path("."))
    assert os.listdir(here) == ["config.yaml"]


def test_a_parent_that_may_not_be_written_to_does_no_harm(here, monkeypatch):
    may = os.access
    monkeypatch.setattr(os, "access", lambda p, how: str(p) != str(here) and may(p, how))
    made(empty(here / "run"))
    for path in (here / "other", here / "a" / "b", None):
        with pytest.raises(Refused, match=f"there is no permission to write in {here}: "):
            check_free(path, "toy")
    with pytest.raises(Refused, match="--run runs/toy cannot be made.*--run names another place"):
        check_free(None, "toy")


@pytest.mark.parametrize(
    ("prepare", "path", "words"),
    [
        (lambda h: (h / "f").touch(), "f", "--run f holds something else"),
        (lambda h: (h / "f").touch(), "f/run", "f is no folder"),
        (lambda h: (h / "l").symlink_to("nowhere"), "l", "--run l holds something else"),
        (lambda h: (h / "runs").touch(), None, "runs is no folder"),
        (lambda h: (empty(h / "d") / "config.yaml").touch(), "d", "holds a run: --resume it"),
    ],
)
def test_other_places_are_refused_before_anything_is_loaded(here, prepare, path, words):
    prepare(here)
    before = sorted(here.rglob("*"))
    code, out, err = refused(TRAIN, *(["--run", path] if path else []), cwd=here)
    assert (code, out) == (2, "") and words in err and err.count("\n") == 1, err
    assert sorted(here.rglob("*")) == before


def test_permissions_are_those_that_the_user_gives(here):
    mask = os.umask(0o027)
    try:
        path = made(here / "a" / "run")
    finally:
        os.umask(mask)
    for there, mode in ((path.parent, 0o750), (path, 0o750), (path / "config.yaml", 0o640)):
        assert stat.S_IMODE(there.stat().st_mode) == mode


def test_runs_that_start_in_one_second_have_folders_of_their_own(here):
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: Run.create(None, "toy", Config(), {}).path, range(16)))
    assert len(set(paths)) == 16 and all((path / "config.yaml").is_file() for path in paths)


def test_of_two_that_want_one_folder_one_gets_it(here):
    def attempt(number):
        try:
            return Run.create(here / "one", "toy", Config(seed=number), {}).facts["config"]["seed"]
        except Refused:
            return None

    with ThreadPoolExecutor(8) as pool:
        got = [seed for seed in pool.map(attempt, range(8)) if seed is not None]
    facts = yaml.safe_load((here / "one" / "config.yaml").read_text())
    assert got == [facts["config"]["seed"]] and os.listdir(here / "one") == ["config.yaml"]


def test_a_run_is_whole_or_absent(here, monkeypatch):
    def full(self, *_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place.Path, "write_text", full)
    empty(here / "there")
    for path in (here / "there", here / "new"):
        with pytest.raises(OSError):
            Run.create(path, "toy", Config(), {})
    assert not any((here / "there").glob("*")) and not (here / "new").exists()


def test_a_file_system_without_links(here, monkeypatch):
    def no(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no)
    assert os.listdir(made(here / "run")) == ["config.yaml"]
