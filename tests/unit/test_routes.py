"""Who can call what: the app's routes as the host indexes them, against the table of docs/security.md."""

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import pytest

import adapters.environment
import wiring
from triggers.refused import refused

DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"
RELAYS = '[[relay]]\nname = "orders"\ntable = "dbo.Orders"\nendpoint = "https://api.example"\n'
SETTINGS = {"WEBSITE_SITE_NAME": "shop", "SqlConnectionString": "Server=h;Database=d;User ID=u;Password=p"}

Route = tuple[str, str, str]  # method, path, level of the key


def routes(app: Any) -> Iterator[Route]:
    """Yield every route of an app."""
    for function in app.get_functions():
        for binding in json.loads(function.get_function_json())["bindings"]:
            if binding["type"] == "httpTrigger":
                for method in binding["methods"]:
                    yield method, f"/api/{binding['route']}", binding["authLevel"].lower()


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / "relays.toml").write_text(RELAYS, encoding="utf-8")
    environment = {**SETTINGS, "RELAYS_FILE": str(tmp_path / "relays.toml")}
    monkeypatch.setattr(adapters.environment, "app_environment", lambda: environment)
    wiring.settings.cache_clear()
    sys.modules.pop("function_app", None)
    yield importlib.import_module("function_app").app
    wiring.settings.cache_clear()
    sys.modules.pop("function_app", None)


FOR_EVERYBODY = {  # whoever has the link, which nobody can guess
    "/api/unsubscribe/{account}/{token}",
    "/api/approvals/{token}",
}


def test_every_route_but_those_of_unsubscribers_and_approvers_needs_a_function_key(app: Any) -> None:
    found = list(routes(app))

    assert len(found) > 10
    assert {each[1] for each in found if each[2] != "function"} == FOR_EVERYBODY


def test_the_one_that_tells_what_is_wrong_needs_it_too() -> None:
    app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
    app.register_functions(refused(RuntimeError("x")))

    assert list(routes(app)) == [("GET", "/api/health", "function")]


def test_the_document_has_every_route_with_its_key(app: Any) -> None:
    part = DOCUMENT.read_text(encoding="utf-8").split("## Who can call what")[1].split("Beside them")[0]
    told = [
        (method, path, key)
        for line in part.splitlines()
        if line.startswith("| `")
        for cells in [[cell.strip() for cell in line.split("|")[1:-1]]]
        for key in [cells[1]]
        for method, path in re.findall(r"`(GET|POST|PUT) (/api/[^`]+)`", cells[0])
    ]

    assert sorted(told) == sorted(routes(app))
