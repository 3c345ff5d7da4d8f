"""Flags for devices and machines, and the rendezvous of several workers.

Nothing here needs TensorFlow, so bad flags are refused at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from data.errors import EnvironmentFailure, Refused

# Seconds for which another process may still hold the port.
_GRACE = 10


@dataclass
class DeviceFlags:
    """Devices to train on: flags of the command, not settings of the run."""

    strategy: Literal["auto", "one", "mirrored", "multiworker"] = "auto"
    """One device, all of this machine, or the workers of TF_CONFIG; auto: as many as there are."""
    require_gpu: bool = False
    """Exit with code 1, and the reason, if no GPU computes correctly."""
    wait: float = 600.0
    """Seconds to wait for the other machines' workers."""

    def check(self) -> Cluster | None:
        """Validate the flags; returns the cluster to train in, or None for a single process.

        Raises:
            Refused: an illegal value, or no legal TF_CONFIG.
        """
        if not self.wait > 0:
            raise Refused(f"--wait {self.wait:g}: legal is above 0")
        if self.strategy in ("one", "mirrored"):
            return None
        cluster = Cluster.of(os.environ)
        if self.strategy == "multiworker" and cluster is None:
            raise Refused(
                "--strategy multiworker: TF_CONFIG is not set; it names the workers, as in "
                + _example(0)
            )
        # A single-worker cluster needs no rendezvous.
        return cluster if cluster and len(cluster.addresses) > 1 else None


@dataclass(frozen=True)
class Cluster:
    """Workers of a training, and the index of this one."""

    addresses: tuple[str, ...]
    index: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Cluster | None:
        """Read the cluster from TF_CONFIG, a chief before the workers; None: it is not set.

        Raises:
            Refused: TF_CONFIG is malformed.
        """
        text = environment.get("TF_CONFIG")
        if not text:
            return None
        try:
            config = json.loads(text)
        except json.JSONDecodeError as fault:
            raise Refused(f"TF_CONFIG is no JSON ({fault}); legal is {_example(0)}") from fault
        try:
            jobs, task = config["cluster"], config["task"]
            kind, index = task["type"], task["index"]
            addresses = [a for job in ("chief", "worker") for a in jobs.get(job, ())]
            before = len(jobs.get("chief", ())) if kind == "worker" else 0
            known = set(jobs) <= {"chief", "worker"} and kind in jobs
            known = known and type(index) is int and 0 <= index < len(jobs[kind])
            known = known and len(jobs.get("chief", ())) <= 1
        except (TypeError, KeyError, AttributeError):
            known = False
        if not known or not all(map(_is_address, addresses)):
            raise Refused(f"TF_CONFIG names no worker of a cluster; legal is {_example(0)}")
        if len(set(addresses)) < len(addresses):
            raise Refused("TF_CONFIG names two workers of one address")
        return cls(tuple(addresses), before + index)

    def named(self, index: int) -> str:
        """Return a worker's index and address, in words."""
        return f"worker {index} ({self.addresses[index]})"


def check_shares(batch_size: int, count: int, together: int = 1) -> None:
    """Refuse a batch that so many devices, or workers, cannot share out evenly.

    Args:
        batch_size: That of all together.
        count: How many share it.
        together: How many samples must stay together: `Config.together`.

    Raises:
        Refused: the number of samples is no multiple of theirs.
    """
    if batch_size % (count * together):
        why = f", as {together} neighbours are compared" if together > 1 else ""
        raise Refused(
            f"--batch-size {batch_size}: it is that of all {count} devices together; legal is a "
            f"multiple of {count * together}{why}"
        )


def is_chief(cluster: Cluster | None) -> bool:
    """Return whether this process is the one that writes the run folder."""
    return cluster is None or cluster.index == 0


def _example(index: int) -> str:
    cluster = {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}
    return json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})


def _is_address(text) -> bool:
    host, _, port = text.rpartition(":") if isinstance(text, str) else ("", "", "")
    return bool(host) and port.isdecimal() and 0 < int(port) < 65536


