"""A run that lost its checkpoints is not written over, and a log edited by hand is gone on with."""

import csv
from types import SimpleNamespace

import pytest
import yaml

from common.callbacks.metrics import Metrics
from common.run import checkpoint
from common.run.continuing import check_continuable
from common.run.folder import Run
from data.errors import Refused
from data.plurals import number_of

ROWS = "step,a\n2,1\n4,3\n"


def a_run(place, log="", network=False, checkpoints=(), **facts):
    place.mkdir()
    told = {"recipe": "dcgan", "config": {}, "data": {}, **facts}
    (place / "config.yaml").write_text(yaml.safe_dump(told))
    (place / "metrics.csv").write_text(log)
    if network:
        (place / "generator.keras").touch()
    for step in checkpoints:
        checkpoint.save(place / "checkpoints", step, {"a": [1.0]})
    return Run.open(place, "dcgan")


LOST = {
    "a network": ({"network": True, "saved": False}, "still has generator.keras:"),
    "a network of 0.2": ({"network": True, "log": ROWS}, "and metrics.csv with 2 rows:"),
    "rows of 0.2": ({"log": ROWS}, "still has metrics.csv with 2 rows:"),
    "rows": ({"log": "step,a\n2,1\n", "saved": True}, "still has metrics.csv with 1 row:"),
    "a log that is none": ({"log": "hello\n", "saved": True}, "still has metrics.csv:"),
    "the note alone": ({"saved": True}, "has had one:"),
}


@pytest.mark.parametrize("case", LOST)
def test_lost_checkpoints_are_told_of(tmp_path, case, capsys):
    how, words = LOST[case]
    run = a_run(tmp_path / "run", **how)
    with pytest.raises(Refused, match=words) as no:
        check_continuable(run, from_scratch=False)
    assert "no checkpoint left in checkpoints/" in str(no.value) and "\n" not in str(no.value)
    assert "--from-scratch" in str(no.value)
    check_continuable(run, from_scratch=True)
    assert "beginning at step 0" in capsys.readouterr().err


@pytest.mark.parametrize("how", [{"saved": False, "log": ROWS}, {"log": "step,a\n"}, {"log": ""}])
def test_a_run_stopped_before_its_first_checkpoint_begins_anew(tmp_path, how, capsys):
    check_continuable(a_run(tmp_path / "run", **how), from_scratch=False)
    assert "as no checkpoint was reached before" in capsys.readouterr().err


def test_from_scratch_leaves_a_checkpoint_alone(tmp_path):
    run = a_run(tmp_path / "run", checkpoints=[3, 6], saved=True)
    check_continuable(run, from_scratch=False)
    with pytest.raises(Refused, match="--from-scratch: .* has a checkpoint of step 6"):
        check_continuable(run, from_scratch=True)


# --- metrics.csv ---

WHOLE = "step,a/b,c\r\n-2,1.5,\r\n2,1e-05,2\r\n"
EDITED = {
    "byte order mark": "\ufeffstep,a/b,c\r\n-2,1.5,\r\n2,1e-05,2\r\n6,5,6\r\n",
    "semicolons": "step;a/b;c\r\n-2;1,5;\r\n2;1e-05;2\r\n6;5;6\r\n",
    "tabs": "step\ta/b\tc\n-2\t1.5\t\n2\t1e-05\t2\n6\t5\t6\n",
    "no header": "-2,1.5,\r\n2,1e-05,2\r\n6,5,6\r\n",
    "quotes": '"step","a/b","c"\n"-2","1.5",""\n"2","1e-05","2"\n8,7',
    "empty lines": "step,a/b,c\n\n-2,1.5,\n\n2,1e-05,2\n\n",
}


def resumed(place, content, names=("a/b", "c")):
    run = SimpleNamespace(metrics=place / "metrics.csv")
    if content is not None:
        run.metrics.write_bytes(content)
    Metrics(run, SimpleNamespace(scalars=lambda *_: None), 2, [*names]).resume_at(4)
    return run.metrics.read_bytes().decode()


@pytest.mark.parametrize("case", EDITED)
def test_a_log_that_a_spreadsheet_has_written_is_gone_on_with(tmp_path, case):
    assert resumed(tmp_path, EDITED[case].encode()) == WHOLE
    assert [file.name for file in tmp_path.iterdir()] == ["metrics.csv"]


@pytest.mark.parametrize("content", [None, b"", b"\n"])
def test_a_log_that_is_gone_begins_anew(tmp_path, content):
    assert resumed(tmp_path, content) == "step,a/b,c\r\n"


@pytest.mark.parametrize(
    "content", ["step,a\n2,1\n".encode("utf-16"), b"PK\x03\x04\xff", b"hello\n", b"2,1\n4,2\n"]
)
def test_what_is_no_log_is_set_aside(tmp_path, content, capsys):
    for aside in ("metrics.before.csv", "metrics.before-2.csv"):
        assert resumed(tmp_path, content) == "step,a/b,c\r\n"
        assert (tmp_path / aside).read_bytes() == content
        assert f"it is now {aside}" in capsys.readouterr().err


def test_numbers_have_their_nouns():
    assert number_of(1, "pictures") == "1 picture" and number_of(0, "row") == "0 rows"
    assert number_of(1200, "picture") == "1200 pictures"


def test_a_log_is_read_by_others(tmp_path):
    """What is written is plain: a comma, a header, a row each."""
    content = resumed(tmp_path, EDITED["semicolons"].encode())
    assert [row["a/b"] for row in csv.DictReader(content.splitlines())] == ["1.5", "1e-05"]
