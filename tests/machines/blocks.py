"""Blocks without branches: a few states each that go on to what follows. Each puts its states in, and yields the name of its first."""

from collections.abc import Callable

from tests.machines.tasks import BUSY, CLOSED, ECHO, FAILS
from tests.machines.writing import INPUT, Json, States, Writing, merged, query

Block = Callable[[Writing, States, str | None], str]
ODDITIES: tuple[Json, ...] = (
    None, True, False, 0, -7, 2.5, "", "text", "ü €", "{}", "$.n", [], [1, "2", None], {}, {"a": {"b": [1, 2]}}, {"k.$": 1},
)  # fmt: skip


def shape(writing: Writing, states: States, following: str | None) -> str:
    """A Pass state that computes something of its input."""
    name = writing.name("Shape")
    state, in_jsonata = writing.state("Pass", following)
    if in_jsonata:
        ways = {
            "a literal in JSONata": merged(f"{{'x': {_in_jsonata(writing.chance.choice(ODDITIES))}}}"),
            "arithmetic": merged(f"{{'n': ({INPUT}.n * 3 + 1) % 17, 'x': [{INPUT}.x]}}"),
            "functions of JSONata": merged(f"{{'x': $map({INPUT}.items, function($v, $i) {{ $string($v) & $i }})}}"),
            "Output of members": {"n": query(f"{INPUT}.n"), "items": query(f"{INPUT}.items"), "x": [1, query(f"$string({INPUT}.n)")]},
        }  # fmt: skip
        feature = writing.chance.choice(list(ways))
        state["Output"] = ways[feature]
    else:
        fields: dict[str, dict[str, Json]] = {
            "Result": {"Result": writing.chance.choice(ODDITIES[:-1]), "ResultPath": "$.x"},
            "Parameters": {"Parameters": {"was.$": "$.x", "id.$": "$$.Execution.Name"}, "ResultPath": "$.x"},
            "ResultPath within": {"Parameters": {"n.$": "$.n"}, "ResultPath": "$.deep.within"},
            "InputPath": {"InputPath": "$.items", "ResultPath": "$.x"},
            "OutputPath": {"Parameters": {"all.$": "$"}, "OutputPath": "$.all"},
            "an indefinite path": {"Parameters": {"ids.$": "$.items[*].id"}, "ResultPath": "$.x"},
            "a filter": {"Parameters": {"bad.$": "$.items[?(@.bad == true)]"}, "ResultPath": "$.x"},
            "States.Format": {
                "Parameters": {"told.$": "States.Format('{} of {}', $.n, States.JsonToString($.items))"},
                "ResultPath": "$.x",
            },
            "functions of arrays": {
                "Parameters": {
                    "part.$": "States.ArrayPartition(States.ArrayRange(1, 5, 2), 2)",
                    "count.$": "States.ArrayLength($.items)",
                    "hash.$": "States.Hash($.n, 'SHA-256')",
                },
                "ResultPath": "$.x",
            },
        }
        feature = writing.chance.choice(list(fields))
        state |= fields[feature]
    writing.note(feature)
    states[name] = state
    return name


def work(writing: Writing, states: States, following: str | None) -> str:
    """A task that gives its arguments back."""
    name = writing.name("Work")
    state, in_jsonata = writing.state("Task", following)
    state["Resource"] = ECHO
    if in_jsonata:
        state["Arguments"] = {"n": query(f"{INPUT}.n + 1"), "long": query(f"$length($string({INPUT}.x))")}
        state["Output"] = merged("{'n': $states.result.n, 'x': $states.result}")
    elif writing.likely(0.5):
        writing.note("ResultSelector")
        state["Parameters"] = {"n.$": "$.n", "name.$": "$$.State.Name"}
        state |= {"ResultSelector": {"m.$": "$.n", "of.$": "$.name"}, "ResultPath": "$.x"}
    else:
        state |= {"Parameters": {"was.$": "$.x"}, "ResultPath": writing.chance.choice(["$.x", None])}
    if writing.likely(0.3):
        writing.note("a task that may take its time")
        state["TimeoutSeconds"] = 600
    states[name] = state
    return name


