"""An external HTTP API over requests: one kept-alive connection per thread, answers as outcomes."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import requests

from relay.config import Relay
from relay.delivery import Outcome, RetryLater, classify
from relay.messages import Message

_PROBLEM_BYTES = 4000  # of an answer's body, kept for the operator


class HttpEndpoint:
    """The endpoint of one relay; safe to use from many threads."""

    def __init__(self, relay: Relay, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open nothing yet; every thread opens its own connection when it first sends."""
        self._relay = relay
        self._now = now
        self._threads = threading.local()
        self._sessions: list[requests.Session] = []

    def close(self) -> None:
        """Close the connections of all threads."""
        for session in self._sessions:
            session.close()

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome:
        """Post the message; a trouble of the network is RetryLater."""
        try:
            return self._post(message, timeout_seconds)
        except requests.ConnectionError as error:
            if not _connection_was_stale(error):
                return RetryLater(None, _reason(error))
        # The server had closed the idle connection while the request was under way. The key is the same, so once more.
        self._session().close()  # it opens a new connection when it is used again
        try:
            return self._post(message, timeout_seconds)
        except requests.RequestException as error:
            return RetryLater(None, _reason(error))

    def _post(self, message: Message, timeout_seconds: float) -> Outcome:
        relay = self._relay
        started = time.monotonic()
        try:
            response = self._session().post(
                relay.endpoint,
                data=message.body,
                headers={
                    **relay.headers,
                    "Content-Type": "application/json",
                    "Idempotency-Key": f'"{message.idempotency_key}"',
                },
                timeout=(
                    min(relay.connect_timeout_seconds, timeout_seconds),
                    min(relay.read_timeout_seconds, timeout_seconds),
                ),
                allow_redirects=False,
                stream=True,
            )
            with response:
                problem = self._read(response, started + timeout_seconds)
        except requests.ConnectionError:
            raise
        except requests.RequestException as error:
            return RetryLater(None, _reason(error))
        return classify(
            response.status_code,
            retry_after=response.headers.get("Retry-After"),
            problem=problem,
            now=self._now(),
            rejecting=relay.rejecting_statuses,
        )

    def _read(self, response: requests.Response, until: float) -> str:
        """Read the answer to its end, so that the connection can be used again; keep its beginning."""
        kept = b""
        for chunk in response.iter_content(16_384):
            kept += chunk[: _PROBLEM_BYTES - len(kept)]
            if time.monotonic() > until:
                response.close()
                break
        return kept.decode("utf-8", "replace")

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = requests.Session()
            self._sessions.append(session)
        return session


def _connection_was_stale(error: requests.ConnectionError) -> bool:
    """Tell whether the connection broke without an answer, as a kept-alive one does that the server has closed."""
    return not isinstance(error, requests.Timeout | requests.exceptions.SSLError | requests.exceptions.ProxyError) and (
        "RemoteDisconnected" in str(error) or "Connection reset" in str(error) or "Broken pipe" in str(error)
    )


def _reason(error: requests.RequestException) -> str:
    """Name the kind of trouble only: requests' own texts hold the URL, which may hold a secret."""
    match error:
        case requests.ConnectTimeout():
            return "no connection within the time allowed"
        case requests.Timeout():
            return "no answer within the time allowed"
        case requests.exceptions.SSLError():
            return "the TLS handshake failed (certificate or protocol)"
        case requests.exceptions.ProxyError():
            return "the proxy could not be reached"
        case requests.exceptions.ChunkedEncodingError():
            return "the connection broke in the middle of the answer"
        case requests.ConnectionError():
            return "the connection was refused or broke before an answer came"
        case _:
            return f"the request could not be sent ({type(error).__name__})"
