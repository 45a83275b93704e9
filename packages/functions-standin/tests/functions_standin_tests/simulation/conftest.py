from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the sample app's activities write down that they ran."""
    path = tmp_path / "runs"
    path.touch()
    monkeypatch.setenv("RUNS", str(path))
    return path