def rest(writing: Writing, states: States, following: str | None) -> str:
    """A wait of no or few seconds."""
    name = writing.name("Rest")
    state, in_jsonata = writing.state("Wait", following)
    if in_jsonata:
        state["Seconds"] = query(f"$abs({INPUT}.n % 2)")
    elif writing.likely(0.5):
        state["Seconds"] = writing.chance.randint(0, 2)
    else:
        writing.note("Timestamp")
        state["Timestamp"] = "2026-01-01T00:00:00Z"  # long ago
    states[name] = state
    return name


def try_again(writing: Writing, states: States, following: str | None) -> str:
    """A task that fails a few times, and is tried often enough."""
    name = writing.name("Shaky")
    times = writing.chance.randint(1, 3)
    state = _failing(writing, following, times, BUSY)
    state["Retry"] = [
        {"ErrorEquals": [CLOSED], "MaxAttempts": 1},
        {
            "ErrorEquals": [writing.chance.choice([BUSY, "States.TaskFailed", "States.ALL"])],
            "IntervalSeconds": 1,
            "MaxAttempts": times + writing.chance.randint(0, 2),
            "BackoffRate": writing.chance.choice([1.0, 1.5]),
            **writing.chance.choice([{}, {"JitterStrategy": "FULL"}, {"MaxDelaySeconds": 2}]),
        },
    ]
    writing.note("tried again, and well")
    states[name] = state
    return name


def catch(writing: Writing, states: States, following: str | None) -> str:
    """A task that fails for good, also after a try, and is caught."""
    name = writing.name("Caught")
    state = _failing(writing, following, 9, CLOSED)
    if writing.likely(0.4):
        writing.note("tried again, and in vain")
        state["Retry"] = [{"ErrorEquals": [CLOSED], "IntervalSeconds": 1, "MaxAttempts": 1, "BackoffRate": 1.0}]
    state["Catch"] = [
        {"ErrorEquals": [BUSY], "Next": name},
        catcher(writing, states, following, [CLOSED], in_jsonata="Arguments" in state),
    ]
    writing.note("caught")
    states[name] = state
    return name


def catch_computing(writing: Writing, states: States, following: str | None) -> str:
    """A task of which the arguments cannot be computed, which is caught."""
    name = writing.name("Odd")
    state, in_jsonata = writing.state("Task", following)
    state["Resource"] = ECHO
    if in_jsonata:
        error = "States.QueryEvaluationError"
        state["Arguments"] = {
            "a": query(writing.chance.choice([f"{INPUT}.nothing", f"{INPUT}.n + 'a'", "$error('no')"]))
        }
    else:
        error = "States.IntrinsicFailure"
        state["Parameters"] = {"a.$": "States.ArrayGetItem($.items, 99)"}
        state["ResultPath"] = None
    if in_jsonata:
        state["Output"] = query(INPUT)
    state["Catch"] = [catcher(writing, states, following, [error], in_jsonata=in_jsonata)]
    writing.note(f"{error} caught")
    states[name] = state
    return name


def loop(writing: Writing, states: States, following: str | None, body: Block | None = None) -> str:
    """A block that is gone through a few times, as a counter in a variable says."""
    begin, again, more, counter = (writing.name(kind) for kind in ("Begin", "Again", "More", "count"))
    times = writing.chance.randint(1, 3)
    end = shape(writing, states, following)
    first = (body or writing.chance.choice(WITHOUT_LOOPS))(writing, states, again)
    choice, in_jsonata = writing.state("Choice", None)
    if in_jsonata:
        rule: dict[str, Json] = {"Condition": query(f"${counter} < {times}"), "Next": first}
    else:
        rule = {"Variable": f"${counter}", "NumericLessThan": times, "Next": first}
    states[more] = choice | {"Choices": [rule], "Default": end}
    state, in_jsonata = writing.state("Pass", more)
    if in_jsonata:
        state |= {"Assign": {counter: query(f"${counter} + 1")}, "Output": merged(f"{{'x': ${counter}}}")}
    else:
        state["Assign"] = {f"{counter}.$": f"States.MathAdd(${counter}, 1)"}
    states[again] = state
    state, _ = writing.state("Pass", first)
    states[begin] = state | {"Assign": {counter: 0}}
    writing.note("loop")
    return begin


