"""What was recorded of Microsoft's own parts; see ../recordings/README.md."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "recordings"


def trigger_tables() -> dict[str, Any]:
    """The SQL trigger's tables and a trace of its life."""
    content: dict[str, Any] = json.loads(_text("trigger_tables.json.gz"))
    return content


def site_name() -> str:
    """WEBSITE_SITE_NAME of the recorded trigger."""
    found = re.search(r"WEBSITE_SITE_NAME=([\w-]+)", trigger_tables()["recorded_with"])
    assert found is not None
    return found[1]


def http_exchanges() -> list[dict[str, Any]]:
    """Requests, byte for byte, and what the host answered."""
    return [json.loads(line) for line in _text("host_http.jsonl.gz").splitlines()]


def _text(name: str) -> str:
    return gzip.decompress((FOLDER / name).read_bytes()).decode("utf-8")
