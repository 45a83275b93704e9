"""Somebody who wishes the app ill: sends hostile definitions, while somebody else asks for the app's health."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.e2e.relay_stack import RelayStack, running
from tests.recovery.hostile import COSTLY_ROUND, FAIL, REFUSED, ROUND, SHOW, itself
from tests.waiting import wait_until

SECRET = "the-value-of-a-setting"
WORKFLOWS = """
[[connection]]
name = "shop"
url = "%API_URL%/orders"
headers = { Authorization = "Bearer %SHOP_KEY%" }
"""
LIVE = {"ready", "running"}
ENDLESS = ("endless", "costly")


class Attacker:
    """Sends, and keeps whatever comes back."""

    def __init__(self, relay: RelayStack) -> None:
        self.relay = relay
        self.answers: list[str] = []

    def send(self, method: str, path: str, body: str | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"{self.relay.stack.host_url}/api/{path}",
            None if body is None else body.encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        self.answers.append(text)
        return status, json.loads(text)

    def put(self, name: str, definition: Any) -> None:
        status, told = self.send("PUT", f"workflows/{name}", json.dumps(definition))
        assert status == 201, told

    def start(self, name: str, given: Any = None) -> None:
        body = {"id": name} if given is None else {"id": name, "input": given}
        assert self.send("POST", f"workflows/{name}/executions", json.dumps(body, separators=(",", ":")))[0] == 202

    def state(self, execution: str) -> str:
        return str(self.send("GET", f"executions/{execution}")[1]["state"])

    def error(self, execution: str) -> str | None:
        result = self.send("GET", f"executions/{execution}")[1]["result"]
        self.send("GET", f"executions/{execution}/history")
        return None if result is None else result.get("error")

    def wait_until_ended(self, executions: list[str]) -> None:
        """Ask SQL Server, so that the app has only the attack to do."""

        def ended() -> bool:
            rows = self.relay.sql("SELECT [Id] FROM relay.Execution WHERE [EndedAt] IS NOT NULL")
            return set(executions) <= {row[0] for row in rows}

        wait_until(ended, description="the executions end", patience_seconds=360)


@contextmanager
def health_asked(relay: RelayStack) -> Iterator[list[tuple[int, float]]]:
    """Ask for the app's health all the time; yield statuses, and how long each answer took."""
    found: list[tuple[int, float]] = []
    stopping = threading.Event()

    def ask() -> None:
        while not stopping.wait(0.2):
            begin = time.perf_counter()
            try:
                with urllib.request.urlopen(f"{relay.stack.host_url}/api/health", timeout=30) as answer:
                    status = answer.status
            except urllib.error.HTTPError as error:
                status = error.code
            except OSError:
                status = 0
            found.append((status, time.perf_counter() - begin))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield found
    finally:
        stopping.set()
        thread.join()


@contextmanager
def attacked(folder: Path) -> Iterator[Attacker]:
    """Start a stack with a connection that has a secret."""
    (folder / "workflows.toml").write_text(WORKFLOWS, encoding="utf-8")
    with running(folder, settings={"WORKFLOWS_FILE": str(folder / "workflows.toml"), "SHOP_KEY": SECRET}) as relay:
        yield Attacker(relay)


def attack(attacker: Attacker) -> None:
    """Do everything, and wait until all that comes to an end by itself has."""
    for name, (body, status) in REFUSED.items():
        answered, told = attacker.send("PUT", f"workflows/{name}", body)
        assert answered == status, (name, told)
        assert status == 413 or told["mistakes"], name
    for name, hostile in FAIL.items():
        attacker.put(name, hostile.definition)
        attacker.start(name, hostile.given)
    for name, shown in SHOW.items():
        attacker.put(name, shown)
        attacker.start(name)
    attacker.put("waiting-for-itself", itself("relay:execute.sync", "waiting-for-itself"))
    attacker.put("never-alone", itself("relay:execute", "never-alone"))
    attacker.put("endless", ROUND)
    for name in ("waiting-for-itself", "never-alone", "endless"):
        attacker.start(name)
    attacker.put("costly", COSTLY_ROUND)
    attacker.start("costly", {"a": [{"b": number} for number in range(600)]})
    for guess in ("x", "ZW5kbGVzcw.0000000000000000000000000000000000000000", "%2e%2e%2f", "é" * 3):
        assert attacker.send("POST", f"tasks/{quote(guess)}/success", '{"output": 1}')[0] in {404, 410}
    assert attacker.send("POST", "workflows/all/executions", json.dumps({"input": "x" * 1_000_000}))[0] == 413
    attacker.wait_until_ended([*FAIL, *SHOW, "waiting-for-itself", "never-alone"])
    for name in ENDLESS:
        assert attacker.state(name) in LIVE, name  # they go on, by turns with all others
        attacker.send("POST", f"executions/{name}/stop", "{}")
