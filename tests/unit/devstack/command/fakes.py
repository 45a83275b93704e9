"""Parts that the tests of the command run."""

import sys
from collections.abc import Mapping
from pathlib import Path

from devstack.command.parts import Part
from devstack.command.ports import free_port

ROOT = Path(__file__).parents[4]
PROGRAM = Path(__file__).with_name("fake_part.py")


def fake_part(
    name: str = "fake",
    *options: str,
    port: int | None = None,
    environment: Mapping[str, str] | None = None,
    ready_within_seconds: float = 30,
) -> Part:
    """A part that serves HTTP on a port of its own."""
    port = port or free_port()
    return Part(
        name=name,
        command=(sys.executable, str(PROGRAM), "--port", str(port), *options),
        ports=(port,),
        address=f"http://127.0.0.1:{port}",
        kind="stand-in",
        is_ready=lambda log: "fake: listening" in log,
        ready_within_seconds=ready_within_seconds,
        environment=environment or {},
    )
