"""On how many devices and machines a command trains: its flags, and the workers' meeting.

Nothing here needs TensorFlow, so that what cannot be is refused at once.
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

# Seconds for which a port may still be another's.
_GRACE = 10


@dataclass
class DeviceFlags:
    """What to train on: of this command, and no part of the run."""

    strategy: Literal["auto", "one", "mirrored", "multiworker"] = "auto"
    """One device, all of this machine's, or the machines that TF_CONFIG names; auto: as many as
    there are."""
    require_gpu: bool = False
    """End with 1, and the reason, where no GPU computes what it should."""
    wait: float = 600.0
    """Seconds to wait for the other machines' workers."""

    def check(self) -> Cluster | None:
        """The cluster to train in; None: this process trains by itself.

        Raises:
            Refused: a value that cannot be, or a TF_CONFIG that says nothing.
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
        # Who is alone has nobody to wait for.
        return cluster if cluster and len(cluster.addresses) > 1 else None


@dataclass(frozen=True)
class Cluster:
    """The workers of a training, and which of them this process is."""

    addresses: tuple[str, ...]
    index: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Cluster | None:
        """As TF_CONFIG has it, a chief before the workers; None: there is no TF_CONFIG.

        Raises:
            Refused: it is malformed.
        """
        text = environment.get("TF_CONFIG")
        if not text:
            return None
        try:
            told = json.loads(text)
        except json.JSONDecodeError as fault:
            raise Refused(f"TF_CONFIG is no JSON ({fault}); legal is {_example(0)}") from fault
        try:
            jobs, task = told["cluster"], told["task"]
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
        """A worker, in words."""
        return f"worker {index} ({self.addresses[index]})"


def is_chief(cluster: Cluster | None) -> bool:
    """Whether this process is the one that writes."""
    return cluster is None or cluster.index == 0


def _example(index: int) -> str:
    cluster = {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}
    return json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})


def _is_address(text) -> bool:
    host, _, port = text.rpartition(":") if isinstance(text, str) else ("", "", "")
    return bool(host) and port.isdecimal() and 0 < int(port) < 65536


def meet(cluster: Cluster, wait: float, settings: str) -> None:
    """Return once all workers have come and are told the same.

    TensorFlow itself waits for a worker for an hour, and does not say for which. So worker 0
    waits at its address for the others, hears what each was told to do, and answers; then the
    address is TensorFlow's.

    Args:
        wait: Seconds.
        settings: What all must have been told, in one line.

    Raises:
        EnvironmentFailure: somebody has not come in time, or cannot be heard.
        Refused: somebody was told something else.
    """
    until = time.monotonic() + wait
    word = _receive(cluster, until, wait, settings) if cluster.index == 0 else None
    if cluster.index:
        word = _report(cluster, until, wait, settings)
    if word.startswith("other: "):
        raise Refused(word.removeprefix("other: "))
    if word != "go":
        raise EnvironmentFailure(word)


def _receive(cluster: Cluster, until: float, wait: float, settings: str) -> str:
    """Worker 0's part: the word for everybody."""
    door = _listen(cluster, min(until, time.monotonic() + _GRACE))
    came: dict[int, socket.socket] = {}
    word = "go"
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as events:
        stack.enter_context(door)
        events.register(door, selectors.EVENT_READ)
        while len(came) < len(cluster.addresses) - 1 and word == "go":
            left = until - time.monotonic()
            if left <= 0:
                missing = [i for i in range(1, len(cluster.addresses)) if i not in came]
                names = ", ".join(map(cluster.named, missing))
                word = f"within {wait:g} s there has not come: {names}"
            elif events.select(left):
                guest, _ = door.accept()
                stack.enter_context(guest)
                index, theirs = _heard(guest)
                if 0 < index < len(cluster.addresses):
                    came[index] = guest
                    if theirs != settings:
                        word = f"other: {_difference(cluster.named(index), theirs, settings)}"
        for guest in came.values():
            # Who has gone since then is missed by TensorFlow.
            with contextlib.suppress(OSError):
                guest.sendall(word.encode() + b"\n")
    return word


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


def _heard(guest: socket.socket) -> tuple[int, str]:
    """Which worker somebody at the door is, and what it was told; 0: none of ours."""
    try:
        guest.settimeout(5)
        with guest.makefile(encoding="utf-8") as lines:
            told = json.loads(lines.readline(1 << 20))
        return int(told["worker"]), str(told["settings"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _report(cluster: Cluster, until: float, wait: float, settings: str) -> str:
    """Another worker's part: come, and hear the word."""
    host, _, port = cluster.addresses[0].rpartition(":")
    message = json.dumps({"worker": cluster.index, "settings": settings})
    while (left := until - time.monotonic()) > 0:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            at = host.strip("[]"), int(port)
            door = stack.enter_context(socket.create_connection(at, min(left, 5)))
            door.sendall(message.encode() + b"\n")
            # Worker 0 may have begun to wait later than we have.
            door.settimeout(left + 5)
            if word := stack.enter_context(door.makefile(encoding="utf-8")).readline().strip():
                return word
        time.sleep(min(0.5, max(left, 0)))
    return f"{cluster.named(0)} has not come within {wait:g} s"


def _difference(who: str, theirs: str, ours: str) -> str:
    """What somebody was told otherwise than we were."""
    try:
        theirs, ours = json.loads(theirs), json.loads(ours)
        names = sorted(n for n in {*theirs, *ours} if theirs.get(n) != ours.get(n))
    except (ValueError, AttributeError):
        names = []
    which = "; ".join(f"{n}: {theirs.get(n)} there, {ours.get(n)} at worker 0" for n in names)
    return f"{who} was not told what worker 0 was told ({which or 'another version?'})"
