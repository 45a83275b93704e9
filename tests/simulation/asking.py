"""How people and programs elsewhere ask the app: any host that answers."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any

from functions_standin.testing.simulation.exchange import Answer
from tests.simulation.stage import Stage

MOST_PAUSE_SECONDS = 60.0


async def asked(stage: Stage, method: str, path: str, body: Any = None) -> Answer | None:
    """Ask once; None: nobody answers, and nobody knows whether it was done."""
    content = b"" if body is None else json.dumps(body).encode()
    for host in list(stage.world.simulation.hosts.values()):
        with contextlib.suppress(ConnectionError):
            return await host.request(method, path, body=content)
    return None


async def answered(stage: Stage, method: str, path: str, body: Mapping[str, Any] | list[Any] | None = None) -> Answer:
    """Ask until somebody answers, and not that it cannot be done now."""
    pause = 1.0
    while (answer := await asked(stage, method, path, body)) is None or answer.status >= 500:
        await asyncio.sleep(pause)
        pause = min(2 * pause, MOST_PAUSE_SECONDS)
    return answer
