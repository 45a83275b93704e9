"""`./dev up`: the local stack on its fixed ports, with its data under .data."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devstack.command import chosen_server, own_sql_server
from devstack.command.errors import CommandError
from devstack.command.lock import hold_lock
from devstack.command.parts import Part
from devstack.command.plan import PORTS, Plan, plan, summary
from devstack.command.ports import is_free
from devstack.command.processes import Stack, taken_port
from devstack.command.records import is_remembered, load_records, remove_leftover
from devstack.command.settings import SQL_SETTING, app_settings, sql_address
from devstack.command.terminal import step

_POLL_SECONDS = 0.5


def up(root: Path, python: Path, *, stand_ins: bool, detach: bool, sql_server: str | None = None) -> int:
    """Start everything and follow it until Ctrl-C, or leave it running; return the exit status.

    `sql_server` is a connection string, or the word for a container, and wins over the setting.
    """
    container = own_sql_server.lasting(root) if sql_server == own_sql_server.WORD else None
    chosen = container.connection_string if container else sql_server
    host_settings = {SQL_SETTING: chosen} if chosen else {}
    settings = {**app_settings(root), **host_settings}
    sql = sql_address(settings)
    if sql.is_stand_in and not (sql.database and sql.user and sql.password):
        raise CommandError(f"{SQL_SETTING}: the stand-in needs Database, User ID and Password; add what is missing")
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
    planned = plan(
        root, stack, settings, python=python, stand_ins=stand_ins, container=container, host_settings=host_settings
    )

    def prepare() -> None:
        chosen_server.remember(stack.run_dir, chosen)
        prepare_database(root, python, settings, with_demo=planned.brings_sql_server)

    return run(stack, planned, prepare, detach=detach)


def run(stack: Stack, planned: Plan, prepare: Callable[[], None], *, detach: bool) -> int:
    """Start the parts, prepare the database before the last one; then follow them, or leave them running."""
    left_running = False
    try:
        with hold_lock(stack.data_dir / "run" / "up.lock", "waiting for another ./dev up to finish starting"):
            _make_way(stack, planned.parts)
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
                chosen_server.forget(stack.run_dir)


def _make_way(stack: Stack, planned: Sequence[Part]) -> None:
    """Refuse a second stack, end what a killed one has left behind, and see that the ports are free."""
    records = load_records(stack.run_dir)
    if running := [record.part for record in records if record.is_running()]:
        raise CommandError(f"already running: {', '.join(running)}; ./dev status shows the stack, ./dev down ends it")
    for record in records:
        record.end()
    for part in planned:
        remove_leftover(part.remove_leftover)
        for port in part.ports:
            if not is_free(port):
                raise CommandError(taken_port(port, part.name))


def prepare_database(root: Path, python: Path, settings: Mapping[str, str], *, with_demo: bool) -> None:
    """Prepare the database for the relays; one of our own (never somebody else's) gets the demo's tables and rows."""

    def run_script(name: str) -> None:
        if with_demo:
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
