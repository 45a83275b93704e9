"""Records what later releases are tested against: this release's app, its durable histories, its tables."""

from pathlib import Path


def recorded_app_file() -> Path:
    """Return the script that records an app if it is copied beside its function_app.py."""
    return Path(__file__).with_name("recorded_app.py")
