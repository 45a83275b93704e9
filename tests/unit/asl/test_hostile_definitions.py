"""Definitions and inputs that would take for ever, fill the memory or look around: each ends with an error that has a name.

How long they take is not asserted: what ends them is counted. Without a bound most of them would not end at all.
"""

import json
from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from asl.reader.machines import read, read_text
from asl.reader.mistakes import DefinitionError
from tests.unit.asl.running import failure_of, mistakes_of, one, output_of, passing

END = {"Type": "Pass", "End": True}
MANY = list(range(30_000))
LONG = "x" * 200_000
OBJECTS: list[Any] = [{} for _ in range(60_000)]
SECRET = "the-value-of-a-setting"
EMPTY = {"StartAt": "", "States": {}}


def nested(times: int, begin: str, end: str, inner: str = "1") -> str:
    return begin * times + inner + end * times


def machines(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = passing()
    for number in range(depth):
        state = {"Type": "Parallel", "Branches": [inner], "End": True}
        inner = {"StartAt": f"S{number}", "States": {f"S{number}": state}}
    return inner


def jsonata(**fields: Any) -> dict[str, Any]:
    return passing(QueryLanguage="JSONata", **fields)


class TestReading:
    @pytest.mark.parametrize(
        "text", [nested(100_000, '{"a":', "}"), nested(100_000, "[", "]"), "9" * 5_000, f'"{LONG * 2}"']
    )
    def test_what_no_reader_can_hold_is_refused(self, text: str) -> None:
        with pytest.raises(DefinitionError):
            read_text(text)

    @pytest.mark.parametrize("depth", [11, 30, 1_000])
    def test_machines_within_machines_are_counted(self, depth: int) -> None:
        with pytest.raises(DefinitionError, match="nested"):
            read(machines(depth))

    @pytest.mark.parametrize("depth", [150, 1_000])
    def test_conditions_within_conditions_are_read_or_refused(self, depth: int) -> None:
        rule: dict[str, Any] = {"Variable": "$", "IsNull": True}
        for _ in range(depth):
            rule = {"Not": rule}
        state = {"Type": "Choice", "Choices": [{**rule, "Next": "End"}], "Default": "End"}

        if depth < 200:
            assert output_of(one(state, End=END)) is None
        else:
            assert "nested" in mistakes_of(one(state, End=END))[""]

    @pytest.mark.parametrize(
        "path",
        [
            "$" + ".a" * 5_000,
            "$" + "[0]" * 101,
            "$[?(@.a" + " || @.a" * 10_000 + ")]",
            "$" + "..*" * 101,
            "$" + "[?(@.a" * 200 + ")]" * 200,
            "$[?(" + "!" * 5_000 + "@.a)]",
            "$[?(" + "(" * 5_000 + "@.a" + ")" * 5_000 + ")]",
            "$[?(@.a == " + "[" * 5_000 + "]" * 5_000 + ")]",
        ],
        ids=lambda path: path[:20],
    )
    def test_a_path_has_so_many_steps_and_conditions(self, path: str) -> None:
        assert mistakes_of(passing(Parameters={"a.$": path})) != {}

    def test_so_has_a_path_into_which_results_are_put(self) -> None:
        assert "/States/First/ResultPath" in mistakes_of(passing(ResultPath="$" + ".a" * 5_000))

    def test_the_last_name_of_many_is_found_to_stand_twice(self) -> None:
        names = ", ".join(f'"{number}": 1' for number in [*range(20_000), 19_999])

        with pytest.raises(DefinitionError, match="'19999' stands twice"):
            read_text(f"{{{names}}}")

    def test_variables_of_many_machines_are_compared_with_those_around_them(self) -> None:
        variables = {f"v{number}": 1 for number in range(10_000)}
        inner = {"StartAt": "I", "States": {"I": {**END, "Assign": variables}}}
        state = {"Type": "Parallel", "Branches": [inner, *[EMPTY] * 3_000], "Assign": variables, "End": True}

        assert (
            list(mistakes_of(one(state)).values()).count("the variable v9 belongs to the machine around this one") == 1
        )


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "data"),
        [
            ("$..*..*..*..*..*", {"x": [[[[[MANY[:300]] * 5] * 3] * 3] * 2]}),
            ("$.a[?(@ in $.b)]", {"a": MANY[:15_000], "b": [*range(-15_000, 0)]}),
            ("$.a[?($.a == $.b)]", {"a": MANY[:15_000], "b": MANY[:15_000]}),
            ("$.a[?($.a[?($.a[?(@ == -1)])])]", {"a": MANY}),
            (f"$..[{', '.join(repr(f'n{number}') for number in range(20_000))}]", {"a": OBJECTS}),
            (f"$..[{', '.join(map(str, range(5, 20_000)))}]", {"a": [[] for _ in OBJECTS]}),
            (f"$.a[?({' || '.join(['1 == 2'] * 10_000)})]", {"a": OBJECTS}),
        ],
        ids=lambda given: given[:30] if isinstance(given, str) else "",
    )
    def test_a_path_may_look_at_so_many_values(self, path: str, data: Any) -> None:
        failure = failure_of(passing(Parameters={"a.$": path}), data)

        assert failure.error == "States.Runtime"
        assert "may look at" in str(failure.cause)

    def test_so_may_all_paths_of_a_state_together(self) -> None:
        definition = passing(Parameters={f"a{number}.$": "$..*" for number in range(10_000)})

        assert "The paths and functions of a state may look at" in str(failure_of(definition, MANY).cause)

    @pytest.mark.parametrize(
        "path",
        [
            "$.__class__",
            "$['__class__']['__mro__']",
            "$$.__globals__",
            "$$.Execution.__init__",
            "$x.__dict__",
            "$[0].real",
            "$.keys",
        ],
    )
    def test_there_is_nothing_behind_values(self, path: str) -> None:
        first = {"Type": "Pass", "Assign": {"x": {"a": 1}}, "Next": "Look"}
        look = {"Type": "Pass", "Parameters": {"a.$": path}, "End": True}

        assert failure_of(one(first, Look=look), {"a": 1}).error == "States.Runtime"

    def test_patterns_are_no_regular_expressions(self) -> None:
        rule = {"Variable": "$", "StringMatches": "*a" * 20_000 + "b", "Next": "End"}
        choice = {"Type": "Choice", "Choices": [rule], "Default": "End"}

        assert output_of(one(choice, End=END), "a" * 200_000) == "a" * 200_000


