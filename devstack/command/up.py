"""`./dev up`, `down` and `status`: the local stack on its fixed ports, with its data under .data."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.command import core_tools, parts
from devstack.command.core_tools import CoreTools
from devstack.command.errors import CommandError
from devstack.command.lock import hold_lock
from devstack.command.parts import Part
from devstack.command.ports import is_free
from devstack.command.processes import Stack, taken_port
from devstack.command.records import forget, is_remembered, load_records
from devstack.command.settings import STAND_IN_SQL_PORT, SqlAddress, app_settings, sql_address
from devstack.command.terminal import step, table

PORTS = {
    "azurite": (10000, 10001, 10002),
    "sql_server": (STAND_IN_SQL_PORT,),
    "demo_api": (8080,),
    "functions_host": (7071,),
}
_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What `up` starts, in order. The database is prepared when all but the last part run."""

    parts: tuple[Part, ...]
    sql: SqlAddress
    notes: tuple[str, ...] = ()


def plan(root: Path, stack: Stack, settings: Mapping[str, str], *, python: Path, stand_ins: bool) -> Plan:
    """Choose the real thing or the stand-in for each part."""
    sql = sql_address(settings)
    chosen = [stack.part("azurite"), *([stack.part("sql_server")] if sql.is_stand_in else []), stack.part("demo_api")]
    port = PORTS["functions_host"][0]
    func = CoreTools() if stand_ins else core_tools.find()
    if func.version is None:
        chosen.append(parts.functions_host(root, port=port, python=str(python)))
    else:
        chosen.append(core_tools.functions_host(root, port=port, version=func.version, python=python))
    notes = [f"{func.trouble}; the Functions host is the stand-in"] if func.trouble else []
    return Plan(tuple(chosen), sql, (*notes, *_notes(settings)))


def _notes(settings: Mapping[str, str]) -> list[str]:
    notes = []
    api = f"http://127.0.0.1:{PORTS['demo_api'][0]}"
    if settings.get("API_URL", api).rstrip("/") not in (api, api.replace("127.0.0.1", "localhost")):
        notes.append(f"API_URL is {settings['API_URL']}: relays that use it do not send to the demo API")
    storage = settings.get("AzureWebJobsStorage", "")
    if storage != "UseDevelopmentStorage=true" and f"127.0.0.1:{PORTS['azurite'][0]}" not in storage:
        notes.append("AzureWebJobsStorage does not point to this Azurite: the Functions host uses another storage")
    return notes


def up(root: Path, python: Path, *, stand_ins: bool, detach: bool) -> int:
    """Start everything and follow it until Ctrl-C, or leave it running; return the exit status."""
    settings = app_settings(root)
    sql = sql_address(settings)
    if sql.is_stand_in and not (sql.database and sql.user and sql.password):
        raise CommandError(
            "SqlConnectionString: the stand-in needs Database, User ID and Password; add what is missing"
        )
    stack = Stack(
        root / ".data",
        app_dir=root,
        ports=PORTS,
        database=sql.database,
        user=sql.user,
        password=sql.password,
        python=str(python),
        detached=detach,
    )
    planned = plan(root, stack, settings, python=python, stand_ins=stand_ins)
    return run(stack, planned, lambda: prepare_database(root, python, settings, planned.sql), detach=detach)


def run(stack: Stack, planned: Plan, prepare: Callable[[], None], *, detach: bool) -> int:
    """Start the parts, prepare the database before the last one; then follow them, or leave them running."""
    left_running = False
    try:
        with hold_lock(stack.data_dir / "run" / "up.lock", "waiting for another ./dev up to finish starting"):
            _refuse_a_second_stack(stack, planned.parts)
            for part in planned.parts:
                if part is planned.parts[-1]:
                    prepare()
                with step(f"starting {part.name}: {part.kind}"):
                    stack.start_part(part)
        print(summary(stack, planned, detach=detach), flush=True)
        if detach:
            left_running = True
            return 0
        return follow(stack, planned.parts)
    finally:
        if not left_running and any(stack.is_running(part.name) for part in planned.parts):
            with step("stopping everything"):
                stack.stop()


def _refuse_a_second_stack(stack: Stack, planned: Sequence[Part]) -> None:
    running = [record.part for record in load_records(stack.run_dir) if record.is_running()]
    if running:
        raise CommandError(f"already running: {', '.join(running)}; ./dev status shows the stack, ./dev down ends it")
    for part in planned:
        for port in part.ports:
            if not is_free(port):
                raise CommandError(taken_port(port, part.name))


