"""Plays a recorded scenario on a host: the same requests, each once the storage has come to rest after the one before."""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests

from functions_standin.durable.json_text import to_json
from functions_standin_tests.contract.durable.hosts import Host
from functions_standin_tests.contract.durable.recordings.tap import Request, Tap
from functions_standin_tests.waiting import wait_until

# Recorded over an instance of the same id that had ended before.
BEGUN_BEFORE = {"activity-failure-uncaught", "custom-status", "orchestrator-failure", "payload-non-ascii"}
LONG_INPUT = {"text": "0123456789" * 10_000}
HEADERS = ("content-type", "location", "retry-after", "x-ms-continuation-token", "www-authenticate")

CHILD = re.compile(r"[0-9a-f-]{36}:\d+")

Json = Mapping[str, Any]


class Trail:
    """Which requests to the storage belong to which scenario, by the ids of instances in them."""

    def __init__(self, tap: Tap, scenarios: Sequence[str]) -> None:
        self._tap = tap
        self._names = sorted((f"rec-{name}" for name in scenarios), key=len, reverse=True)
        self._seen = 0
        self._lock = threading.Lock()
        self._scenario_of: dict[str, str] = {}  # by the id of a message or of a child
        self._by_scenario: dict[str, list[Request]] = {name: [] for name in scenarios}
        self._open: dict[str, set[str]] = {name: set() for name in scenarios}  # messages that are not worked off
        self._later: set[str] = set()  # those of them that may not be seen yet

    def of(self, scenario: str) -> Sequence[Request]:
        """Return the requests of a scenario so far."""
        self._catch_up()
        return list(self._by_scenario[scenario])

    def is_of(self, scenario: str, instance_id: str) -> bool:
        """Tell whether an instance belongs to a scenario."""
        return self._owner(instance_id) == scenario

    def is_quiet(self, scenario: str, *, for_good: bool = False) -> bool:
        """Tell whether every message has been worked off, those of timers only if it is for good."""
        self._catch_up()
        return not (self._open[scenario] if for_good else self._open[scenario] - self._later)

    def _catch_up(self) -> None:
        with self._lock:
            while self._seen < len(self._tap.requests):
                self._take(self._tap.requests[self._seen])
                self._seen += 1

    def _take(self, request: Request) -> None:
        if request.is_delete_of_message:
            owner = self._scenario_of.get(request.message_id)
        else:
            owner = self._owner(f"{request.path} {request.body.decode('utf-8', 'replace')}")
        if owner is None:
            return
        self._by_scenario[owner].append(request)
        if request.is_put_of_message:
            self._scenario_of[request.message_id] = owner
            self._open[owner].add(request.message_id)
            if request.query.get("visibilitytimeout", "0") != "0":
                self._later.add(request.message_id)
        elif request.is_delete_of_message:
            self._open[owner].discard(request.message_id)

    def _owner(self, text: str) -> str | None:
        if '"@bad"' in text:
            return "management-answers"
        # A child without a name of its own is named after its parent's execution.
        children = CHILD.findall(text)
        owner = next((name.removeprefix("rec-") for name in self._names if name in text), None)
        if owner is None:
            owner = next((self._scenario_of[child] for child in children if child in self._scenario_of), None)
        else:
            self._scenario_of |= dict.fromkeys(children, owner)
        return owner


class Player:
    """Plays one scenario; what was answered is put down in the form of the recordings."""

    def __init__(self, host: Host, trail: Trail, scenario: str) -> None:
        self._host = host
        self._trail = trail
        self._scenario = scenario

    def play(self, recorded: Sequence[Json]) -> Sequence[Json]:
        """Play the recorded requests and return what came back."""
        steps = [step for step in recorded if "method" in step]
        if self._scenario in BEGUN_BEFORE:
            self._send(steps[0])
            self.rest(for_good=True)
        self.begun = len(self._trail.of(self._scenario))
        return [self._step(step) for step in steps]

    def _step(self, step: Json) -> Json:
        wanted = step["body"].get("runtimeStatus") if isinstance(step["body"], dict) else None
        if wanted is not None and step["method"] == "GET":
            self._host.wait_for(_path(step).split("?")[0].rsplit("/", 1)[1], wanted)
        self.rest()
        answer = self._send(step)
        self.rest()
        return {
            **step,
            "status": answer.status_code,
            "headers": {name: answer.headers[name] for name in HEADERS if name in answer.headers},
            "body": _body(answer),
            "is_compact": _is_compact(answer.text),
        }

    def _send(self, step: Json) -> requests.Response:
        body = LONG_INPUT if step["request_body"] == "(long)" else step["request_body"]
        text = None if body is None else body if isinstance(body, str) else json.dumps(body)
        data = None if text is None else text.replace("http://HOST", self._host.url).encode()
        has_type = data is not None and "without content type" not in step["step"]
        headers = {"Content-Type": "application/json"} if has_type else {}
        separator = "&" if "?" in step["path"] else "?"
        url = f"{self._host.url}{_path(step)}" + (f"{separator}code=KEY" if "/runtime/" in step["path"] else "")
        return requests.request(step["method"], url, data=data, headers=headers, timeout=60)

    def rest(self, *, for_good: bool = False) -> None:
        """Wait until everything that can go on has gone on."""
        wait_until(
            lambda: self._trail.is_quiet(self._scenario, for_good=for_good), description=f"{self._scenario} rests"
        )


def _path(step: Json) -> str:
    path: str = step["path"].replace("<time Z>", "2100-01-01T00:00:00Z")
    return quote(path, safe="/?&=%@:,")


def _body(answer: requests.Response) -> Any:
    if "json" in answer.headers.get("Content-Type", "") and answer.content:
        return answer.json()
    return answer.text


def _is_compact(text: str) -> bool:
    try:
        return text == to_json(json.loads(text))
    except ValueError:
        return True
