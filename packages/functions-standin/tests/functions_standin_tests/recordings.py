"""What was recorded of Microsoft's own parts; see ../recordings/README.md."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "recordings"


def trigger_tables() -> dict[str, Any]:
    """The SQL trigger's tables and a trace of its life."""
    content: dict[str, Any] = json.loads((FOLDER / "trigger_tables.json").read_text(encoding="utf-8"))
    return content
