"""The SQL Server that the running stack was started with (`./dev up --sql-server`): the commands beside it ask the same one."""

import os
from collections.abc import Mapping
from pathlib import Path

from devstack.command.private_file import write_private
from devstack.command.records import load_records
from devstack.command.settings import SQL_SETTING, app_settings

_FILE = "sql_server.chosen"


def remember(run_dir: Path, connection_string: str | None) -> None:
    """Note which server was chosen for the stack that starts; None: that of the settings."""
    if connection_string:
        write_private(run_dir / _FILE, connection_string)
    else:
        forget(run_dir)


def forget(run_dir: Path) -> None:
    """Remove the note."""
    (run_dir / _FILE).unlink(missing_ok=True)


def settings_beside(root: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the app's settings with the server that was chosen, while that stack runs; a variable of the environment wins."""
    settings = app_settings(root, environment)
    run_dir = root / ".data" / "run"
    chosen = run_dir / _FILE
    if (
        not environment.get(SQL_SETTING)
        and chosen.exists()
        and any(record.is_running() for record in load_records(run_dir))
    ):
        settings[SQL_SETTING] = chosen.read_text(encoding="utf-8")
    return settings
