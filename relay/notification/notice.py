"""What people are told: the news of a relay, and the notice that an app makes of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from relay.config.values import Settings
from relay.notification.names import notification_instance
from relay.notification.words import WORDS, Occasion
from relay.wire import known

_REASONS = frozenset(
    {
        Occasion.HALTED,
        Occasion.SILENT,
        Occasion.UNREPAIRED,
        Occasion.ANOTHERS_HUB,
        Occasion.CHANNEL,
        Occasion.STUCK,
        Occasion.EXECUTION_STUCK,
        Occasion.MAILING_REFUSED,
    }
)  # what they bring is a sentence of ours, with a remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that people must know of a relay; times are ISO 8601 in UTC. Who tells it knows nothing of app and addresses."""

    occasion: Occasion
    relay: str
    since: str
    rounds: int = 0
    changes: int = 0
    dead_letters: int = 0
    status: int | None = None
    last_error: str = ""
    mark: str = ""  # tells apart two notices of one round

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "occasion": self.occasion.value}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "News":
        """Read it back."""
        return cls(**{**known(cls, stored), "occasion": Occasion(stored["occasion"])})


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

    @classmethod
    def of(cls, news: News, app: str, public_url: str) -> "Notice":
        """Return the notice of an app's news; `public_url` is where its routes are reached."""
        return cls(**known(cls, asdict(news)), app=app, act_url=f"{public_url}/{_page(news.relay)}")

    def instance_id(self, mark: str = "") -> str:
        """Return the id of the orchestration that tells it: the same notice is never told twice."""
        return notification_instance(self.app, self.relay, self.occasion, self.since, self.rounds, mark)

    @property
    def title(self) -> str:
        """Return one line."""
        return WORDS[self.occasion].title.format(relay=self.relay, since=self.since, status=self.status)

    @property
    def text(self) -> str:
        """Return what a tired operator needs: how much, how long, why, and what to do."""
        facts = [f"App {self.app}, relay {self.relay}. In trouble since {self.since}, {self.rounds} rounds so far."]
        if self.changes:
            facts.append(f"{self.changes} changes wait.")
        if self.dead_letters:
            facts.append(f"{self.dead_letters} dead letters.")
        if self.last_error:
            facts.append(self.last_error if self.occasion in _REASONS else f"Last error: {self.last_error}.")
        return " ".join([*facts, WORDS[self.occasion].what_to_do, self.act_url]).strip()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "occasion": self.occasion.value}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Notice":
        """Read it back; raise KeyError, TypeError or ValueError for what is no notice."""
        return cls(**{**known(cls, stored), "occasion": Occasion(stored["occasion"])})


def _page(relay: str) -> str:
    """Return where one acts: what is no relay says its kind before its name, as "mailing spring" does."""
    kind, _, name = relay.rpartition(" ")
    return f"{kind}s/{name}" if kind else f"relays/{name}"


@dataclass(frozen=True, slots=True)
class Telling:
    """A notice, and the channels that are to take it: what is entered in SQL Server."""

    notice: Notice
    id: str  # the same notice is never told twice
    channels: Sequence[str]

    @classmethod
    def of(cls, news: News, settings: Settings) -> "Telling":
        """Return what an app tells of its news, over every channel that the relay concerns."""
        notice = Notice.of(news, settings.app, settings.public_url)
        concerned = [channel.name for channel in settings.channels if channel.concerns(news.relay)]
        return cls(notice, notice.instance_id(news.mark), concerned)

    def values(self) -> dict[str, str]:
        """Return it as the statements take it."""
        facts = json.dumps(self.notice.to_dict())
        return {"notice": self.id, "channels": json.dumps(list(self.channels)), "facts": facts}
