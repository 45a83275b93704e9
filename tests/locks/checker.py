"""Whether a history of clients, locks and a resource behind them is one that locks may have: what they promise, in other words than theirs.

Written apart: it shares no code with the app, and knows only what clients saw and did, and what the resource took.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a client saw or did, at a moment; the events of a history stand in the order of their moments.

    asks: a request is under way, also to look again; waits: its answer, he has a place in the line; holds: he was given a token; unheard:
    no answer came, he may have been given the lock all the same; gives_up: he holds and wants nothing any more; dies: he does nothing any
    more; writes: the resource took it; refused: it did not.
    """

    at: float
    client: str
    kind: str
    lock: str
    token: int = 0
    patience: float = 0.0  # of a place in the line: who is silent for longer is passed over; of a lease given unheard
    ticket: int = 0  # the place's number, for whoever reads of a violation


def violations(history: Sequence[Event]) -> list[str]:
    """Return what is wrong with a history; nothing: it may be."""
    found: list[str] = []
    locks: dict[str, list[Event]] = defaultdict(list)
    for event in history:
        locks[event.lock].append(event)
    for name, events in locks.items():
        found += [f"{name}: {what}" for check in CHECKS for what in check(events)]
    return found


def tokens_only_grow(events: Sequence[Event]) -> Iterator[str]:
    """No token is given to two clients, and one that is asked for after another was given is higher."""
    owners: dict[int, str] = {}
    asked: dict[str, int] = {}  # since when the client asks: the highest token that anybody had by then
    highest = 0
    for event in events:
        if event.kind == "asks":
            asked.setdefault(event.client, highest)
        elif event.kind == "holds":
            if owners.setdefault(event.token, event.client) != event.client:
                yield f"token {event.token} was given to {owners[event.token]} and to {event.client}"
            elif event.token <= asked.get(event.client, 0) and not _is_again(event, events):
                yield f"{event.client} got {event.token}, and {asked[event.client]} had been given before he asked"
            highest = max(highest, event.token)
            asked.pop(event.client, None)


def _had_it(number: int, events: Sequence[Event]) -> bool:
    """Tell whether the client held the lock already, and nobody else in between: then he has asked again, or was started anew."""
    for event in reversed(events[:number]):
        if event.kind == "holds":
            return event.client == events[number].client
        if event.kind in {"gives_up", "dies"} and event.client == events[number].client:
            return _is_again(events[number], events)
    return False


def _is_again(event: Event, events: Sequence[Event]) -> bool:
    """Tell whether the client had been given this token before."""
    return any(
        each.kind == "holds" and each.token == event.token and each.client == event.client and each.at < event.at
        for each in events
    )


def the_resource_takes_no_older_holders(events: Sequence[Event]) -> Iterator[str]:
    """What the resource takes comes under tokens that never fall, each of one client."""
    written = [event for event in events if event.kind == "writes"]
    for before, after in pairwise(written):
        if after.token < before.token:
            yield f"{after.client} wrote under {after.token} after {before.client} under {before.token}"
        elif after.token == before.token and after.client != before.client:
            yield f"{before.client} and {after.client} both wrote under {after.token}"


def nobody_overtakes_who_lives(events: Sequence[Event]) -> Iterator[str]:
    """Of two who wait, the one who came later gets the lock later, unless the earlier one was silent for longer than is borne."""
    grants = [
        (event, _began(number, events))
        for number, event in enumerate(events)
        if event.kind == "holds" and not _had_it(number, events)
    ]
    for early in _waits(events):
        for later, began in grants:
            overtakes = early.since < began and later.at < early.until and later.client != early.client
            heard_late = 0 < early.token < later.token  # the lock was his first
            if overtakes and not heard_late and _lives(early, later.at):
                yield f"{later.client}, who asked at {began:g}, overtook {early.client}, who waited since {early.since:g}"


def nobody_starves(events: Sequence[Event]) -> Iterator[str]:
    """Who waits and does not die or give up holds the lock in the end."""
    for wait in _waits(events):
        if wait.until == float("inf"):
            yield f"{wait.client} waited since {wait.since:g}, and never got it"


CHECKS = (tokens_only_grow, the_resource_takes_no_older_holders, nobody_overtakes_who_lives, nobody_starves)


@dataclass(frozen=True, slots=True)
class Look:
    """A request that kept a place: when it was begun, and when its answer came; the server saw it in between, if it saw it."""

    began: float
    answered: float
    patience: float
    heard: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    """One stay in the line: from the answer that gave the place on, to whatever ended it; with the token, if it was that."""

    client: str
    since: float
    until: float
    looks: Sequence[Look]
    token: int = 0


def _waits(events: Sequence[Event]) -> Iterator[Wait]:
    by_client: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_client[event.client].append(event)
    for client, own in by_client.items():
        since: Event | None = None
        for event in own:
            if event.kind == "waits" and since is None:
                since = event
            elif event.kind in {"holds", "gives_up", "dies"} and since is not None:
                yield Wait(client, since.at, event.at, _looks(since.at, event.at, own), event.token)
                since = None
        if since is not None:
            yield Wait(client, since.at, float("inf"), _looks(since.at, float("inf"), own))


def _looks(since: float, until: float, own: Iterable[Event]) -> Sequence[Look]:
    looks: list[Look] = []
    began: float | None = None
    for each in own:
        if each.kind == "asks":
            began = each.at
        elif each.kind in {"waits", "unheard"} and since <= each.at <= until:
            looks.append(Look(each.at if began is None else began, each.at, each.patience, each.kind == "waits"))
            began = None
    return looks


def _lives(wait: Wait, at: float) -> bool:
    """Tell whether who waits has asked often enough until then, however early the server saw one look and however late the next."""
    looks = [*(look for look in wait.looks if look.answered < at), Look(at, at, 0.0)]
    heard = [look for look in looks if look.heard]
    asked_in_time = all(after.answered - before.began < before.patience for before, after in pairwise(heard))
    return asked_in_time and all(_kept(look, heard) for look in looks if not look.heard)


def _kept(look: Look, heard: Sequence[Look]) -> bool:
    """Tell whether a lease that may have been given unheard was still his when he was heard the next time: else his place is gone, too."""
    following = next(each for each in heard if each.answered > look.answered)
    return following.answered - look.began < look.patience


def _began(number: int, events: Sequence[Event]) -> float:
    """Return when the client of an event that says that he holds the lock began to ask for it."""
    holds = events[number]
    began = holds.at
    for event in reversed([each for each in events[:number] if each.client == holds.client]):
        if event.kind in {"holds", "gives_up", "dies"}:
            break
        if event.kind == "asks":
            began = event.at
    return began
