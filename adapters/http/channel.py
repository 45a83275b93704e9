"""Posts notices to channels."""

from collections.abc import Mapping
from typing import Any

import requests

from adapters.http.trouble import keep_urls_out_of_the_log, reason
from relay import exact_json
from relay.config.values import REJECTING_STATUSES, Channel
from relay.delivery.outcomes import Outcome, RetryLater, classify
from relay.ports import Clock


class HttpChannels:
    """Satisfies relay.ports.Channels."""

    def __init__(self, clock: Clock) -> None:
        """Open nothing: every notice has a connection of its own."""
        self._clock = clock
        keep_urls_out_of_the_log()

    def send(self, channel: Channel, body: Mapping[str, Any], notice_id: str) -> Outcome:
        """Post the body as JSON; a receiver that knows Idempotency-Key shows a repeated notice once."""
        try:
            response = requests.post(
                channel.url,
                data=exact_json.dumps(dict(body)).encode(),
                headers={**channel.headers, "Content-Type": "application/json", "Idempotency-Key": f'"{notice_id}"'},
                timeout=channel.timeout_seconds,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return RetryLater(None, f"the channel cannot be reached: {reason(error)}")
        return classify(
            response.status_code,
            retry_after=response.headers.get("Retry-After"),
            problem=response.text[:500],
            now=self._clock.now(),
            rejecting=REJECTING_STATUSES,
        )
