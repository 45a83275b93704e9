import asyncio
import concurrent.futures
import io
import logging
import sys
import threading
from collections.abc import Callable, Iterator

import azure.functions as func
import pytest

from functions_standin.errors import SettingsError
from functions_standin.functions import LoadedFunction
from functions_standin.input_bindings import InputBindings
from functions_standin.invocation import Datum, Failed, FailureKind, Succeeded
from functions_standin.invoker import Call, Invoker
from functions_standin.worker.log import WorkerLogHandler
from functions_standin_tests.samples import app_functions_of, running_invoker, silent_console

seen: list[object] = []


def define(app: func.FunctionApp) -> None:
    def on_sql(name: str):  # type: ignore[no-untyped-def]
        def decorate(body):  # type: ignore[no-untyped-def]
            trigger = app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
            return app.function_name(name)(trigger(body))

        return decorate

    @on_sql("blocking")
    def blocking(changes: str, context: func.Context) -> None:
        logging.info("in %s", context.function_name)
        seen.append(threading.current_thread().name)

    @on_sql("waiting")
    async def waiting(changes: str, context: func.Context) -> None:
        logging.info("in %s", context.function_name)

        async def child() -> None:
            logging.info("in a child task")

        await asyncio.create_task(child())
        seen.append(id(asyncio.get_running_loop()))

    @on_sql("threaded")
    async def threaded(changes: str, context: func.Context) -> None:
        def body() -> None:
            logging.info("without id")
            context.thread_local_storage.invocation_id = context.invocation_id
            logging.info("with id")

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()

    @on_sql("failing")
    def failing(changes: str) -> None:
        raise ValueError(f"cannot take {changes}")

    @on_sql("context")
    def with_context(changes: str, context: func.Context) -> None:
        seen.append(
            (
                context.invocation_id,
                context.function_directory,
                context.trace_context.trace_parent[:3],
                context.retry_context.retry_count,
            )
        )

    @on_sql("returning")
    def returning(changes: str) -> str:
        return changes

    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
    def returning_timer(timer: func.TimerRequest):  # type: ignore[no-untyped-def]
        return 5

    @app.route()
    def returning_dict(req: func.HttpRequest):  # type: ignore[no-untyped-def]
        return {"a": 1}


EMPTY = Datum("string", "[]")
TIMER = Datum("json", '{"Schedule": {"AdjustForDST": true}, "ScheduleStatus": null, "IsPastDue": false}')
REQUEST = Datum(
    "http", {"method": "GET", "url": "http://localhost/", "headers": {}, "query": {}, "params": {}, "body": b""}
)
FUNCTIONS = app_functions_of(define)


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def invoker(output: io.StringIO) -> Iterator[Invoker]:
    console = silent_console(output)
    root = logging.getLogger()
    level = root.level
    seen.clear()
    with running_invoker(FUNCTIONS.values(), console) as invoker:
        handler = WorkerLogHandler(invoker.take_log)
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        yield invoker
        root.removeHandler(handler)
        root.setLevel(level)


def call_of(name: str, argument: Datum = EMPTY) -> Call:
    function: LoadedFunction = FUNCTIONS[name].description
    return Call(function, {function.trigger.name: argument}, "because")


def test_a_plain_function_runs_in_the_thread_pool(invoker: Invoker) -> None:
    outcome = invoker.call(call_of("blocking"))

    assert outcome == Succeeded(None)
    assert str(*seen).startswith("function_")


def test_all_coroutines_run_on_one_loop(invoker: Invoker) -> None:
    outcomes = [invoker.call(call_of("waiting")) for _ in range(3)]

    assert outcomes == [Succeeded(None)] * 3
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_the_context_tells_the_invocation(invoker: Invoker) -> None:
    call = call_of("context")

    assert invoker.call(call) == Succeeded(None)
    assert seen == [(call.invocation_id, "/app", "00-", 0)]


def test_what_an_sql_trigger_returns_is_ignored(invoker: Invoker) -> None:
    assert invoker.call(call_of("returning")) == Succeeded(None)


