"""A mail provider with weather of its own: what it takes, which repeated mails it knows, its quota, and what it tells later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from tests.simulation.endpoint import START, Endpoint
from tests.simulation.network import Reply, Request
from tests.simulation.plan import MailPlan

PROVIDER = "mailer"
DAY = 86_400.0
WRONG = "wrong"  # begins an address that it refuses for good


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that has come to the provider; `link` is its recipient's who wants no more."""

    mail: str
    mailing: str
    key: str
    address: str
    link: str


# The letter, the status (None: no answer), whether it goes to its recipient now, for how many seconds is asked (None: for none).
Heard = Callable[[Letter, int | None, bool, float | None], None]


class Provider(Endpoint):
    """`taken`: when a mail was taken first, by its name; `letters`: those that went out, by mailing and key."""

    def __init__(self, seed: int, plan: MailPlan, now: Callable[[], float], heard: Heard) -> None:
        super().__init__(seed, PROVIDER, now, lambda *_: None)
        self._heard = heard
        self._quota = plan.quota
        options = plan.options
        knows = "idempotency_header" in options or "idempotent_body" in options
        self._knows_seconds = 60.0 * options.get("idempotency_minutes", 1440) if knows else 0.0
        self.taken: dict[str, float] = {}
        self.letters: dict[tuple[str, str], Letter] = {}

    def __call__(self, request: Request) -> Reply:
        """Take a mail, or say whether there is one."""
        self._requests += 1
        if request.path.startswith("/mails/"):
            return self._looked_up(request.path.rpartition("/")[2])
        told = request.json()
        mailing, _, key = told["subject"].partition("/")
        letter = Letter(told["mail"], mailing, key, told["to"], told["text"])
        reply, status, asked = self._answer(letter)
        takes = 200 <= status <= 299 if status is not None else self._keeps_silently
        goes_out = takes and not self._knows(letter)
        if goes_out:
            self.taken[letter.mail] = self._now()
            self.letters[mailing, key] = letter
        self._heard(letter, status, goes_out, asked)
        return reply

    def _answer(self, letter: Letter) -> tuple[Reply, int | None, float | None]:
        if self.weather is not None and (found := self._in_weather(self.weather)) is not None:
            reply, status = found
            asked = self._asked_for_seconds(reply)
            asks = status is not None and (status == 429 or status in {500, 503}) and asked is not None and asked > 0
            return reply, status, asked if asks else None
        if letter.address.startswith(WRONG):
            return Reply.of(422), 422, None
        today = sum(at // DAY == self._now() // DAY for at in self.taken.values())
        if self._quota and not self.rows_are_well and today >= self._quota and not self._knows(letter):
            over = (self._now() // DAY + 1) * DAY
            date = format_datetime(START + timedelta(seconds=self._now()))
            reset = f"{int(START.timestamp() + over)}"
            return Reply.of(429, headers={"Date": date, "X-RateLimit-Reset": reset}), 429, over - self._now()
        return Reply.of(202, after_seconds=self._chance.choice((0.02, 0.3, 2.0))), 202, None

    def _knows(self, letter: Letter) -> bool:
        at = self.taken.get(letter.mail)
        return at is not None and self._now() - at < self._knows_seconds

    def _looked_up(self, mail: str) -> Reply:
        if self.weather is not None and (found := self._in_weather(self.weather)) is not None:
            return found[0]
        if mail not in self.taken:
            return Reply.of(404)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(mail)}\r\n\r\n{mail}"
        return Reply((0.05, head.encode()))


def event_of(letter: Letter, what: str) -> dict[str, Any]:
    """Return what the provider's webhook says of a mail."""
    return {"event": what, "mail": letter.mail}
