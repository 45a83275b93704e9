"""Locks with real processes: two hosts, jobs that are killed, and stopped beyond their lease, and orchestrations among them."""

import json
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from devstack.workflows.example import copy_of_the_app
from tests.e2e.relay_stack import ROOT, RelayStack
from tests.locks.checker import Event, violations
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
ADDED = Path(__file__).parent / "guarded_app"
SECOND_HOST = "functions_host_2"
LOCKS = ("ledger", "calendar", "stock", "mail")
JOBS = 11  # of each process
INSTANCES = 6


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the app with an orchestration that works under a lock."""
    folder = copy_of_the_app(tmp_path_factory.mktemp("app"))
    for room in ("orchestrators", "activities"):
        shutil.copy(ADDED / room / "guarded.py", folder / room / "guarded.py")
        listing = folder / room / "__init__.py"
        text = listing.read_text(encoding="utf-8")
        listing.write_text(text.replace("MODULES = (", 'MODULES = ("guarded", '), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory, app: Path) -> Iterator[RelayStack]:
    relay = RelayStack(tmp_path_factory.mktemp("stack"), app=app)
    try:
        relay.start()
        relay.start_host(SECOND_HOST)
        yield relay
    finally:
        relay.stop()


class Jobs:
    """A process of jobs, and the file of what they saw and did."""

    def __init__(self, name: str, relay: RelayStack, folder: Path) -> None:
        self._file = folder / f"{name}.jsonl"
        hosts = [relay.stack.host_url, relay.stack.url(SECOND_HOST)]
        command = [sys.executable, "-m", "tests.recovery.lock_clients", "--name", name, "--jobs", str(JOBS)]
        command += ["--locks", *LOCKS, "--hosts", *hosts, "--api", relay.stack.api_url]
        with self._file.open("wb") as file:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=file)

    def saw(self) -> list[dict[str, Any]]:
        """Return what is written in whole lines."""
        return [
            json.loads(line)
            for line in self._file.read_text(encoding="utf-8").splitlines(keepends=True)
            if line.endswith("\n")
        ]

    def holds_something(self) -> bool:
        """Tell whether a job has a lock just now."""
        last = {event["client"]: event["kind"] for event in self.saw()}
        return "holds" in last.values()

    def is_done(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> None:
        """Kill it, also if it is stopped."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def jobs(relay: RelayStack, tmp_path: Path) -> Iterator[dict[str, Jobs]]:
    """Four processes of jobs, by what becomes of them."""
    found = {name: Jobs(name, relay, tmp_path) for name in ("lives", "killed", "stopped", "others")}
    yield found
    for each in found.values():
        each.end()


def start_instance(relay: RelayStack, number: int) -> None:
    told = {"lock": LOCKS[number % len(LOCKS)], "client": f"instance-{number}"}
    url = f"{relay.stack.host_url}/runtime/webhooks/durabletask/orchestrators/guarded/instance-{number}"
    body = json.dumps(told).encode()
    urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=30).close()


def status_of(relay: RelayStack, number: int) -> str:
    url = f"{relay.stack.host_url}/runtime/webhooks/durabletask/instances/instance-{number}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(json.loads(answer.read())["runtimeStatus"])


