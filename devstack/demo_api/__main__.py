"""`python -m devstack.demo_api`: runs the API until it is told to stop."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from devstack.demo_api.received_log import DamagedLogError
from devstack.demo_api.server import DemoApi
from devstack.demo_api.state import State
from devstack.prove.fatal_request import FatalRequests


def main() -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m devstack.demo_api", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the log of what was received")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one (8080)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    arguments = parser.parse_args()
    try:
        state = State(arguments.data)
    except OSError as error:
        return _fail(
            f"the folder {arguments.data} cannot be used: {error.strerror or error}; choose another with --data"
        )
    except DamagedLogError as error:
        return _fail(str(error))
    with contextlib.closing(state):
        return asyncio.run(_serve(state, arguments.host, arguments.port))


async def _serve(state: State, host: str, port: int) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    api = DemoApi(state, FatalRequests.from_environment(os.environ))
    runner = web.AppRunner(api.application(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            return _fail(f"port {port} cannot be opened: {error.strerror or error}; choose another with --port")
        bound = runner.addresses[0][1]
        sys.stdout.write(f"demo_api: listening on http://{host}:{bound}\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await runner.cleanup()
    return 0


def _fail(reason: str) -> int:
    sys.stderr.write(f"demo_api: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
