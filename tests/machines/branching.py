"""Blocks with machines within: Parallel and Map states.

What comes of a machine must not hang on who is faster. So of the branches of one state at most one fails, and items that fail do so alike.
"""

from collections.abc import Callable

from tests.machines.blocks import catcher
from tests.machines.tasks import BAD, FAILS
from tests.machines.writing import INPUT, Json, States, Writing, machine, merged, query

Within = Callable[[int], tuple[str, States]]  # a sequence of at most so many blocks, which ends well


def fork(writing: Writing, states: States, following: str | None, within: Within) -> str:
    """A Parallel state, of which all branches end well."""
    name = writing.name("Fork")
    state, in_jsonata = _parallel(writing, following)
    state["Branches"] = _branches(writing, within)
    states[name] = state
    if not in_jsonata and writing.likely(0.3):
        writing.note("Parameters of Parallel")
        state["Parameters"] = {"n.$": "$.n", "items.$": "$.items", "x": "given"}
    return name


def fork_failing(writing: Writing, states: States, following: str | None, within: Within) -> str:
    """A Parallel state with a branch that fails, which is caught."""
    name = writing.name("Fork")
    state, in_jsonata = _parallel(writing, following)
    branches = _branches(writing, within)
    branches.insert(writing.chance.randint(0, len(branches)), _failing_branch(writing))
    state["Branches"] = branches
    if writing.likely(0.3):
        writing.note("Parallel tried again, and in vain")
        state["Retry"] = [{"ErrorEquals": [BAD], "IntervalSeconds": 1, "MaxAttempts": 1, "BackoffRate": 1.0}]
    state["Catch"] = [catcher(writing, states, following, [BAD], in_jsonata=in_jsonata)]
    writing.note("Parallel with a branch that fails")
    states[name] = state
    return name


def fork_again(writing: Writing, states: States, following: str | None, within: Within) -> str:
    """A Parallel state that fails at first, and ends well when it is tried again."""
    name = writing.name("Fork")
    state, in_jsonata = _parallel(writing, following)
    choose, bad, good = (writing.name(kind) for kind in ("Nth", "Bad", "Good"))
    passing, _ = writing.state("Succeed", None)
    deciding, branch_in_jsonata = writing.state("Choice", None)
    rule: dict[str, Json] = {"Variable": "$.x", "NumericLessThan": 1}
    if branch_in_jsonata:
        rule = {"Condition": query(f"{INPUT}.x < 1")}
    deciding |= {"Choices": [rule | {"Next": bad}], "Default": good}
    failing = {choose: deciding, bad: {"Type": "Fail", "Error": BAD, "Cause": "too early"}, good: passing}
    state["Branches"] = [*_branches(writing, within), {"StartAt": choose, "States": failing}]
    given = {"n": "n", "items": "items"}
    if in_jsonata:
        state["Arguments"] = {
            **{key: query(f"{INPUT}.{held}") for key, held in given.items()},
            "x": query("$states.context.State.RetryCount"),
        }
    else:
        state["Parameters"] = {**{f"{key}.$": f"$.{held}" for key, held in given.items()}, "x.$": "$$.State.RetryCount"}
    state["Retry"] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1.0}]
    writing.note("Parallel tried again, and well")
    states[name] = state
    return name


def each(writing: Writing, states: States, following: str | None, within: Within) -> str:
    """A Map state of which all items end well."""
    return _map(writing, states, following, within, bad=0, is_caught=False)


def each_tolerant(writing: Writing, states: States, following: str | None, within: Within) -> str:
    """A Map state of which some items fail, as many as may."""
    return _map(writing, states, following, within, bad=writing.chance.randint(1, 2), is_caught=False)


def each_failing(writing: Writing, states: States, following: str | None, within: Within) -> str:
    """A Map state of which more items fail than may, which is caught."""
    return _map(writing, states, following, within, bad=writing.chance.randint(1, 3), is_caught=True)


def batches(writing: Writing, states: States, following: str | None, within: Within) -> str:
    """A Map state that gives its items on in batches."""
    name, first = writing.name("Each"), writing.name("Open")
    start, inner = within(1)
    opening, in_jsonata = writing.state("Pass", start)
    if in_jsonata:
        opening["Output"] = {"n": query(f"$count({INPUT}.Items)"), "items": [], "x": query(f"{INPUT}.Items")}
    else:
        opening["Parameters"] = {"n.$": "States.ArrayLength($.Items)", "items": [], "x.$": "$.Items"}
    inner[first] = opening
    state, in_jsonata = writing.state("Map", following)
    state |= {
        "ItemProcessor": machine(first, inner),
        "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"of": "it"}},
    }
    _results(state, in_jsonata=in_jsonata)
    states[name] = state
    writing.note("ItemBatcher")
    return _dealt(writing, states, name, 0, writing.chance.randint(2, 5), state, in_jsonata=in_jsonata)


