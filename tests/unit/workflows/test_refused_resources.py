"""Why a definition may not name a resource: each reason is told, with what to do about it."""

import json

import pytest

from workflows.config.file import Workflows, parse_workflows
from workflows.definitions.mistakes import RefusedDefinition
from workflows.definitions.reading import read_definition

CONFIGURED = """
[[connection]]
name = "shop"
url = "https://shop.example"
[[connection]]
name = "bank"
url = "https://bank.example"
[[statement]]
name = "stock_of"
"""
RESTRICTED = f"""{CONFIGURED}
[[definition]]
name = "shop_*"
allow = ["relay:http/shop", "relay:lock.*"]
"""
ELSEWHERE = {"relays": ["orders"], "channels": ["desk"]}


def mistake_in(workflows: Workflows, resource: str, name: str = "order") -> tuple[str, str]:
    state = {"Type": "Task", "Resource": resource, "TimeoutSeconds": 9, "End": True}
    text = json.dumps({"StartAt": "A", "States": {"A": state}})
    with pytest.raises(RefusedDefinition) as refused:
        read_definition(text, workflows.rules_for(name, **ELSEWHERE).resources)
    [mistake] = refused.value.mistakes
    assert mistake["pointer"] == "/States/A/Resource"
    return mistake["problem"], mistake["remedy"]


@pytest.mark.parametrize(
    ("resource", "problem", "remedy"),
    [
        (
            "relay:http/shp",
            "workflows.toml has no [[connection]] 'shp'",
            "name one that there is (bank, shop), or write that one",
        ),
        (
            "relay:sql/stok",
            "workflows.toml has no [[statement]] 'stok'",
            "name one that there is (stock_of), or write that one",
        ),
        ("relay:mail/main", "workflows.toml has no [[mail_account]] 'main'", "write that one; there is none"),
        (
            "relay:deliver/ordes",
            "relays.toml has no [[relay]] 'ordes' that goes to an HTTP API",
            "name one that there is (orders), or write that one",
        ),
        (
            "relay:approve/dsk.waitForTaskToken",
            "relays.toml has no [[channel]] 'dsk' that people read",
            "name one that there is (desk), or write that one",
        ),
        ("relay:sql", "'relay:sql' needs a name: relay:sql/NAME", "write it that way"),
        (
            "relay:lock.renew.waitForTaskToken",
            "'relay:lock.renew.waitForTaskToken': relay:lock.renew ends at once, and nobody answers",
            "leave .waitForTaskToken out",
        ),
    ],
)
def test_what_there_is_not_is_told_by_its_kind(resource: str, problem: str, remedy: str) -> None:
    assert mistake_in(parse_workflows(CONFIGURED, {}), resource) == (problem, remedy)


def test_an_unknown_kind_is_told_with_those_that_there_are() -> None:
    problem, remedy = mistake_in(parse_workflows(CONFIGURED, {}), "arn:aws:states:::lambda:invoke")

    assert problem == "there is no resource 'arn:aws:states:::lambda:invoke'"
    assert remedy.startswith("there is relay:http, relay:deliver, ")


def test_what_is_not_allowed_is_told_with_the_table_that_would_have_to_allow_it() -> None:
    assert mistake_in(parse_workflows(RESTRICTED, {}), "relay:http/bank", "shop_order") == (
        "relay:http/bank is not in allow of [[definition]] 'shop_*' in workflows.toml",
        "write it there, or name one of relay:http/shop, relay:lock.*",
    )


def test_a_definition_without_a_table_is_told_so() -> None:
    problem, remedy = mistake_in(parse_workflows(RESTRICTED, {}), "arn:aws:states:::http:invoke", "order")

    assert problem == "workflows.toml allows 'order' nothing: no [[definition]] fits it, and there are some"
    assert remedy == 'write [[definition]] with name = "order" and allow = ["relay:http"]'


def test_what_does_not_exist_is_told_before_what_is_not_allowed() -> None:
    assert "[[connection]] 'shp'" in mistake_in(parse_workflows(RESTRICTED, {}), "relay:http/shp", "shop_order")[0]


def test_many_names_are_not_all_told() -> None:
    many = "".join(f'[[connection]]\nname = "c{number:02}"\nurl = "https://shop.example"\n' for number in range(40))

    _, remedy = mistake_in(parse_workflows(many, {}), "relay:http/shop")
    assert remedy == "name one that there is (c00, c01, c02, c03, c04, c05, c06, c07, c08, c09, …), or write that one"


def test_what_relays_toml_names_is_not_asked_where_it_is_not_known() -> None:
    rules = parse_workflows(CONFIGURED, {}).rules_for("order")
    state = {"Type": "Task", "Resource": "relay:deliver/none", "End": True}

    read_definition(json.dumps({"StartAt": "A", "States": {"A": state}}), rules.resources)
