"""Who takes part in a training: what TF_CONFIG says, and the workers' meeting."""

import json
import socket
import threading
import time

import pytest

from common.machine.workers import Cluster, DeviceFlags, meet
from data.errors import EnvironmentFailure, Refused


def config(cluster, kind="worker", index=0):
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


def test_a_chief_comes_before_the_workers():
    jobs = {"chief": ["a:1"], "worker": ["b:2", "[::1]:3"]}
    assert Cluster.of(config(jobs, index=1)) == Cluster(("a:1", "b:2", "[::1]:3"), 2)
    assert Cluster.of(config(jobs, "chief")).index == 0
    assert Cluster.of(config({"worker": ["a:1", "b:2"]}, index=1)).named(1) == "worker 1 (b:2)"
    assert Cluster.of({}) is None and Cluster.of({"TF_CONFIG": ""}) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{'cluster'", "TF_CONFIG is no JSON"),
        ("[]", "names no worker of a cluster; legal is {"),
        ('{"cluster": {"worker": ["a:1"]}}', "names no worker"),
        *(
            (config(jobs, kind, index)["TF_CONFIG"], words)
            for jobs, kind, index, words in [
                ({"worker": ["a:1"]}, "worker", 1, "names no worker"),
                ({"worker": ["a:1"]}, "worker", "0", "names no worker"),
                ({"worker": ["a:1"]}, "worker", -1, "names no worker"),
                ({"worker": ["a:1"]}, "chief", 0, "names no worker"),
                ({"worker": ["a:1"], "ps": ["b:1"]}, "worker", 0, "names no worker"),
                ({"worker": ["a"]}, "worker", 0, "names no worker"),
                ({"worker": ["a:99999"]}, "worker", 0, "names no worker"),
                ({"worker": [3]}, "worker", 0, "names no worker"),
                ({"worker": "a:1"}, "worker", 0, "names no worker"),
                ({"worker": ["a:1", "a:1"]}, "worker", 1, "two workers of one address"),
            ]
        ),
    ],
)
def test_a_malformed_tf_config_is_one_line(text, words):
    with pytest.raises(Refused, match="TF_CONFIG") as no:
        Cluster.of({"TF_CONFIG": text})
    assert words in str(no.value) and "\n" not in str(no.value)


def test_who_looks_at_tf_config(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert DeviceFlags().check() is None
    with pytest.raises(Refused, match="TF_CONFIG is not set"):
        DeviceFlags("multiworker").check()
    with pytest.raises(Refused, match="--wait 0: legal is above 0"):
        DeviceFlags(wait=0).check()
    monkeypatch.setenv("TF_CONFIG", config({"worker": ["a:1", "b:2"]}, index=1)["TF_CONFIG"])
    assert DeviceFlags().check().index == 1
    assert DeviceFlags("one").check() is None
    # A cluster of one is no cluster.
    monkeypatch.setenv("TF_CONFIG", config({"worker": ["a:1"]})["TF_CONFIG"])
    assert DeviceFlags().check() is None
    assert DeviceFlags("multiworker").check() is None


@pytest.fixture
def addresses():
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    # Nobody listens at the others' addresses, nor need anybody.
    return (f"127.0.0.1:{port}", "127.0.0.1:1", "127.0.0.1:2")


def at_once(*calls):
    """What each of some calls returns or raises, made in threads."""
    found = [None] * len(calls)

    def make(index, call):
        try:
            found[index] = call()
        except Exception as fault:
            found[index] = fault

    threads = [threading.Thread(target=make, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_all_wait_for_the_last(addresses):
    came = []

    def worker(index, late):
        time.sleep(late)
        came.append(index)
        meet(Cluster(addresses, index), 20, "{}")
        return len(came)

    calls = [lambda i=i, late=late: worker(i, late) for i, late in ((1, 0), (0, 0.3), (2, 0.8))]
    assert at_once(*calls) == [3, 3, 3]


def test_who_does_not_come_is_named_to_all(addresses):
    calls = [lambda i=i: meet(Cluster(addresses, i), 1.5, "{}") for i in (0, 1)]
    for fault in at_once(*calls):
        assert isinstance(fault, EnvironmentFailure)
        assert str(fault) == "not connected within 1.5 s: worker 2 (127.0.0.1:2)"


def test_a_first_worker_that_does_not_come(addresses):
    with pytest.raises(
        EnvironmentFailure, match=rf"no connection to worker 0 \({addresses[0]}\) within 1 s"
    ):
        meet(Cluster(addresses, 2), 1, "{}")


def test_who_was_told_otherwise_is_named_to_all(addresses):
    told = {0: '{"batch_size": 8, "seed": 1}', 1: '{"batch_size": 16, "seed": 1}'}
    calls = [lambda i=i: meet(Cluster(addresses[:2], i), 10, told[i]) for i in told]
    for fault in at_once(*calls):
        assert isinstance(fault, Refused)
        assert "worker 1 (127.0.0.1:1)" in str(fault)
        assert "(batch_size: 16 there, 8 at worker 0)" in str(fault)


def test_the_next_version_of_addresses():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as door:
            port = door.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6")
    both = (f"[::1]:{port}", "[::1]:1")
    assert at_once(*(lambda i=i: meet(Cluster(both, i), 10, "{}") for i in (0, 1))) == [None] * 2


def test_strangers_at_the_door_change_nothing(addresses):
    host, _, port = addresses[0].rpartition(":")

    def strangers():
        for words in (
            b"GET / HTTP/1.1\r\n\r\n",
            b"",
            b'{"worker": 7, "settings": "{}"}\n',
            b"[]\n",
        ):
            time.sleep(0.1)
            with socket.create_connection((host, int(port))) as door:
                door.sendall(words)
        meet(Cluster(addresses[:2], 1), 10, "{}")
        return "met"

    calls = [lambda: meet(Cluster(addresses[:2], 0), 10, "{}"), strangers]
    assert at_once(*calls) == [None, "met"]


def test_an_address_that_becomes_free(addresses):
    """As after a crash, where the worker before has not quite ended."""
    before = socket.create_server(("", int(addresses[0].rpartition(":")[2])))
    threading.Timer(0.5, before.close).start()
    calls = [lambda i=i: meet(Cluster(addresses[:2], i), 10, "{}") for i in (0, 1)]
    assert at_once(*calls) == [None, None]


def test_an_address_that_is_taken(addresses):
    port = int(addresses[0].rpartition(":")[2])
    with (
        socket.create_server(("", port)),
        pytest.raises(EnvironmentFailure, match=r"worker 0 .* cannot listen"),
    ):
        meet(Cluster(addresses, 0), 1, "{}")
