"""The APIs that the definitions of docs/workflows call, and the people whom they ask. They know nothing of the app, and so it is they who count."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

from devstack.serving import QuietHandler, serving

FAR = "far"  # what an order begins with that cannot be shipped, and a product that the catalogue refuses
BUSY = "busy"  # what a report begins with that is too busy at first to say anything
POLLS = 3  # so often a job is asked about until it has ended
_ORDERS = {  # of whom -> what it is called here, and where the request says what it is about
    "/payroll/expenses": ("expenses", "expense"),
    "/stock/reservations": ("reservations", "order"),
    "/payments/charges": ("charges", "order"),
    "/payments/refunds": ("refunds", "charge"),
    "/warehouse/shipments": ("shipments", "order"),
    "/reports/jobs": ("jobs", "report"),
}
_ON_ONE = {"DELETE /stock/reservations": "releases", "PUT /catalogue/products": "products"}
_QUESTIONS = frozenset({"/team_leads", "/directors", "/forms/forms"})
Answer = tuple[int, Any]


class Done(NamedTuple):
    """Something that was done once, however often it was asked for under its key."""

    what: str
    subject: str  # an expense, an order, a product, a report
    key: str


class Question(NamedTuple):
    """Something that a person is asked."""

    office: str
    body: dict[str, Any]


@dataclass(slots=True)
class Offices:
    """What was asked for so far."""

    url: str = ""
    done: dict[Done, None] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    polls: Counter[str] = field(default_factory=Counter)

    def times(self, what: str) -> Counter[str]:
        """Return how often something was done for each subject."""
        return Counter(each.subject for each in list(self.done) if each.what == what)

    def twice(self) -> Sequence[tuple[str, str]]:
        """Return what was done more than once, under different keys."""
        times = Counter((each.what, each.subject) for each in list(self.done))
        return [done for done, number in sorted(times.items()) if number > 1]

    def asked(self, office: str) -> list[dict[str, Any]]:
        """Return what an office's people were asked; a notice that wants no answer is no question."""
        found = [each.body for each in list(self.questions) if each.office == office]
        return [body for body in found if "choices" in body or "token" in body]

    def take(self, method: str, path: str, body: Any, key: str) -> Answer:
        """Take a request; return status and body of the answer."""
        place, _, subject = path.rpartition("/")
        if method == "GET" and place == "/reports/jobs":
            self.polls[subject] += 1
            if self.polls[subject] == 1 and subject.startswith(BUSY):
                return HTTPStatus.SERVICE_UNAVAILABLE, None
            ended = self.polls[subject] >= POLLS
            return HTTPStatus.OK, {"status": "done", "file": f"{subject}.csv"} if ended else {"status": "running"}
        if method == "POST" and path in _QUESTIONS:
            self.questions.append(Question(path.rpartition("/")[2], body))
            return HTTPStatus.ACCEPTED, None
        if what := _ON_ONE.get(f"{method} {place}"):
            return self._do(what, subject, key)
        what, name = _ORDERS[path]
        return self._do(what, body[name], key)

    def _do(self, what: str, subject: str, key: str) -> Answer:
        if what in {"shipments", "products"} and subject.startswith(FAR):
            return HTTPStatus.UNPROCESSABLE_ENTITY, None
        self.done[Done(what, subject, key)] = None
        return HTTPStatus.OK, {"id": subject}


@contextmanager
def the_offices() -> Iterator[Offices]:
    """Listen on a free port; they close with the block."""
    offices = Offices()

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 - the name that the library asks for
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            key = self.headers["Idempotency-Key"] or ""
            status, answer = offices.take(self.command, self.path.partition("?")[0], json.loads(body or b"null"), key)
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that the library asks for

    with serving(Handler) as offices.url:
        yield offices