class TestFunctions:
    @pytest.mark.parametrize(
        ("call", "told"),
        [
            ("States.ArrayRange(1, 1000000000, 1)", "1000000000 elements"),
            ("States.ArrayRange(0, 1e308, 1)", "1000 are allowed"),
            ("States.ArrayRange(0, 1000, 0)", "may not be 0"),
            ("States.ArrayPartition($.many, 0)", "positive"),
            ("States.ArrayGetItem($.many, 1e300)", "no element"),
            ("States.StringToJson($.deep)", "not JSON"),
            ("States.StringToJson($.nested)", "nested deeper"),
            ("States.StringToJson($.digits)", "not JSON"),
            ("States.Base64Encode($.long)", "10000 are allowed"),
            ("States.Format('{}{}', $.long, $.long)", "too large"),
            ("States.Array($.long, $.long)", "too large"),
            ("States.JsonToString(States.JsonToString($.quotes))", "too large"),
            ("States.Format('{} {}', 'a')", "2 {}"),
        ],
    )
    def test_what_would_be_too_much_is_refused(self, call: str, told: str) -> None:
        parts: dict[str, Any] = {
            "many": MANY[:1000],
            "deep": "[" * 90_000,
            "nested": nested(400, "[", "]"),
            "digits": "9" * 5_000,
            "long": LONG,
            "quotes": '"' * 40_000,
        }
        name = call.partition("$.")[2].partition(")")[0].partition(",")[0]
        failure = failure_of(passing(Parameters={"a.$": call}), {name: parts.get(name)})

        assert failure.error == "States.IntrinsicFailure"
        assert told in str(failure.cause)

    @pytest.mark.parametrize(
        "call",
        [
            "States.ArrayLength(States.StringSplit($,'x'))",
            "States.ArrayLength(States.StringToJson($))",
        ],
    )
    def test_what_the_functions_of_a_state_go_over_is_counted_together(self, call: str) -> None:
        many = {f"n{number}.$": call for number in range(200)}
        data = LONG if "ToJson" not in call else json.dumps([0] * 60_000)

        assert "may look at" in str(failure_of(one({"Type": "Pass", "Parameters": many, "End": True}), data).cause)

    def test_many_different_values_are_told_apart(self) -> None:
        values: list[Any] = [[number] for number in MANY]

        assert output_of(passing(Parameters={"a.$": "States.ArrayUnique($)"}), values) == {"a": values}

    def test_a_text_is_cut_everywhere(self) -> None:
        call = "States.ArrayLength(States.StringSplit($, ','))"

        assert output_of(passing(Parameters={"a.$": call}), "a," * 60_000) == {"a": 60_000}

    @pytest.mark.parametrize(
        ("template", "meant"),
        [
            ("{0.__class__}", "{0.__class__}"),
            ("{!r:>1000000000}", "{!r:>1000000000}"),
            ("%s %n %(a)s $a ${a}", "%s %n %(a)s $a ${a}"),
            ("{a.__init__.__globals__}", "{a.__init__.__globals__}"),
        ],
    )
    def test_a_template_is_no_program(self, template: str, meant: str) -> None:
        assert output_of(passing(Parameters={"a.$": f"States.Format('{template}')"}), {}) == {"a": meant}


