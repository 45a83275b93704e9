import pytest

from functions_standin.errors import SettingsError
from functions_standin.sql_trigger.identifiers import (
    host_function_id,
    leases_table,
    parse_table_name,
    quote,
    site_function_id,
)


def test_function_ids_are_made_as_the_trigger_makes_them() -> None:
    assert site_function_id("contoso-orders", "OrderChanges") == "92b1c14c3557cc7c"
    assert host_function_id("devbox-1234567890", "OrderChanges") == "766379c8289cdf64"


def test_the_leases_table_is_named_after_function_and_table_unless_named() -> None:
    assert leases_table("a0f589f6959d4cff", 123, None).quoted == "[az_func].[Leases_a0f589f6959d4cff_123]"
    assert leases_table("a0f589f6959d4cff", 123, "Mine").quoted == "[az_func].[Mine]"


@pytest.mark.parametrize(
    ("text", "quoted", "plain"),
    [
        ("T", "[T]", "T"),
        ("dbo.T", "[dbo].[T]", "dbo.T"),
        ("[dbo].[T]", "[dbo].[T]", "dbo.T"),
        ("[a.b].[c]]d]", "[a.b].[c]]d]", "a.b.c]d"),
        ('"a b".T', "[a b].[T]", "a b.T"),
        (" dbo . T ", "[dbo].[T]", "dbo.T"),
        ("db.dbo.T", "[dbo].[T]", "dbo.T"),
        ("server.db..T", "[T]", "T"),
        ("dbo.[Order]", "[dbo].[Order]", "dbo.Order"),
    ],
)
def test_table_names_are_parsed_as_in_tsql(text: str, quoted: str, plain: str) -> None:
    name = parse_table_name(text)

    assert (name.quoted, str(name)) == (quoted, plain)


@pytest.mark.parametrize("text", ["", "a.b.c.d.e", "a b", "a.", "[a", "1a", "a;drop", "dbo.Order", "user.T"])
def test_what_is_no_table_name_keeps_the_host_from_starting(text: str) -> None:
    with pytest.raises(SettingsError, match="is no table name"):
        parse_table_name(text)


def test_names_are_quoted() -> None:
    assert quote("a]b") == "[a]]b]"
