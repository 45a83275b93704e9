"""An external HTTP API over requests: one kept-alive connection per thread, answers as outcomes."""

import threading

import requests

from adapters.http.trouble import keep_urls_out_of_the_log, reason
from relay.config.values import Relay
from relay.delivery.messages import Message
from relay.delivery.outcomes import Outcome, RetryLater, classify
from relay.ports import Clock

_PROBLEM_BYTES = 4000  # of an answer's body, kept for the operator


class HttpEndpoint:
    """The endpoint of one relay; safe to use from many threads."""

    def __init__(self, relay: Relay, clock: Clock) -> None:
        """Open nothing yet; every thread opens its own connection when it first sends."""
        self._relay = relay
        self._clock = clock
        self._threads = threading.local()
        self._sessions: list[requests.Session] = []
        keep_urls_out_of_the_log()

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
                return RetryLater(None, reason(error))
        # The server had closed the idle connection while the request was under way. The key is the same, so once more.
        self._session().close()  # it opens a new connection when it is used again
        try:
            return self._post(message, timeout_seconds)
        except requests.RequestException as error:
            return RetryLater(None, reason(error))

    def _post(self, message: Message, timeout_seconds: float) -> Outcome:
        relay = self._relay
        started = self._clock.monotonic_seconds()
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
            return RetryLater(None, reason(error))
        return classify(
            response.status_code,
            retry_after=response.headers.get("Retry-After"),
            problem=problem,
            now=self._clock.now(),
            rejecting=relay.rejecting_statuses,
        )

    def _read(self, response: requests.Response, until: float) -> str:
        """Read the answer to its end, so that the connection can be used again; keep its beginning."""
        kept = b""
        for chunk in response.iter_content(16_384):
            kept += chunk[: _PROBLEM_BYTES - len(kept)]
            if self._clock.monotonic_seconds() > until:
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
