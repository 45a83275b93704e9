"""The simulation must be able to fail: each mutant is the app with one fault put back, and some seed finds it.

`python -m tests.simulation.mutants` runs them all, one after the other, and prints a table; exit status 1 if one is not found.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.keeping import ROOT, Kept, code_of

_LEFT_OUT = shutil.ignore_patterns(".*", "packages", "bench", "__pycache__", "node_modules")


@dataclass(frozen=True, slots=True)
class Edit:
    """A text of the app, and what a mutant has in its place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """The app with a fault: a place with another text, and sometimes more of them."""

    fault: str
    file: str
    old: str
    new: str
    more: Sequence[Edit] = ()

    @property
    def files(self) -> Mapping[str, str]:
        """The files with the fault, by their paths. Raises ValueError if a place is not found, or twice."""
        files: dict[str, str] = {}
        for edit in (Edit(self.file, self.old, self.new), *self.more):
            text = files.get(edit.file) or (ROOT / edit.file).read_text(encoding="utf-8")
            if text.count(edit.old) != 1:
                raise ValueError(
                    f"{edit.file}: {self.fault}: a place of the mutant is there {text.count(edit.old)} times"
                )
            files[edit.file] = text.replace(edit.old, edit.new)
        return files


MUTANTS: Sequence[Mutant] = (
    Mutant(
        "a row that its condition forbids is sent if the ledger has an entry for it",
        "relay/delivery/filters.py",
        "    if change.entry is not None and change.entry.tried:\n        return replace(change, row=None)\n",
        "    if change.entry is not None:\n        return change\n",
    ),
    Mutant(
        "the watchdog ends a recovery in the middle of its round, for it goes by the due time",
        "relay/recovery/watchdog.py",
        "quiet = late_seconds if situation.seconds_since_work is None else min(late_seconds, situation.seconds_since_work)",
        "quiet = late_seconds",
    ),
    Mutant(
        "an entry whose lease nobody has and change tracking has forgotten is left to the trigger for ever",
        "adapters/sql_server/sql/parts/entries.sql",
        "        ELSE 'parked'\n",
        "        ELSE 'retrying'\n",
    ),
    Mutant(
        "what is older than the window is given up before anything is tried",
        "orchestrators/recovery.py",
        "    if situation.away:\n        done = done.plus(",
        "    if situation.expired:\n        return (yield from _give_up(context, told, done, everything=False))\n"
        "    if situation.away:\n        done = done.plus(",
    ),
    Mutant(
        "Retry-After counts for however long it is",
        "relay/delivery/news.py",
        "    return min(asked_for_seconds or 0.0, backoff.max_interval_seconds)\n",
        "    return asked_for_seconds or 0.0\n",
    ),
    Mutant(
        "the window of a hot row runs from the first failure of its first version",
        "adapters/sql_server/sql/changes/settle.sql",
        "WHEN entry.[Version] = failure.[v] AND ((",
        "WHEN ((",
    ),
    Mutant(
        "an instance that ended as Failed is not started anew",
        "relay/work/decisions.py",
        "        return Action.START if work.wanted else Action.NOTHING\n",
        "        return Action.START if work.wanted and runtime_status is None else Action.NOTHING\n",
    ),
    Mutant(
        "103 Early Hints count as a delivery",
        "adapters/http/answer.py",
        "            self.head = head if head.status >= 200 else None\n",
        "            self.head = head if head.status >= 200 else Head(head.version, 204, head.headers, head.lengths)\n",
    ),
    Mutant(
        "what is held is never drained",
        "adapters/sql_server/sql/parts/soonest_entries.sql",
        "[State] = 'held'",
        "[State] = 'never'",
    ),
    Mutant(
        "an entry of a batch that died stays in flight",
        "adapters/sql_server/sql/parts/take_over_begun.sql",
        "WHERE begun.[State] = 'in_flight'\n",
        "WHERE begun.[State] = 'never'\n",
    ),
    Mutant(
        "leases are not looked through before a process' first batch",
        "adapters/sql_server/recovery.py",
        "            self._sweep.everything()\n",
        "            pass\n",
    ),
    Mutant(
        "what has failed counts as held when a pause or the deadline comes before its second try",
        "services/dispatch.py",
        "        outcomes |= {at: outcome for at, outcome in found.items() if at not in outcomes or was_sent(outcome)}\n",
        "        outcomes |= found\n",
        [
            Edit(
                "services/dispatch.py",
                "        del open_positions[0]\n",
                "        if not isinstance(asked, RetryLater | Held):\n            del open_positions[0]\n",
            )
        ],
    ),
    Mutant(
        "rows that a backfill's condition leaves out are entered all the same, and sent later",
        "services/backfill.py",
        "    keys = [row.key for row in found if row.meets_condition]\n    enriched = _changes(keys, backfill, outside)\n",
        "    keys = [row.key for row in found if row.meets_condition]\n"
        "    _changes([row.key for row in found], backfill, outside)\n"
        "    enriched = _changes(keys, backfill, outside)\n",
        [
            Edit(
                "adapters/sql_server/changes.py",
                "self._enrich(keys, since=since)",
                "self._enrich(keys, since=since, begins=True)",
            )
        ],
    ),
    Mutant(
        "an endpoint that is back does not bring forward what failed before",
        "adapters/sql_server/sql/recovery/list.sql",
        " OR [LastTriedAt] < @back_at)",
        ")",
    ),
    Mutant(
        "the breaker holds back changes that have never been tried",
        "services/deliver.py",
        " and _has_failed(change):\n",
        ":\n",
    ),
    Mutant(
        "a key of more digits than the trigger's JSON shows is taken as it shows it",
        "relay/guard/altered.py",
        "    integer_digits = max(0, Decimal(value).adjusted() + 1)\n"
        "    return integer_digits + (column.scale if scale is None else scale) > _EXACT_DIGITS\n",
        "    return len(Decimal(value).normalize().as_tuple().digits) + 0 * (scale or 0) > _EXACT_DIGITS\n",
        [
            Edit(
                "adapters/sql_server/changes.py",
                "        if len(found.changes) < len(named):\n            # Exact",
                "        if not found.changes and False:\n            # Exact",
            ),
            Edit(
                "adapters/sql_server/changes.py",
                "        if len(found.changes) < len(named):\n            raise",
                "        if len(found.changes) > len(named):\n            raise",
            ),
        ],
    ),
    Mutant(
        "what is settled is known only of moments in which nothing waits, so that a busy table seems to have a gap",
        "adapters/sql_server/sql/parts/since_when.sql",
        "WHEN @first_unsettled - 1 > @done THEN @first_unsettled - 1 ELSE @done END",
        "ELSE @done END",
        [
            Edit(
                "adapters/sql_server/sql/parts/place_in_tracking.sql",
                "IF @gap = 0 AND @ahead = 0 AND @position > @done\n",
                "IF @gap = 0 AND @ahead = 1 AND @position > @done\n",
            )
        ],
    ),
    Mutant(
        "a row that the endpoint cannot bear holds up every other one that failed",
        "adapters/sql_server/sql/recovery/list.sql",
        "AND ([NextTryAt] IS NULL OR [NextTryAt] <= @now OR [LastTriedAt] < @back_at)",
        "AND NOT EXISTS (SELECT 1 FROM @entries AS other WHERE other.[NextTryAt] > @now)",
    ),
    Mutant(
        "a condition compares letters, not what the column's collation takes for the same",
        "adapters/sql_server/condition_sql.py",
        '    name = f"source.{quote(column.name)}"\n',
        '    name = f"source.{quote(column.name)}" + " COLLATE Latin1_General_BIN2" * (column.type in CHARACTER_TYPES)\n',
    ),
    Mutant(
        "a trigger that has never started is not silent",
        "adapters/sql_server/guard.py",
        "            silent_seconds=start.awaited_seconds,\n",
        "            silent_seconds=0.0,\n",
    ),
    Mutant(
        "what is delivered is written down only when the triggers' lock was granted",
        "adapters/sql_server/changes.py",
        "        if settlement.closings or settlement.failures:\n            self._table",
        "        if settlement.to_let_go:\n            self._let_leases_go(settlement)\n"
        "        if settlement.closings or settlement.failures:\n            self._table",
        [
            Edit(
                "adapters/sql_server/letting_go.py",
                "    except DatabaseError as error:\n        _log.warning(",
                "    except DatabaseError as error:\n        raise\n        _log.warning(",
            )
        ],
    ),
    # Chosen when the generator was as it is: it was not made to find these.
    Mutant(
        "a change that failed is filtered if one follows that nobody watches",
        "relay/delivery/filters.py",
        "    if change.entry is not None:\n        return None\n",
        "",
    ),
    Mutant(
        "429 is a refusal",
        "relay/delivery/outcomes.py",
        "    if status in rejecting and not",
        "    if (status in rejecting or status == 429) and not",
    ),
    Mutant(
        "a notice that a channel did not take is not tried again",
        "adapters/sql_server/sql/notification/tried.sql",
        "    [State] = @state,\n",
        "    [State] = 'taken',\n",
    ),
    Mutant(
        "while an endpoint wants a pause, a batch that comes then is sent all the same",
        "services/deliver.py",
        "    if standing.paused_seconds > 0:\n        return Held",
        "    if standing.paused_seconds > 1e9:\n        return Held",
    ),
    Mutant(
        "a row that does not meet its condition is withdrawn although it was never sent",
        "relay/delivery/filters.py",
        "    if change.entry is not None and change.entry.tried:\n",
        "    if change.entry is not None:\n",
    ),
    Mutant(
        "a change that the endpoint wrote is an echo although an earlier one of its row has failed",
        "relay/delivery/filters.py",
        "    if change.entry is not None:\n        return None\n",
        "    if change.entry is not None and not change.echo:\n        return None\n",
        (
            Edit(
                "adapters/sql_server/sql/parts/find_echoes.sql",
                "WHERE fact.[EntryState] IS NULL\n    AND fact.[Version] = fact.[LeasedVersion]\n",
                "WHERE fact.[Version] = fact.[LeasedVersion]\n",
            ),
        ),
    ),
    Mutant(
        "a gap is not told",
        "relay/guard/outlook.py",
        "    if outlook.gap:\n",
        "    if outlook.gap and not outlook.gap:\n",
    ),
    Mutant(
        "after a gap no backfill begins, and nobody is told why",
        "services/guard.py",
        "if outlook.gap and relay.backfill_after_gap else",
        "if outlook.gap and relay.backfill_after_gap and not relay.table else",
    ),
    Mutant(
        "that trouble is over is not told",
        "orchestrators/recovery.py",
        "        yield from _announce(context, told, Occasion.RECOVERED, situation, Round())\n",
        "        pass\n",
        [Edit("services/close_recovery.py", "    if not situation.told_of_trouble:\n", "    if situation:\n")],
    ),
    Mutant(
        "a row's newer change is given up with the one before it",
        "adapters/sql_server/sql/recovery/give_up.sql",
        "WHERE [Newer] = 1 AND @all = 0;",
        "WHERE [Newer] = 2;",
    ),
    # Of executions.
    Mutant(
        "a step is done although a newer version has replaced its execution",
        "adapters/sql_server/sql/parts/claim_step.sql",
        "WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';\nIF @subject",
        "WHERE [App] = @app AND [Id] = @execution;\nIF @subject",
    ),
    Mutant(
        "an execution whose orchestration is lost with the task hub is not started anew",
        "workflows/execution/decisions.py",
        "    if restarts.count >= STARTS_IN_VAIN:\n",
        "    if not exists:\n        return Fate.LEAVE\n    if restarts.count >= STARTS_IN_VAIN:\n",
    ),
    # Of aggregates.
    Mutant(
        "a row that comes into another group stays counted in the one before",
        "adapters/sql_server/sql/aggregate/mark.sql",
        "ON kept.[App] = @app AND kept.[Aggregate] = @aggregate AND kept.[KeyText] = found.[KeyText];",
        "ON kept.[App] = @app AND kept.[Aggregate] = @aggregate AND kept.[KeyText] = found.[KeyText] AND kept.[GroupId] < 0;",
    ),
    Mutant(
        "after all rows were looked through a group without any is as it was",
        "adapters/sql_server/sql/aggregate/take.sql",
        "AND [SameAs] = [Id];\n    UPDATE [relay].[Aggregate] SET [Backfill]",
        "AND [SameAs] = [Id] AND [DirtyAt] IS NOT NULL;\n    UPDATE [relay].[Aggregate] SET [Backfill]",
    ),
    # Of mailings and locks.
    Mutant(
        "a mail whose try has died is sent again as if nothing had been sent",
        "adapters/sql_server/sql/mailing/begin.sql",
        "    SET @doubt = COALESCE(@doubt, @begun);\n",
        "    SET @doubt = NULL;\n",
    ),
    Mutant(
        "a pause of the account is seen by a mailing before its next slice, and not before its next mail",
        "adapters/sql_server/sql/mailing/begin.sql",
        "ELSE IF @paused > @now\n",
        "ELSE IF @paused < '20000101'\n",
    ),
    Mutant(
        "who had a lock taken by force may write until the next one has written",
        "adapters/sql_server/sql/locks/force_release.sql",
        "{{burn_tokens}}\n",
        "",
    ),
    Mutant(
        "what is offered to who waits is free for whoever comes by",
        "adapters/sql_server/sql/parts/offer_lock.sql",
        " AND [OfferedUntil] IS NOT NULL);",
        " AND [OfferedUntil] < '20000101');",
    ),
)


