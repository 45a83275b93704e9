"""The durable engine of the Functions host stand-in, beside what its storage alone can do.

A sample app's orchestrations call an activity that does nothing, one call after the other, in a host process of its own. Which requests
to Azurite an activity costs is counted in Azurite's log; then the same requests are made by as many workers through the same client
without engine, SDK and app: the ceiling. The figures are the stand-in's on this machine, they say nothing about Azure.
"""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from functions_standin_bench._replay import seconds_per_event
from functions_standin_bench._storage_alone import activities_per_second, kinds_in
from functions_standin_tests.azurite import Azurite
from functions_standin_tests.contract.durable.hosts import Host, Scene, scene

_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What so many instances at a time came to."""

    instances: int
    per_second: float
    requests: Mapping[str, float]  # by kind, for one activity
    storage_alone_per_second: float


class _Bench:
    """A host on an Azurite that logs every request."""

    def __init__(self, azurite: Azurite, opened: Scene, activities: int) -> None:
        self._log = azurite.log
        self._scene = opened
        self._activities = activities
        self._host: Host = opened.host()
        self._connection_string = opened.connection_string

    def measure(self, instances: int, repetitions: int) -> Figures:
        """Run so many instances at a time, and the requests that they made without them; in turns, for a fair share of the machine."""
        engine, alone, requests = [], [], Counter[str]()
        for _ in range(repetitions):
            per_second, found = self._engine(instances)
            engine.append(per_second)
            requests += found
            shares = {kind: count / (instances * self._activities * len(engine)) for kind, count in requests.items()}
            work = activities_per_second(self._connection_string, shares, instances, self._activities)
            alone.append(asyncio.run(work))
        return Figures(instances, median(engine), shares, median(alone))

    def _engine(self, instances: int) -> tuple[float, Counter[str]]:
        offset = self._log.stat().st_size
        begin = time.perf_counter()
        with ThreadPoolExecutor(instances) as pool:
            list(pool.map(lambda _: self._host.start("many", self._activities), range(instances)))
        # A message for each activity, and one for each start and each activity's result.
        expected = instances * (2 * self._activities + 1)
        while (found := self._requests_since(offset))["queue delete"] < expected:
            if time.perf_counter() - begin > _PATIENCE_SECONDS:
                raise TimeoutError(
                    f"{found['queue delete']} of {expected} messages were worked off: {self._host.output[-3000:]}"
                )
            time.sleep(0.01)
        return instances * self._activities / (time.perf_counter() - begin), found

    def _requests_since(self, offset: int) -> Counter[str]:
        with self._log.open("rb") as log:
            log.seek(offset)
            return kinds_in(log.read().decode(errors="replace"), self._scene.hub)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(prog="durable", description=__doc__)
    parser.add_argument("--instances", default="1,16", help="how many at a time (1,16)")
    parser.add_argument("--activities", type=int, default=40, help="of each instance (40)")
    parser.add_argument("--repetitions", type=int, default=5, help="the median of so many is shown (5)")
    parser.add_argument("--short", action="store_true", help="few and once: to see that it works")
    options = parser.parse_args(arguments)
    if options.short:
        options.instances, options.activities, options.repetitions = "1,4", 5, 1
    with (
        tempfile.TemporaryDirectory(prefix="bench-durable-") as folder,
        Azurite(Path(folder) / "azurite", logs_requests=True) as azurite,
    ):
        azurite.start()
        with scene(Path(folder), azurite.connection_string, time_scale=1) as opened:
            _print_head(options.activities, options.repetitions)
            bench = _Bench(azurite, opened, options.activities)
            bench.measure(1, 1)  # the first one finds everything cold
            found = [bench.measure(int(count), options.repetitions) for count in options.instances.split(",")]
        for figures in found:
            _print_figures(figures)
        _print_requests(found)
        _print_replay(
            seconds_per_event(azurite.connection_string, 10, 20 if options.short else 250, options.repetitions)
        )
    return 0


def _print_head(activities: int, repetitions: int) -> None:
    sys.stdout.write(
        f"Functions host stand-in with azure-functions-durable {version('azure-functions-durable')} on Azurite, "
        f"{os.cpu_count()} processors, Python {platform.python_version()};\n"
        f"{activities} activities in each instance, one after the other; medians of {repetitions}.\n\n"
        f"{'instances at a time':>20}{'activities/s':>16}{'Azurite alone':>16}{'ratio':>9}\n"
    )
    sys.stdout.flush()


def _print_figures(figures: Figures) -> None:
    ratio = figures.per_second / figures.storage_alone_per_second
    sys.stdout.write(
        f"{figures.instances:>20}{figures.per_second:>16.1f}{figures.storage_alone_per_second:>16.1f}{ratio:>9.0%}\n"
    )


def _print_requests(found: Sequence[Figures]) -> None:
    kinds = sorted({kind for figures in found for kind in figures.requests})
    sys.stdout.write('\nRequests to Azurite for an activity, by its log; "Azurite alone" makes the same:\n')
    for figures in found:
        shown = ", ".join(f"{figures.requests.get(kind, 0):.1f} {kind}" for kind in kinds)
        sys.stdout.write(f"{figures.instances:>20}: {sum(figures.requests.values()):.1f}, which are {shown}\n")


def _print_replay(per_event: Mapping[str, float]) -> None:
    sys.stdout.write("\nWhat one more event in the history costs every later episode:\n")
    titles = {"SDK": "replay in the SDK", "engine": "replay in the engine", "Azurite": "read from Azurite"}
    for name, title in titles.items():
        ratio = per_event[name] / per_event["Azurite"]
        sys.stdout.write(f"{title:>28}{per_event[name] * 1e6:>9.1f} us{ratio:>9.2f} of reading it\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
