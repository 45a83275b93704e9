"""What every orchestration of an execution does: it asks activities for as long as it takes, and cuts its history short in time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import azure.durable_functions as df

from orchestrators.flow import Steps, fraction, wait
from orchestrators.lock_leases import LockLost
from relay.backoff import Backoff, interval_seconds
from workflows.execution.questions import answer_to, asked

# Activities and waits; then the history begins anew. Each replay goes through all of it, so with twice as many a step costs nearly twice as much.
MOVES_PER_GENERATION = 20
_ANOTHERS = {"away": "it was the answer to another question"}
_LONG = Backoff(first_interval_seconds=5, coefficient=2, max_interval_seconds=600)  # while SQL Server does not answer


class Again(BaseException):
    """The generation is over: the next one goes on with what is written down. No author's `except Exception` may catch it."""

    def __init__(self, tries: Mapping[str, int]) -> None:
        """Keep how often unfinished steps have failed."""
        super().__init__()
        self.tries = dict(tries)


class NotCurrent(BaseException):
    """The execution has ended, or is another start's: this orchestration has nothing to do any more."""


class Moves:
    """One execution in the hands of one orchestration."""

    def __init__(
        self, context: df.DurableOrchestrationContext, who: Mapping[str, Any], tries: Mapping[str, int] | None = None
    ) -> None:
        """`who` is {"execution": id, "epoch": number}; `tries`: how often unfinished steps have failed."""
        self._context = context
        self._who = dict(who)
        self._tries = Counter(dict(tries or {}))
        self._moves = 0
        self._aways = 0

    def _move(self, count: int = 1, *, may_begin_anew: bool = True) -> None:
        """Count what the history grows by; raise Again if it has become long, at a moment at which nothing is under way."""
        if may_begin_anew and self._moves and self._moves + count > MOVES_PER_GENERATION:
            raise Again(self._tries)
        self._moves += count

    def _answers(self, calls: Sequence[tuple[str, Mapping[str, Any]]]) -> Steps:
        """Return an answer of each activity; if one did not come to its end, all are asked again: what is done is done."""
        requests = [asked(activity, {**self._who, **request}) for activity, request in calls]
        tasks = [
            self._context.call_activity(activity, request)
            for (activity, _), request in zip(calls, requests, strict=True)
        ]
        try:
            found = [(yield tasks[0])] if len(tasks) == 1 else (yield self._context.task_all(tasks))
        except LockLost:
            raise  # it is the part's that waits under the lock
        except Exception as error:  # noqa: BLE001 - the SDK knows no other type
            return [{"away": str(error).partition("\n")[0]}] * len(tasks)
        answers = [answer_to(request, answer) for request, answer in zip(requests, found, strict=True)]
        return [_ANOTHERS if answer is None else answer for answer in answers]

    def _ask(self, activity: str, request: Mapping[str, Any], *, may_begin_anew: bool = True) -> Steps:
        """Ask an activity of the app's own, for as long as it takes."""
        while True:
            self._move(may_begin_anew=may_begin_anew)
            [answer] = yield from self._answers([(activity, request)])
            if "over" in answer:
                raise NotCurrent(answer["over"])
            if "away" not in answer:
                self._aways = 0
                return answer
            yield from wait(self._context, self._away_seconds())

    def _away_seconds(self) -> float:
        self._aways += 1
        return interval_seconds(_LONG, self._aways - 1, fraction(self._context))
