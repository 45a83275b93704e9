"""Executions whose orchestrations are lost: started anew under another epoch, ever less often; after five starts in vain they rest."""

import asyncio
from collections.abc import Callable

import pytest

from adapters.sql_server.migrations import migrate
from relay.config.values import Settings
from services import executions
from services.app_outside import AppOutside
from services.look_after_executions import look_after_executions
from services.operate_executions import post_event, resume_execution, stop_execution
from services.start_executions import start_ready
from tests.contract.execution_scene import Executions, does
from tests.contract.relay_scene import Scene
from tests.contract.test_table_scripts import run
from tests.fakes import LOG, FakeDurableClient, a_relay, an_app_outside
from workflows.execution.names import execution_instance

Make = Callable[..., Scene]
HOUR = 3600


class Watched(Executions):
    """Executions, the instances that Durable says there are, and who looks after both."""

    def __init__(self, made: Scene) -> None:
        super().__init__(made)
        self.client = FakeDurableClient()

    @property
    def outside(self) -> AppOutside:
        app = an_app_outside(self.client, self.tables)  # type: ignore[arg-type]
        settings = Settings(
            app=self.app, sql_connection_string="", relays=(a_relay(),), channels=(LOG,), public_url="https://shop/api"
        )
        return AppOutside(
            settings=settings, instances=app.instances, tables=self.tables, channels=None,  # type: ignore[arg-type]
            clock=app.clock, threads=app.threads,
        )  # fmt: skip

    def look(self) -> list[str]:
        """Let the watchdog look; return what it has started."""
        before = len(self.client.started)
        asyncio.run(look_after_executions(self.outside))
        return [str(instance) for _, instance, _ in self.client.started[before:]]

    def has(self, execution: str, status: str, epoch: int | None = None) -> None:
        self.client.statuses[execution_instance(execution, epoch or self.epoch(execution))] = status

    def told(self) -> list[str]:
        [found] = self.ask("notification/due", limit=10)
        return [row["facts"] for row in found]


@pytest.fixture
def made(scene: Make) -> Watched:
    return Watched(scene())


def test_what_is_registered_is_started_with_its_id_and_epoch(made: Watched) -> None:
    made.register("a")

    assert made.look() == ["a:1"]
    assert made.client.started == [("order", "a:1", {"execution": "a", "epoch": 1})]


def test_one_that_is_about_to_begin_is_left_alone(made: Watched) -> None:
    made.register("a")
    made.look()
    made.has("a", "Pending")
    made.let_time_pass(HOUR)

    assert made.look() == []


def test_one_that_was_lost_before_it_began_is_started_under_the_same_id(made: Watched) -> None:
    made.register("a")
    made.look()
    made.let_time_pass(61)

    assert made.look() == ["a:1"]


@pytest.mark.parametrize("status", ["Failed", "Terminated", "Completed"])
def test_one_that_ended_before_it_began_is_never_started_under_the_same_id(made: Watched, status: str) -> None:
    made.register("a")
    made.look()
    made.has("a", status)
    made.let_time_pass(121)

    assert made.look() == ["a:2"]


def test_one_that_gives_signs_of_life_is_not_looked_at(made: Watched) -> None:
    made.register("a")
    made.begin("a")

    assert made.look() == []


@pytest.mark.parametrize("status", ["Failed", "Terminated", ""])
def test_one_whose_orchestration_has_ended_by_itself_is_started_anew(made: Watched, status: str) -> None:
    made.register("a")
    made.begin("a")
    made.has("a", status)
    made.let_time_pass(HOUR)

    assert made.look() == ["a:2"]
    assert "over" in made.begin("a", epoch=1)


def test_one_that_is_late_and_runs_is_ended_after_half_an_hour_and_then_started_anew(made: Watched) -> None:
    made.register("a")
    made.begin("a")
    made.has("a", "Running")
    made.let_time_pass(600)
    assert (made.look(), made.client.terminated) == ([], [])

    made.let_time_pass(HOUR)
    assert (made.look(), made.client.terminated) == ([], ["a:1"])
    made.has("a", "Terminated")
    made.let_time_pass(61)
    assert made.look() == ["a:2"]


def test_one_that_has_said_how_long_it_waits_is_not_late_before(made: Watched) -> None:
    made.register("a")
    made.begin("a")
    made.has("a", "Running")
    executions.rest({"execution": "a", "epoch": 1, "due_in_ms": 3 * HOUR * 1000}, made.tables)

    made.let_time_pass(2 * HOUR)

    assert (made.look(), made.client.terminated) == ([], [])


def in_vain(made: Watched, times: int) -> None:
    for _ in range(times):
        made.begin("a")
        made.has("a", "Failed")
        made.let_time_pass(2 * HOUR)
        made.made.server.run(
            "UPDATE relay.Restart SET RestartedAt = DATEADD(hour, -2, RestartedAt) WHERE App = ?", made.app
        )
        made.look()


def test_started_five_times_in_vain_it_rests_and_people_are_told(made: Watched) -> None:
    made.register("a")
    in_vain(made, 5)
    assert (made.epoch("a"), made.state("a"), made.told()) == (6, "ready", [])

    in_vain(made, 1)

    assert made.state("a") == "stuck"
    [facts] = made.told()
    assert "execution_stuck" in facts
    assert "/executions/a" in facts
    assert made.look() == []


