"""Where tasks of definitions ask: an API, and a channel over which people are asked. It counts what it is asked, and knows nothing of the app."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from devstack.prove.effects import Effect
from devstack.serving import QuietHandler, serving

STATUSES = {"Shop.Busy": 503, "Shop.Closed": 409}  # of what a script fails with
REFUSED = "refused"


class Asked(NamedTuple):
    """A question that is answered under its token, and what is to be answered."""

    token: str
    effect: Effect
    verb: str  # success, failure
    answer: Mapping[str, Any]


@dataclass(slots=True)
class Desk:
    """What was asked of it, in order; `questions` by token, each once."""

    url: str = ""
    effects: list[Effect] = field(default_factory=list)
    questions: dict[str, Asked] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, path: str, body: Mapping[str, Any], key: str) -> tuple[int, Any]:
        """Take a request; return the status of the answer, and the answer."""
        token, of, said, refused = _people(body) if path == "/people" else _task(body)
        effect = Effect(of["execution"], of["state"], int(of["attempt"]), key, token, time.time())
        with self.lock:
            self.effects.append(effect)
            if token and token not in self.questions:
                verb, answer = (
                    ("failure", {"error": refused, "cause": REFUSED}) if refused else ("success", {"output": said})
                )
                self.questions[token] = Asked(token, effect, verb, answer)
        if token:
            return 202, None
        return (STATUSES[refused], REFUSED) if refused else (200, said)


def _task(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], Any, str]:
    """Return token, who asks, what is said, and with which error it is refused. By the attempt, not by the count: who asks again hears the same."""
    script = body.get("script")
    if script is None:
        return body.get("token", ""), body["of"], body["echo"], ""
    refused = script["error"] if body["of"]["attempt"] < script["times"] else ""
    return body.get("token", ""), body["of"], script["value"], refused


def _people(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], Any, str]:
    execution, state, attempt = body["subject"].split("|")
    token = body["answer_url"].rpartition("/tasks/")[2].partition("/")[0]
    return token, {"execution": execution, "state": state, "attempt": attempt}, {"approved": body["subject"]}, ""


@contextmanager
def a_desk() -> Iterator[Desk]:
    """Listen on a free port; it ends with the block."""
    desk = Desk()

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 - the name that the library asks for
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, said = desk.take(self.path, body, self.headers["Idempotency-Key"])
            is_text = status >= 300
            answer = (said if is_text else json.dumps(said)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if is_text else "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with serving(Handler) as desk.url:
        yield desk
