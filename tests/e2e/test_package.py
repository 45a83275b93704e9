"""The package, unpacked, in an environment that holds nothing but its requirements.txt: it runs, on every Python of this machine that it is for."""

import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.package.__main__ import packed
from devstack.package.contents import deployable, version_of, write_zip
from functions_standin.worker_process.child import PYTHON
from tests.e2e.environments import environment, interpreter, with_a_driver
from tests.e2e.relay_stack import ROOT, RelayStack, running
from tests.waiting import wait_until

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("package") / "app.zip"
    write_zip(packed(ROOT, deployable(ROOT), version_of(ROOT)), made)
    return made


@pytest.fixture
def relay(
    package: Path, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RelayStack]:
    version = request.param
    if (base := interpreter(version)) is None:
        pytest.skip(f"there is no Python {version} on this machine")
    app = tmp_path / "app"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(app)
    python = environment(tmp_path / "environment", base, app / "requirements.txt")
    # The host's own half of the worker; of what it stands on there is nothing in this environment but the app's.
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "packages" / "functions-standin"))
    for name, value in with_a_driver(tmp_path).items():
        monkeypatch.setenv(name, value)
    with running(tmp_path, app=app, python=python, settings={PYTHON: str(python)}) as relay:
        yield relay


@pytest.mark.parametrize("relay", PYTHONS, indirect=True)
def test_it_delivers_changes_and_runs_durable_work(relay: RelayStack) -> None:
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (1, N'new'), (2, N'new')")
    wait_until(lambda: len(relay.accepted("orders")) == 2, description="the first changes arrive")
    order = urllib.request.Request(f"{relay.stack.host_url}/api/relays/orders/backfill", b'{"page_rows": 1}')
    with urllib.request.urlopen(order, timeout=30) as answer:
        assert answer.status == 202

    wait_until(lambda: len(relay.accepted("orders")) == 4, description="a backfill sends both once more")

    assert relay.ask("health")["status"] == "healthy"
    worker = Path(f"/proc/{relay.stack.worker_pid('functions_host')}/exe").resolve()
    assert worker == (relay.stack.data_dir.parent / "environment" / "bin" / "python").resolve()
