"""Requests that were sent to the real Functions host, byte for byte: the stand-in's answers are the recorded ones."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions_standin_tests.exchange import Answer, exchange, recorded_answer, recorded_request
from functions_standin_tests.recordings import http_exchanges
from functions_standin_tests.samples import HostProcess, host_process, write_app

EXCHANGES = {each["case"]: each for each in http_exchanges()}
_NO_KEYS = "there are no keys here: every caller counts as administrator"
_OWN = "it tells of the stand-in itself"
_DURABLE = f"the app has no durable functions; and {_NO_KEYS}"
# What stays different, and why.
DIFFERENT = {
    "401 no key": _NO_KEYS,
    "401 wrong key": _NO_KEYS,
    "admin function with the function key": _NO_KEYS,
    "admin API without key": _NO_KEYS,
    "Expect: 100-continue without key": _NO_KEYS,
    "durable API without key": _DURABLE,
    "durable API with the function key": _DURABLE,
    "root": _OWN,
    "admin host status": _OWN,
    "admin functions": _OWN,
}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    folder = write_app(tmp_path_factory.mktemp("app"), "")
    shutil.copy(Path(__file__).with_name("http_app.py"), folder / "function_app.py")
    with host_process(folder) as host:
        yield host


@pytest.mark.parametrize("case", sorted(EXCHANGES.keys() - DIFFERENT.keys()))
def test_the_answer_is_the_recorded_one(host: HostProcess, case: str) -> None:
    recorded = recorded_answer(EXCHANGES[case]["real"])

    ours = answered(host, EXCHANGES[case])

    assert (ours.status_line, ours.informational, ours.framing) == (
        recorded.status_line,
        recorded.informational,
        recorded.framing,
    )
    assert without_lengths(ours.headers) == without_lengths(recorded.headers)
    assert ours.content == recorded.content


@pytest.mark.parametrize("case", sorted(DIFFERENT))
def test_what_is_listed_as_different_is_so(host: HostProcess, case: str) -> None:
    assert answered(host, EXCHANGES[case]) != recorded_answer(EXCHANGES[case]["real"])


def answered(host: HostProcess, recorded: dict[str, Any]) -> Answer:
    late_body = recorded.get("sent_after_0.4_s") or ""
    return exchange(host.url, recorded_request(recorded), late_body.encode("latin-1"))


def without_lengths(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """JSON has as many bytes as its writer likes."""
    return [(name, value) for name, value in headers if name != "content-length"]