def finds(mutant: Mutant, seeds: int, processes: int) -> str:
    """Return the first seed that finds a mutant, and what it says; "" if none does."""
    with tempfile.TemporaryDirectory(prefix="mutant") as folder:
        app = Path(folder) / "app"
        shutil.copytree(ROOT, app, ignore=_LEFT_OUT)
        for file, text in mutant.files.items():
            (app / file).write_text(text, encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seeds", str(seeds), "--first", "--processes", str(processes)],
            cwd=app, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if run.returncode not in {0, 1} or not run.stdout:
            raise RuntimeError(f"{mutant.fault}: the simulation did not run: {run.stderr[-2000:]}")
        return run.stdout.partition("\n")[0] if run.returncode == 1 else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="./dev prove mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="try the seeds 1 to this")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, nargs="+", help="run these mutants, by their places in the table, from 0")
    parser.add_argument("--report", type=Path, help="write the table to this file")
    parser.add_argument(
        "--keep",
        type=Path,
        help="keep what was found in this file until all is there: a run that was interrupted goes on",
    )
    asked = parser.parse_args(arguments)
    kept = Kept(asked.keep, code_of()) if asked.keep else None
    missed, lines = 0, ["| fault | found by | as |\n", "| --- | --- | --- |\n"]
    sys.stdout.writelines(lines)
    for number in range(len(MUTANTS)) if asked.only is None else asked.only:
        fault = MUTANTS[number].fault
        if kept is not None and fault in kept:
            found = kept[fault]
        else:
            found = finds(MUTANTS[number], asked.seeds, asked.processes)
            if kept is not None:
                kept.add(fault, found)
        missed += not found
        seed, _, words = found.partition(": ")
        lines.append(f"| {fault} | {seed or f'none of {asked.seeds} seeds'} | {words[:160]} |\n")
        sys.stdout.write(lines[-1])
        sys.stdout.flush()
        if asked.report is not None:
            asked.report.write_text("".join(lines), encoding="utf-8")
    if kept is not None:
        kept.over()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