def _map(writing: Writing, states: States, following: str | None, within: Within, *, bad: int, is_caught: bool) -> str:
    name = writing.name("Each")
    state, in_jsonata = writing.state("Map", following)
    number = writing.chance.randint(1 if bad else 0, 5) + bad
    state["ItemProcessor"] = _processor(writing, within)
    _selector(writing, state, in_jsonata=in_jsonata)
    _results(state, in_jsonata=in_jsonata)
    if writing.likely(0.5):
        writing.note("MaxConcurrency")
        state["MaxConcurrency"] = writing.chance.choice([1, 2, 3])
    if bad and is_caught:
        state |= writing.chance.choice([{}, {"ToleratedFailureCount": bad - 1}])
        state["Catch"] = [catcher(writing, states, following, [BAD], in_jsonata=in_jsonata)]
        writing.note("Map with too many items that fail")
    elif bad:
        if writing.likely(0.5):
            state["ToleratedFailureCount"] = bad
        else:
            state["ToleratedFailurePercentage"] = -(-100 * bad // number)
        writing.note("Map with items that may fail")
    states[name] = state
    return _dealt(writing, states, name, bad, number, state, in_jsonata=in_jsonata)


def _dealt(
    writing: Writing, states: States, following: str, bad: int, number: int, state: dict[str, Json], *, in_jsonata: bool
) -> str:
    """Put the items where the Map state looks for them: into it, or into the input, by a state before it."""
    items = [{"id": index, "bad": index < bad} for index in range(number)]
    writing.chance.shuffle(items)
    if number == 0:
        writing.note("Map without items")
    if in_jsonata and writing.likely(0.5):
        writing.note("Items that stand there")
        state["Items"] = items
        return following
    if in_jsonata:
        state["Items"] = query(f"{INPUT}.items")
    else:
        state["ItemsPath"] = "$.items"
    name = writing.name("Deal")
    dealing, in_jsonata = writing.state("Pass", following)
    if in_jsonata:
        dealing["Output"] = {"n": query(f"{INPUT}.n"), "items": items, "x": "dealt"}
    else:
        dealing |= {"Result": items, "ResultPath": "$.items"}
    states[name] = dealing
    return name


def _processor(writing: Writing, within: Within) -> dict[str, Json]:
    """What an item goes through: those that are bad fail."""
    gate, bad = writing.name("Gate"), writing.name("Bad")
    start, inner = within(2)
    state, in_jsonata = writing.state("Choice", None)
    rule: dict[str, Json] = {"Variable": "$.x.bad", "BooleanEquals": True}
    if in_jsonata:
        rule = {"Condition": query(f"{INPUT}.x.bad")}
    inner[bad] = {"Type": "Fail", "Error": BAD, "Cause": "it was bad from the start"}
    inner[gate] = state | {"Choices": [rule | {"Next": bad}], "Default": start}
    return machine(gate, inner)


def _selector(writing: Writing, state: dict[str, Json], *, in_jsonata: bool) -> None:
    writing.note("ItemSelector")
    items: Json = [] if writing.likely(0.7) else [{"id": 9, "bad": False}]
    if in_jsonata:
        item = "$states.context.Map.Item"
        state["ItemSelector"] = {"n": query(f"{item}.Index"), "items": items, "x": query(f"{item}.Value")}
    else:
        state["ItemSelector"] = {"n.$": "$$.Map.Item.Index", "items": items, "x.$": "$$.Map.Item.Value"}


def _parallel(writing: Writing, following: str | None) -> tuple[dict[str, Json], bool]:
    state, in_jsonata = writing.state("Parallel", following)
    _results(state, in_jsonata=in_jsonata)
    return state, in_jsonata


def _results(state: dict[str, Json], *, in_jsonata: bool) -> None:
    if in_jsonata:
        state["Output"] = merged("{'x': [$states.result.n]}")
    else:
        state |= {"ResultSelector": {"ns.$": "$[*].n"}, "ResultPath": "$.x"}


def _branches(writing: Writing, within: Within) -> list[Json]:
    return [machine(*within(2)) for _ in range(writing.chance.randint(1, 3))]


def _failing_branch(writing: Writing) -> Json:
    name = writing.name("Bad")
    if writing.likely(0.5):
        return {"StartAt": name, "States": {name: {"Type": "Fail", "Error": BAD, "Cause": "this branch does"}}}
    told = {"times": 9, "error": BAD, "value": None}
    state = {
        "Type": "Task",
        "Resource": FAILS,
        "End": True,
        "Arguments" if writing.is_all_jsonata else "Parameters": told,
    }
    writing.note("a branch with a task that fails")
    return {"StartAt": name, "States": {name: state}}
