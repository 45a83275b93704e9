"""What Microsoft's worker refuses when it indexes an app: this one passes, and each fault put into a copy of it is refused, there and here.

The checks of azure-functions-runtime (Python 3.13 and later) are those of the worker for older Pythons: read side by side, their module is the
same but for two texts. It needs nothing of Python 3.13, so it is run on the older ones too, whose own worker is not to be had as a package.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from devstack.package.lock import LOCK
from tests.e2e.environments import environment, interpreter, with_a_driver
from tests.e2e.relay_stack import ROOT
from tests.e2e.test_microsofts_worker import LIBRARY, PROGRAM
from tests.upgrade.releases import SETTINGS, app_now

pytestmark = pytest.mark.timeout(300)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
ON_THE_STAND_IN = """
import sys
from pathlib import Path
from functions_standin.errors import LoadError
from functions_standin.worker.loading import import_app, index, prepare_process
prepare_process(Path(sys.argv[1]))
try:
    print(len(index(import_app(Path(sys.argv[1])))))
except LoadError as error:
    sys.exit(f"refused: {error}")
"""
ROUTES, TRIGGER, TIMER, APP = (
    "triggers/http/relays.py",
    "triggers/sql_changes.py",
    "triggers/watchdog.py",
    "function_app.py",
)
HEALTH, CHANGES = "async def health(req: func.HttpRequest) -> func.HttpResponse:", "changes: str, context: func.Context"


@dataclass(frozen=True, slots=True)
class Fault:
    """A text of the app that is replaced, and what the refusal says."""

    path: str
    text: str
    by: str
    says: str


def of_health(by: str, says: str) -> Fault:
    return Fault(ROUTES, HEALTH, f"async def health{by}:", f"cannot load the health function: .*{says}")


def of_a_trigger(by: str, says: str) -> Fault:
    return Fault(TRIGGER, CHANGES, by, f"cannot load the relay_orders function: .*{says}")


FAULTS = {
    "a parameter of another name": of_health("(request: func.HttpRequest) -> func.HttpResponse", "request"),
    "a parameter more": of_health("(req: func.HttpRequest, more: str) -> func.HttpResponse", "more"),
    "no parameter": of_health("() -> func.HttpResponse", "req"),
    "a parameter of another kind": of_health("(req: func.TimerRequest) -> func.HttpResponse", "req.*TimerRequest"),
    "an output for an input": of_health("(req: func.Out[str]) -> func.HttpResponse", "req "),
    "an unknown annotation": Fault(ROUTES, HEALTH, HEALTH.replace("func.HttpRequest", '"Nothing"'), "'Nothing' is not defined"),
    "a result of another kind": of_health("(req: func.HttpRequest) -> int", 'return annotation "int" does not match'),
    "a result of no type": of_health("(req: func.HttpRequest) -> func.HttpResponse | None", "invalid non-type return"),
    "rows where the trigger sends a text": of_a_trigger("changes: func.SqlRowList, context: func.Context", "changes.*SqlRowList"),
    "a text or nothing": of_a_trigger("changes: str | None, context: func.Context", "changes has invalid non-type annotation"),
    "a context of another kind": of_a_trigger("changes: str, context: str", '"context" parameter is expected'),
    "a timer that is a request": Fault(TIMER, "timer: func.TimerRequest", "timer: func.HttpRequest", "cannot load the watchdog function: .*timer.*HttpRequest"),
    "a name twice": Fault(ROUTES, '@blueprint.route(route="relays", methods=["GET"])', '@blueprint.function_name("health")\n@blueprint.route(route="relays", methods=["GET"])', "health does not have a unique function name"),
    "an app of two names": Fault(APP, "\napp = build()", "\napp = build()\nalias = app", "More than one DFApp or other top level function app"),
    "no app": Fault(APP, "\napp = build()", "\napps = [build()]", "Could not find top level function app instances"),
}  # fmt: skip


@pytest.fixture(scope="module", params=PYTHONS)
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if (base := interpreter(request.param)) is None:
        pytest.skip(f"there is no Python {request.param} on this machine")
    return environment(tmp_path_factory.mktemp("environment") / request.param, base, ROOT / LOCK)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Microsoft's library alone, in a folder of its own: it says that it needs 3.13, and its checks do not."""
    folder = tmp_path_factory.mktemp("library")
    install = ("uv", "--quiet", "pip", "install", "--no-deps", "--python-version", PYTHONS[-2], "--target", str(folder))
    subprocess.run([sys.executable, "-m", *install, LIBRARY], check=True)
    return folder


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return app_now(tmp_path_factory.mktemp("app") / "app")


@pytest.fixture
def faulty(app: Path, request: pytest.FixtureRequest) -> Iterator[Fault]:
    """The app with a fault put into it; afterwards it is as it was."""
    fault: Fault = request.param
    path = app / fault.path
    text = path.read_text(encoding="utf-8")
    assert text.count(fault.text) == 1
    path.write_text(text.replace(fault.text, fault.by), encoding="utf-8")
    yield fault
    path.write_text(text, encoding="utf-8")


EACH_FAULT = pytest.mark.parametrize("faulty", FAULTS.values(), ids=FAULTS, indirect=True)


def indexed(
    command: list[str | Path], environment: Mapping[str, str], text: str = ""
) -> subprocess.CompletedProcess[str]:
    # Without written bytecode: a fault of the same length within the same second would be read from it.
    variables = {**os.environ, **SETTINGS, **environment, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, input=text, env=variables, capture_output=True, text=True, check=False)


def by_microsoft(python: Path, library: Path, app: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let Microsoft's library index it."""
    asked = json.dumps({"app": str(app), "calls": []})
    return indexed([python, PROGRAM], {**with_a_driver(folder), "PYTHONPATH": str(library)}, asked)


def by_the_stand_in(app: Path) -> subprocess.CompletedProcess[str]:
    """Let the stand-in of the host index it."""
    return indexed([sys.executable, "-P", "-c", ON_THE_STAND_IN, app], {})


def test_the_app_passes(python: Path, library: Path, app: Path, tmp_path: Path) -> None:
    done = by_microsoft(python, library, app, tmp_path)

    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["functions"]) > 30


def test_the_app_passes_on_the_stand_in(app: Path) -> None:
    done = by_the_stand_in(app)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


@pytest.mark.parametrize("python", [f"{sys.version_info[0]}.{sys.version_info[1]}"], indirect=True)  # one shows it
@EACH_FAULT
def test_a_fault_is_refused(faulty: Fault, python: Path, library: Path, app: Path, tmp_path: Path) -> None:
    done = by_microsoft(python, library, app, tmp_path)

    assert done.returncode != 0, done.stdout
    assert re.search(faulty.says, done.stderr), done.stderr


@EACH_FAULT
def test_the_stand_in_refuses_it_too(faulty: Fault, app: Path) -> None:
    done = by_the_stand_in(app)

    assert done.returncode != 0, done.stdout
    assert re.search(faulty.says, done.stderr), done.stderr
