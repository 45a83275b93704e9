"""Judges what becomes of executions: from what their steps ask for, and at the end from what is written down of them."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulation.endpoint import START
from tests.simulation.network import Request
from tests.simulation.oracle import Oracle
from tests.simulation.plan import RelayPlan
from tests.simulation.record import CHANNEL_SECONDS
from tests.simulation.sql_server import SqlServer

ENDED = frozenset({"completed", "failed", "stopped", "replaced", "ignored"})
_SLACK_SECONDS = 60.0  # an event that is stored so shortly before its deadline may find nobody who waits any more
Place = tuple[str, str, int]  # of a step: execution, name, visit


@dataclass
class Subject:
    """What was seen of the executions of one row, or of one that was started by hand."""

    epoch: int = 0  # the highest whose step has asked
    version: int = -1  # the newest whose step has asked
    at_work: dict[Place, int] = field(default_factory=dict)  # steps that are under way, with their epochs


class Executed:
    """Told of every registration, of every step that begins, asks and ends, and of what people have done."""

    def __init__(self, relays: Sequence[RelayPlan], oracle: Oracle, sql: SqlServer) -> None:
        self._relays = {relay.name: relay for relay in relays if relay.starts_workflows}
        self.names = frozenset(self._relays)  # the servers that steps ask are called so too
        self._oracle = oracle
        self._sql = sql
        self._registered: set[str] = set()
        self._bodies: dict[Place, tuple[str, bytes]] = {}  # its key and its content, of what was asked first
        self._places: dict[str, Place] = {}  # by idempotency key
        self._taken: set[Place] = set()  # and said so
        self._in_vain: set[str] = set()  # executions of which a step was refused, or failed
        self._was_unreached = False
        self._subjects: dict[str, Subject] = defaultdict(Subject)
        self._events: dict[str, list[tuple[float, str]]] = defaultdict(list)  # stored, by execution
        self.started: set[str] = set()  # by people, who were told so
        self.stopped: set[str] = set()  # people have asked for it
        self.resumed: set[str] = set()

    # --- what is registered -----------------------------------------------------------------------------------

    def registered(self) -> Sequence[tuple[RelayPlan, Mapping[str, Any]]]:
        """Return what has been registered since the last look: for a relay, its change is what left the house."""
        found = self._sql.look("SELECT Id, Relay FROM relay.Execution WHERE Relay <> N''")
        new = [(name, relay) for name, relay in found if name not in self._registered]
        self._registered.update(name for name, _ in new)
        return [(self._relays[relay], self._input(name)) for name, relay in new]

    def _input(self, execution: str) -> Any:
        [[text, version, state]] = self._sql.look(
            "SELECT Input, Version, State FROM relay.Execution WHERE Id = ?", execution
        )
        change = json.loads(text)
        if (change["id"], change["version"]) != (execution, version):
            self._broken(f"execution {execution} of version {version} was given another change: {change}")
        if state == "ignored" and not self._oracle.crashed and not self._has_another(execution):
            self._broken(f"execution {execution} is ignored, and none ran for its row: {change}")
        return change

    def _has_another(self, execution: str) -> bool:
        """Tell whether another one of its row has not ended."""
        found = self._sql.look(
            "SELECT 1 FROM relay.Execution AS mine JOIN relay.Execution AS other ON other.Subject = mine.Subject "
            "WHERE mine.Id = ? AND other.Id <> mine.Id AND other.EndedAt IS NULL",
            execution,
        )
        return bool(found)

    # --- what steps do ----------------------------------------------------------------------------------------

    def begins(self, place: Place, epoch: int, wanted: Mapping[str, Any]) -> None:
        """Note that a step is under way; see that nothing else of its row is."""
        subject = self._subjects[_subject_of(place[0], wanted)]
        others = [f"{other} in epoch {started}" for other, started in subject.at_work.items() if started != epoch]
        if others and not self._oracle.jumped_seconds:  # a claim lasts for a time
            self._broken(f"{place} begins in epoch {epoch}, and of the same row there is at work: {others}")
        subject.at_work[place] = epoch

    def ends(self, place: Place, epoch: int, wanted: Mapping[str, Any]) -> None:
        """Note that a step is not under way any more: it is done, has failed, or its process is dead."""
        at_work = self._subjects[_subject_of(place[0], wanted)].at_work
        if at_work.get(place) == epoch:
            del at_work[place]

    def hears(
        self,
        request: Request,
        contents: Sequence[Mapping[str, Any]],
        status: int | None,
        kept: bool,
        asked: float | None,
    ) -> None:
        """Judge what a step asks for; satisfies Endpoint.hears."""
        del asked
        [content] = contents
        epoch, key = int(request.headers["x-epoch"]), request.idempotency_key
        place = content["execution"], content["step"], content["visit"]
        if self._bodies.setdefault(place, (key, request.body)) != (key, request.body):
            self._broken(f"{place} asks twice, not the same: {self._bodies[place]} then {key}, {request.body!r}")
        if self._places.setdefault(key, place) != place:
            self._broken(f"{place} has the idempotency key of {self._places[key]}")
        self._is_current(place, epoch)
        self._is_in_order(place, epoch, content["wanted"])
        if place in self._taken and not self._oracle.crashed:
            self._broken(f"{place} is done again, though it was taken and nothing has died")
        if kept and status is not None:
            self._taken.add(place)
        if not kept:
            self._in_vain.add(place[0])

    def unreached(self) -> None:
        """Note that a step has not reached its server; whose, nobody knows."""
        self._was_unreached = True

    def _is_current(self, place: Place, epoch: int) -> None:
        execution, name, visit = place
        found = self._sql.look("SELECT State, Epoch FROM relay.Execution WHERE Id = ?", execution)
        if [tuple(row) for row in found] != [("running", epoch)]:
            self._broken(f"{place} is done in epoch {epoch}, and its execution stands so: {list(map(tuple, found))}")
        done = self._sql.look(
            "SELECT 1 FROM relay.ExecutionStep WHERE Execution = ? AND Step = ? AND Visit = ? AND DoneAt IS NOT NULL",
            execution, name, visit,
        )  # fmt: skip
        if done:
            self._broken(f"{place} is done again, though it had reported")

    def _is_in_order(self, place: Place, epoch: int, wanted: Mapping[str, Any]) -> None:
        subject = self._subjects[_subject_of(place[0], wanted)]
        if epoch < subject.epoch:
            self._broken(f"{place} is done in epoch {epoch}, and one of epoch {subject.epoch} had begun")
        if (version := wanted.get("version", 0)) < subject.version and place[0] not in self.resumed:
            self._broken(f"{place} is done for version {version}, and version {subject.version} had begun")
        subject.epoch, subject.version = max(subject.epoch, epoch), max(subject.version, version)

    # --- what people do ---------------------------------------------------------------------------------------

    def stored(self, execution: str, event: str, seconds: float) -> None:
        """Note that people were told that their event is stored."""
        self._events[execution].append((seconds, event))

    # --- the end ----------------------------------------------------------------------------------------------

    def judge(self, seconds: float) -> Mapping[str, int]:
        """Judge how all have ended when every bound has passed; return how many in which state."""
        rows = self._sql.look(
            "SELECT Id, Relay, Subject, Version, State, Result, Error FROM relay.Execution ORDER BY Version, Id"
        )
        versions: dict[str, list[int]] = defaultdict(list)
        for _, _, subject, version, *_ in rows:
            versions[subject].append(version)
        counts: dict[str, int] = defaultdict(int)
        for name, relay, subject, version, state, result, error in rows:
            counts[state] += 1
            on_newer = self._relays[relay].options["on_newer"] if relay else ""
            what = f"execution {name} of {relay or 'people'} at version {version} is {state} {error!r}"
            match state:
                case "completed":
                    self._completed(name, json.loads(result), seconds)
                case "failed" if name in self._in_vain or self._was_unreached or self._oracle.crashed:
                    pass
                case "stopped" if name in self.stopped:
                    pass
                case "replaced" if on_newer == "replace" and max(versions[subject]) > version:
                    pass
                case "stuck" if self._oracle.channel_away_seconds > CHANNEL_SECONDS:
                    pass  # of which nobody has heard who would have let it go on
                case "ignored" if on_newer == "ignore" and len(versions[subject]) > 1:
                    pass
                case _:
                    self._oracle.broken(seconds, f"{what}, and should not be")
        for name in sorted(self.started - {row[0] for row in rows}):
            self._oracle.broken(seconds, f"execution {name} was started by people, and there is none")
        return counts

    def _completed(self, name: str, result: Mapping[str, Any], seconds: float) -> None:
        for step in result["steps"]:
            if (name, step, 1) not in self._taken:
                self._oracle.broken(seconds, f"execution {name} is completed, and {step} was never done")
        until = (datetime.fromisoformat(result["until"]) - START).total_seconds()
        in_time = [event for at, event in self._events[name] if at < until - _SLACK_SECONDS]
        if result["way"] >= 2 and in_time and result["paid"] is None and not self._oracle.jumped_seconds:
            self._oracle.broken(seconds, f"execution {name} has missed {in_time[0]}, which was stored in time")

    def _broken(self, what: str) -> None:
        self._oracle.broken(self._sql.seconds, what)


def _subject_of(execution: str, wanted: Mapping[str, Any]) -> str:
    """Return what executions of one row have in common."""
    return json.dumps([wanted["relay"], wanted["key"]]) if "version" in wanted else execution