def test_the_host_says_what_it_executes(invoker: Invoker, output: io.StringIO) -> None:
    call = call_of("blocking")

    invoker.call(call)

    executing, user, executed = output.getvalue().splitlines()
    assert executing.endswith(f"Executing 'Functions.blocking' (Reason='because', Id={call.invocation_id})")
    assert user.endswith("in blocking")
    assert f"Executed 'Functions.blocking' (Succeeded, Id={call.invocation_id}, Duration=" in executed


def test_a_failure_is_logged_with_its_stack(invoker: Invoker, output: io.StringIO) -> None:
    outcome = invoker.call(call_of("failing", Datum("string", "x")))

    assert isinstance(outcome, Failed)
    assert outcome.text == "ValueError: cannot take x"
    assert "Executed 'Functions.failing' (Failed, Id=" in output.getvalue()
    assert "Result: Failure\nException: ValueError: cannot take x\nStack:\n" in output.getvalue()
    assert "in failing" in output.getvalue()


@pytest.mark.parametrize(
    ("name", "message", "category"),
    [
        ("blocking", "in blocking", "Function.blocking.User"),
        ("waiting", "in waiting", "Function.waiting.User"),
        ("waiting", "in a child task", "Function.waiting.User"),
        ("threaded", "with id", "Function.threaded.User"),
    ],
)
def test_a_log_record_finds_its_invocation(name: str, message: str, category: str) -> None:
    lines: list[tuple[str, str]] = []
    console = silent_console()

    def record(category: str, level: int, message: str) -> None:
        lines.append((category, message))

    console.log = record  # type: ignore[method-assign]
    with running_invoker(FUNCTIONS.values(), console) as invoker:
        handler = WorkerLogHandler(invoker.take_log)
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(logging.DEBUG)

        invoker.call(call_of(name))
        logging.getLogger().removeHandler(handler)

    assert (category, message) in lines
    assert not [text for _, text in lines if text == "without id"], "whose invocation it is, nobody knows"


def test_system_loggers_are_hidden(invoker: Invoker, output: io.StringIO) -> None:
    logging.getLogger("azure_functions_worker.dispatcher").error("hidden")
    logging.getLogger("azure.functions.x").error("hidden")

    assert output.getvalue() == ""


@pytest.mark.parametrize(
    ("name", "argument", "error", "text"),
    [
        ("returning_timer", TIMER, "RuntimeError", "without a $return binding returned a non-None value"),
        ("returning_dict", REQUEST, "TypeError", 'unsupported type "http" for Python type "dict"'),
    ],
)
def test_a_value_that_no_binding_takes_fails_the_invocation(
    invoker: Invoker, name: str, argument: Datum, error: str, text: str
) -> None:
    outcome = invoker.call(call_of(name, argument))

    assert isinstance(outcome, Failed)
    assert outcome.text.startswith(f"{error}: ")
    assert text in outcome.text


