"""Names shared with the SQL trigger, quoting, and the trigger's payload."""

import json
import re
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import pytest

import activities
import entities
import orchestrators
import triggers
from relay.changes.payload import parse_payload
from relay.errors import PayloadError
from relay.identifiers import literal, parse_table_name, quote
from relay.names import RESERVED_RELAY_NAMES, function_id, leases_table, task_hub

ROOT = Path(__file__).parents[3]


def functions_of(blueprint: df.Blueprint) -> Any:
    app = df.DFApp()
    app.register_functions(blueprint)
    return app.get_functions()


def test_the_function_id_is_the_triggers_own() -> None:
    assert function_id("contoso-relay", "RelayChanges") == "a0f589f6959d4cff"


def test_each_app_and_relay_has_its_own_leases_table() -> None:
    assert leases_table("app", "orders") == "Leases_app_orders"


def test_apps_whose_names_differ_only_in_a_hyphen_have_different_hubs() -> None:
    hubs = {task_hub("shop-relay"), task_hub("shoprelay"), task_hub("x" * 60), task_hub("x" * 59)}

    assert len(hubs) == 4
    for hub in hubs:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{2,44}", hub), "Azure Storage's rule for a hub's name"


def test_the_local_settings_name_the_apps_own_hub() -> None:
    values = json.loads((ROOT / "local.settings.json").read_text(encoding="utf-8"))["Values"]

    assert values["AzureFunctionsJobHost__extensions__durableTask__hubName"] == task_hub(values["WEBSITE_SITE_NAME"])
    assert "hubName" not in (ROOT / "host.json").read_text(encoding="utf-8"), "an upgrade must not change the hub"


def test_a_relays_function_has_the_name_of_no_other_function(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        function.get_function_name()
        for room in (triggers, orchestrators, activities, entities)
        for name in room.MODULES
        for function in functions_of(import_module(f"{room.__name__}.{name}").blueprint)
    ]

    assert len(names) == len(set(names)) > 20
    assert {name.removeprefix("relay_") for name in names if name.startswith("relay_")} == RESERVED_RELAY_NAMES


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Orders", "[dbo].[Orders]"),
        ("sales.Orders", "[sales].[Orders]"),
        ("[my schema].[Order ]] Lines]", "[my schema].[Order ]] Lines]"),
        (" dbo . Größe ", "[dbo].[Größe]"),
        ("[dbo].[Robert'); DROP TABLE x;--]", "[dbo].[Robert'); DROP TABLE x;--]"),
    ],
)
def test_a_table_name_is_read_and_quoted(text: str, quoted: str) -> None:
    assert str(parse_table_name(text)) == quoted


@pytest.mark.parametrize("text", ["", "a.b.c", "a b", "x;DROP TABLE y", "[a", "[]", "1a", "a--", "[" + "x" * 129 + "]"])
def test_what_is_no_table_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"table name|SQL Server name"):
        parse_table_name(text)


def test_names_and_texts_cannot_break_out_of_their_quotes() -> None:
    assert quote("a]b") == "[a]]b]"
    assert literal("a'b") == "N'a''b'"


def test_the_payload_says_which_keys() -> None:
    payload = '[{"Operation":0,"Item":{"Id":1,"Total":1.50}},{"Operation":2,"Item":{"Id":2}}]'

    assert parse_payload(payload) == [{"Id": 1, "Total": Decimal("1.50")}, {"Id": 2}]


@pytest.mark.parametrize("payload", ["", "null", "{}", '"[]"', '[{"Operation":0}]', "[1]"])
def test_a_payload_of_another_shape_is_refused_with_a_remedy(payload: str) -> None:
    with pytest.raises(PayloadError, match="payload"):
        parse_payload(payload)
