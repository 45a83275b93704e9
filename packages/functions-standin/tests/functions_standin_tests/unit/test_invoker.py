import asyncio
import concurrent.futures
import io
import logging
import threading
from collections.abc import Iterator

import azure.functions as func
import pytest

from functions_standin.errors import SettingsError
from functions_standin.functions import LoadedFunction
from functions_standin.input_bindings import InputBindings
from functions_standin.invoker import Call, Failed, Invoker, Succeeded
from functions_standin.worker_log import WorkerLogHandler
from functions_standin_tests.samples import functions_of, running_invoker, silent_console, wait_until


def define(app: func.FunctionApp) -> None:
    def on_sql(name: str):  # type: ignore[no-untyped-def]
        def decorate(body):  # type: ignore[no-untyped-def]
            trigger = app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
            return app.function_name(name)(trigger(body))

        return decorate

    @on_sql("blocking")
    def blocking(changes: str, context: func.Context) -> str:
        logging.info("in %s", context.function_name)
        return threading.current_thread().name

    @on_sql("waiting")
    async def waiting(changes: str, context: func.Context) -> str:
        logging.info("in %s", context.function_name)

        async def child() -> None:
            logging.info("in a child task")

        await asyncio.create_task(child())
        return f"{threading.current_thread().name} {id(asyncio.get_running_loop())}"

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
    def with_context(changes: str, context: func.Context) -> tuple[str, str, str, int]:
        return (
            context.invocation_id,
            context.function_directory,
            context.trace_context.trace_parent[:3],
            context.retry_context.retry_count,
        )

    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
    def returning_timer(timer: func.TimerRequest):  # type: ignore[no-untyped-def]
        return 5

    @app.route()
    def returning_dict(req: func.HttpRequest):  # type: ignore[no-untyped-def]
        return {"a": 1}


FUNCTIONS = functions_of(define)


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def invoker(output: io.StringIO) -> Iterator[Invoker]:
    console = silent_console(output)
    root = logging.getLogger()
    level = root.level
    with running_invoker(console) as invoker:
        handler = WorkerLogHandler(console, invoker.function_of_invocation)
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        yield invoker
        root.removeHandler(handler)
        root.setLevel(level)


def call_of(name: str, argument: object = "[]") -> Call:
    function: LoadedFunction = FUNCTIONS[name]
    return Call(function, {function.trigger.name: argument}, "because")


def test_a_plain_function_runs_in_the_thread_pool(invoker: Invoker) -> None:
    outcome = invoker.call(call_of("blocking"))

    assert isinstance(outcome, Succeeded)
    assert outcome.value.startswith("function_")


def test_all_coroutines_run_on_one_loop(invoker: Invoker) -> None:
    outcomes = [invoker.call(call_of("waiting")) for _ in range(3)]

    assert len({outcome.value for outcome in outcomes if isinstance(outcome, Succeeded)}) == 1
    assert all(isinstance(outcome, Succeeded) for outcome in outcomes)


def test_the_context_tells_the_invocation(invoker: Invoker) -> None:
    call = call_of("context")

    assert invoker.call(call) == Succeeded((call.invocation_id, "/app", "00-", 0))


def test_the_host_says_what_it_executes(invoker: Invoker, output: io.StringIO) -> None:
    call = call_of("blocking")

    invoker.call(call)

    executing, user, executed = output.getvalue().splitlines()
    assert executing.endswith(f"Executing 'Functions.blocking' (Reason='because', Id={call.invocation_id})")
    assert user.endswith("in blocking")
    assert f"Executed 'Functions.blocking' (Succeeded, Id={call.invocation_id}, Duration=" in executed


def test_a_failure_is_logged_with_its_stack(invoker: Invoker, output: io.StringIO) -> None:
    outcome = invoker.call(call_of("failing", "x"))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, ValueError)
    assert "Executed 'Functions.failing' (Failed, Id=" in output.getvalue()
    assert "Result: Failure\nException: ValueError: cannot take x\nStack:\n" in output.getvalue()
    assert "in failing" in output.getvalue()