def choose(writing: Writing, states: States, following: str | None) -> str:
    """Two ways to what follows."""
    name = writing.name("Choose")
    one, other = shape(writing, states, following), work(writing, states, following)
    state, in_jsonata = writing.state("Choice", None)
    if in_jsonata:
        rule: dict[str, Json] = {"Condition": query(f"{INPUT}.n % 2 = 0"), "Next": one}
        if writing.likely(0.5):
            writing.note("Output of a rule")
            rule["Output"] = merged("{'x': 'even'}")
    else:
        rule = writing.chance.choice(_CONDITIONS) | {"Next": one}
    if writing.likely(0.3):
        writing.note("Assign of a rule")
        rule["Assign"] = {writing.name("way"): "one"}
    states[name] = state | {"Choices": [rule], "Default": other}
    return name


def stumble(writing: Writing, states: States, _following: str | None) -> str:
    """A state that cannot be worked with its input: nobody catches that."""
    name = writing.name("Stumble")
    states[name] = {"Type": "Pass", "InputPath": "$.nothing", "End": True}
    if writing.is_all_jsonata:
        states[name] = {"Type": "Pass", "Output": query(f"{INPUT}.nothing"), "End": True}
    writing.note("fails with an error of the language")
    return name


def give_up(writing: Writing, states: States, _following: str | None) -> str:
    """A Fail state."""
    name = writing.name("GiveUp")
    state, in_jsonata = writing.state("Fail", None)
    if in_jsonata:
        state |= {"Error": query("'Shop.' & 'Empty'"), "Cause": query(f"'n is ' & {INPUT}.n")}
    else:
        state |= writing.chance.choice(
            [
                {"Error": "Shop.Empty", "Cause": "as told"},
                {"Error": "Shop.Empty", "CausePath": "States.Format('n is {}', $.n)"},
            ]
        )
    states[name] = state
    return name


def catcher(
    writing: Writing, states: States, following: str | None, errors: list[str], *, in_jsonata: bool
) -> dict[str, Json]:
    """A catcher that goes on to what follows, over a state of its own."""
    rule: dict[str, Json] = {
        "ErrorEquals": writing.chance.choice([errors, ["States.ALL"]]),
        "Next": shape(writing, states, following),
    }
    if in_jsonata:
        rule["Output"] = merged("{'x': $states.errorOutput.Error}")
    else:
        rule["ResultPath"] = writing.chance.choice(["$.x", "$.failure", None])
    if writing.likely(0.3):
        writing.note("Assign of a catcher")
        variable = writing.name("told")
        rule["Assign"] = {variable: query("$states.errorOutput.Error")} if in_jsonata else {f"{variable}.$": "$.Error"}
    return rule


WITHOUT_LOOPS: tuple[Block, ...] = (shape, work, rest, try_again, catch, catch_computing, choose)
_CONDITIONS: tuple[dict[str, Json], ...] = (
    {"Variable": "$.n", "NumericGreaterThan": 3},
    {"Variable": "$.x", "IsPresent": False},
    {"Variable": "$.x", "IsNull": True},
    {"Variable": "$.n", "NumericLessThanEqualsPath": "$.n"},
    {"Not": {"Variable": "$.x", "IsString": True}},
    {"And": [{"Variable": "$.x", "IsString": True}, {"Variable": "$.x", "StringMatches": "t*t"}]},
    {"Or": [{"Variable": "$.n", "NumericEquals": 1}, {"Variable": "$.items[0]", "IsPresent": True}]},
)


def _failing(writing: Writing, following: str | None, times: int, error: str) -> dict[str, Json]:
    state, in_jsonata = writing.state("Task", following)
    state["Resource"] = FAILS
    told = {"times": times, "error": error}
    if in_jsonata:
        state |= {"Arguments": {**told, "value": query(f"{INPUT}.n")}, "Output": merged("{'x': $states.result}")}
    else:
        state |= {"Parameters": {**told, "value.$": "$.items"}, "ResultPath": "$.x"}
    return state


def _in_jsonata(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f"'{value}'"
        case list():
            return f"[{', '.join(_in_jsonata(one) for one in value)}]"
        case dict():
            return f"{{{', '.join(f'{_in_jsonata(key)}: {_in_jsonata(held)}' for key, held in value.items())}}}"
        case _:
            return str(value)
