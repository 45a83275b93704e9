"""What clients do: ask, wait, work under the lock, give it back; and how they fail."""

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.locks import acquire, poll, release, renew
from services.several_locks import acquire_all, release_all, renew_all
from tests.locks.world import Pause, Steps, Unanswered, World
from workflows.locks.order import Order
from workflows.locks.values import Asker, Standing, State, Terms

# As docs/locks.md has them; the checker is told so.
HTTP_PATIENCE, ORCHESTRATION_PATIENCE = 10.0, 90.0
LEASE_SECONDS, ORCHESTRATION_LEASE_SECONDS = 8, 30
LOCKS = ("ledger", "calendar", "stock")
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a client in the midst of its work under the lock, or of its wait."""

    killed: bool = False
    stopped: bool = False  # as by SIGSTOP, for longer than the lease; it goes on without noticing
    restarted: bool = False  # an orchestration that is terminated and started anew under the same id
    waiting: bool = False  # while it waits; else while it holds


def begin_all(world: World) -> None:
    """Let fifty clients begin: some are killed, some stopped, some started anew."""
    for number in range(34):
        fate = Fate(killed=number % 11 == 3, stopped=number % 5 == 1, waiting=number % 2 == 0)
        name = f"job-{number}"
        world.begin(name, over_http(world, name, LOCKS[number % 3], fate), world.chance.uniform(0, 10))
    for number in range(16):
        fate = Fate(killed=number % 8 == 3, stopped=number % 5 == 1, restarted=number % 4 == 2, waiting=number % 3 == 0)
        name = f"instance-{number}"
        world.begin(name, orchestration(world, name, LOCKS[number % 3], fate), world.chance.uniform(0, 10))


def over_http(world: World, client: str, lock: str, fate: Fate) -> Steps:
    """A job elsewhere: takes the lock a few times, writes under it, and gives it back."""
    asker, terms = Asker(owner=client), Terms(lease_seconds=LEASE_SECONDS, wait_seconds=3600)
    for turn in range(ROUNDS):
        fails = turn == ROUNDS - 1
        ask = partial(acquire, name=lock, asker=asker, terms=terms)
        standing: Standing | None = None
        while True:
            try:
                standing = world.request(client, lock, ask)
            except Unanswered:
                yield Pause(1.0)
                continue
            if standing.state is State.HELD:
                break
            if standing.state is State.WAITS:
                world.note(client, "waits", lock, patience=HTTP_PATIENCE)
                ask = partial(poll, name=lock, ticket=standing.ticket)
            else:
                ask = partial(acquire, name=lock, asker=asker, terms=terms)
            if fails and fate.waiting and (fate.killed or fate.stopped):
                if fate.killed:
                    world.note(client, "dies", lock)
                    return
                yield Pause(world.chance.uniform(15, 40))
                fails = False
            yield Pause(world.chance.uniform(4, 8))
        world.note(client, "holds", lock, token=standing.token)
        if (yield from _works(world, client, lock, standing.token, fate if fails else Fate())):
            return
        with suppress(Unanswered):  # the lease ends it
            world.request(client, lock, partial(release, name=lock, token=standing.token), asks=False)
        world.note(client, "gives_up", lock)
        yield Pause(world.chance.uniform(0, 5))


def _works(world: World, client: str, lock: str, token: int, fate: Fate) -> Generator[Pause, None, bool]:
    """Write under the lock, and renew it between; tell whether the client died."""
    for part in range(3):
        yield Pause(world.chance.uniform(0.2, 2))
        if part == 1 and not fate.waiting:
            if fate.killed:
                world.note(client, "dies", lock)
                return True
            if fate.stopped:
                yield Pause(LEASE_SECONDS + ORCHESTRATION_LEASE_SECONDS + world.chance.uniform(20, 60))
        elif part:
            try:
                if world.request(client, lock, partial(renew, name=lock, token=token), asks=False) is None:
                    return False
            except Unanswered:
                pass
        if not world.write(client, lock, token):
            return False
    return False


def orchestration(world: World, client: str, lock: str, fate: Fate, execution: str = "1", turn: int = 0) -> Steps:
    """An instance: asks, sleeps until it is told or for longer and longer, works and gives back, as the helper does."""
    order = Order(names=[lock], instance=client, execution=execution, lease_seconds=ORCHESTRATION_LEASE_SECONDS)
    while turn < ROUNDS:
        fails, pause = turn == ROUNDS - 1 and execution == "1", 30.0
        heard: set[str] = set()
        while True:
            try:
                grant = world.request(client, lock, partial(acquire_all, order=order))
            except Unanswered:
                yield Pause(2.0)
                continue
            if not grant.lacks:
                break
            if grant.ticket:
                world.note(client, "waits", lock, patience=ORCHESTRATION_PATIENCE)
            if fails and fate.waiting:
                if fate.killed:
                    world.note(client, "dies", lock)
                    return
                if fate.restarted:
                    world.begin(client, orchestration(world, client, lock, fate, "2", turn), 20.0)
                    return
            event = None if grant.event in heard or not grant.event else (client, grant.event)
            heard.add(grant.event)
            yield Pause(pause, event)
            pause = min(pause * 2, 3600.0)
        token = grant.tokens[lock]
        world.note(client, "holds", lock, token=token)
        if fails and fate.restarted and not fate.waiting:
            world.begin(client, orchestration(world, client, lock, fate, "2", turn), 5.0)
            yield from _late_activity(world, client, lock, token)
            return
        if (yield from _works_renewing(world, client, lock, grant.tokens, fate if fails else Fate())):
            return
        with suppress(Unanswered):
            world.request(client, lock, partial(release_all, tokens=grant.tokens, tickets={}), asks=False)
        world.note(client, "gives_up", lock)
        turn += 1
        yield Pause(world.chance.uniform(0, 5))


def _late_activity(world: World, client: str, lock: str, token: int) -> Steps:
    """An activity of an execution that was terminated goes on, for nobody can stop it."""
    yield Pause(10.0)
    world.write(f"{client} before", lock, token)


def _works_renewing(world: World, client: str, lock: str, tokens: Any, fate: Fate) -> Generator[Pause, None, bool]:
    for part in range(3):
        yield Pause(world.chance.uniform(1, 5))
        if part == 1 and not fate.waiting and fate.killed:
            world.note(client, "dies", lock)
            return True
        if part == 1 and not fate.waiting and fate.stopped:
            yield Pause(ORCHESTRATION_LEASE_SECONDS + world.chance.uniform(20, 60))
        elif part:
            try:
                if world.request(client, lock, partial(renew_all, tokens=tokens), asks=False):
                    return False
            except Unanswered:
                pass
        if not world.write(client, lock, tokens[lock]):
            return False
    return False


def story(world: World, lock: str) -> Sequence[str]:
    """Return what happened at a lock, in lines."""
    return [f"{e.at:9.2f} {e.client} {e.kind} {e.token or ''}" for e in world.history if e.lock == lock]
