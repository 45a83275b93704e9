"""Posts notices to channels."""

from collections.abc import Mapping
from typing import Any

from adapters.http.client import Client, Patience
from adapters.http.deadline import Deadline
from adapters.http.dial import Dial, dial
from adapters.http.secrets import blanked, secrets_of
from adapters.http.target import Target
from adapters.http.trouble import reason
from relay import exact_json
from relay.config.values import REJECTING_STATUSES, Channel
from relay.delivery.outcomes import Outcome, RetryLater, classify
from relay.ports import Clock

_PROBLEM_CHARACTERS = 500


class HttpChannels:
    """Satisfies relay.ports.Channels."""

    def __init__(self, clock: Clock, connect: Dial = dial) -> None:
        """Open nothing: every notice has a connection of its own."""
        self._clock = clock
        self._connect = connect

    def send(self, channel: Channel, body: Mapping[str, Any], notice_id: str) -> Outcome:
        """Post the body as JSON; a receiver that knows Idempotency-Key shows a repeated notice once."""
        deadline = Deadline.after(self._clock, channel.timeout_seconds)
        try:
            target = Target.of(channel.url, channel.proxy, channel.allow_hosts)
            patience = Patience(channel.timeout_seconds, channel.timeout_seconds)
            client = Client(target, channel.headers, patience, self._clock, self._connect)
            try:
                answer = client.post(exact_json.dumps(dict(body)).encode(), notice_id, deadline)
            finally:
                client.close()
            return classify(
                answer.status,
                retry_after=answer.retry_after,
                problem=blanked(answer.problem, secrets_of(channel.url, channel.headers))[:_PROBLEM_CHARACTERS],
                now=self._clock.now(),
                rejecting=REJECTING_STATUSES,
            )
        except Exception as error:  # noqa: BLE001 - what a channel does must not end whoever tells
            return RetryLater(None, f"the channel cannot be reached: {reason(error)}")
