import json
from pathlib import Path

import pytest

from devstack.command.errors import CommandError
from devstack.command.settings import app_settings, sql_address

STAND_IN = "Server=tcp:127.0.0.1,14330;Database=RelayDemo;User ID=sa;Password=Local-Only-1;Encrypt=True"


def write_settings(folder: Path, values: dict[str, str], **more: object) -> None:
    (folder / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": values, **more}))


def test_the_environment_wins_over_local_settings(tmp_path: Path) -> None:
    write_settings(tmp_path, {"A": "file", "B": "file", "C": "file"})

    settings = app_settings(tmp_path, {"A": "environment", "B": ""})

    assert settings == {"A": "environment", "B": "file", "C": "file"}


def test_settings_may_have_comments_numbers_and_nulls_as_func_allows(tmp_path: Path) -> None:
    text = '{"IsEncrypted": false, /* mine */ "Values": {"A": 5, "B": null, "C": true} }'
    (tmp_path / "local.settings.json").write_text(text)

    assert app_settings(tmp_path, {}) == {"A": "5", "C": "true"}


def test_settings_need_no_file(tmp_path: Path) -> None:
    assert app_settings(tmp_path, {"A": "1"}) == {"A": "1"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("{", "no valid JSON", id="broken"),
        pytest.param("[]", "JSON object", id="list"),
        pytest.param('{"IsEncrypted": false, "Values": 1}', "Values", id="values-number"),
        pytest.param('{"Values": {}}', "IsEncrypted", id="encrypted-by-default"),
        pytest.param('{"IsEncrypted": true, "Values": {}}', "func settings decrypt", id="encrypted"),
    ],
)
def test_an_unusable_settings_file_is_named(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "local.settings.json").write_text(text)

    with pytest.raises(CommandError, match=problem):
        app_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("connection_string", "stand_in"),
    [
        pytest.param(STAND_IN, True, id="shipped"),
        pytest.param("server = LOCALHOST,14330 ; initial catalog=x", True, id="localhost"),
        pytest.param("Data Source=tcp:127.0.0.1, 14330", True, id="blank-before-port"),
        pytest.param("Server='tcp:127.0.0.1,14330';Pwd='a;b'", True, id="quoted"),
        pytest.param("Server=tcp:127.0.0.1,1433;Database=x", False, id="other-port"),
        pytest.param("Server=127.0.0.1;Database=x", False, id="default-port"),
        pytest.param("Server=tcp:db.example.net,14330;Database=x", False, id="other-host"),
        pytest.param("Server=.\\SQLEXPRESS;Database=x", False, id="named-instance"),
        pytest.param("Server=np:\\\\.\\pipe\\sql\\query", False, id="named-pipe"),
    ],
)
def test_only_the_stand_ins_own_address_is_the_stand_in(connection_string: str, stand_in: bool) -> None:
    assert sql_address({"SqlConnectionString": connection_string}).is_stand_in is stand_in


def test_login_and_database_are_read_as_ado_net_quotes_them() -> None:
    text = 'Server=h,1;Database="a ""b""";UID=me;Pwd=\'it\'\'s;=secret\''

    address = sql_address({"SqlConnectionString": text})

    assert (address.host, address.port) == ("h", 1)
    assert (address.database, address.user, address.password) == ('a "b"', "me", "it's;=secret")
    assert "secret" not in repr(address)


@pytest.mark.parametrize("text", ["", "Database=x", "rubbish"])
def test_a_connection_string_without_server_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="SqlConnectionString"):
        sql_address({"SqlConnectionString": text})
