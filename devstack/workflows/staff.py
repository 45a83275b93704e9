"""Who answers: directors approve, people hand in their forms. Leads never do, so that what they are asked goes on to the directors."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from devstack import loopback
from devstack.repeating import Repeating
from devstack.workflows.offices import Offices

_SETTLED = frozenset({HTTPStatus.ACCEPTED, HTTPStatus.GONE})  # taken, or not waited for any more


class Staff(Repeating):
    """Answers each question until the app has taken it, with the token that came with it."""

    def __init__(self, offices: Offices, host_url: Callable[[], str]) -> None:
        """Do nothing yet. The host may be on another port after a crash."""
        super().__init__()
        self._offices = offices
        self._host_url = host_url
        self._settled: set[str] = set()

    def go_round(self) -> None:
        """Answer whatever is not settled."""
        for token, output in self._answers():
            if token in self._settled or self.over.is_set():
                continue
            try:
                status = self._answer(token, output)
            except OSError:
                break  # the host is down, or dies just now
            if status in _SETTLED:
                self._settled.add(token)

    def _answers(self) -> Iterator[tuple[str, Any]]:
        for asked in self._offices.asked("directors"):
            yield asked["answer_url"].split("/")[-2], {"choice": "approve"}
        for asked in self._offices.asked("forms"):
            yield asked["token"], {"street": f"{asked['person']} street 1", "city": "Bonn", "postcode": "53111"}

    def _answer(self, token: str, output: Any) -> int:
        url = f"{self._host_url()}/api/tasks/{token}/success"
        request = urllib.request.Request(url, json.dumps({"output": output}).encode(), method="POST")  # noqa: S310
        try:
            with loopback.ask(request, timeout_seconds=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
