"""An external HTTP API: requests over kept-alive connections, answers as outcomes."""

from adapters.http.client import Client, Patience
from adapters.http.deadline import Deadline
from adapters.http.dial import Dial, dial
from adapters.http.exchange import Answer
from adapters.http.secrets import blanked, secrets_of
from adapters.http.target import Target
from adapters.http.trouble import CutOff, reason
from relay.config.statuses import of_each, of_some
from relay.config.values import Relay
from relay.delivery.messages import Message
from relay.delivery.outcomes import Outcome, RetryLater, classify
from relay.ports import Clock


class HttpEndpoint:
    """The endpoint of one relay; safe to use from many threads."""

    def __init__(self, relay: Relay, clock: Clock, connect: Dial = dial) -> None:
        """Open nothing yet."""
        self._relay = relay
        self._clock = clock
        self._connect = connect
        self._opened: Client | None = None
        self._secrets = secrets_of(relay.endpoint, relay.headers)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        if self._opened:
            self._opened.close()

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome:
        """Post the message; whatever goes wrong is RetryLater, and this message's alone."""
        try:
            answer = self._post(message, Deadline.after(self._clock, timeout_seconds))
            return self._outcome(message, answer)
        except Exception as error:  # noqa: BLE001 - what an endpoint does must not end the batch
            return RetryLater(None, reason(error))

    def _post(self, message: Message, deadline: Deadline) -> Answer:
        client = self._client()
        try:
            return client.post(message.body, message.idempotency_key, deadline)
        except CutOff:
            # The server had closed the idle connection while the request was under way. The key is the same, so once more.
            return client.post(message.body, message.idempotency_key, deadline, anew=True)

    def _client(self) -> Client:
        relay = self._relay
        if self._opened is None:
            target = Target.of(relay.endpoint, relay.proxy, relay.allow_hosts)
            patience = Patience(relay.connect_timeout_seconds, relay.read_timeout_seconds)
            self._opened = Client(target, relay.headers, patience, self._clock, self._connect)
        return self._opened

    def _outcome(self, message: Message, answer: Answer) -> Outcome:
        return classify(
            answer.status,
            retry_after=answer.retry_after,
            problem=blanked(answer.problem, self._secrets),
            now=self._clock.now(),
            rejecting=of_some(self._relay.rejecting_statuses, message.operations),
            delivered=of_each(self._relay.delivered_statuses, message.operations),
        )
