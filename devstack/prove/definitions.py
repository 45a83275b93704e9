"""Executions of random definitions while everything is killed and the task hub is lost: each comes to what the interpreter says."""

import random
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from devstack.command.errors import CommandError
from devstack.demo.app_client import NOBODY, ask
from devstack.demo.notices import receiving
from devstack.demo.stage import Stage
from devstack.prove import crashes
from devstack.prove.answering import Answering
from devstack.prove.definition_cases import Case, Cases, Found, cases, tasks_of
from devstack.prove.desk import Desk, a_desk
from devstack.prove.effects import Crash, Effect, doubled, missing, repeats, without_reason
from devstack.prove.housekeeping import Housekeeping
from devstack.prove.task_hub import lose_the_task_hub
from devstack.prove.world import PATIENCE_SECONDS, Verdict, World
from devstack.workflows.example import copy_of_the_app

SEED = 20_261_129
CLAIM_SECONDS = 330  # after which a lost step may be done by another start
MOST_OPEN = 50  # executions, with all that is within them, when the next ones are started
_LOOK_SECONDS = 0.5
_QUIET_SECONDS = (
    30  # without any end or effect: what was claimed by what has died is all that is left, and no task takes so long
)
_SHOWN = 20
RELAYS = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "%API_URL%/orders"

[[channel]]
name = "desk"
kind = "webhook"
url = "%DESK%/people"
"""
WORKFLOWS = """
[[connection]]
name = "desk"
url = "%DESK%"

[[statement]]
name = "prove_write"
writes = true
"""
TABLE = """
CREATE TABLE dbo.Proof (
    Number int IDENTITY NOT NULL PRIMARY KEY, Run nvarchar(100) NOT NULL, State nvarchar(100) NOT NULL, Attempt int NOT NULL,
    IdempotencyKey varchar(100) NOT NULL, Arguments nvarchar(max) NULL)
