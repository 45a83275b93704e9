"""What a step of a simulated workflow does: one POST over the simulated network, as a user of the app would do it with a library of his."""

import json
from collections.abc import Mapping
from typing import Any

from adapters.http.deadline import Deadline
from adapters.http.target import Target
from tests.simulation.network import Network
from tests.simulation.process import Process
from workflows.execution.values import Refused, TryLater

PATIENCE_SECONDS = 10.0
_REFUSALS = {400, 404, 422}


def post(process: Process, network: Network, url: str, headers: Mapping[str, str], content: Mapping[str, Any]) -> int:
    """Post and return the status, one of success. Raises Refused, TryLater, and whatever a network has."""
    target, deadline = Target.of(url), Deadline.after(process, PATIENCE_SECONDS)
    wire = network.dial(process, target, deadline)
    body = json.dumps(content).encode()
    lines = [f"POST {target.path} HTTP/1.1", f"Host: {target.host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    wire.send(memoryview("\r\n".join([*lines, "", ""]).encode() + body), PATIENCE_SECONDS)
    status, received = 100, b""
    while status < 200:
        while b"\r\n\r\n" not in received:
            if (left := deadline.seconds_left()) <= 0 or not (piece := wire.receive(left)):
                raise ConnectionError(f"{target.host} has not answered")
            received += piece
        head, _, received = received.partition(b"\r\n\r\n")
        status = int(head.split(b" ")[1])
    if status in _REFUSALS:
        raise Refused(f"{target.host} answered {status}")
    if status >= 300:
        raise TryLater(f"{target.host} answered {status}", _asked_for_seconds(head))
    return status


def _asked_for_seconds(head: bytes) -> float:
    text = head.partition(b"Retry-After: ")[2].partition(b"\r\n")[0]
    return float(text) if text.isdigit() else 0.0
