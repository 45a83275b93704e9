"""What is remembered of a timer: when it fired last and when it is due next."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """The content of the status blob; times are aware."""

    last: datetime
    next: datetime
    last_updated: datetime

    def to_dict(self) -> dict[str, str]:
        """Return it as the host writes it."""
        return {"Last": _text(self.last), "Next": _text(self.next), "LastUpdated": _text(self.last_updated)}

    def to_json(self) -> bytes:
        """Return the blob's content."""
        return json.dumps(self.to_dict()).encode()


def parse_status(content: bytes) -> TimerStatus | None:
    """Read a status blob; None if it is not one, as the host starts anew then."""
    try:
        found: Any = json.loads(content)
        return TimerStatus(*(_moment(found[name]) for name in ("Last", "Next", "LastUpdated")))
    except (ValueError, KeyError, TypeError):
        return None


def _text(moment: datetime) -> str:
    return "0001-01-01T00:00:00+00:00" if moment == NEVER else moment.isoformat()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