"""
WRITE = """-- Writes a line for each time that it is run: nothing but the app keeps it from writing two.
DECLARE @run nvarchar(100) = ?, @state nvarchar(100) = ?, @attempt int = ?, @arguments nvarchar(max) = ?, @idempotency_key varchar(100) = ?;
INSERT INTO dbo.Proof (Run, State, Attempt, IdempotencyKey, Arguments) VALUES (@run, @state, @attempt, @idempotency_key, @arguments);
SELECT @state AS state, @attempt AS attempt;
"""
CRASHES: tuple[crashes.Crash, ...] = (
    crashes.at_any_moment,
    crashes.of_the_worker,
    crashes.at_a_statement,
    crashes.at_a_storage_write,
    crashes.of_the_database,
    crashes.of_the_host_alone,
)


def run(folder: Path, kills: int, executions: int) -> tuple[int, Verdict]:
    """Run so many executions, kill so often, and lose the task hub once; return how many kills struck, and the verdict."""
    folder.mkdir(parents=True)
    drawn = cases(executions)
    for name, text in (("relays.toml", RELAYS), ("workflows.toml", WORKFLOWS)):
        (folder / name).write_text(text, encoding="utf-8")
    with receiving(lambda _: None) as receiver, a_desk() as desk:
        settings = {
            "WORKFLOWS_FILE": str(folder / "workflows.toml"),
            "DESK": desk.url,
            "WATCHDOG_SCHEDULE": "*/30 * * * * *",
        }
        app = _app_with_the_statement(folder / "app")
        stage = Stage(folder, relays=str(folder / "relays.toml"), settings=settings, app_dir=app)
        proof = Proof(World(stage, receiver, folder), desk, drawn)
        try:
            proof.begin()
            return proof.killed_meanwhile(kills), proof.verdict()
        finally:
            proof.end()


def _app_with_the_statement(folder: Path) -> Path:
    copy_of_the_app(folder)
    statements = folder / "sql" / "statements"
    statements.mkdir(parents=True, exist_ok=True)
    (statements / "prove_write.sql").write_text(WRITE, encoding="utf-8")
    return folder


class Proof:
    """Executions under way, who answers them, and when something died."""

    def __init__(self, world: World, desk: Desk, drawn: Cases) -> None:
        """Do nothing yet."""
        self._world = world
        self._desk = desk
        self._cases = drawn
        self._crashes: list[Crash] = []
        self._left_behind_since: float | None = None
        self._answering = Answering(desk, lambda: world.stack.host_url, SEED)
        self._housekeeping = Housekeeping(lambda: world.stack.host_url)
        self._tasks = {name: frozenset(tasks_of(each)) for name, each in drawn.definitions.items()}

    def begin(self) -> None:
        """Start everything, and put the definitions."""
        self._world.start()
        self._world.database.run(TABLE)
        for name, definition in self._cases.definitions.items():
            self._ask("PUT", f"workflows/{name}", definition)
        self._answering.start()
        self._housekeeping.start()

    def killed_meanwhile(self, kills: int) -> int:
        """Start the executions, kill again and again, and lose the task hub in the middle; return how many kills struck."""
        chance, struck, waiting = random.Random(SEED), 0, self._cases.executions
        for number in range(1, kills + 1):
            self._wait_until_few_are_open(len(waiting) * (number - 1) // kills)
            for case in waiting[len(waiting) * (number - 1) // kills : len(waiting) * number // kills]:
                self._start(case)
            began = time.time()
            if number == (kills + 1) // 2:
                self._world.stack.end_left_behind()
                lose_the_task_hub(self._world, self._let_claims_run_out)
                struck += 1
            crash = CRASHES[number % len(CRASHES)]
            struck += crash(self._world, chance)
            self._mark(began)
            if crash is crashes.of_the_host_alone:  # its worker goes on with what it does until the next one
                self._left_behind_since = began
            if number % 10 == 0 or number == kills:
                self._world.stage.say(
                    f"{number} of {kills} crashes, {struck} where they were aimed; {self._under_way()} executions under way"
                )
        self._world.stack.end_left_behind()
        self._mark(time.time())
        return struck

    def _wait_until_few_are_open(self, started: int) -> None:
        """So that all the crashes strike while there is work; and Azurite, which looks through everything at each question, keeps up."""
        quiet_at, ended = time.monotonic(), -1
        while started - (now_ended := self._ended()) > MOST_OPEN:
            if now_ended > ended:
                quiet_at, ended = time.monotonic(), now_ended
            elif time.monotonic() > quiet_at + _QUIET_SECONDS:
                return  # what is left waits for claims to run out, or for a crash
            time.sleep(_LOOK_SECONDS)

    def verdict(self) -> Verdict:
        """Wait until every execution has ended, or nothing has moved for as long as patience lasts; compare and count."""
        began = time.monotonic()
        self._until_ended()
        seconds = time.monotonic() - began
        self._answering.stop()
        done, written = self._effects()
        lost, twice = [], list(self._answering.wrong)
        for case in self._cases.executions:
            lost += [f"{case.id} of {case.definition}: {each}" for each in case.differences(self._found(case))]
            lost += [f"{case.id} of {case.definition}: done {each}" for each in missing(case.effects, done[case.id])]
            twice += [f"{case.id} of {case.definition}: done {each}" for each in doubled(case.effects, done[case.id])]
        again = repeats(self._desk.effects)
        in_vain = without_reason(again, self._crashes)
        twice += [f"written again: {second.execution} {second.of}" for _, second in repeats(written)]
        unended = self._under_way()
        self._tell({"other than the interpreter": lost, "twice": twice, "again though nothing had died": in_vain})
        return Verdict(
            lost=len(lost),
            duplicates=len(again),
            reordered=0,
            two_ids=len(twice),
            leaked=len(in_vain),
            stuck=[f"{unended} executions"] if unended else [],
            seconds_to_recover=round(seconds, 1),
        )

    def end(self) -> None:
        """End everything."""
        try:
            self._housekeeping.stop()
            self._answering.stop()
        finally:
            self._world.database.close()
            self._world.stage.stop()

    def _mark(self, began: float) -> None:
        """Write down a crash, which is over now, and so is what an earlier one had left behind."""
        if self._left_behind_since is not None:
            self._crashes.append(Crash(self._left_behind_since, time.time()))
            self._left_behind_since = None
        self._crashes.append(Crash(began, time.time()))

    def _let_claims_run_out(self) -> None:
        """Set the times of SQL Server's rows back, as if as long had passed as a lost step is waited for: nothing is at work."""
        for table, columns in (("Execution", ("DueAt", "LookAt")), ("ExecutionStep", ("ClaimedUntil",))):
            back = ", ".join(f"{column} = DATEADD(second, -{CLAIM_SECONDS}, {column})" for column in columns)
            self._world.database.run(f"UPDATE relay.{table} SET {back}")

    def _start(self, case: Case) -> None:
        self._ask("POST", f"workflows/{case.definition}/executions", {"id": case.id, "input": case.input})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the app until it answers: a host or a database that is down is waited for, and so are too many executions."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            status, answer = ask(method, f"{self._world.stack.host_url}/api/{path}", body)
            if 200 <= status < 300:
                return answer
            if (status not in {NOBODY, 404, 429} and status < 500) or time.monotonic() > deadline:
                raise CommandError(f"the app answered {method} {path} with {status}: {answer}")
            time.sleep(0.2)

    def _until_ended(self) -> None:
        most, moved_at, quiet_at, shown = -len(self._cases.executions) - 1, 0.0, 0.0, time.monotonic()
        while under_way := self._under_way():
            now = time.monotonic()
            if (moved := len(self._desk.effects) - under_way) > most:
                most, moved_at, quiet_at = moved, now, now
            elif now > moved_at + PATIENCE_SECONDS:
                break
            elif now > quiet_at + _QUIET_SECONDS:
                quiet_at = now
                self._let_claims_run_out()
            if time.monotonic() > shown + 20:
                self._world.stage.say(f"{under_way} executions under way")
                shown = time.monotonic()
            time.sleep(_LOOK_SECONDS)

    def _under_way(self) -> int:
        return len(self._cases.executions) - self._ended()

    def _ended(self) -> int:
        return int(self._world.database.run(_ENDED)[0][0])

    def _effects(self) -> tuple[defaultdict[str, list[Effect]], list[Effect]]:
        """Return what the desk was asked and what was written, by execution, and what was written."""
        rows = self._world.database.run(_WRITTEN)
        written = [Effect(str(run), str(state), int(attempt), str(key), "", 0.0) for run, state, attempt, key in rows]
        done: defaultdict[str, list[Effect]] = defaultdict(list)
        for each in (*self._desk.effects, *written):
            done[each.execution].append(each)
        return done, written

    def _found(self, case: Case) -> Found:
        told = self._ask("GET", f"executions/{case.id}")
        return Found(told["state"], told.get("result"), self._entered(case.id, told, self._tasks[case.definition]))

    def _entered(self, execution: str, told: Any, tasks: frozenset[str], name: str = "") -> dict[str, list[str]]:
        """Return the states that an execution has entered, and each of its branches and items; what a task has started is an execution of its own."""
        found = {name: self._history(execution)}
        for child in told.get("at", {}).get("children", ()):
            step, _, attempt = child["place"].partition("~")
            if step.rpartition("/")[0] not in tasks:
                place = f"{name}:{step}/{attempt or 0}/{child['number']}".removeprefix(":")
                found |= self._entered(child["id"], self._ask("GET", f"executions/{child['id']}"), tasks, place)
        return found

    def _history(self, execution: str) -> list[str]:
        events: list[Any] = []
        after = 0
        while after is not None:
            page = self._ask("GET", f"executions/{execution}/history?after={after}")
            events, after = events + page["events"], page["next"]
        return [event["state"] for event in events if event["type"].endswith("StateEntered")]

    def _tell(self, found: dict[str, list[str]]) -> None:
        kinds = Counter({what: len(lines) for what, lines in found.items()})
        for what, lines in found.items():
            if lines:
                self._world.stage.say(f"{kinds[what]} {what}" + "".join(f"\n    {line}" for line in lines[:_SHOWN]))


_ENDED = "SELECT COUNT(*) FROM relay.Execution WHERE Id LIKE 'proof-%' AND Id NOT LIKE '%~%' AND State IN ('completed', 'failed')"
_WRITTEN = "SELECT Run, State, Attempt, IdempotencyKey FROM dbo.Proof ORDER BY Number"