class TestExecutions:
    def test_a_round_without_end_is_counted(self) -> None:
        rule = {"Variable": "$", "IsNull": True, "Next": "Back"}
        state = {"Type": "Choice", "Choices": [rule], "Default": "End"}
        definition = one(state, Back={"Type": "Pass", "Next": "First"}, End=END)

        assert "may enter 100000 states" in str(failure_of(definition).cause)

    @pytest.mark.parametrize(
        "state",
        [
            {"Parameters": {"a.$": "$.a", "b.$": "$.a"}, "ResultPath": "$.a"},
            {"Parameters": {"a.$": "States.Format('{}{}', $.a, $.a)"}},
            {"QueryLanguage": "JSONata", "Output": {"a": "{% $states.input.a & $states.input.a %}"}},
            {"QueryLanguage": "JSONata", "Output": {"a": "{% [$states.input.a, $states.input.a] %}"}},
        ],
    )
    def test_what_doubles_in_each_round_ends(self, state: dict[str, Any]) -> None:
        choice = {
            "Type": "Choice",
            "Choices": [{"Variable": "$.b", "IsPresent": True, "Next": "End"}],
            "Default": "First",
        }
        definition = one({"Type": "Pass", **state, "Next": "Back"}, Back=choice, End=END)

        assert failure_of(definition, {"a": "text"}).error in {
            "States.DataLimitExceeded", "States.IntrinsicFailure", "States.QueryEvaluationError"
        }  # fmt: skip

    def test_variables_that_pile_up_end(self) -> None:
        loop = {"Type": "Pass", "Assign": {"v.$": "States.Array($v, $v)"}, "Next": "Back"}
        choice = {"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True, "Next": "Loop"}], "Default": "End"}
        first = {"Type": "Pass", "Assign": {"v": LONG[:1000]}, "Next": "Loop"}

        assert failure_of(one(first, Loop=loop, Back=choice, End=END)).error == "States.IntrinsicFailure"

    def test_a_map_over_a_map_over_a_map_is_multiplied(self) -> None:
        items = list(range(10_000))
        inner: dict[str, Any] = {"StartAt": "Leaf", "States": {"Leaf": END}}
        for name in ("Third", "Second"):
            state = {"Type": "Map", "ItemsPath": "$$.Execution.Input", "ItemProcessor": inner, "End": True}
            inner = {"StartAt": name, "States": {name: state}}
        failure = failure_of(one({"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": inner}), items)

        assert failure.error == "States.Runtime"
        assert "these are 100000000" in str(failure.cause)

    def test_items_are_counted_before_anything_is_made_of_them(self) -> None:
        state = {"Type": "Map", "ItemSelector": {"all.$": "$"}, "ItemProcessor": {"StartAt": "A", "States": {"A": END}}}

        assert "may have 10000 items" in str(failure_of(one(state), MANY).cause)

    def test_what_is_made_of_all_items_is_counted_together(self) -> None:
        processor = {"StartAt": "A", "States": {"A": END}}
        paths = {
            "Type": "Map",
            "ItemSelector": {f"a{n}": [{"b.$": "$"}] for n in range(2_000)},
            "ItemProcessor": processor,
        }
        large = {"Type": "Map", "ItemSelector": {"all.$": "$"}, "ItemProcessor": processor}

        assert "may look at" in str(failure_of(one(paths), MANY[:10_000]).cause)
        assert failure_of(one(large), MANY[:10_000]).error == "States.DataLimitExceeded"

    @pytest.mark.parametrize("number", [1, 300])
    def test_so_are_the_steps_of_all_expressions_of_a_state(self, number: int) -> None:
        heavy = "{% $length($pad('', 2000000, 'x')) %}"
        output = {f"a{place}": heavy for place in range(number)}
        if number == 1:
            assert output_of(jsonata(Output=output)) == {"a0": 2_000_000}
        else:
            failure = failure_of(jsonata(Output=output))
            assert failure.error == "States.QueryEvaluationError"
            assert "more than 500000 steps together" in str(failure.cause)


@pytest.mark.parametrize(
    "definition",
    [
        jsonata(Output="{% [$states, $exists($env), $exists($process)] %}"),
        jsonata(Output="{% $keys($states.context.Execution) %}"),
        passing(Parameters={"a.$": "$$", "b.$": "$", "c.$": "States.JsonToString($$)"}),
        passing(Parameters={"a": "${SECRET}", "b": "%SECRET%", "c.$": "States.Format('{}', '$SECRET')"}),
    ],
)
def test_no_setting_is_in_reach(definition: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", SECRET)

    assert SECRET not in json.dumps(output_of(definition, {"a": 1}))
