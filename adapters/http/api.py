"""Asks the HTTP APIs of connections, and takes secrets out of what they say."""

import json
import math
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from adapters.http.answer import MOST_BODY_BYTES, unzipped
from adapters.http.client import Client, Patience
from adapters.http.deadline import Deadline
from adapters.http.dial import Dial, dial
from adapters.http.exchange import Answer
from adapters.http.secrets import blanked, secrets_of
from adapters.http.target import Target
from adapters.http.trouble import reason
from relay.ports import Clock
from relay.work.values import ACTIVITY_SECONDS
from workflows.resources.connection import Connection
from workflows.resources.http_request import HttpRequest
from workflows.resources.ports import ApiAnswer, NoAnswer

_PROBLEM_CHARACTERS = 500
_MOST_SECONDS = ACTIVITY_SECONDS - 30  # an activity that takes longer is ended, and nobody knows what came of it
_NOT_SHOWN = frozenset({"set-cookie", "set-cookie2"})  # whoever has them is taken for the app


class HttpApis:
    """Satisfies workflows.resources.ports.Apis. Every request has a connection of its own, so that none has to be repeated."""

    def __init__(self, clock: Clock, connect: Dial = dial) -> None:
        """Open nothing yet."""
        self._clock = clock
        self._connect = connect

    def ask(self, connection: Connection, request: HttpRequest, idempotency_key: str) -> ApiAnswer:
        """Send the request once."""
        try:
            answer = self._ask(connection, request, idempotency_key)
        except Exception as error:  # noqa: BLE001 - what an API does must not end whoever asks
            raise NoAnswer(reason(error)) from None
        return _clean(answer, secrets_of(connection.url, connection.headers))

    def _ask(self, connection: Connection, request: HttpRequest, idempotency_key: str) -> Answer:
        connect_seconds, read_seconds = connection.connect_timeout_seconds, connection.read_timeout_seconds
        deadline = Deadline.after(self._clock, min(connect_seconds + 2 * read_seconds, _MOST_SECONDS))
        client = Client(
            Target.of(request.url, connection.proxy, connection.allow_hosts),
            request.headers,
            Patience(connect_seconds, read_seconds),
            self._clock,
            self._connect,
            request.method,
            content_type=request.content_type,
            kept_bytes=MOST_BODY_BYTES,
        )
        try:
            return client.post(request.body, idempotency_key, deadline)
        finally:
            client.close()


def _clean(answer: Answer, secrets: Collection[str]) -> ApiAnswer:
    # One byte more than anybody takes: what unzips to so much is too long.
    raw = unzipped(answer.body, answer.encoding, MOST_BODY_BYTES + 1)
    text = raw.decode("utf-8", "replace")
    return ApiAnswer(
        status=answer.status,
        phrase=HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else "",
        headers={name: blanked(value, secrets) for name, value in answer.headers.items() if name not in _NOT_SHOWN},
        body=_value(text, secrets),
        text=blanked(text, secrets)[:_PROBLEM_CHARACTERS],
        too_long=answer.too_long or len(raw) > MOST_BODY_BYTES,
        complete=answer.complete,
    )


def _value(text: str, secrets: Collection[str]) -> Any:
    """Return what the body says; as JSON only if everybody reads the same in it."""
    try:
        return _blanked(json.loads(text, parse_constant=_refused, parse_float=_finite), secrets)
    except (ValueError, RecursionError):
        return blanked(text, secrets)


def _blanked(value: Any, secrets: Collection[str]) -> Any:
    match value:
        case str():
            return blanked(value, secrets)
        case Mapping():
            return {blanked(name, secrets): _blanked(each, secrets) for name, each in value.items()}
        case list():
            return [_blanked(each, secrets) for each in value]
    return value


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number that JSON knows")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is no number that can be computed with")
    return number
