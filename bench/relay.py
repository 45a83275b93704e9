"""`./dev bench relay`: what one row costs in mode each, from the enriched change over its body and its POST to the outcome.

Beside it, in the same run and in turns: requests with a session for each thread, and a pool of urllib3, which post the same bodies to
the same sink in a process of its own. Measured is the processor time of this process, which other work on the machine hardly
touches; what one core bears follows from it. The sink and the network cost nothing here and something elsewhere.
"""

import argparse
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version
from statistics import median

import requests
import urllib3

from adapters.clock.clock import SystemClock
from adapters.clock.threads import PoolThreads
from adapters.http.endpoint import HttpEndpoint
from relay.changes.change import Change
from relay.changes.enriched import Enriched
from relay.config.values import Relay
from relay.delivery import messages
from relay.identifiers import TableName
from services.deliver import deliver
from tests.fakes import FakeChanges, an_outside

_BATCH = 500  # changes handed over at once
_HEADERS = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one row, in seconds."""

    processor_seconds: float
    seconds: float


Way = Callable[[Sequence[Change]], None]


def measure(ways: Mapping[str, Way], rows: int, rounds: int) -> Mapping[str, Cost]:
    """Let each way post so many rows, in turns, as often as there are rounds; return the medians."""
    batches = [_changes(at, min(_BATCH, rows - at)) for at in range(0, rows, _BATCH)]
    found: dict[str, list[Cost]] = {name: [] for name in ways}
    for way in ways.values():
        way(batches[0][:50])  # connections, threads and imports are there
    for _ in range(rounds):
        for name, way in ways.items():
            processor, begin = time.process_time(), time.perf_counter()
            for batch in batches:
                way(batch)
            found[name].append(Cost((time.process_time() - processor) / rows, (time.perf_counter() - begin) / rows))
    return {
        name: Cost(median(c.processor_seconds for c in costs), median(c.seconds for c in costs))
        for name, costs in found.items()
    }


@contextmanager
def _ways(url: str, threads: int) -> Iterator[Mapping[str, Way]]:
    relay = Relay(name="orders", table=TableName("dbo", "Orders"), endpoint=url, max_concurrency=threads)
    endpoint = HttpEndpoint(relay, SystemClock())
    pool = PoolThreads(threads, "deliver-orders")
    outside = an_outside(relay, changes=FakeChanges([]), endpoint=endpoint, clock=SystemClock(), threads=pool)
    urllib3_pool = urllib3.PoolManager(maxsize=threads)
    kept = threading.local()

    def the_relay(changes: Sequence[Change]) -> None:
        came = deliver(Enriched(changes), outside).settlement
        if came.delivered != len(changes):
            raise RuntimeError(f"of {len(changes)} changes {came.delivered} were delivered")

    def post_with_requests(body: bytes) -> None:
        if not hasattr(kept, "session"):
            kept.session = requests.Session()
        kept.session.post(url, data=body, headers=_HEADERS, timeout=(5, 30), allow_redirects=False)

    def post_with_urllib3(body: bytes) -> None:
        urllib3_pool.request("POST", url, body=body, headers=_HEADERS, timeout=30, redirect=False, retries=False)

    with ThreadPoolExecutor(threads) as executor:

        def bare(post: Callable[[bytes], None]) -> Way:
            def send(changes: Sequence[Change]) -> None:
                list(executor.map(post, [bodies[change.version] for change in changes]))

            return send

        bodies = _Bodies(relay)
        yield {
            "the relay: body, POST, outcome": the_relay,
            "requests: POST of the same body": bare(post_with_requests),
            "urllib3: POST of the same body": bare(post_with_urllib3),
        }
    urllib3_pool.clear()
    endpoint.close()


class _Bodies(dict[int, bytes]):
    """The bodies that the relay makes, made once: the bare clients are not to pay for them."""

    def __init__(self, relay: Relay) -> None:
        super().__init__()
        self._relay = relay

    def __missing__(self, version: int) -> bytes:
        self[version] = messages.single(_changes(version, 1)[0], self._relay).body
        return self[version]


def _changes(first: int, count: int) -> Sequence[Change]:
    return [
        Change(
            key_text=f"[{number}]",
            key={"OrderId": number},
            version=number,
            created_version=None,
            row={
                "OrderId": number,
                "Status": "paid",
                "Total": Decimal("1234.50"),
                "ShipTo": "Anna Österberg, Storgatan 1, 114 55 Stockholm",
                "Note": "leave it at the door, the dog is friendly",
                "Weight": 12.5,
                "Express": True,
                "ChangedAt": datetime(2026, 1, 2, 3, 4, 5, 678_900).isoformat(),  # noqa: DTZ001 - a datetime2 has none
            },
            relevant=True,
        )
        for number in range(first, first + count)
    ]


@contextmanager
def _sink() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "bench._sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as sink:
        assert sink.stdin is not None  # noqa: S101 - a pipe, as asked for
        assert sink.stdout is not None  # noqa: S101
        yield f"http://127.0.0.1:{sink.stdout.readline().strip()}/orders"
        sink.stdin.close()


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(prog="./dev bench relay", description=__doc__)
    parser.add_argument("--rows", type=int, default=5000, help="for each way and round (5000)")
    parser.add_argument("--rounds", type=int, default=7, help="of which the median counts (7)")
    parser.add_argument("--threads", type=int, default=8, help="parallel requests, max_concurrency of a relay (8)")
    parser.add_argument("--short", action="store_true", help="100 rows, once: to see that it works")
    options = parser.parse_args(arguments)
    if options.short:
        options.rows, options.rounds = 100, 1
    with _sink() as url, _ways(url, options.threads) as ways:
        found = measure(ways, options.rows, options.rounds)
    _print(found, options)
    return 0


def _print(found: Mapping[str, Cost], options: argparse.Namespace) -> None:
    first = next(iter(found.values()))
    sys.stdout.write(
        f"{options.rows} rows in {options.threads} threads, {options.rounds} rounds in turns, medians; {os.cpu_count()} processors, "
        f"Python {platform.python_version()}, requests {version('requests')}, urllib3 {version('urllib3')}.\n"
        f"In brackets: beside the first line.\n\n{'':34}{'processor, ms/row':>20}{'rows/s on one core':>21}{'as it went, rows/s':>21}\n"
    )
    for name, cost in found.items():
        ratio = f"({cost.processor_seconds / first.processor_seconds:.2f}x)"
        sys.stdout.write(
            f"{name:34}{cost.processor_seconds * 1000:>11.3f} {ratio:>8}{1 / cost.processor_seconds:>21.0f}{1 / cost.seconds:>21.0f}\n"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
