import asyncio
import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions_standin.durable.hub.crash_points import Point, hook_of, ignore
from functions_standin.durable.hub.names import default_hub_name, escape_key, partition_of, unescape_key
from functions_standin.errors import SettingsError
from functions_standin.storage.account import parse_connection_string
from functions_standin.storage.queues import AzureQueue

KEY = base64.b64encode(b"secret").decode()


def test_an_instance_belongs_to_the_partition_that_azure_gives_it() -> None:
    assert partition_of("8b392e4fc0a5491482f3f3b72693b801", 4) == 3


@given(st.text())
def test_a_key_tells_its_instance_id(instance_id: str) -> None:
    key = escape_key(instance_id)

    assert unescape_key(key) == instance_id
    assert not set(key) & set("/\\#?\x00\n\x7f\x9f")


@pytest.mark.parametrize(
    ("site", "expected"),
    [(None, "TestHubName"), ("my-app", "myapp"), ("1st", "t1st"), ("a", "aHub"), ("x" * 60, "x" * 45)],
)
def test_a_hub_without_a_name_is_called_after_the_site(site: str | None, expected: str) -> None:
    assert default_hub_name(site) == expected


def test_a_connection_string_names_the_addresses() -> None:
    account = parse_connection_string(f"AccountName=a;AccountKey={KEY};BlobEndpoint=http://h:1/a/")

    assert (account.blob_url, account.queue_url) == ("http://h:1/a", "https://a.queue.core.windows.net")
    assert "secret" not in repr(account)


@pytest.mark.parametrize("text", ["AccountName=a", "AccountName=a;AccountKey=?", ""])
def test_a_connection_string_without_a_key_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_connection_string(text)


def test_no_crash_is_wanted_without_the_setting_and_an_unknown_point_is_refused() -> None:
    assert hook_of({}) is ignore
    with pytest.raises(SettingsError, match="start-sent"):
        hook_of({"FUNCTIONS_STANDIN_CRASH_AT": "somewhere"})


def test_a_crash_hook_lets_other_points_and_earlier_passes_through() -> None:
    hook = hook_of({"FUNCTIONS_STANDIN_CRASH_AT": f"{Point.MESSAGES_SENT}:3"})

    for point in (*Point, Point.MESSAGES_SENT):
        hook(point)


@pytest.mark.parametrize(
    ("delay_seconds", "query"),
    [
        (None, "messagettl=-1"),
        (-3, "messagettl=-1&visibilitytimeout=0"),
        (0.99, "messagettl=-1&visibilitytimeout=0"),
        (2.99, "messagettl=-1&visibilitytimeout=2"),
        (1e9, "messagettl=-1&visibilitytimeout=604800"),
    ],
)
def test_a_message_waits_for_whole_seconds_rounded_down(delay_seconds: float | None, query: str) -> None:
    asked = []

    class Http:
        account = parse_connection_string(f"AccountName=a;AccountKey={KEY}")

        async def other(self, method: str, url: str, **_: object) -> None:
            asked.append(url.partition("?")[2])

    asyncio.run(AzureQueue(Http(), "q").put("text", delay_seconds=delay_seconds))  # type: ignore[arg-type]

    assert asked == [query]
