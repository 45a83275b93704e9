"""What people are told, on which occasions, and how each kind of channel wants to hear it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from relay.config import Channel, ChannelKind


class Occasion(StrEnum):
    """Why people are told something."""

    LONG_OUTAGE = "long_outage"
    ENDPOINT_FAULT = "endpoint_fault"
    DEAD_LETTERS = "dead_letters"
    RECOVERED = "recovered"
    SUSPENDED = "suspended"
    HALTED = "halted"
    GAP = "gap"
    AHEAD = "ahead"
    RETENTION = "retention"
    SILENT = "silent"


_TITLES = {
    Occasion.LONG_OUTAGE: "{relay}: nothing gets through since {since}",
    Occasion.ENDPOINT_FAULT: "{relay}: the endpoint answers {status}",
    Occasion.DEAD_LETTERS: "{relay}: changes were given up",
    Occasion.RECOVERED: "{relay}: recovered",
    Occasion.SUSPENDED: "{relay}: its recovery is suspended",
    Occasion.HALTED: "{relay}: it stands still, for its table has changed",
    Occasion.GAP: "{relay}: change tracking has forgotten changes that were not delivered",
    Occasion.AHEAD: "{relay}: the SQL trigger's position is ahead of the database, and changes pass it by",
    Occasion.RETENTION: "{relay}: change tracking will forget changes before they are delivered",
    Occasion.SILENT: "{relay}: changes wait and the SQL trigger takes nothing up",
}
_WHAT_TO_DO = {
    Occasion.LONG_OUTAGE: "The recovery goes on by itself. Once the endpoint is up again, ask for a round at once:",
    Occasion.ENDPOINT_FAULT: "This does not pass by itself: correct address or credentials, then ask for a round at once:",
    Occasion.DEAD_LETTERS: "They are kept in the failure ledger with status and error. See what the relay says:",
    Occasion.RECOVERED: "Everything that was waiting has been settled. See what the relay says:",
    Occasion.HALTED: "The app's other relays go on. Changes wait in change tracking for as long as its retention. See what the relay says:",
    Occasion.GAP: "A backfill sends every row anew, unless the relay says backfill_after_gap = false. Rows deleted in the meantime are not known. See how far it is:",
    Occasion.AHEAD: "The database was restored, or the position comes from another one. Until its versions have caught up nothing is delivered, and it will never be. Stop the app, run docs/sql/position_ahead.sql, raise the relay's epoch, start the app. See what the relay says:",
    Occasion.RETENTION: "Raise CHANGE_RETENTION of the database, or see that the changes get through. See what the relay says:",
    Occasion.SILENT: "See that the app runs and its function is not disabled, that it can log in, and restart it; its log says why it stopped. See what the relay says:",
    Occasion.SUSPENDED: "Nothing is retried while it is suspended. Resume the orchestration, or see what the relay says:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message to people; times are ISO 8601 in UTC."""

    occasion: Occasion
    app: str
    relay: str
    since: str
    rounds: int
    changes: int
    dead_letters: int = 0
    status: int | None = None
    last_error: str = ""
    act_url: str = ""

    @property
    def title(self) -> str:
        """Return one line."""
        return _TITLES[self.occasion].format(relay=self.relay, since=self.since, status=self.status)

    @property
    def text(self) -> str:
        """Return what a tired operator needs: how much, how long, why, and what to do."""
        facts = [f"App {self.app}, relay {self.relay}. In trouble since {self.since}, {self.rounds} rounds so far."]
        if self.changes:
            facts.append(f"{self.changes} changes wait.")
        if self.dead_letters:
            facts.append(f"{self.dead_letters} dead letters.")
        if self.last_error:
            facts.append(self.last_error if self.occasion is Occasion.HALTED else f"Last error: {self.last_error}.")
        return " ".join([*facts, _WHAT_TO_DO[self.occasion], self.act_url]).strip()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "occasion": self.occasion.value}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Notice":
        """Read it back."""
        return cls(**{**stored, "occasion": Occasion(stored["occasion"])})


def body_for(channel: Channel, notice: Notice) -> dict[str, Any]:
    """Return the JSON that the channel's kind of receiver expects."""
    match channel.kind:
        case ChannelKind.WEBHOOK:  # Teams and Slack show "text"; anything else finds every fact by name
            return {"title": notice.title, "text": f"{notice.title}\n{notice.text}", **notice.to_dict()}
        case ChannelKind.EMAIL:  # the form of SendGrid's /v3/mail/send
            return {
                "personalizations": [{"to": [{"email": address} for address in channel.to]}],
                "from": {"email": channel.sender},
                "subject": notice.title,
                "content": [{"type": "text/plain", "value": notice.text}],
            }
        case ChannelKind.LOG:
            return notice.to_dict()
