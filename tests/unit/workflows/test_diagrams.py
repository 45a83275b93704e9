"""Pictures of definitions: everything is in them once, nothing overlaps, and no name does anything."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from asl.definition import Machine
from workflows.definitions.diagram.layout import MOST_IN_A_ROW, Picture, picture_of
from workflows.definitions.diagram.mermaid import mermaid
from workflows.definitions.diagram.parts import Happened, Ran
from workflows.definitions.diagram.svg import svg
from workflows.definitions.reading import read_definition

SPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "</svg><script>alert(1)</script>",
    "]]>&amp;\"'`<!--",
    'x"]\n  click s1 call alert()',
    "\x00\x1b[31m\ud83d\ufffe\u202ereversed\u2028",
    "end",
    "#quot;;%%{init: {}}%%",
    "é😀" * 40,
    "長" * 80,
    "w" * 80,
    " ",
]


def machine_of(states: dict[str, Any]) -> Machine:
    return read_definition(json.dumps({"StartAt": next(iter(states)), "States": states})).machine


def in_a_chain(names: list[str]) -> Machine:
    ends = {names[-1]: {"Type": "Succeed"}}
    return machine_of({name: {"Type": "Pass", "Next": following} for name, following in pairwise(names)} | ends)


def in_one_choice(names: list[str]) -> Machine:
    rules = [{"Variable": "$.a", "IsPresent": True, "Next": name} for name in names]
    return machine_of({"First": {"Type": "Choice", "Choices": rules}} | {name: {"Type": "Succeed"} for name in names})


ORDER = machine_of(
    {
        "Check": {"Type": "Choice", "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Ask"}], "Default": "Pay"},
        "Ask": {"Type": "Task", "Resource": "relay:approve.waitForTaskToken", "TimeoutSeconds": 60, "Next": "Pay"},
        "Pay": {"Type": "Task", "Resource": "relay:http", "Catch": [{"ErrorEquals": ["Busy", "States.Timeout"], "Next": "Rest"}], "Next": "Both"},
        "Rest": {"Type": "Wait", "Seconds": 10, "Next": "Pay"},
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Pack", "States": {"Pack": {"Type": "Pass", "Next": "Send"}, "Send": {"Type": "Fail"}}},
                {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Succeed"}}}, "End": True}}},
            ],
            "End": True,
        },
    }
)  # fmt: skip
RAN = Ran(
    states={"Check": Happened.SUCCEEDED, "Pay": Happened.CAUGHT, "Rest": Happened.RUNNING, "Send": Happened.FAILED},
    visits={"Pay": 3, "Check": 1},
)


def elements(text: str, kind: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(text).iter(SPACE + kind))  # noqa: S314 - our own


def box_of(text: str, name: str) -> ElementTree.Element:
    [found] = [
        rect
        for rect in elements(text, "rect")
        for title in rect.iter(SPACE + "title")
        if (title.text or "").partition(":")[0] == name
    ]
    return found


def test_a_state_has_a_box_in_the_colour_of_what_has_happened_to_it() -> None:
    text = svg(ORDER, "order, version 3", RAN)

    colours = {name: box_of(text, name).get("class") for name in ("Check", "Pay", "Rest", "Send", "Item")}
    assert colours == {
        "Check": "state succeeded", "Pay": "state caught", "Rest": "state running", "Send": "state failed", "Item": "state",
    }  # fmt: skip
    assert "caught, 3 times" in [each.text for each in elements(text, "text")]
    assert "succeeded" in [each.text for each in elements(text, "text")]
    assert [each.get("class") for each in elements(svg(ORDER, "x"), "rect")].count("state") == 9


def test_each_way_is_an_arrow_and_one_of_an_error_is_dashed() -> None:
    ways = elements(svg(ORDER, "x"), "path")
    arrows = [each.get("class") for each in ways if each.get("class")]

    assert len(arrows) == 7 + 4  # and where each of four machines begins
    assert arrows.count("way error") == 1
    [error] = [each for each in ways if each.get("class") == "way error"]
    assert [each.text for each in error] == ["Busy, States.Timeout"]


def placed(picture: Picture) -> Iterator[tuple[int, int, int, int]]:
    """Boxes, of which none may overlap another."""
    for box in picture.boxes.values():
        assert min(box.x, box.y) >= 0
        assert box.x + box.width <= picture.width
        assert box.bottom <= picture.height
        right = box.x
        for inner in box.inner:
            right += inner.width
            assert right <= box.x + box.width
            assert box.inner_top + inner.height <= box.bottom
            check_overlaps(inner)
        yield box.x, box.y, box.x + box.width, box.bottom


def check_overlaps(picture: Picture) -> None:
    boxes = sorted(placed(picture), key=lambda box: (box[1], box[0]))
    for one, other in pairwise(boxes):
        assert one[2] < other[0] or one[3] < other[1]


@pytest.mark.parametrize(
    "machine",
    [
        ORDER,
        in_a_chain([f"S{number}" for number in range(500)]),
        in_one_choice([f"S{number}" for number in range(499)]),
        in_a_chain(["w" * 79 + str(number) for number in range(3)]),
    ],
    ids=["order", "a chain", "a choice", "long names"],
)
def test_nothing_overlaps_and_all_of_it_is_drawn(machine: Machine) -> None:
    picture = picture_of(machine)

    check_overlaps(picture)
    assert set(picture.boxes) == set(machine.states)
    assert len(elements(svg(machine, "x"), "rect")) >= len(machine.states)
    assert (
        max(sum(1 for box in picture.boxes.values() if box.row == row) for row in range(len(picture.rows)))
        <= MOST_IN_A_ROW
    )


def test_a_way_back_keeps_to_the_side() -> None:
    picture = picture_of(ORDER)
    lanes = {(way.source, way.target): lane for way, lane in picture.ways}
    rightmost = max(box.x + box.width for box in picture.boxes.values())

    lane = lanes["Rest", "Pay"]
    assert lane is not None
    assert rightmost < lane < picture.width
    assert lanes["Check", "Ask"] is None


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_name_is_nothing_but_text(hostile: str) -> None:
    name = hostile[:80]
    machine = machine_of({name: {"Type": "Pass", "Next": "Last"}, "Last": {"Type": "Succeed"}})

    drawn = svg(machine, name, Ran(states={name: Happened.FAILED}))
    kinds = {element.tag for element in ElementTree.fromstring(drawn).iter()}  # noqa: S314 - our own
    assert kinds == {
        SPACE + kind for kind in ("svg", "title", "style", "defs", "marker", "path", "g", "circle", "rect", "text")
    }
    assert all(sign.isprintable() or sign == "\n" for sign in drawn)

    told = mermaid(machine)
    plain = mermaid(machine_of({"Plain": {"Type": "Pass", "Next": "Last"}, "Last": {"Type": "Succeed"}}))
    assert re.sub(r'"[^"]*"', '""', told) == re.sub(r'"[^"]*"', '""', plain)
    assert all(line.isprintable() for line in told.splitlines())
    assert not set("<>`&'") & set("".join(re.findall(r'"[^"]*"', told)).replace("<br/>", ""))


def test_the_same_definition_gives_the_same_pictures() -> None:
    assert svg(ORDER, "x", RAN) == svg(ORDER, "x", RAN)
    assert mermaid(ORDER, RAN) == mermaid(ORDER, RAN)


def test_a_flowchart_numbers_the_states_and_shows_ways_machines_and_what_has_happened() -> None:
    lines = [line.strip() for line in mermaid(ORDER, RAN).splitlines()]

    assert lines[:2] == ["flowchart TD", "begin1(( )) --> s1"]
    for line in (
        's1{"Check<br/>Choice<br/>succeeded"}',
        's3["Pay<br/>Task relay#58;http<br/>caught, 3 times"]',
        's4(["Rest<br/>Wait<br/>running"])',
        's5["Both<br/>Parallel"]',
        's1 -->|"rule 1"| s2',
        's1 -->|"else"| s3',
        's3 -.->|"Busy, States.Timeout"| s4',
        "s5 --> finish1((( )))",
        "class s3 caught",
    ):
        assert line.removeprefix("subgraph ") in [each.removeprefix("subgraph ") for each in lines], line
    assert sum(line.startswith("subgraph") for line in lines) == lines.count("end") == 2 + 3
    assert not any("class" in line for line in mermaid(ORDER).splitlines())