def meet(cluster: Cluster, wait: float, settings: str) -> None:
    """Wait until all workers are connected, and check that their settings are equal.

    TensorFlow itself waits an hour for a missing worker, and does not name it. So worker 0
    listens at its address, compares the settings of the others with its own and replies; then
    TensorFlow takes the address over.

    Args:
        wait: Seconds.
        settings: This worker's settings, in one line.

    Raises:
        EnvironmentFailure: a worker has not connected in time, or worker 0 cannot listen.
        Refused: the settings differ.
    """
    until = time.monotonic() + wait
    run = _report if cluster.index else _receive
    reply = run(cluster, until, wait, settings)
    if reply.startswith("other: "):
        raise Refused(reply.removeprefix("other: "))
    if reply != "go":
        raise EnvironmentFailure(reply)


def _receive(cluster: Cluster, until: float, wait: float, settings: str) -> str:
    """Worker 0's part: collects all settings; returns the reply, which all workers get."""
    listener = _listen(cluster, min(until, time.monotonic() + _GRACE))
    connected: dict[int, socket.socket] = {}
    reply = "go"
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as events:
        stack.enter_context(listener)
        events.register(listener, selectors.EVENT_READ)
        while len(connected) < len(cluster.addresses) - 1 and reply == "go":
            left = until - time.monotonic()
            if left <= 0:
                missing = [i for i in range(1, len(cluster.addresses)) if i not in connected]
                names = ", ".join(map(cluster.named, missing))
                reply = f"not connected within {wait:g} s: {names}"
            elif events.select(left):
                peer, _ = listener.accept()
                stack.enter_context(peer)
                index, theirs = _settings_of(peer)
                if 0 < index < len(cluster.addresses):
                    connected[index] = peer
                    if theirs != settings:
                        reply = f"other: {_difference(cluster.named(index), theirs, settings)}"
        for peer in connected.values():
            # If a worker has gone since, TensorFlow will notice.
            with contextlib.suppress(OSError):
                peer.sendall(reply.encode() + b"\n")
    return reply


def _listen(cluster: Cluster, until: float) -> socket.socket:
    """A socket at worker 0's port; one that has just ended may hold it for a moment."""
    host, _, port = cluster.addresses[0].rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    while True:
        try:
            return socket.create_server(("", int(port)), family=family)
        except OSError as fault:
            if time.monotonic() > until:
                reason = os.strerror(fault.errno)
                raise EnvironmentFailure(f"{cluster.named(0)} cannot listen: {reason}") from fault
            time.sleep(0.2)


def _settings_of(peer: socket.socket) -> tuple[int, str]:
    """Index and settings of a connecting peer; index 0 if it is not a worker."""
    try:
        peer.settimeout(5)
        with peer.makefile(encoding="utf-8") as lines:
            message = json.loads(lines.readline(1 << 20))
        return int(message["worker"]), str(message["settings"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _report(cluster: Cluster, until: float, wait: float, settings: str) -> str:
    """Another worker's part: sends its settings to worker 0; returns the reply."""
    host, _, port = cluster.addresses[0].rpartition(":")
    message = json.dumps({"worker": cluster.index, "settings": settings})
    while (left := until - time.monotonic()) > 0:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            at = host.strip("[]"), int(port)
            link = stack.enter_context(socket.create_connection(at, min(left, 5)))
            link.sendall(message.encode() + b"\n")
            # Worker 0 may have begun to wait later than this one.
            link.settimeout(left + 5)
            if reply := stack.enter_context(link.makefile(encoding="utf-8")).readline().strip():
                return reply
        time.sleep(min(0.5, max(left, 0)))
    return f"no connection to {cluster.named(0)} within {wait:g} s"


def _difference(worker: str, theirs: str, ours: str) -> str:
    """In which settings a worker differs from worker 0, in words."""
    try:
        theirs, ours = json.loads(theirs), json.loads(ours)
        names = sorted(n for n in {*theirs, *ours} if theirs.get(n) != ours.get(n))
    except (ValueError, AttributeError):
        names = []
    which = "; ".join(f"{n}: {theirs.get(n)} there, {ours.get(n)} at worker 0" for n in names)
    return f"{worker} has other settings than worker 0 ({which or 'another version?'})"
