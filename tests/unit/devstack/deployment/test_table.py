"""Every az command of the project is one that azure-cli knows, by the table that ./dev check deployment has compared with it."""

import pytest

from devstack.command.parts import ROOT
from devstack.deployment.lines import AzLine, az_lines
from devstack.deployment.table import PATH, read, written

TEXT = PATH.read_text(encoding="utf-8")
TABLE = read(TEXT)


@pytest.mark.parametrize("line", az_lines(ROOT), ids=str)
def test_azure_cli_knows_it(line: AzLine) -> None:
    assert TABLE.faults(line.words) == [], "a new command? ./dev check deployment --write"


def test_the_table_holds_what_is_used_and_nothing_else() -> None:
    used = [" ".join(line.words) + " " for line in az_lines(ROOT)]

    assert [name for name in TABLE.commands if not any(words.startswith(f"{name} ") for words in used)] == []


def test_the_table_is_as_it_would_be_written() -> None:
    assert written(TABLE) == TEXT


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("group create --name shop --location westeurope --loaction x", "it does not know --loaction"),
        ("group create --name shop --location westeurope --loc=x", "it does not know --loc"),
        ("group create --name shop", "it needs --location"),
        ("group craete --name shop", "there is no command 'group craete' in the table"),
    ],
)
def test_what_azure_cli_would_refuse_is_found(command: str, fault: str) -> None:
    assert TABLE.faults(command.split()) == [fault]


@pytest.mark.parametrize(
    "command", ["group create -n shop -l westeurope -o none", "group create --name=shop --location=x"]
)
def test_every_spelling_is_taken(command: str) -> None:
    assert TABLE.faults(command.split()) == []
