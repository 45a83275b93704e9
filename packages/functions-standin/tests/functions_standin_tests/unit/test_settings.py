import json
from pathlib import Path
from typing import Any

import pytest

from functions_standin.errors import SettingsError
from functions_standin.settings import (
    LocalSettings,
    apply_environment,
    is_disabled,
    read_host_json,
    read_local_settings,
    seconds_of_time_span,
    setting,
)


def write(folder: Path, name: str, content: object) -> None:
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))


def test_values_connection_strings_and_host_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        "local.settings.json",
        {
            "IsEncrypted": False,
            "Values": {"Text": "a", "Number": 5, "Flag": True, "Empty": "", "Nothing": None},
            "ConnectionStrings": {"Plain": "x", "Full": {"ConnectionString": "y", "ProviderName": "z"}},
            "Host": {"LocalHttpPort": 7100, "LocalHttpAddress": "127.0.0.2"},
        },
    )

    settings = read_local_settings(tmp_path)

    assert dict(settings.values) == {
        "Text": "a",
        "Number": "5",
        "Flag": "true",
        "Empty": "",
        "Nothing": None,
        "ConnectionStrings:Plain": "x",
        "ConnectionStrings:Full": "y",
    }
    assert (settings.http_port, settings.http_address) == (7100, "127.0.0.2")


def test_secrets_are_not_in_the_repr(tmp_path: Path) -> None:
    write(tmp_path, "local.settings.json", {"IsEncrypted": False, "Values": {"P": "secret-word"}})

    assert "secret-word" not in repr(read_local_settings(tmp_path))


def test_a_missing_file_means_no_settings(tmp_path: Path) -> None:
    assert read_local_settings(tmp_path) == LocalSettings()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("{not json", id="invalid JSON"),
        pytest.param({"IsEncrypted": False, "Values": {"A": {"b": 1}}}, id="value that is no text"),
        pytest.param([], id="no object"),
    ],
)
def test_a_file_that_cannot_be_read_is_ignored_with_a_warning(tmp_path: Path, content: object) -> None:
    write(tmp_path, "local.settings.json", content)

    settings = read_local_settings(tmp_path)

    assert settings.values == {}
    assert "was ignored" in settings.warnings[0]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param({"Values": {}}, "IsEncrypted", id="IsEncrypted absent means true"),
        pytest.param({"IsEncrypted": True}, "IsEncrypted", id="encrypted"),
        pytest.param({"IsEncrypted": False, "Values": {"CONTAINER_NAME": "x"}}, "CONTAINER_NAME", id="reserved name"),
        pytest.param({"IsEncrypted": False, "Host": {"CORS": "*"}}, "Host.CORS", id="outside the subset"),
        pytest.param({"IsEncrypted": False, "Host": {"LocalHttpPort": "x"}}, "LocalHttpPort", id="port"),
    ],
)
def test_a_file_that_core_tools_refuse_is_refused(tmp_path: Path, content: object, problem: str) -> None:
    write(tmp_path, "local.settings.json", content)

    with pytest.raises(SettingsError, match=problem):
        read_local_settings(tmp_path)


def test_the_environment_wins_unless_it_is_empty() -> None:
    environment = {"Set": "mine", "Blank": ""}

    messages = apply_environment(
        {"Set": "theirs", "Blank": "theirs", "New": "n", "Empty": "", "Null": None}, environment, forced={"F": "1"}
    )

    assert environment == {"Set": "mine", "Blank": "theirs", "New": "n", "Empty": "", "F": "1"}
    assert "Skipping 'Set' from local settings as it's already defined" in messages[0]
    assert "'Null'" in messages[1]
    assert len(messages) == 2


def test_a_connection_string_is_found_before_a_plain_setting() -> None:
    environment = {"ConnectionStrings:Sql": "a", "Sql": "b", "Other": "c", "Blank": ""}

    assert [setting(environment, name) for name in ("Sql", "Other", "Blank", "None")] == ["a", "c", None, None]


@pytest.mark.parametrize(
    ("name", "value", "path", "expected"),
    [
        pytest.param("AzureFunctionsJobHost__logging__logLevel__default", "Debug", ("logging", "loglevel", "DEFAULT"), "Debug", id="nested"),
        pytest.param("AzureFunctionsJobHost:extensions:SQL:MaxBatchSize", "7", ("extensions", "Sql", "MaxBatchSize"), "7", id="colon, other case"),
        pytest.param("AzureFunctionsJobHost__functions__0", "a", ("functions",), ["a"], id="array by index"),
    ],
)  # fmt: skip
def test_the_environment_overrides_host_json(
    tmp_path: Path, name: str, value: str, path: tuple[str, ...], expected: Any
) -> None:
    write(tmp_path, "host.json", {"version": "2.0", "extensions": {"Sql": {"MaxBatchSize": 100}}})

    host_json = read_host_json(tmp_path, {name: value})

    assert host_json.section(*path) == expected


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param("{", "is not JSON", id="not JSON"),
        pytest.param({}, '"version" must be "2.0"', id="no version"),
        pytest.param({"version": "3.0"}, '"version" must be "2.0"', id="other version"),
    ],
)
def test_host_json_is_checked(tmp_path: Path, content: object, problem: str) -> None:
    write(tmp_path, "host.json", content)

    with pytest.raises(SettingsError, match=problem):
        read_host_json(tmp_path, {})


def test_a_missing_host_json_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        read_host_json(tmp_path, {})


@pytest.mark.parametrize(("prefix", "expected"), [(None, "api"), ("", ""), ("v1/x", "v1/x"), ("/v1/", "v1")])
def test_the_route_prefix_comes_from_host_json(tmp_path: Path, prefix: str | None, expected: str) -> None:
    extensions = {} if prefix is None else {"http": {"routePrefix": prefix}}
    write(tmp_path, "host.json", {"version": "2.0", "extensions": extensions})

    assert read_host_json(tmp_path, {}).route_prefix == expected


@pytest.mark.parametrize(("text", "seconds"), [("00:05:00", 300), ("1.00:00:01", 86401), ("00:00:30", 30)])
def test_time_spans_are_read(text: str, seconds: float) -> None:
    assert seconds_of_time_span(text) == seconds


@pytest.mark.parametrize("name", ["AzureWebJobs.f.Disabled", "AzureWebJobs_f_Disabled"])
@pytest.mark.parametrize(("value", "expected"), [("true", True), ("1", True), ("True", True), ("false", False)])
def test_a_setting_disables_a_function(name: str, value: str, expected: bool) -> None:
    assert is_disabled("f", {name: value}) is expected


def test_a_name_with_two_underscores_disables_nothing() -> None:
    assert not is_disabled("f", {"AzureWebJobs__f__Disabled": "true"})