def by_both_clocks(seen: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The events in their order, with so much time between two as either clock says.

    Leases and places run out by the machine's date, as SQL Server's clock does, and a machine that has stood still may set it forward.
    """
    at, before = 0.0, None
    for event in sorted(seen, key=lambda event: event["at"]):
        if before is not None:
            at += max(event["at"] - before["at"], event["wall"] - before["wall"])
        before = event
        yield {**{key: value for key, value in event.items() if key != "wall"}, "at": at}


def history(jobs: Sequence[Jobs], log: Sequence[Mapping[str, Any]]) -> list[Event]:
    """What the clients saw, and after it what the API took, in its own order; a client that was cut off has died at the last thing that it did.

    What he had asked for may be his though he never heard of it: the server passes him over when his offer or his lease is over.
    """
    seen = list(by_both_clocks([event for each in jobs for event in each.saw()]))
    end = seen[-1]["at"] + 1.0
    last = {event["client"]: event for event in seen}
    died = [{**event, "kind": "dies"} for event in last.values() if event["kind"] in {"asks", "waits", "holds"}]
    written = [
        {
            "at": end + 1 + number, "client": entry["data"]["client"], "lock": entry["stream"].strip("/"),
            "kind": "writes" if entry["accepted"] else "refused", "token": entry["fencing_token"] if entry["accepted"] else 0,
        }
        for number, entry in enumerate(entry for entry in log if entry["relay"] == "guarded")
    ]  # fmt: skip
    alive = sorted([*seen, *died], key=lambda event: event["at"])
    return [Event(**event) for event in [*alive, *written]]


def test_no_older_holder_is_heard_whoever_is_killed_or_stopped_and_whoever_lives_gets_the_lock(
    relay: RelayStack, jobs: dict[str, Jobs]
) -> None:
    for number in range(INSTANCES):
        start_instance(relay, number)

    wait_until(jobs["stopped"].holds_something, description="a job holds a lock that will be stopped")
    jobs["stopped"].process.send_signal(signal.SIGSTOP)
    wait_until(jobs["killed"].holds_something, description="a job holds a lock that will be killed")
    jobs["killed"].end()
    relay.stack.kill(SECOND_HOST)
    still_held = "SELECT 1 FROM relay.LockHolder WHERE Owner LIKE N'stopped%' AND ExpiresAt > SYSUTCDATETIME()"
    wait_until(lambda: not relay.sql(still_held), description="its leases run out")
    relay.start_host(SECOND_HOST)
    jobs["stopped"].process.send_signal(signal.SIGCONT)

    def all_through() -> bool:
        relay.run_watchdog()
        through = all(jobs[name].is_done() for name in ("lives", "stopped", "others"))
        return through and all(status_of(relay, number) == "Completed" for number in range(INSTANCES))

    wait_until(all_through, description="everybody who lives has had the lock", patience_seconds=300)
    found = history(list(jobs.values()), relay.log())

    assert violations(found) == []
    assert sum(event.kind == "writes" for event in found) > 3 * JOBS
    assert {event.client for event in found if event.kind == "writes"} > {f"instance-{n}" for n in range(INSTANCES)}


def test_time_by_which_the_date_was_set_forward_counts_as_silence() -> None:
    asks = [{"at": 5.0, "wall": 100.0}, {"at": 6.0, "wall": 109.0}, {"at": 8.0, "wall": 110.0}]

    assert [event["at"] for event in by_both_clocks(asks)] == [0.0, 9.0, 11.0]


def ask(relay: RelayStack, action: str, body: Any = None, *, lock: str = "shown") -> tuple[int, Any, Any]:
    """Ask as curl does; return status, answer and headers."""
    url = action if "://" in action else f"{relay.stack.host_url}/api/locks/{lock}/{action}"
    content = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, content), timeout=30) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), error.headers


def test_the_routes_answer_over_the_host_as_the_document_shows(relay: RelayStack) -> None:
    status, held, _ = ask(relay, "acquire", {"owner": "job-7", "lease_seconds": 3600})
    assert (status, set(held)) == (200, {"token", "expires"})
    assert ask(relay, "acquire", {"owner": "job-8"})[0] == 409
    status, waits, headers = ask(relay, "acquire", {"owner": "job-8", "wait_seconds": 600})
    assert (status, waits) == (202, {"ticket": 1, "position": 1})
    assert ask(relay, headers["Location"])[:2] == (202, waits)
    assert ask(relay, "renew", {"token": held["token"]})[0] == 200

    status, forced, _ = ask(relay, "force-release", {"reason": "job-7 runs on a machine that is gone"})
    assert forced == {"released": [{"token": held["token"], "owner": "job-7", "purpose": ""}]}
    assert ask(relay, "renew", {"token": held["token"]})[0] == 410
    status, got, _ = ask(relay, headers["Location"])
    assert (status, got["token"]) == (200, held["token"] + 1)

    shown = relay.ask("locks/shown")
    assert [each["owner"] for each in shown["holders"]] == ["job-8"]
    assert [each["reason"] for each in shown["forced"]] == ["job-7 runs on a machine that is gone"]
    assert "shown" in {each["name"] for each in relay.ask("locks")["locks"]}
    assert ask(relay, "release", {"token": got["token"]})[:2] == (200, {"released": True})
    assert ask(relay, headers["Location"])[0] == 410
    assert ask(relay, f"{relay.stack.host_url}/api/locks/unheard-of")[0] == 404
