"""A Functions host that runs the app of this folder, asked over HTTP only."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

MANAGEMENT = "/runtime/webhooks/durabletask"
PATIENCE_SECONDS = 60.0


@dataclass
class Probe:
    """The host at a URL. `key` is a host key, if it asks for one (as Azure does; `func start` does not)."""

    url: str
    key: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request to a path of the host."""
        headers = {**({"x-functions-key": self.key} if self.key else {}), **options.pop("headers", {})}
        return self.session.request(method, f"{self.url}{path}", headers=headers, timeout=60, **options)

    def get(self, path: str) -> requests.Response:
        """Ask a function."""
        return self.ask("GET", f"/api/{path}")

    def start(self, name: str, value: Any = None, instance_id: str = "") -> str:
        """Start an orchestration through the app's starter; return its instance id."""
        instance_id = instance_id or new_id()
        answer = self.ask("POST", f"/api/start/{name}?id={instance_id}", json=value)
        assert answer.status_code == 202, answer.text
        return instance_id

    def run(self, name: str, value: Any = None) -> dict[str, Any]:
        """Start an orchestration and return its status once it has completed."""
        return self.wait_for(self.start(name, value))

    def client(self, what: str, instance_id: str) -> Any:
        """Call a method of the app's durable client."""
        answer = self.ask("POST", f"/api/client/{what}?id={instance_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def manage(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask Durable's own HTTP API."""
        return self.ask(method, f"{MANAGEMENT}{path}", **options)

    def event(self, instance_id: str, value: Any, name: str = "go") -> requests.Response:
        """Raise an event."""
        return self.manage("POST", f"/instances/{instance_id}/raiseEvent/{name}", json=value)

    def status(self, instance_id: str, query: str = "") -> dict[str, Any]:
        """Return the status of an instance; an empty one if there is none."""
        answer = self.manage("GET", f"/instances/{instance_id}{query}")
        return dict(answer.json()) if answer.status_code in {200, 202} else {}

    def wait_for(self, instance_id: str, status: str = "Completed") -> dict[str, Any]:
        """Return what is told of an instance as soon as it has the status."""
        found: dict[str, Any] = {}

        def reached() -> bool:
            found.clear()
            found.update(self.status(instance_id))
            return found.get("runtimeStatus") == status

        eventually(reached, lambda: f"{instance_id} is {status}; now it is {found}")
        return found


def new_id() -> str:
    """Return an instance id that nobody has."""
    return "conform-" + uuid.uuid4().hex[:12]


def eventually(reached: Callable[[], Any], what: Callable[[], str], patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something is so; fail with what was waited for."""
    deadline = time.monotonic() + patience_seconds
    while not reached():
        assert time.monotonic() < deadline, f"it did not come to this within {patience_seconds:.0f} s: {what()}"
        time.sleep(0.1)