def prepare_database(root: Path, python: Path, settings: Mapping[str, str], sql: SqlAddress) -> None:
    """Prepare the database for the relays; the stand-in (never a real database) gets the demo's tables and rows."""

    def run_script(name: str) -> None:
        if sql.is_stand_in:
            script = str(root / "devstack" / "demo" / name)
            _run_on_database(root, [str(python), "-m", "devstack.command.sql_query", "--file", script], settings)

    run_script("tables.sql")
    _run_on_database(root, [str(python), "-m", "prepare_database"], settings)
    run_script("rows.sql")


def _run_on_database(root: Path, command: list[str], settings: Mapping[str, str]) -> None:
    told = subprocess.run(
        command, cwd=root, env=dict(settings), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    for line in told.stdout.splitlines():
        print(f"    {line}")
    if told.returncode != 0:
        raise CommandError(
            f"{told.stderr.strip()}\n\nthe database is not ready for the relays; correct that and run ./dev up again"
        )


def summary(stack: Stack, planned: Plan, *, detach: bool) -> str:
    """Return the table of what runs where, and what to do with it."""
    rows = [(part.name, part.kind, part.address, str(stack.log(part.name))) for part in planned.parts]
    if not planned.sql.is_stand_in:
        rows.insert(1, ("sql_server", "real", planned.sql.server, "(not ours)"))
    server = f"{planned.sql.host},{planned.sql.port}" if planned.sql.host else planned.sql.server
    page = next((part.address for part in planned.parts if part.name == "demo_api"), "")
    return "\n".join(
        [
            "",
            table(("part", "kind", "address", "log"), rows),
            "",
            *(f"note: {note}" for note in planned.notes),
            f"What arrives is shown at {page}",
            "Change a row, for example:",
            """    ./dev sql query "UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = 1\"""",
            f"or with any SQL client: server {server}, database {planned.sql.database}, user {planned.sql.user}, "
            "password as in SqlConnectionString, trust the server's certificate",
            "./dev status shows the parts, ./dev down ends them" if detach else "Ctrl-C ends everything",
        ]
    )


def follow(stack: Stack, planned: Sequence[Part]) -> int:
    """Wait until Ctrl-C, or until no part runs any more; tell of each part that ends."""
    ended: dict[str, bool] = {}  # by whom: whether `./dev down` ended it
    while len(ended) < len(planned):
        for part in planned:
            if part.name in ended or stack.is_running(part.name):
                continue
            ended[part.name] = not is_remembered(stack.run_dir, part.name, stack.pid(part.name))
            if ended[part.name]:
                print(f"{part.name} was ended by ./dev down", flush=True)
            else:
                status = stack.exit_status(part.name)
                how = f"killed by signal {-status}" if status is not None and status < 0 else f"exit status {status}"
                print(f"{part.name} DIED ({how}); the end of its log:\n{stack.log_tail(part.name)}", flush=True)
                print("The other parts go on. Ctrl-C and ./dev up bring it back.", flush=True)
        time.sleep(_POLL_SECONDS)
    print("no part runs any more")
    return 0 if all(ended.values()) else 1


def down(root: Path) -> int:
    """End everything that `./dev up` started and that still runs."""
    folder = root / ".data" / "run"
    records = load_records(folder)
    for record in reversed(records):
        running = record.is_running()
        forget(folder, record.part)
        if running:
            with step(f"stopping {record.part} (pid {record.pid})"):
                record.end()
        else:
            record.end()  # what it has left behind, as a killed Functions host leaves its worker
            print(f"{record.part} had ended already")
    if not records:
        print("nothing runs")
    return 0


def status(root: Path) -> int:
    """Print the state of every part; return 0 if all of them run, else 1."""
    sql = sql_address(app_settings(root))
    records = {record.part: record for record in load_records(root / ".data" / "run")}
    rows = []
    for name in PORTS:
        record = records.get(name)
        if record is not None:
            state = f"running (pid {record.pid})" if record.is_running() else "dead"
            rows.append((name, state, record.kind, record.address, record.log))
        elif name == "sql_server" and not sql.is_stand_in:
            rows.append((name, "not ours", "real", sql.server, ""))
        else:
            rows.append((name, "not started", "", "", ""))
    print(table(("part", "state", "kind", "address", "log"), rows))
    return 0 if all(row[1].startswith("running") or row[1] == "not ours" for row in rows) else 1
