"""Posts a notice to a channel."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from relay import exact_json
from relay.config import Channel
from relay.delivery import REJECTING_STATUSES, Outcome, RetryLater, classify


def send(channel: Channel, body: Mapping[str, Any], notice_id: str) -> Outcome:
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
        return RetryLater(None, f"the channel cannot be reached ({type(error).__name__})")  # its text may hold the URL
    return classify(
        response.status_code,
        retry_after=response.headers.get("Retry-After"),
        problem=response.text[:500],
        now=datetime.now(UTC),
        rejecting=REJECTING_STATUSES,
    )
