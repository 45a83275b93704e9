"""`./dev down` and `./dev status`: what `./dev up` has started, in this terminal or another."""

from pathlib import Path

from devstack.command import chosen_server, own_sql_server
from devstack.command.chosen_server import settings_beside
from devstack.command.plan import PORTS
from devstack.command.records import forget, load_records
from devstack.command.settings import sql_address
from devstack.command.terminal import step, table


def down(root: Path, *, delete_volume: bool = False) -> int:
    """End everything that `./dev up` started and that still runs; `delete_volume`: the container's data goes too."""
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
    chosen_server.forget(folder)
    if not records:
        print("nothing runs")
    if delete_volume:
        found = own_sql_server.delete_volume(root)
        print("the volume of SQL Server is gone" if found else "there is no volume of SQL Server")
    return 0


def status(root: Path) -> int:
    """Print the state of every part; return 0 if all of them run, else 1."""
    sql = sql_address(settings_beside(root))
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