def test_an_input_that_nobody_supplies_fails_the_invocation(invoker: Invoker) -> None:
    def define_starter(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        @app.generic_input_binding(arg_name="client", type="durableClient")
        def starter(changes: str, client: str) -> None: ...

    starter = app_functions_of(define_starter)["starter"].description

    outcome = invoker.call(Call(starter, {"changes": EMPTY}, "because"))

    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.HOST
    assert "input binding of type durableClient ('client'), which this stand-in does not run yet" in outcome.text


def test_a_supplied_input_reaches_the_function() -> None:
    def define_reader(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        @app.generic_input_binding(arg_name="extra", type="durableClient")
        def reader(changes: str, extra: str) -> None:
            seen.append(changes + extra)

    inputs = InputBindings()
    inputs.register("durableClient", lambda function, binding, _id: f"{function.name}.{binding.name}")
    reader = app_functions_of(define_reader)["reader"]
    seen.clear()

    with running_invoker([reader], inputs=inputs) as invoker:
        outcome = invoker.call(Call(reader.description, {"changes": Datum("string", "[] ")}, "because"))

    assert outcome == Succeeded(None)
    assert seen == ["[] reader.extra"]


def test_the_number_of_threads_is_a_setting() -> None:
    together = threading.Barrier(2, timeout=0.2)

    def define_meeting(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        def meeting(changes: str) -> None:
            together.wait()

    meeting = app_functions_of(define_meeting)["meeting"]
    with running_invoker([meeting], environment={"PYTHON_THREADPOOL_THREAD_COUNT": "1"}) as invoker:
        futures = [invoker.start(Call(meeting.description, {"changes": EMPTY}, "because")) for _ in range(2)]
        outcomes = [future.result(30) for future in futures]

    assert all(isinstance(outcome, Failed) for outcome in outcomes)


@pytest.mark.parametrize("text", ["0", "-1", "many"])
def test_a_wrong_number_of_threads_is_an_error(text: str) -> None:
    with (
        pytest.raises(SettingsError, match="PYTHON_THREADPOOL_THREAD_COUNT"),
        running_invoker([], environment={"PYTHON_THREADPOOL_THREAD_COUNT": text}),
    ):
        pass


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        (lambda: sys.exit(7), "python exited with code 7 (0x7)"),
        (lambda: (_ for _ in ()).throw(KeyboardInterrupt), "python exited with code 130 (0x82)"),
    ],
    ids=["SystemExit", "KeyboardInterrupt"],
)
def test_a_function_that_ends_the_worker_fails_every_call_and_the_next_finds_a_new_worker(
    ends: Callable[[], None], text: str
) -> None:
    go_on = threading.Event()

    def define_ending(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        def ending(changes: str) -> None:
            ends()

        @app.sql_trigger(arg_name="changes", table_name="dbo.U", connection_string_setting="Sql")
        def other(changes: str) -> None:
            go_on.wait(30)

    functions = app_functions_of(define_ending)
    with running_invoker(functions.values()) as invoker:
        beside = invoker.start(Call(functions["other"].description, {"changes": EMPTY}, "because"))
        outcome = invoker.call(Call(functions["ending"].description, {"changes": EMPTY}, "because"))

        assert outcome == Failed(text, kind=FailureKind.WORKER_EXITED)
        assert beside.result(30) == outcome
        go_on.set()
        assert invoker.call(Call(functions["other"].description, {"changes": EMPTY}, "because")) == Succeeded(None)


def test_a_call_that_takes_longer_than_the_limit_ends_the_worker_with_all_that_runs_there() -> None:
    go_on = threading.Event()

    def define_slow(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        def slow(changes: str) -> None:
            go_on.wait(30)

    slow = app_functions_of(define_slow)["slow"]
    output = io.StringIO()
    with running_invoker([slow], silent_console(output), timeout_seconds=0.2) as invoker:
        calls = [invoker.start(Call(slow.description, {"changes": EMPTY}, "because")) for _ in range(2)]
        outcomes = [call.result(30) for call in calls]
        go_on.set()

    assert outcomes[0] == outcomes[1]
    assert isinstance(outcomes[0], Failed)
    assert outcomes[0].kind is FailureKind.TIMED_OUT
    assert "exceeded by function 'Functions.slow' (Id: '" in output.getvalue()


def test_drain_waits_for_running_invocations() -> None:
    go_on = threading.Event()

    def define_slow(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        def slow(changes: str) -> None:
            go_on.wait(30)

    slow = app_functions_of(define_slow)["slow"]
    with running_invoker([slow]) as invoker:
        future = invoker.start(Call(slow.description, {"changes": EMPTY}, "because"))

        drained_at_once = asyncio.run(invoker.drain(0.01))
        go_on.set()
        drained_later = asyncio.run(invoker.drain(30))

        assert (drained_at_once, drained_later) == (False, True)
        assert isinstance(future, concurrent.futures.Future)
        assert invoker.running_count == 0
