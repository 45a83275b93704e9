"""[[connection]], [[statement]] and [[definition]], the names of resources, and who may use which."""

import pytest

from relay.errors import ConfigError
from workflows.config.file import Workflows, parse_workflows
from workflows.resources.connection import METHODS
from workflows.resources.names import Kind, Resource, UnknownResource, parse_resource

SETTINGS = {"SHOP_KEY": "geheim-123"}
SHOP = """
[[connection]]
name = "shop"
url = "https://shop.example/v1?key=%SHOP_KEY%"
headers = { Authorization = "Bearer %SHOP_KEY%" }
"""
STATEMENTS = """
[[statement]]
name = "stock_of"
[[statement]]
name = "reserve"
file = "Reserve-2.sql"
writes = true
rows = 5
"""


def parsed(text: str) -> Workflows:
    return parse_workflows(text, SETTINGS)


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    return list(caught.value.problems)


def test_connections_and_statements_are_read_and_no_secret_is_shown() -> None:
    found = parsed(SHOP + STATEMENTS)

    shop = found.connection("shop")
    assert shop is not None
    assert (shop.url, shop.methods) == ("https://shop.example/v1?key=geheim-123", METHODS)
    assert "geheim" not in repr(shop)
    stock_of, reserve = found.statements
    assert (stock_of.file, stock_of.writes, stock_of.rows) == ("stock_of.sql", False, 1000)
    assert (reserve.file, reserve.writes, reserve.rows) == ("Reserve-2.sql", True, 5)
    assert found.statement("reserve") == reserve
    assert found.statement("other") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SHOP.replace("https", "ftp"), "connection 'shop': url: it gives no http or https URL"),
        (SHOP.replace("/v1", "/v1#a"), "connection 'shop': url: it has a #"),
        (SHOP.replace("%SHOP_KEY%\" }", "%NONE%\" }"), "headers.Authorization: the app setting NONE is missing"),
        (SHOP.replace("Authorization", "Idempotency-Key"), "headers.Idempotency-Key: the relay sets this header itself"),
        (SHOP + 'methods = ["get"]', "methods: it must be a list of GET, POST"),
        (SHOP + "read_timeout_seconds = 0", "read_timeout_seconds: 0 must be a number from 0.1 to 120"),
        (SHOP + "retries = 3", "'retries' is no key of a connection; the keys are listed in workflows.toml's own comments"),
        (SHOP + SHOP, "connection 'shop': 2 connections have this name"),
        (STATEMENTS.replace("Reserve-2.sql", "../a.sql"), "statement 'reserve': file: it must name a file in sql/statements"),
        (STATEMENTS + "writes = 1", "no TOML"),
        (STATEMENTS.replace("true", '"yes"'), "writes: 'yes' must be true or false"),
        ('[[definition]]\nname = "a*b"', "name: it must be a definition's name, or a pattern that ends with *"),
        ('[[definition]]\nname = "a"\nallow = "relay:mail"', "allow: it must be a list of resources"),
        ('[[definition]]\nname = "a"\nallow = ["relay:ftp"]', "allow: there is no resource 'relay:ftp'; there is relay:http"),
        ('[[definition]]\nname = "a"\nallow = ["relay:sql/"]', "allow: 'relay:sql/': behind / stands a name"),
        ('[[definition]]\nname = "a"\nallow = ["arn:aws:states:::http:invoke"]', "write 'relay:http'"),
        ('[[definition]]\nname = "a"\napproval = "yes"', "approval: 'yes' is not known; take one of needed, none"),
        (SHOP + '[[definition]]\nname = "a"\nallow = ["relay:http/shpo"]', "definition 'a': allow: there is no connection 'shpo'"),
        (STATEMENTS + '[[definition]]\nname = "a"\nallow = ["relay:sql/stock"]', "allow: there is no statement 'stock'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_remedy(text: str, says: str) -> None:
    found = problems_of(text)

    assert any(says in problem for problem in found), found
    assert not any("geheim" in problem for problem in found)


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        ("relay:http", Resource(Kind.HTTP)),
        ("relay:http/shop.waitForTaskToken", Resource(Kind.HTTP, "shop", waits_for_token=True)),
        ("arn:aws:states:::http:invoke", Resource(Kind.HTTP)),
        ("arn:aws:states:::states:startExecution.sync:2", Resource(Kind.EXECUTE_SYNC)),
        ("relay:lock.acquire/printer.2", Resource(Kind.ACQUIRE, "printer.2")),
        ("relay:approve.waitForTaskToken", Resource(Kind.APPROVE, waits_for_token=True)),
        ("relay:activity/charge", Resource(Kind.ACTIVITY, "charge")),
    ],
)
def test_a_resource_is_taken_apart(text: str, resource: Resource) -> None:
    assert parse_resource(text) == resource


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("arn:aws:lambda:eu:1:function:f", "there is no resource"),
        ("http", "there is no resource 'http'"),
        ("relay:sql", "needs a name: relay:sql/NAME"),
        ("relay:sql/../a", "behind / stands a name"),
        ("relay:http/", "behind / stands a name"),
        ("relay:sql/a.waitForTaskToken", "nobody answers; leave .waitForTaskToken out"),
        ("relay:approve", "somebody has to answer; write relay:approve.waitForTaskToken"),
    ],
)
def test_what_is_no_resource_is_told(text: str, says: str) -> None:
    with pytest.raises(UnknownResource, match=says):
        parse_resource(text)


def test_without_a_table_all_that_is_configured_is_allowed() -> None:
    found = parsed(SHOP + STATEMENTS)

    allowed = [
        text
        for text in (
            "relay:http", "relay:http/shop", "relay:http/other", "relay:sql/stock_of", "relay:sql/other", "relay:mail/main",
            "relay:activity/charge", "relay:deliver", "relay:nothing", "arn:aws:states:::http:invoke",
        )
        if found.allowed("any", text)
    ]  # fmt: skip

    assert allowed == [
        "relay:http", "relay:http/shop", "relay:sql/stock_of", "relay:activity/charge", "relay:deliver", "arn:aws:states:::http:invoke"
    ]  # fmt: skip
    assert not found.needs_approval("any")


def test_a_definition_may_use_what_its_own_table_says_or_the_longest_pattern_that_fits() -> None:
    found = parsed(
        SHOP
        + STATEMENTS
        + """
[[definition]]
name = "shop_*"
allow = ["relay:http/shop", "relay:lock.*", "relay:mail"]
approval = "needed"
[[definition]]
name = "shop_refund"
allow = ["relay:sql/*"]
[[definition]]
name = "*"
allow = []
"""
    )

    assert found.allowed("shop_order", "relay:http/shop")
    assert found.allowed("shop_order", "relay:http")  # with which connection is seen when it runs
    assert found.allowed("shop_order", "relay:lock.acquire/a")
    assert found.allowed("shop_order", "relay:mail")
    assert not found.allowed("shop_order", "relay:sql/stock_of")
    assert not found.allowed("shop_order", "relay:deliver")
    assert found.allowed("shop_refund", "relay:sql/reserve")
    assert not found.allowed("shop_refund", "relay:http")
    assert not found.allowed("other", "relay:http")
    assert [found.needs_approval(name) for name in ("shop_order", "shop_refund", "other")] == [True, False, False]


def test_with_tables_of_others_only_a_definition_may_use_nothing() -> None:
    assert not parsed(SHOP + '[[definition]]\nname = "a"\nallow = ["*"]').allowed("b", "relay:http/shop")
