"""What relay:approve asks, on the page of its link: to look decides nothing, a button decides once."""

import asyncio
from urllib.parse import urlencode

import azure.functions as func
import pytest

from relay.errors import InputError
from services.machines import tokens
from tests.contract.machine_world import MachineWorld, now
from tests.contract.test_machines import ASKS, echo, quiet, states, token_of
from triggers.http.approvals import MOST_NOTE, decide

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]

APPROVE = {
    "Type": "Task",
    "Resource": "relay:approve/desk.waitForTaskToken",
    "Parameters": {"subject": "Refund <b>7</b>?", "text": "Ada & Bob\n\n<script>x</script>", "choices": ['y"es', "no"]},
    "TimeoutSeconds": 600,
    "End": True,
}


class Asked:
    """An execution that waits for somebody."""

    def __init__(self, **differences: object) -> None:
        self.world = MachineWorld(echo)
        self.world.define("asks", states("T", T={**APPROVE, **differences}))
        self.world.start("asks")
        quiet(self.world)
        self.token = token_of(self.world)

    def open(self, token: str = "", *, method: str = "GET", **form: str) -> func.HttpResponse:
        http = func.HttpRequest(
            method,
            "https://shop/api/approvals/x",
            headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": "null"},
            route_params={"token": token or self.token},
            body=urlencode(form).encode(),
        )
        return asyncio.run(decide(http, self.world.app))

    def press(self, choice: str, token: str = "", **more: str) -> func.HttpResponse:
        return self.open(token, method="POST", choice=choice, **more)


def text_of(page: func.HttpResponse) -> str:
    text: str = page.get_body().decode()
    return text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_looks_at_the_link_sees_the_question_and_changes_nothing(method: str) -> None:
    asked = Asked()

    page = asked.open(method=method, choice="no")

    assert (page.status_code, page.mimetype) == (200, "text/html")
    text = text_of(page)
    assert "Refund &lt;b&gt;7&lt;/b&gt;?" in text
    assert "<p>Ada &amp; Bob<p>&lt;script&gt;x&lt;/script&gt;" in text
    assert '<button name="choice" value="y&quot;es">y&quot;es</button>' in text
    assert "<script" not in text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert isinstance(now(tokens.find_waiting(asked.token, asked.world.app)), tokens.Waiting)


def test_a_button_decides_once() -> None:
    asked = Asked()

    taken = asked.press('y"es')

    assert taken.status_code == 200
    assert "y&quot;es" in text_of(taken)
    assert asked.press("no").status_code == 410
    assert asked.open().status_code == 410
    asked.world.run()
    assert asked.world.outcome() == ("completed", {"output": {"choice": 'y"es'}})
    assert asked.open().status_code == 410


def test_a_note_comes_with_the_choice() -> None:
    asked = Asked()

    assert asked.press("no", note=" too dear ").status_code == 200

    asked.world.run()
    assert asked.world.outcome() == ("completed", {"output": {"choice": "no", "note": "too dear"}})


def test_when_the_time_is_over_the_page_says_so() -> None:
    asked = Asked()
    asked.world.run()

    page = asked.open()

    assert page.status_code == 410
    assert "its time is over" in text_of(page)
    assert asked.press("no").status_code == 410


@pytest.mark.parametrize(
    ("choice", "note", "says"), [("maybe", "", 'take one of y"es, no'), ("", "", "choice"), ("no", "x" * (MOST_NOTE + 1), "note")]
)  # fmt: skip
def test_what_was_not_asked_is_no_choice(choice: str, note: str, says: str) -> None:
    asked = Asked()

    with pytest.raises(InputError, match=says):
        asked.press(choice, note=note)

    assert asked.press("no").status_code == 200


def test_only_the_link_that_was_sent_shows_the_question() -> None:
    asked = Asked()

    for token, status in ((f"{asked.token[:-1]}x", 410), ("nonsense", 404), ("bm9ib2R5.00", 404), ("é.é", 404)):
        assert asked.open(token).status_code == status
        assert asked.press("no", token).status_code == status
    assert "Refund" not in text_of(asked.open(f"{asked.token[:-1]}x"))


def test_tokens_of_other_tasks_are_not_answered_on_the_page() -> None:
    asked = Asked(**ASKS)

    assert asked.open().status_code == 404
    assert asked.press("no").status_code == 404
    assert asked.world.answer(asked.token, {"output": 1}) == "stored"


def test_of_two_answers_at_the_same_moment_the_first_counts_and_the_second_hears_it() -> None:
    asked = Asked()
    stands = asked.world.app.ask

    async def ask(statement: str, **values: object) -> object:
        """Answer as if nobody had answered yet: both have looked before either of them writes."""
        return [[{"answered": 0}]] if statement == "machine/is_answered" else await stands(statement, **values)

    object.__setattr__(asked.world.app, "ask", ask)

    assert asked.world.answer(asked.token, {"output": {"choice": "no"}}) == "stored"
    assert asked.world.answer(asked.token, {"output": {"choice": 'y"es'}}) == "gone"
    assert asked.world.answer(asked.token, {"output": {"choice": "no"}}) == "stored"  # his own, sent again
    asked.world.run()
    assert asked.world.outcome() == ("completed", {"output": {"choice": "no"}})
