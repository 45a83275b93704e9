"""What mailings promise, judged from what their provider got and what people were told. It shares no code with the app.

Nobody gets two (or as many more as there were doubts, if that was ordered), suppressed addresses none; nothing begins while the
account's provider wants nothing, in quiet hours, after the window, or after a pause or a cancellation was answered; the rate of the
account holds over all mailings and hosts; reports add up.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.endpoint import START
from tests.simulation.plan import Plan, clock
from tests.simulation.provider import Letter
from tests.simulation.record import Record

GRACE_SECONDS = 1.5  # until an answer is recorded, and what has begun by then has arrived
RATE_SECONDS = 60.0  # over which a rate is judged
AHEAD_SECONDS = 25.0  # for which slots may be given that come at once, when the database's clock is set forward
COUNTS = ("sent", "failed", "suppressed", "in_doubt", "waiting")
SILENT = frozenset({None, 502})  # after which nobody knows


@dataclass(slots=True)
class Ordered:
    """A mailing as it was ordered, and what is known of it."""

    keys: Mapping[str, str]  # addresses
    terms: Mapping[str, Any]
    at: float | None = None  # when that was answered
    stopped_at: float | None = None  # when a pause or a cancellation was answered
    asks: int = 0  # of people, to pause, to resume or to cancel it
    unsure: bool = False  # whether one of them was not answered: then nobody knows
    went_out: Counter[str] = field(default_factory=Counter)
    doubts: int = 0  # answers that told nothing
    refused_at: float | None = None  # when it paused for that its provider refuses the account


@dataclass(frozen=True, slots=True)
class Pause:
    """The provider wants nothing, and that was recorded."""

    since: float
    until: float
    jumped_seconds: float


class MailPromises:
    """Told of everything that happens around mailings."""

    def __init__(self, plan: Plan, record: Record) -> None:
        self._plan, self._record = plan, record
        self._options: Mapping[str, Any] = plan.mail.options if plan.mail is not None else {}
        self._knows = "idempotency_header" in self._options or "idempotent_body" in self._options
        self._skewed = any(event.verb == "clock_jumps" for event in plan.events)
        self._pauses: list[Pause] = []
        self._posts: deque[float] = deque()
        self.mailings: dict[str, Ordered] = {}
        self.suppressed: dict[str, float] = {}  # by address, when that was answered
        self.bounced: set[str] = set()  # mails of which the provider may have said so

    # --- what comes ---------------------------------------------------------------------------------------------

    def hears(self, seconds: float, letter: Letter, status: int | None, *, goes_out: bool) -> None:
        """Judge a mail that has come to the provider."""
        told = self.mailings[letter.mailing]
        told.doubts += status in SILENT
        where = f"{letter.mailing} to {letter.key}"
        for pause in self._pauses:
            if (
                pause.since + GRACE_SECONDS < seconds < pause.until
                and pause.jumped_seconds == self._record.jumped_seconds
            ):
                self._record.broken(
                    seconds, f"{where}: a mail began though its provider wanted nothing until {clock(pause.until)}"
                )
        if (since := self.suppressed.get(letter.address)) is not None and since + GRACE_SECONDS < seconds:
            self._record.broken(seconds, f"{where}: a mail went to an address that was suppressed at {clock(since)}")
        if told.stopped_at is not None and told.stopped_at + GRACE_SECONDS < seconds:
            self._record.broken(seconds, f"{where}: a mail began though it had stopped at {clock(told.stopped_at)}")
        if self._is_quiet(told, seconds) and self._is_quiet(told, seconds - GRACE_SECONDS) and not self._skewed:
            self._record.broken(seconds, f"{where}: a mail began in quiet hours")
        if self._is_over(told, seconds):
            self._record.broken(seconds, f"{where}: a mail began after the window's end")
        if goes_out:
            told.went_out[letter.key] += 1
            self._judge_repetitions(seconds, letter, told)
        self._judge_rate(seconds)

    def recorded(self, pause_since: float, asked_seconds: float) -> None:
        """Note that the app must know by now that the provider wanted nothing for so long."""
        until = pause_since + asked_seconds - 1.0
        self._pauses.append(Pause(pause_since, until, self._record.jumped_seconds))

    def _judge_repetitions(self, seconds: float, letter: Letter, told: Ordered) -> None:
        if told.went_out[letter.key] < 2 or (self._knows and self._record.was_set_back):
            return
        if told.terms.get("on_doubt") != "resend":
            self._record.broken(seconds, f"{letter.mailing} to {letter.key}: nobody may get two, and he did")
        elif sum(times - 1 for times in told.went_out.values()) > self.most_doubts(told, seconds):
            self._record.broken(
                seconds, f"{letter.mailing} to {letter.key}: it was sent again, and nothing was in doubt"
            )

    def _judge_rate(self, seconds: float) -> None:
        posts, rate = self._posts, float(self._options.get("rate_per_second", 10))
        posts.append(seconds)
        while posts[0] <= seconds - RATE_SECONDS:
            posts.popleft()
        if len(posts) > rate * (RATE_SECONDS + AHEAD_SECONDS) + self._at_once:
            self._record.broken(
                seconds, f"{len(posts)} mails in {RATE_SECONDS:g} s, and the account may have {rate:g} in a second"
            )

    def _is_over(self, told: Ordered, seconds: float) -> bool:
        hours = told.terms.get("window", {"hours": 72})["hours"]
        return (
            told.at is not None
            and seconds > told.at + hours * 3600.0 + GRACE_SECONDS
            and not self._record.jumped_seconds
        )

    @staticmethod
    def _is_quiet(told: Ordered, seconds: float) -> bool:
        quiet: Sequence[str] | None = told.terms.get("not_between")
        if quiet is None:
            return False
        start, end, zone = quiet
        here: datetime = (START + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone))
        at = f"{here:%H:%M:%S}"
        return start <= at < end if start < end else at >= start or at < end

    @property
    def _at_once(self) -> int:
        return int(self._options.get("max_concurrency", 8)) * max(1, len(self.mailings))

    def most_doubts(self, told: Ordered, seconds: float) -> int:
        """Return of how many mails of a mailing nobody may know whether they went.

        Each crash leaves as many as are under way at once, and so does a transaction that keeps all others from writing for long.
        """
        before = [event for event in self._plan.events if event.seconds <= seconds]
        failing = sum(int(event.arguments.get("times", 1)) for event in before if event.verb == "sql_fails")
        kept_off = sum(event.verb == "set_slowly" for event in before)
        at_once = int(self._options.get("max_concurrency", 8))
        return told.doubts + (self._record.deaths + kept_off) * at_once + failing

    # --- what is told -------------------------------------------------------------------------------------------

    def sees(self, seconds: float, name: str, report: Mapping[str, Any]) -> None:
        """Judge a report."""
        told, counts = self.mailings[name], report["counts"]
        if sum(counts[each] for each in COUNTS) != counts["all"]:
            self._record.broken(seconds, f"{name}: the report does not add up: {counts}")
        if told.at is not None and counts["all"] != len(told.keys):
            self._record.broken(seconds, f"{name}: there are {counts['all']} mails, and {len(told.keys)} were ordered")
        if counts["sent"] > len(told.went_out):
            self._record.broken(
                seconds, f"{name}: {counts['sent']} were sent, and the provider has {len(told.went_out)}"
            )
        if counts["in_doubt"] > self.most_doubts(told, seconds):
            self._record.broken(
                seconds, f"{name}: {counts['in_doubt']} are in doubt, {self.most_doubts(told, seconds)} may be"
            )

    def judge(self, seconds: float, states: Mapping[str, str], mails: Sequence[Mapping[str, Any]]) -> None:
        """Judge what there is when every bound has passed: the states of mailings, and their mails (mailing, key, name, state)."""
        for name, told in self.mailings.items():
            if told.at is None:
                self._record.broken(seconds, f"{name}: nobody has ever answered the order")
            elif states[name] not in {"done", "cancelled"}:
                self._record.broken(seconds, f"{name}: it does not end: {states[name]}")
            elif states[name] == "done":
                for mail in mails:
                    if mail["mailing"] == name and (wrong := self._wrong_with(mail, told)):
                        self._record.broken(seconds, f"{name} to {mail['key']}: it is {mail['state']}, {wrong}")
            if told.refused_at is not None and not self._record.channel_was_away:
                heard = [occasion for _, occasion in self._record.notices[f"mailing {name}"]]
                if "mailing_refused" not in heard:
                    self._record.broken(
                        seconds, f"{name}: nobody was told that it paused for its provider at {clock(told.refused_at)}"
                    )

    def _wrong_with(self, mail: Mapping[str, Any], told: Ordered) -> str:
        went_out, address = bool(told.went_out[mail["key"]]), told.keys[mail["key"]]
        match mail["state"]:
            case "sent" if not went_out:
                return "and the provider never had it"
            case "failed" if went_out and mail["name"] not in self.bounced:
                return "and its recipient has it"
            case "suppressed" if address not in self.suppressed or went_out:
                return "and it may not be"
            case "waiting" | "sending":
                return "and nobody sends it"
        return ""