@pytest.mark.parametrize(
    ("name", "message", "category"),
    [
        ("blocking", "in blocking", "Function.blocking.User"),
        ("waiting", "in waiting", "Function.waiting.User"),
        ("waiting", "in a child task", "Function.waiting.User"),
        ("threaded", "without id", "Function"),
        ("threaded", "with id", "Function.threaded.User"),
    ],
)
def test_a_log_record_finds_its_invocation(name: str, message: str, category: str) -> None:
    lines: list[tuple[str, str]] = []
    console = silent_console()

    def record(category: str, level: int, message: str) -> None:
        lines.append((category, message))

    console.log = record  # type: ignore[method-assign]
    with running_invoker(console) as invoker:
        handler = WorkerLogHandler(console, invoker.function_of_invocation)
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(logging.DEBUG)

        invoker.call(call_of(name))
        logging.getLogger().removeHandler(handler)

    assert (category, message) in lines


def test_system_loggers_are_hidden(invoker: Invoker, output: io.StringIO) -> None:
    logging.getLogger("azure_functions_worker.dispatcher").error("hidden")
    logging.getLogger("azure.functions.x").error("hidden")
    logging.getLogger("azure.storage").error("shown")

    assert "hidden" not in output.getvalue()
    assert "shown" in output.getvalue()


@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        ("returning_timer", RuntimeError, "without a $return binding returned a non-None value"),
        ("returning_dict", TypeError, 'unsupported type "http" for Python type "dict"'),
    ],
)
def test_a_value_that_no_binding_takes_fails_the_invocation(
    invoker: Invoker, name: str, error: type[Exception], text: str
) -> None:
    outcome = invoker.call(call_of(name, None))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, error)
    assert text in str(outcome.error)


def test_an_input_that_nobody_supplies_fails_the_invocation(invoker: Invoker) -> None:
    def define_starter(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        @app.generic_input_binding(arg_name="client", type="durableClient")
        def starter(changes: str, client: str) -> None: ...

    starter = functions_of(define_starter)["starter"]

    outcome = invoker.call(Call(starter, {"changes": "[]"}, "because"))

    assert isinstance(outcome, Failed)
    assert "input binding of type durableClient ('client'), which this stand-in does not run yet" in str(outcome.error)


def test_a_supplied_input_reaches_the_function() -> None:
    def define_reader(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        @app.generic_input_binding(arg_name="extra", type="durableClient")
        def reader(changes: str, extra: str) -> str:
            return changes + extra

    inputs = InputBindings()
    inputs.register("durableClient", lambda function, binding, _id: f"{function.name}.{binding.name}")
    reader = functions_of(define_reader)["reader"]

    with running_invoker(inputs=inputs) as invoker:
        outcome = invoker.call(Call(reader, {"changes": "[] "}, "because"))

    assert outcome == Succeeded("[] reader.extra")


def test_the_number_of_threads_is_a_setting() -> None:
    together = threading.Barrier(2, timeout=0.2)

    def define_meeting(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        def meeting(changes: str) -> None:
            together.wait()

    meeting = functions_of(define_meeting)["meeting"]
    with running_invoker(environment={"PYTHON_THREADPOOL_THREAD_COUNT": "1"}) as invoker:
        futures = [invoker.start(Call(meeting, {"changes": "[]"}, "because")) for _ in range(2)]
        outcomes = [future.result(30) for future in futures]

    assert all(isinstance(outcome, Failed) for outcome in outcomes)


@pytest.mark.parametrize("text", ["0", "-1", "many"])
def test_a_wrong_number_of_threads_is_an_error(text: str) -> None:
    with (
        pytest.raises(SettingsError, match="PYTHON_THREADPOOL_THREAD_COUNT"),
        running_invoker(environment={"PYTHON_THREADPOOL_THREAD_COUNT": text}),
    ):
        pass


def test_drain_waits_for_running_invocations() -> None:
    go_on = threading.Event()

    def define_slow(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
        def slow(changes: str) -> None:
            go_on.wait(30)

    slow = functions_of(define_slow)["slow"]
    with running_invoker() as invoker:
        future = invoker.start(Call(slow, {"changes": "[]"}, "because"))
        wait_until(lambda: bool(invoker.function_of_invocation), description="the invocation has begun")

        drained_at_once = invoker.drain(0.01)
        go_on.set()
        drained_later = invoker.drain(30)

        assert (drained_at_once, drained_later) == (False, True)
        assert isinstance(future, concurrent.futures.Future)
        assert invoker.running_count == 0
