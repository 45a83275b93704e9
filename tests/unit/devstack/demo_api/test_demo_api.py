"""The API to break on purpose: what it keeps, how it judges, and each way to fail."""

import contextlib
import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Api:
    """The API in a process of its own, asked over HTTP only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "devstack.demo_api", "--data", str(self.folder), "--port", "0"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        assert ready.startswith("demo_api: listening on http://127.0.0.1:"), ready
        self.port = int(ready.rsplit(":", 1)[1])

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        status = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def ask(
        self, method: str, path: str, body: Any = None, timeout: float = 60, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, content, {k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            text = answer.read()
            told = json.loads(text) if "json" in answer.headers.get_content_type() else text
            return answer.status, told, dict(answer.headers)

    def post(
        self, number: int = 1, version: int = 1, *, stream: str = "/orders", **differences: Any
    ) -> tuple[int, Any, dict[str, str]]:
        change = a_change(number, version, **differences)
        return self.ask("POST", stream, change, Idempotency_Key=f'"{change["id"]}"')

    def mode(self, mode: str, **parameters: Any) -> None:
        status, told, _ = self.ask("PUT", "/control/mode", {"mode": mode, **parameters})
        assert status == 200, told

    def log(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", "/control/log?limit=1000")[1]["entries"])

    def summary(self) -> dict[str, Any]:
        return dict(self.ask("GET", "/control/summary")[1])


def a_change(number: int = 1, version: int = 1, **differences: Any) -> dict[str, Any]:
    return {
        "id": f"{number}-{version}", "relay": "orders", "operation": "update", "version": version,
        "key": {"Id": number}, "data": {"Id": number, "V": version}, **differences,
    }  # fmt: skip


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    api = Api(tmp_path)
    yield api
    if api.process.poll() is None:
        api.stop()


def test_a_change_is_kept_with_its_answer(api: Api) -> None:
    status, _, _ = api.post(7, 42)

    [entry] = api.log()
    assert status == 200
    assert (entry["stream"], entry["key"], entry["version"], entry["accepted"]) == ("/orders", {"Id": 7}, 42, True)


def test_the_last_version_of_a_key_wins(api: Api) -> None:
    api.post(1, 5)
    api.post(1, 3)
    api.post(2, 4)
    api.post(2, 6, operation="delete", data=None)

    state = {row["key"]["Id"]: row for row in api.ask("GET", "/control/state?stream=/orders")[1]}
    assert (state[1]["version"], state[1]["data"]["V"]) == (5, 5)
    assert state[2]["deleted"]
    assert api.summary()["reordered"] == 1


def test_an_id_that_comes_again_is_a_duplicate_and_with_another_body_a_conflict(api: Api) -> None:
    api.post(1, 1)
    api.post(1, 1)
    api.post(1, 1, data={"Id": 1, "V": "other"})

    summary = api.summary()
    assert (summary["accepted"], summary["duplicates"], summary["conflicting"]) == (3, 2, 1)


def test_a_batch_counts_each_of_its_changes(api: Api) -> None:
    body = {"relay": "orders", "changes": [a_change(n) for n in range(3)]}

    assert api.ask("POST", "/orders", body, Idempotency_Key='"b"')[0] == 200

    log = api.log()
    assert [entry["mode"] for entry in log] == ["batch"] * 3
    assert len({entry["request"] for entry in log}) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b'{"changes": []}', json.dumps(a_change(operation="merge")).encode(), json.dumps({**a_change(), "version": "1"}).encode()],
    ids=["empty", "cut", "a list", "no fields", "no changes", "unknown operation", "version is a text"],
)  # fmt: skip
def test_what_is_no_change_gets_a_problem(api: Api, body: bytes) -> None:
    status, told, headers = api.ask("POST", "/orders", body, Idempotency_Key='"x"')

    assert (status, told["status"], headers["Content-Type"]) == (400, 400, "application/problem+json; charset=utf-8")
    assert api.summary()["rejected"] == 1


def test_a_missing_idempotency_key_is_refused(api: Api) -> None:
    assert api.ask("POST", "/orders", a_change())[0] == 400


def test_numbers_keep_every_digit(api: Api) -> None:
    body = json.dumps(a_change()).replace('"V": 1', '"V": 12345678901234567890123456.0123456789').encode()

    api.ask("POST", "/orders", body, Idempotency_Key='"1-1"')

    [entry] = api.log()
    assert entry["accepted"]
    assert "12345678901234567890123456.0123456789" in (api.folder / "received.jsonl").read_text()


@pytest.mark.parametrize("mode", ["500", "503", "401", "404", "422", "429"])
def test_a_failing_mode_answers_its_status_and_keeps_the_try(api: Api, mode: str) -> None:
    api.mode(mode)

    status, told, headers = api.post()

    assert (status, told["status"]) == (int(mode), int(mode))
    assert ("Retry-After" in headers) == (mode in {"429", "503"})
    assert [(entry["status"], entry["accepted"]) for entry in api.log()] == [(int(mode), False)]


def test_retry_after_can_be_a_date(api: Api) -> None:
    api.mode("429", retry_after_seconds=60, http_date=True)

    assert api.post()[2]["Retry-After"].endswith(" GMT")


def test_one_row_is_rejected_alone_and_with_its_batch(api: Api) -> None:
    api.mode("reject-one-row", key={"Id": 7})

    assert api.post(7)[0] == 422
    assert api.post(8)[0] == 200
    body = {"relay": "orders", "changes": [a_change(n) for n in range(6, 9)]}
    assert api.ask("POST", "/orders", body, Idempotency_Key='"b"')[0] == 422


def test_the_next_requests_fail_and_then_no_more(api: Api) -> None:
    api.mode("fail-next-n", n=2, status=503)

    assert [api.post(n)[0] for n in range(3)] == [503, 503, 200]


def test_a_mode_can_hold_for_one_stream(api: Api) -> None:
    api.mode("500", stream="/orders")

    assert api.post(stream="/orders")[0] == 500
    assert api.post(stream="/customers")[0] == 200


@pytest.mark.parametrize(("mode", "accepted"), [("reset", False), ("reset-after", True)])
def test_a_connection_is_cut_before_or_after_the_change_was_taken(api: Api, mode: str, accepted: bool) -> None:
    api.mode(mode)

    with pytest.raises((ConnectionError, http.client.BadStatusLine)):
        api.post()

    assert [entry["accepted"] for entry in api.log()] == [accepted]


def test_a_hanging_api_does_not_answer_until_its_mode_changes(api: Api) -> None:
    api.mode("hang")

    with pytest.raises(TimeoutError):
        api.ask("POST", "/orders", a_change(), timeout=0.5, Idempotency_Key='"1-1"')

    api.mode("ok")
    assert api.post()[0] == 200


def test_every_request_fails_at_random_with_share_one(api: Api) -> None:
    api.mode("random", share=1)

    assert api.post()[0] == 503


@pytest.mark.parametrize(
    "body",
    [{"mode": "bad"}, {"mode": "slow", "seconds": 1}, {"mode": "slow", "delay_seconds": "x"}, {"mode": "ok", "stream": 5}, [], {"mode": "random", "share": -1}],
    ids=str,
)  # fmt: skip
def test_a_wrong_mode_is_refused_with_a_remedy_and_changes_nothing(api: Api, body: Any) -> None:
    status, told, _ = api.ask("PUT", "/control/mode", body)

    assert status == 400
    assert told["detail"]
    assert api.post()[0] == 200


def test_what_was_acknowledged_survives_sigkill_and_a_torn_line_is_dropped(api: Api) -> None:
    for version in range(5):
        api.post(1, version)
    assert api.stop(signal.SIGKILL) == -signal.SIGKILL
    with (api.folder / "received.jsonl").open("ab") as log:
        log.write(b'{"number": 6, "stre')

    api.start()
    api.post(1, 4)

    assert [entry["version"] for entry in api.log()] == [0, 1, 2, 3, 4, 4]
    assert api.summary()["duplicates"] == 1


def test_what_is_missing_is_told_against_the_expectation(api: Api) -> None:
    api.post(1, 1)
    api.ask("PUT", "/control/expect", {"/orders": [{"key": {"Id": n}, "data": {"Id": n, "V": 1}} for n in (1, 2)]})

    [missing] = api.ask("GET", "/control/missing")[1]

    assert (missing["key"], missing["there"]) == ({"Id": 2}, None)
    assert api.summary()["missing"] == 1


def test_reset_forgets_everything(api: Api) -> None:
    api.post()
    api.mode("500")

    api.ask("POST", "/control/reset")

    assert api.summary()["received"] == 0
    assert api.post()[0] == 200


def test_sigterm_ends_it_cleanly(api: Api) -> None:
    assert api.stop() == 0


def test_a_taken_port_gets_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [
            sys.executable,
            "-m",
            "devstack.demo_api",
            "--data",
            str(tmp_path),
            "--port",
            str(taken.getsockname()[1]),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "choose another with --port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed, so the page cannot be seen as a person sees it"
)
def test_the_page_shows_what_arrived_and_what_is_missing_and_escapes_it(api: Api, tmp_path: Path) -> None:
    api.post(7, 42, data={"Id": 7, "V": "<b>bold</b>"})
    api.post(7, 42, data={"Id": 7, "V": "<b>bold</b>"})
    api.ask("PUT", "/control/expect", {"/orders": [{"key": {"Id": 99}, "data": {"Id": 99}}]})
    options = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
        *("--disable-background-networking", "--disable-component-update", "--virtual-time-budget=4000"),
        f"--user-data-dir={tmp_path / 'profile'}",
    ]

    shown = subprocess.run(
        [str(CHROMIUM), *options, "--dump-dom", f"http://127.0.0.1:{api.port}/"],
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip

    assert "200 (twice)" in shown
    assert "&lt;b&gt;bold" in shown
    assert "/orders Id 99: it is not here" in shown
    assert 'aria-pressed="true">Works' in shown


def test_a_fencing_token_lower_than_one_that_was_accepted_is_refused_also_after_a_restart(api: Api) -> None:
    def post(number: int, token: str, stream: str = "/orders") -> int:
        change = a_change(number)
        return api.ask("POST", stream, change, Idempotency_Key=f'"{change["id"]}"', X_Fencing_Token=token)[0]

    assert [post(1, "7"), post(2, "7"), post(3, "9"), post(4, "7")] == [200, 200, 200, 409]
    assert post(5, "1", "/invoices") == 200
    assert post(6, "nine") == 400
    assert api.post(7)[0] == 200, "who shows none is not behind the fence"

    api.stop(signal.SIGKILL)
    api.start()

    assert [post(8, "8"), post(9, "9")] == [409, 200]
    assert [entry["key"]["Id"] for entry in api.log() if entry["accepted"]] == [1, 2, 3, 5, 7, 9]


def test_the_result_of_an_aggregate_is_kept_as_a_change_of_its_group(api: Api) -> None:
    def post(revision: int, **more: Any) -> int:
        body = {
            "id": f"r-{revision}", "aggregate": "sales", "group": {"Country": "DE"}, "measures": {"total": 1.5},
            "revision": revision, "version": 4711, **more,
        }  # fmt: skip
        return api.ask("POST", "/sales", body, Idempotency_Key=f'"r-{revision}"')[0]

    assert [post(1), post(3, empty=True), post(2)] == [200, 200, 200]
    assert post(4, measures=None) == 400

    kept = [entry for entry in api.log() if entry["accepted"]]
    assert [(entry["relay"], entry["version"], entry["operation"]) for entry in kept] == [
        ("sales", 1, "update"), ("sales", 3, "delete"), ("sales", 2, "update")
    ]  # fmt: skip
    assert [entry["key"] for entry in kept] == [{"Country": "DE"}] * 3
    assert [entry["data"] for entry in kept] == [{"total": 1.5}, None, {"total": 1.5}]
    assert [entry["reordered"] for entry in kept] == [False, False, True]