def test_a_new_result_lets_it_begin_to_count_anew(made: Watched) -> None:
    made.register("a")
    in_vain(made, 5)
    made.begin("a")
    made.step("a", "reserve", does(1))

    in_vain(made, 1)

    assert made.state("a") == "ready"


def test_it_is_started_anew_ever_less_often(made: Watched) -> None:
    made.register("a")
    in_vain(made, 2)
    made.begin("a")
    made.has("a", "Failed")
    made.let_time_pass(2 * HOUR)
    made.look()

    made.begin("a")
    made.has("a", "Failed")
    made.let_time_pass(2 * HOUR)
    assert made.look() == []  # the one before was a moment ago


def test_a_person_resumes_what_rests(made: Watched) -> None:
    made.register("a")
    in_vain(made, 6)

    found = asyncio.run(resume_execution("a", made.outside))

    assert found is not None
    assert made.client.started[-1][1] == execution_instance("a", made.epoch("a"))
    in_vain(made, 1)
    assert made.state("a") == "ready"  # it counts anew


def test_stopped_its_orchestration_is_ended_and_the_next_one_started(made: Watched) -> None:
    made.register("v1", 1)
    made.register("v2", 2)
    made.begin("v1")

    asyncio.run(stop_execution("v1", "stopped by an operator", made.outside))

    assert made.client.terminated == ["v1:1"]
    assert [instance for _, instance, _ in made.client.started] == ["v2:2"]


def test_an_event_is_stored_before_its_execution_is_told(made: Watched) -> None:
    made.register("a")
    made.begin("a")
    made.client.fails = True  # raises nothing in this fake; what is stored is what counts

    assert asyncio.run(post_event("a", "paid", "k", {"n": 1}, made.outside)) == "running"
    assert made.client.raised == [("a:1", "event-paid")]
    assert [event["name"] for event in made.ask("execution/one", execution="a")[2]] == ["paid"]
    assert asyncio.run(post_event("nobody", "paid", "k", {}, made.outside)) is None


def test_an_event_that_is_not_taken_is_told_again_ever_less_often(made: Watched) -> None:
    made.register("a")
    made.begin("a")
    made.has("a", "Running")
    executions.rest({"execution": "a", "epoch": 1, "due_in_ms": 3 * 86_400_000}, made.tables)
    assert asyncio.run(post_event("a", "paid", "k", {}, made.outside)) == "running"
    told = []

    for seconds in (301, 61, 300, 4 * 86_400):  # the second look is too early, the last is one at who is late
        made.let_time_pass(seconds)
        made.client.raised.clear()
        made.look()
        told.append(made.client.raised[:])

    assert told == [[("a:1", "event-paid")], [], [("a:1", "event-paid")], []]
    assert made.client.terminated == ["a:1"]


def test_orchestrations_that_were_replaced_are_ended(made: Watched) -> None:
    made.register("v1", 1, on_newer="replace")
    made.begin("v1")
    made.register("v2", 2, on_newer="replace")

    made.look()
    made.look()

    assert made.client.terminated == ["v1:1"]


def test_old_ones_are_forgotten_in_the_hub_first(made: Watched) -> None:
    made.register("a")
    made.begin("a")
    made.end("a")
    made.let_time_pass(31 * 24 * HOUR)

    made.look()

    assert made.client.purged == ["a:1"]
    assert made.ask("execution/one", execution="a")[0] == []


def test_the_hub_forgets_all_starts_of_an_old_one_and_none_of_others_of_its_subject(made: Watched) -> None:
    made.register("before")
    made.begin("before")
    made.end("before")
    made.register("a")
    made.begin("a")
    made.has("a", "Failed")
    made.let_time_pass(HOUR)
    assert made.look() == ["a:3"]
    made.begin("a")
    made.end("a")
    made.let_time_pass(31 * 24 * HOUR)

    made.look()

    assert sorted(made.client.purged) == ["a:2", "a:3", "before:1"]


def test_of_one_that_has_waited_for_others_the_hub_is_asked_from_its_first_start_on(made: Watched) -> None:
    for number in range(5):
        made.register(f"a{number}", number)
    for number in range(5):
        made.begin(f"a{number}")
        made.end(f"a{number}")
    made.let_time_pass(31 * 24 * HOUR)

    made.look()

    assert sorted(made.client.purged) == [f"a{number}:{number + 1}" for number in range(5)]


def test_many_are_started_after_a_batch(made: Watched) -> None:
    for number in range(60):
        made.register(f"a{number}", subject=f"row {number}")

    started = asyncio.run(start_ready(made.outside, "order", most_seconds=60))

    assert (started, len({instance for _, instance, _ in made.client.started})) == (60, 60)
    assert asyncio.run(start_ready(made.outside, "another", most_seconds=60)) == 0


@pytest.mark.parametrize("release", ["0.1.0", "0.2.0", "0.3.0"])
def test_executions_rest_while_a_release_that_has_none_is_in_place_and_go_on_at_once_with_the_next(
    made: Watched, release: str
) -> None:
    made.register("a")
    in_vain(made, 5)
    made.begin("a")
    executions.rest({"execution": "a", "epoch": 6, "due_in_ms": 3 * 86_400_000}, made.tables)
    assert made.look() == []

    run(made.made.server, f"back_to_{release}", made.app)
    run(made.made.server, f"back_to_{release}", made.app)
    made.has("a", "Failed")
    migrate(made.made.server, made.app)

    assert made.look() == ["a:7"]
    assert made.state("a") == "ready"
