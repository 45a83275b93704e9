"""What a mailing's worker does next: send some mails, wait, or end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from relay.work.values import ACTIVITY_SECONDS, Work
from workflows.mailing.account import MailAccount
from workflows.mailing.names import MAILING, mailing_instance
from workflows.mailing.values import MailingState

MOST_KEYS = 50  # of a slice, which bounds the history of a generation
MOST_PAUSE_SECONDS = 20.0  # an activity waits for its slot so long; a later one the orchestration waits for
SLACK_SECONDS = 10.0  # a try that has not told by then what came of it has died
LATE_SECONDS = (
    0.5  # a slot that was missed by no more is made up for: so long an orchestration may need between two handfuls
)
ASK_AGAIN_SECONDS = 600.0  # about a doubt, if the provider does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A running mailing as it stands in SQL Server; None: there is nothing to wait for."""

    keys: Sequence[str] = ()  # of mails that are due, the first of them
    next_seconds: float | None = None  # until the soonest mail is due
    doubt_seconds: float | None = None  # until the provider is asked about the oldest doubt
    window_seconds: float = 0.0  # until nothing more is sent
    paused_seconds: float = 0.0  # the account's
    paused_reason: str = ""
    quiet_seconds: float = 0.0
    slot_seconds: float = 0.0  # until the rates of account and mailing let another mail go


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What comes next: mails, a wait, or the end in a state."""

    keys: Sequence[str] = ()
    at_once: int = 1
    wait_seconds: float = 0.0
    why: str = ""
    over: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as the orchestration reads it."""
        if self.over:
            return {"over": self.over}
        if self.keys:
            return {"keys": list(self.keys), "at_once": self.at_once}
        return {"wait_seconds": self.wait_seconds, "why": self.why}


def next_step(found: Situation, account: MailAccount) -> Step | None:
    """Return what a running mailing does next; None: nothing of it waits, and it can be ended."""
    if found.next_seconds is None:
        if found.doubt_seconds is None:
            return None
        return Step(wait_seconds=max(found.doubt_seconds, 1.0), why="the provider is asked about doubts then")
    for seconds, why in (
        (found.paused_seconds, f"the account is paused: {found.paused_reason}"),
        (found.quiet_seconds, "these are quiet hours"),
        (0.0 if found.keys else max(found.next_seconds, 0.1), "the next mail is not due before"),
        (found.slot_seconds if found.slot_seconds > MOST_PAUSE_SECONDS else 0.0, "the rate"),
    ):
        if seconds > 0:
            return Step(wait_seconds=min(seconds, max(found.window_seconds, 1.0)), why=why)
    return Step(keys=found.keys, at_once=account.max_concurrency)


def slice_size(account: MailAccount, rate_per_second: float) -> int:
    """Return how many mails a worker takes at once: not more than can go while an activity waits for its slot."""
    return max(1, min(MOST_KEYS, int(rate_of(account, rate_per_second) * MOST_PAUSE_SECONDS)))


def rate_of(account: MailAccount, rate_per_second: float) -> float:
    """Return a mailing's rate; 0 is the account's."""
    return min(rate_per_second or account.rate_per_second, account.rate_per_second)


def due_in_seconds(step: Step, account: MailAccount) -> float:
    """Return how long it may take at most until the worker asks again."""
    chunks = ceil(len(step.keys) / step.at_once)
    return step.wait_seconds + chunks * (MOST_PAUSE_SECONDS + account.timeout_seconds) + ACTIVITY_SECONDS


def mailing_work(row: Mapping[str, Any], app: str) -> Work:
    """Return a mailing that runs as a piece of work."""
    return Work(
        orchestration=MAILING,
        instance_id=mailing_instance(app, row["id"]),
        request={"mailing": row["id"]},
        relay=f"mailing {row['id']}",
        mark=str(row["slices"]),
        quiet_seconds=max(0.0, row["late_ms"] / 1000),
    )


COMMANDS = {"pause": MailingState.PAUSED, "resume": MailingState.RUNNING, "cancel": MailingState.CANCELLED}
