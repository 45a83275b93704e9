"""What may leave the house: committed states that pass the filters, each version under one id with one body."""

import json
from collections.abc import Mapping
from typing import Any

from tests.simulation.history import State
from tests.simulation.plan import RelayPlan
from tests.simulation.record import Record, Seen
from tests.simulation.rules import holds, meets, sent
from tests.simulation.tables import Key


class Leaving:
    """Judges every change in a request."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def hears(self, relay: RelayPlan, seconds: float, key: Key, content: Mapping[str, Any]) -> None:
        """Judge one change."""
        seen, version, data = self._record.seen[relay.name], content["version"], content["data"]
        what = f"{relay.name} got {content['operation']} of {key} at version {version}"
        state = self._record.histories[relay.table.name].at(key, version)
        if content.get("epoch", 0) != relay.options.get("epoch", 0) or content["relay"] != relay.name:
            self._record.broken(seconds, f"{what} with another epoch or relay")
        told = json.dumps(content, sort_keys=True)
        first_id, first = seen.bodies.setdefault((key, version), (content["id"], told))
        as_a_forgotten_one = self._is_as_a_forgotten_one(relay, key, version, data)
        if first_id != content["id"] or not (
            first == told or as_a_forgotten_one or self._is_only_retold(relay, seen, first, content)
        ):
            self._record.broken(seconds, f"{what} twice, not the same: {first} then {told}")
        if state is None:
            self._record.broken(seconds, f"{what}, and there was no such row")
        elif data is None:
            if state.row is not None and meets(relay, state.row):
                self._record.broken(seconds, f"{what}, and the row is there: {state.row}")
            elif state.row is not None and not (key in seen.requested or seen.was_unreached or self._record.crashed):
                self._record.broken(seconds, f"{what}: withdrawn, though it was never sent")
        elif state.row is None:
            self._record.broken(seconds, f"{what}, and the row was deleted")
        else:
            if not meets(relay, state.row):
                self._record.broken(seconds, f"{what}, which its condition forbids: {state.row}")
            if data != (shown := sent(relay, key, state.row)) and not as_a_forgotten_one:
                self._record.broken(seconds, f"{what} as {data}, and it was {shown}")
        row = state.row if state is not None else None
        may_repeat = (
            self._record.crashed
            or self._record.outlasted
            or key in seen.failed
            or seen.was_unreached
            or (key, version) in seen.held_back
            or relay.table.kind
            == "decimal"  # a payload tells its keys not apart, so that what others have is taken along
            or any(row is None or holds(condition, row) for condition in seen.backfills.values())
            # Committed between the trigger's look and the app's: it is sent in place of what came before, and comes itself.
            or (state is not None and seen.batch_began.get((key, version), seconds) <= state.seconds)
        )
        if (key, version) in seen.taken and not may_repeat:
            self._record.broken(seconds, f"{what} again, though it had taken it at once and nothing had died")
        if state is not None and state.row is not None and not self._is_wanted(seen, version, state):
            self._record.broken(seconds, f"{what}, for a backfill that did not want it: {state.row}")
        if (key, version) not in seen.first_asked:
            seen.batch_began[key, version] = min(seen.batches.values(), default=seconds)
            if state is not None and seen.last_in_vain > state.seconds:
                seen.held_back.add((key, version))
        seen.first_asked.setdefault((key, version), seconds)
        seen.requested[key] = max(seen.requested.get(key, -1), version)

    def _is_as_a_forgotten_one(self, relay: RelayPlan, key: Key, version: int, data: Any) -> bool:
        """Tell whether it is the row of a later change that was forgotten before anybody took it up: nobody knows its version."""
        forgotten = self._record.forgotten.get(relay.table.name, 0)
        return any(
            version < later.version <= forgotten and later.row is not None and data == sent(relay, key, later.row)
            for later in self._record.histories[relay.table.name].states(key)
        )

    def _is_only_retold(self, relay: RelayPlan, seen: Seen, first: str, content: Mapping[str, Any]) -> bool:
        """Tell whether a version is sent anew of which nobody knows any more that it was an insert.

        A backfill does so, and recovery with a lease whose host died right after the delivery, before it let go of it.
        """
        version = content["version"]
        return (
            (bool(seen.backfills) or self._record.crashed)
            and version <= self._record.forgotten.get(relay.table.name, 0)
            and json.loads(first) | {"operation": "update"} == content
        )

    @staticmethod
    def _is_wanted(seen: Seen, version: int, state: State) -> bool:
        """Tell whether a row is sent for its own change, or for a backfill whose condition it meets."""
        if state.version == version or version not in seen.backfills or state.row is None:
            return True
        return holds(seen.backfills[version], state.row)
