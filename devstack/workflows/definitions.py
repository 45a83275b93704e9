"""The definitions of docs/workflows, and what an app needs to run them."""

import json
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "workflows"
TABLES = FOLDER / "tables.sql"
WORKFLOWS = FOLDER / "workflows.toml"
NAMES = ("approval", "saga", "nightly-import", "poll-until-done", "form")
CHANNELS = "".join(
    f'[[channel]]\nname = "{name}"\nkind = "webhook"\nurl = "%OFFICES_URL%/{name}"\n\n'
    for name in ("team_leads", "directors")
)
_CONNECTIONS = ("payroll", "stock", "payments", "warehouse", "catalogue", "reports", "forms")
_SHORTER = {  # what takes a day there and half a minute here
    ("approval", "AskLead", "TimeoutSeconds"): 3,
    ("poll-until-done", "Rest", "Seconds"): 1,
}


def definition_of(name: str) -> dict[str, Any]:
    """Return the definition that a file holds; only the two times that nobody would wait for are shorter."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.asl.json").read_text(encoding="utf-8"))
    for (definition, state, field), seconds in _SHORTER.items():
        if definition == name:
            found["States"][state][field] = seconds
    return found


def settings_for(url: str) -> dict[str, str]:
    """Return the app settings that workflows.toml and the channels name, if all the APIs are at one address."""
    return {"OFFICES_URL": url, **{f"{name.upper()}_URL": f"{url}/{name}" for name in _CONNECTIONS}}


def add_statements(app: Path) -> None:
    """Put the definitions' statements into an app."""
    shutil.copytree(FOLDER / "statements", app / "sql" / "statements", dirs_exist_ok=True)
