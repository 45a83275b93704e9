"""What the author of a workflow works with: steps, waits and events that outlive every orchestration."""

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import azure.durable_functions as df

from orchestrators.flow import LONGEST_TIMER_SECONDS, Steps, fraction, wait
from orchestrators.locks import Body, Start, locked
from orchestrators.moves import Again, Moves, NotCurrent
from relay.backoff import interval_seconds
from workflows.execution.names import REMEMBER, REST, TAKE_EVENT, event_name
from workflows.execution.values import Answer, Retry, StepFailed

MOST_NAME = 100  # characters, of a step or a remembered value
_UNDER_LOCKS = "under locks"  # no activity can have this name
_LATE_SECONDS = 330.0  # host.json: functionTimeout, and some


class Place(NamedTuple):
    """A step of a workflow, and the how-manieth time that it comes to it."""

    step: str
    visit: int

    @property
    def text(self) -> str:
        """Return it as a key of plain dicts."""
        return f"{self.step}#{self.visit}"


class Run(Moves):
    """One execution of a workflow. Its methods are generators: `charged = yield from run.step("charge", order)`."""

    def __init__(
        self,
        context: df.DurableOrchestrationContext,
        who: Mapping[str, Any],
        begun: Mapping[str, Any],
        tries: Mapping[str, int],
    ) -> None:
        """Know what is written down; do nothing yet."""
        self.id: str = who["execution"]
        self.input: Any = begun["input"]
        self.started_at = datetime.fromisoformat(begun["started_at"]).replace(tzinfo=UTC)  # the first start's
        super().__init__(context, who, tries)
        self._results: dict[str, Any] = dict(begun["results"])
        self._visits: Counter[str] = Counter()
        self._heard: set[str] = set()

    @property
    def time(self) -> datetime:
        """Return the moment, in UTC. Another start finds another one: what must stay is kept by `remember`."""
        return self._context.current_utc_datetime  # type: ignore[no-any-return]

    def step(self, name: str, value: Any = None, *, retry: Retry | None = None) -> Steps:
        """Do the step `name` with this input; return its result, which is done once. Raises StepFailed."""
        [result] = yield from self.steps([(name, value)], retry=retry)
        return result

    def steps(self, calls: Sequence[tuple[str, Any]], *, retry: Retry | None = None) -> Steps:
        """Do several steps at the same time; return their results in order. Raises StepFailed for the first one that failed, once
        all have ended."""
        policy = retry or Retry()
        places = [self._place(name) for name, _ in calls]
        values = {place.text: value for place, (_, value) in zip(places, calls, strict=True)}
        while left := [place for place in places if place.text not in self._results]:
            self._move(len(left))
            calls = [
                (place.step, {"step": place.step, "visit": place.visit, "input": values[place.text]}) for place in left
            ]
            pauses = []
            for place, answer in zip(left, (yield from self._answers(calls)), strict=True):
                pauses.append((yield from self._heed(place, answer, policy)))
            if max(pauses, default=0.0) > 0:
                yield from self._rest(max(pauses))
                yield from wait(self._context, max(pauses))
        for place in places:
            if "failed" in self._results[place.text]:
                raise StepFailed(place.step, self._results[place.text]["failed"])
        return [self._results[place.text]["value"] for place in places]

    def remember(self, name: str, value: Any) -> Steps:
        """Keep a value under this name and return it, or the one that an earlier start has kept: a deadline, a choice."""
        place = self._place(name)
        if place.text not in self._results:
            yield from self._keep(place, {"value": value})
        return self._results[place.text]["value"]

    def wait_until(self, moment: datetime) -> Steps:
        """Wait; a moment without a zone is UTC. It is at no cost, and an earlier start's waiting counts."""
        seconds = (_aware(moment) - self.time).total_seconds()
        if seconds > 0:
            yield from self._ask(REST, {"due_in_ms": _ms(seconds + _LATE_SECONDS)})
            yield from wait(self._context, seconds)

    def event(self, name: str, *, until: datetime | None = None) -> Steps:
        """Return the body of the next event of this name that was posted, None if none was until then.

        Each event is taken once, the oldest first.
        """
        place = self._place(f"event {name}")
        while place.text not in self._results:
            seconds = LONGEST_TIMER_SECONDS if until is None else (_aware(until) - self.time).total_seconds()
            asked = {"name": name, "visit": place.visit, "due_in_ms": _ms(max(0.0, seconds) + _LATE_SECONDS)}
            answer = yield from self._ask(TAKE_EVENT, asked)
            if "event" in answer or seconds <= 0:
                yield from self._keep(place, {"value": answer.get("event")})
            elif (
                name in self._heard
            ):  # the SDK gives a hint to every wait of its name: the next one is in a history of its own
                raise Again(self._tries)
            else:
                self._heard.add(name)
                yield from wait(self._context, min(seconds, LONGEST_TIMER_SECONDS), wake=event_name(name))
        return self._results[place.text]["value"]

    def locked(
        self,
        names: Iterable[str],
        part: Body,
        *,
        lease_seconds: int = 300,
        wait_seconds: float | None = None,
        permits: int = 1,
    ) -> Steps:
        """Do a part of the workflow while it holds all these locks, and give them back; return what the part returns.

        The part is a generator like the workflow, and is given the token of each lock. Once it has ended no start takes the locks for it
        again. Raises NotGranted, and in the part, where it waits, LockLost; ValueError for names and leases that cannot be used.
        """
        place = self._place(_UNDER_LOCKS)
        if place.text in self._results:  # the steps of the part have been come to all the same
            self._visits.update(self._results[place.text]["value"]["visits"])
            return self._results[place.text]["value"]["result"]
        before = Counter(self._visits)

        def guarded(tokens: Mapping[str, int]) -> Steps:
            try:
                result = part(tokens)
                if isinstance(result, Generator):
                    result = yield from result
                visits = dict(self._visits - before)
                yield from self._keep(place, {"value": {"result": result, "visits": visits}})
            except NotCurrent as over:  # whose locks are given back before it ends
                return over
            return None

        self._move(2)
        over = yield from locked(
            self._context, names, guarded, lease_seconds=lease_seconds, wait_seconds=wait_seconds, permits=permits,
            start=Start(self.id, self._who["epoch"]), before_wait=self._rest,
        )  # fmt: skip
        if over is not None:
            raise over
        return self._results[place.text]["value"]["result"]

    def _place(self, step: str) -> Place:
        if not step or len(step) > MOST_NAME:
            raise ValueError(f"the name {step[:20]!r} cannot be kept: it must have 1 to {MOST_NAME} characters")
        self._visits[step] += 1
        return Place(step, self._visits[step])

    def _heed(self, place: Place, answer: Answer, policy: Retry) -> Steps:
        """Take in what came of a step; return how long to wait before it is asked again."""
        if "over" in answer:
            raise NotCurrent(answer["over"])
        if "done" in answer:
            self._results[place.text] = {"value": answer["done"]}
            self._aways = 0
            return 0.0
        if "wait_seconds" in answer:
            return answer["wait_seconds"]
        if "away" in answer:
            return self._away_seconds()
        self._tries[place.text] += 1
        tried = self._tries[place.text]
        if "refused" in answer or tried >= policy.tries:
            yield from self._keep(place, {"failed": answer.get("refused") or answer["failed"]})
            return 0.0
        asked = answer.get("asked_for_seconds")
        return interval_seconds(policy.backoff, tried - 1, fraction(self._context), asked_for_seconds=asked)

    def _rest(self, seconds: float) -> Steps:
        """See that nobody misses a sign of life during a long wait, which a history that is begun anew here would forget."""
        if seconds > _LATE_SECONDS:
            yield from self._ask(REST, {"due_in_ms": _ms(seconds + _LATE_SECONDS)}, may_begin_anew=False)

    def _keep(self, place: Place, result: Mapping[str, Any]) -> Steps:
        kept = yield from self._ask(REMEMBER, {"step": place.step, "visit": place.visit, "result": dict(result)})
        self._results[place.text] = kept["kept"]


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
