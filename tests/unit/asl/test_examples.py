"""The definitions in docs/workflows: each is accepted, and goes its main ways."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from asl.checks.walking import machines_in
from asl.interpret import Answer, Run
from asl.reader.machines import read_text
from asl.running.effects import RunTask
from asl.running.events import Raised, Returned
from tests.unit.asl.running import BEGINS_AT, Script, after, run, states_of

FOLDER = Path(__file__).parents[3] / "docs" / "workflows"
EXAMPLES = sorted(FOLDER.glob("*.asl.json"))
BUSY = Raised("States.Http.StatusCode.503", "the service is busy")
REFUSED = Raised("States.Http.StatusCode.402", "no money")
NEVER = None
EXPENSE = {"id": "x-7", "person": "Ada", "amount": 120, "reason": "train"}
ORDER = {"order": "o-1", "sku": "tea", "pieces": 2, "amount": 9.5}
ADDRESS = {"street": "Elm 1", "city": "Bonn", "postcode": "53111"}


def example(name: str) -> dict[str, Any]:
    definition: dict[str, Any] = json.loads((FOLDER / f"{name}.asl.json").read_text("utf-8"))
    return definition


def answered(**body: Any) -> Returned:
    """What relay:http yields of an answer with a body."""
    return Returned({"StatusCode": 200, "StatusText": "OK", "Headers": {}, "ResponseBody": body})


def play(name: str, data: Any, *answers: Any) -> tuple[Run, list[Any]]:
    script = Script(answers)
    return run(example(name), data, script), script.asked


def paths_asked(asked: list[Any]) -> list[str]:
    return [f"{task.arguments['Method']} {task.arguments['ApiEndpoint']}" for task in asked]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_accepted_and_the_page_shows_it(path: Path) -> None:
    definition = read_text(path.read_text("utf-8"), ["relay:*"])
    page = (FOLDER / "README.md").read_text("utf-8")

    assert definition.comment
    assert f"]({path.name})" in page


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_leaves_nothing_open(path: Path) -> None:
    """Each Choice has a default, each task a time, so nothing waits for ever."""
    states = {
        name: state
        for found in machines_in(json.loads(path.read_text("utf-8")))
        for name, state in found.states.items()
    }

    assert [name for name, state in states.items() if state["Type"] == "Choice" and "Default" not in state] == []
    assert [name for name, state in states.items() if state["Type"] == "Task" and "TimeoutSeconds" not in state] == []


def test_there_are_both_query_languages() -> None:
    languages = [json.loads(path.read_text("utf-8")).get("QueryLanguage", "JSONPath") for path in EXAMPLES]

    assert languages.count("JSONata") >= 2
    assert languages.count("JSONPath") >= 2


class TestApproval:
    def test_the_lead_approves(self) -> None:
        result, asked = play("approval", EXPENSE, {"choice": "approve"}, answered(id="p-1"))

        assert result.outcome == Returned({"decision": "approved", "by": "lead", "payment": "p-1"})
        assert asked[0].arguments["channel"] == "team_leads"
        assert asked[0].token is not None
        assert asked[1].arguments["RequestBody"] == {"expense": "x-7", "person": "Ada", "amount": 120}

    def test_the_lead_refuses_with_a_note(self) -> None:
        result, _ = play("approval", EXPENSE, {"choice": "refuse", "note": "by bus"})

        assert result.outcome == Returned({"decision": "refused", "by": "lead", "note": "by bus"})

    def test_the_director_is_asked_after_a_day(self) -> None:
        result, asked = play("approval", EXPENSE, NEVER, {"choice": "refuse"})

        assert result.outcome == Returned({"decision": "refused", "by": "director", "note": ""})
        assert asked[1].arguments["channel"] == "directors"
        assert result.ended_at == BEGINS_AT + timedelta(days=1)

    def test_nobody_answers(self) -> None:
        result, _ = play("approval", EXPENSE, NEVER, NEVER)

        assert result.outcome == Returned({"decision": "refused", "by": "nobody", "note": "nobody has answered"})
        assert result.ended_at == BEGINS_AT + timedelta(days=3)

    def test_the_payment_is_tried_again_and_fails_for_good(self) -> None:
        approved = {"choice": "approve"}

        assert play("approval", EXPENSE, approved, BUSY, NEVER, answered(id="p"))[0].outcome == Returned(
            {"decision": "approved", "by": "lead", "payment": "p"}
        )
        assert play("approval", EXPENSE, approved, REFUSED)[0].outcome == Raised(REFUSED.error, REFUSED.cause)


class TestSaga:
    def test_all_is_done(self) -> None:
        result, asked = play("saga", ORDER, answered(id="r"), answered(id="c"), answered(id="s"))

        assert result.outcome == Returned(
            {**ORDER, "reservation": {"id": "r"}, "charge": {"id": "c"}, "shipment": {"id": "s"}}
        )
        assert asked[2].arguments["RequestBody"] == {"order": "o-1", "reservation": "r"}

    def test_nothing_is_undone_if_nothing_was_done(self) -> None:
        result, asked = play("saga", ORDER, REFUSED)

        assert result.outcome == REFUSED
        assert len(asked) == 1

    def test_only_the_reservation_is_undone_if_the_charge_fails(self) -> None:
        result, asked = play("saga", ORDER, answered(id="r"), REFUSED, answered())

        assert result.outcome == Raised("OrderUndone", "no money")
        assert paths_asked(asked) == ["POST /reservations", "POST /charges", "DELETE /reservations/r"]

    @pytest.mark.parametrize("failure", [[Raised("Sold", "out")], [NEVER] * 4], ids=["at once", "out of time"])
    def test_all_is_undone_in_reverse_order_if_nothing_is_shipped(self, failure: list[Any]) -> None:
        result, asked = play(
            "saga", ORDER, answered(id="r"), answered(id="c"), *failure, BUSY, answered(), BUSY, answered()
        )

        assert isinstance(result.outcome, Raised)
        assert result.outcome.error == "OrderUndone"
        assert states_of(result) == ["Reserve", "Charge", "Ship", "Refund", "Release", "Undone"]
        undone = ["POST /refunds", "POST /refunds", "DELETE /reservations/r", "DELETE /reservations/r"]
        assert paths_asked(asked)[2 + len(failure) :] == undone


class _Import(Script):
    """A statement that finds rows, and a catalogue that refuses some of them."""

    def __init__(self, rows: list[Any], refused: list[Any]) -> None:
        super().__init__()
        self.rows = rows
        self.refused = refused

    def __call__(self, task: RunTask) -> Answer:
        self.asked.append(task)
        arguments: Any = task.arguments
        if task.resource == "relay:sql/products_changed":
            return after(2, {"rows": self.rows})
        return after(1, REFUSED if arguments["RequestBody"] in self.refused else answered().output)


class TestNightlyImport:
    ROWS = tuple({"sku": f"tea {number}", "price": number} for number in range(10))

    def imported(self, rows: int, failing: tuple[int, ...] = ()) -> tuple[Run, list[Any]]:
        script = _Import(list(self.ROWS[:rows]), [self.ROWS[number] for number in failing])
        return run(example("nightly-import"), {"day": "2026-02-28"}, script), script.asked

    @pytest.mark.parametrize("rows", [0, 1, 10])
    def test_each_row_is_sent(self, rows: int) -> None:
        result, asked = self.imported(rows)

        assert result.outcome == Returned({"day": "2026-02-28", "found": rows, "sent": rows, "failed": 0})
        assert [task.arguments["RequestBody"] for task in asked[1:]] == list(self.ROWS[:rows])

    def test_four_are_sent_at_a_time(self) -> None:
        assert self.imported(10)[0].ended_at == BEGINS_AT + timedelta(seconds=2 + 3)

    def test_names_are_encoded_in_the_address(self) -> None:
        assert self.imported(1)[1][1].arguments["ApiEndpoint"] == "/products/tea%200"

    def test_one_in_five_may_fail(self) -> None:
        assert self.imported(10, (3, 7))[0].outcome == Returned(
            {"day": "2026-02-28", "found": 10, "sent": 8, "failed": 2}
        )

    def test_more_fail_the_import_which_says_why(self) -> None:
        outcome = self.imported(10, (3, 7, 8))[0].outcome

        assert isinstance(outcome, Raised)
        assert outcome.error == "ImportFailed"
        assert outcome.cause is not None
        assert outcome.cause.endswith("2026-02-28 could not be sent. The first error was States.Http.StatusCode.402")

    def test_the_statement_takes_too_long(self) -> None:
        outcome = play("nightly-import", {"day": "2026-02-28"}, NEVER)[0].outcome

        assert isinstance(outcome, Raised)
        assert outcome.error == "States.Timeout"


class TestPollUntilDone:
    def test_it_asks_until_the_job_is_done(self) -> None:
        running = answered(status="running")
        result, asked = play(
            "poll-until-done",
            {"report": "sales"},
            answered(id=5),
            running,
            BUSY,
            running,
            answered(status="done", file="f"),
        )

        assert result.outcome == Returned({"report": "sales", "file": "f", "asked": 3})
        assert paths_asked(asked) == ["POST /jobs", *["GET /jobs/5"] * 4]
        assert result.ended_at == BEGINS_AT + timedelta(seconds=3 * 30 + 5)

    def test_the_job_fails(self) -> None:
        result, _ = play("poll-until-done", {"report": "sales"}, answered(id=5), answered(status="failed"))

        assert result.outcome == Raised("JobFailed", "The job 5 has failed")

    def test_it_does_not_ask_for_ever(self) -> None:
        result, asked = play("poll-until-done", {"report": "sales"}, answered(id=5), *[answered(status="running")] * 40)

        assert result.outcome == Raised("JobTookTooLong", "The job 5 had not ended after it was asked about 40 times")
        assert len(asked) == 41


class TestForm:
    def test_a_form_is_handed_in_and_kept(self) -> None:
        result, asked = play("form", {"person": "Ada"}, after(86_400, ADDRESS), {})

        assert result.outcome == Returned(ADDRESS)
        assert asked[0].arguments["RequestBody"]["token"] == asked[0].token
        assert asked[1].arguments == {"person": "Ada", **ADDRESS}

    def test_what_is_incomplete_is_asked_for_again(self) -> None:
        result, asked = play("form", {"person": "Ada"}, {"street": "Elm 1"}, ADDRESS, {})

        assert result.outcome == Returned(ADDRESS)
        problems = [task.arguments["RequestBody"]["problem"] for task in asked[:2]]
        assert problems == ["", "Street, city and postcode are needed."]
        assert asked[0].token != asked[1].token

    @pytest.mark.parametrize(
        ("answers", "error"),
        [([{}] * 3, "FormIncomplete"), ([NEVER], "FormAbandoned"), ([Raised("FormRefused", "no")], "FormRefused")],
        ids=["never complete", "nobody", "refused"],
    )
    def test_there_is_no_address(self, answers: list[Any], error: str) -> None:
        outcome = play("form", {"person": "Ada"}, *answers)[0].outcome

        assert isinstance(outcome, Raised)
        assert outcome.error == error
