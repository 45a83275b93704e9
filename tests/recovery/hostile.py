"""Definitions and requests of somebody who wishes the app ill, and what has to come of each: an error by its name, or a refusal with a place."""

import json
from dataclasses import dataclass
from typing import Any

QUERY, RUNTIME, INTRINSIC, LIMIT = (
    "States.QueryEvaluationError",
    "States.Runtime",
    "States.IntrinsicFailure",
    "States.DataLimitExceeded",
)
LONG = "x" * 200_000


@dataclass(frozen=True, slots=True)
class Hostile:
    """A definition that may be put, its input, and the errors of which its execution fails with one."""

    definition: dict[str, Any]
    errors: tuple[str, ...]
    given: Any = None


def states(start: str, **found: Any) -> dict[str, Any]:
    """A definition that begins with a state."""
    return {"StartAt": start, "States": found}


def query(expression: str, *errors: str, given: Any = None) -> Hostile:
    """A state that computes its output with JSONata."""
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": f"{{% {expression} %}}", "End": True}
    return Hostile(states("S", S=state), errors or (QUERY,), given)


def path(value: str, *errors: str, given: Any = None) -> Hostile:
    """A state that makes its output with JSONPath or a function."""
    return Hostile(states("S", S={"Type": "Pass", "Parameters": {"a.$": value}, "End": True}), errors, given)


def task(resource: str, arguments: Any, *errors: str) -> Hostile:
    """A state that has something done."""
    return Hostile(states("S", S={"Type": "Task", "Resource": resource, "Parameters": arguments, "End": True}), errors)


def each(given: Any, *errors: str) -> Hostile:
    """A state for each item."""
    state = {"Type": "Map", "ItemProcessor": states("I", I={"Type": "Pass", "End": True}), "End": True}
    return Hostile(states("S", S=state), errors, given)


def doubling(parameters: dict[str, str]) -> Hostile:
    """A round that doubles its text each time."""
    back = {"Type": "Choice", "Choices": [{"Variable": "$.b", "IsPresent": True, "Next": "End"}], "Default": "S"}
    state = {"Type": "Pass", "Parameters": parameters, "Next": "Back"}
    return Hostile(states("S", S=state, Back=back, End={"Type": "Succeed"}), (LIMIT, INTRINSIC), {"a": "text"})


FAIL = {
    "a-range": query("$sum([1..10000000])"),
    "a-join": query("$join([1..9000].('' & [1..9000]))"),
    "a-pad": query("$pad('', 1000000000, 'x')"),
    "recursion": query("($f := function($n) {$f($n + 1) + 1}; $f(0))"),
    "a-tail-call": query("($f := function($n) {$f($n + 1)}; $f(0))"),
    "a-doubled-text": query("($f := function($s, $n) {$n = 0 ? $s : $f($s & $s, $n - 1)}; $f('text', 60))"),
    "large-result": query("$states.input & $states.input", QUERY, LIMIT, given=LONG),
    "nested-result": query("($f := function($n) {$n = 0 ? 1 : [[$f($n - 1)]]}; $f(150))", QUERY, LIMIT),
    "class-of-input": query("$states.__class__.__mro__"),
    "environment": query("$env.SHOP_KEY"),
    "class-by-path": path("$.__class__", RUNTIME, given={}),
    "globals-by-path": path("$$.Execution.__init__.__globals__", RUNTIME),
    "conditions-in-conditions": path("$.a[?($.a[?($.a[?(@ == -1)])])]", RUNTIME, given={"a": list(range(20_000))}),
    "array-range": path("States.ArrayRange(1, 1000000000, 1)", INTRINSIC),
    "array-partition": path("States.ArrayPartition($.a, 0)", INTRINSIC, given={"a": [1]}),
    "format": path("States.Format('{}{}', $.a, $.a)", INTRINSIC, given={"a": LONG}),
    "deep-text": path("States.StringToJson($.a)", INTRINSIC, given={"a": "[" * 90_000}),
    "doubled-value": doubling({"a.$": "States.Array($.a, $.a)"}),
    "items-10001": each([0] * 10_001, RUNTIME),
    "items-100000": each([0] * 100_000, RUNTIME),
    "a-file": task("relay:http/shop", {"ApiEndpoint": "file:///etc/passwd", "Method": "GET"}, "relay.BadArguments"),
    "another-host": task(
        "relay:http/shop", {"ApiEndpoint": "http://127.0.0.1:1/", "Method": "GET"}, "relay.BadArguments"
    ),
    "above-the-path": task("relay:http/shop", {"ApiEndpoint": "/../../api", "Method": "GET"}, "relay.BadArguments"),
    "its-own-header": task(
        "relay:http/shop",
        {"ApiEndpoint": "/x", "Method": "GET", "Headers": {"Authorization": "%SHOP_KEY%"}},
        "relay.BadArguments",
    ),
    "an-unknown-function": task("relay:activity/os.system", {}, "relay.BadArguments"),
}

SHOW = {  # end well, and show all that they can see
    "context": states("S", S={"Type": "Pass", "Parameters": {"a.$": "$$", "b": "%SHOP_KEY% ${SHOP_KEY}"}, "End": True}),
    "all": states("S", S={"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% [$states] %}", "End": True}),
    "a-template": path("States.Format('{} {0.__class__} %SHOP_KEY%', 1)").definition,
    "long-comment": {**states("S", S={"Type": "Pass", "End": True}), "Comment": "c" * 262_000},
}

REFUSED: dict[str, tuple[str, int]] = {  # what cannot be put at all, and the status
    "nested": ('{"a":' * 40_000 + "1" + "}" * 40_000, 400),
    "too-large": (json.dumps({"Comment": "c" * 262_144}), 413),
    "a-pattern": (json.dumps(query("$match($states.input, /^(a+)+$/)").definition), 400),
    "eval": (json.dumps(query("$eval('1')").definition), 400),
    "a-long-expression": (json.dumps(query("1" + " + 1" * 5_000).definition), 400),
    "a-deep-expression": (json.dumps(query("(" * 3_000 + "1" + ")" * 3_000).definition), 400),
    "a-long-path": (json.dumps(path("$" + "[0]" * 101).definition), 400),
    "a-way-to-a-file": (json.dumps(task("relay:sql/../../../etc/passwd", {}).definition), 400),
    "another-scheme": (json.dumps(task("file:///etc/passwd", {}).definition), 400),
    "many-states": (json.dumps(states("S0", **{f"S{n}": {"Type": "Pass", "End": True} for n in range(501)})), 400),
}

ROUND = states(  # without end
    "Again",
    Again={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "End"}], "Default": "Back"},
    Back={"Type": "Pass", "Next": "Again"},
    End={"Type": "Succeed"},
)

COSTLY_ROUND = states(  # without end, and each state looks at nearly all that it may
    "Again",
    Again={
        "Type": "Pass",
        "Assign": {f"x{number}.$": "$.a[?(@.b < 0 || @.b < 0)]" for number in range(500)},
        "Next": "Back",
    },
    Back={"Type": "Choice", "Choices": [{"Variable": "$.c", "IsPresent": True, "Next": "End"}], "Default": "Again"},
    End={"Type": "Succeed"},
)


def itself(resource: str, name: str) -> dict[str, Any]:
    """A definition that starts itself."""
    return states("S", S={"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": name}, "End": True})
