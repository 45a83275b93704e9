"""Where the states of a machine stand in its picture: in rows by how far they are from the first one."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import east_asian_width

from asl.definition import Machine, State
from workflows.definitions.diagram.parts import Way, machines_within, one_line, ways_of

MOST_IN_A_ROW = 8
WIDTH = 210  # of a state without others in it
LINE = 17
PADDING = 14
ROW_GAP = 64
_COLUMN_GAP = 36
TOP = 44  # above the first row, for where the machine begins
_BOTTOM = 28
LANE = 8
_MOST_LANES = 40
_SIGNS_IN_A_LINE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A state in the picture of its machine; the pictures in it stand beside each other from `inner_top` on."""

    state: State
    lines: tuple[str, ...]  # of its name
    x: int
    y: int
    width: int
    height: int
    row: int
    inner: tuple["Picture", ...]

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def inner_top(self) -> int:
        return self.y + _height_of_text(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A machine: its boxes, where each row begins and ends, and the ways; those that leave out a row or go back have a lane at the side."""

    boxes: Mapping[str, Box]
    rows: tuple[tuple[int, int], ...]
    ways: tuple[tuple[Way, int | None], ...]
    start_at: str
    width: int
    height: int


def picture_of(machine: Machine) -> Picture:
    """Return the picture of a machine and all that is in it."""
    rows = _rows_of(machine)
    inner = {name: tuple(picture_of(one) for one in machines_within(state)) for name, state in machine.states.items()}
    lines = {name: _lines_of(name) for name in machine.states}
    widths = {name: max(WIDTH, PADDING + sum(one.width + PADDING for one in inner[name])) for name in machine.states}
    width_of_row = [sum(widths[name] for name in row) + _COLUMN_GAP * (len(row) - 1) for row in rows]
    boxes: dict[str, Box] = {}
    reaches: list[tuple[int, int]] = []
    y = TOP
    for number, row in enumerate(rows):
        x = PADDING + (max(width_of_row) - width_of_row[number]) // 2
        for name in row:
            height = _height_of_text(lines[name]) + max((one.height + PADDING for one in inner[name]), default=0)
            boxes[name] = Box(
                state=machine.states[name], lines=lines[name], x=x, y=y, width=widths[name], height=height, row=number,
                inner=inner[name],
            )  # fmt: skip
            x += widths[name] + _COLUMN_GAP
        bottom = max(boxes[name].bottom for name in row)
        reaches.append((y, bottom))
        y = bottom + ROW_GAP
    side = 2 * PADDING + max(width_of_row)
    ways, lanes = _laned(machine, boxes, side)
    return Picture(
        boxes=boxes,
        rows=tuple(reaches),
        ways=ways,
        start_at=machine.start_at,
        width=side + LANE * min(lanes, _MOST_LANES) + (PADDING if lanes else 0),
        height=reaches[-1][1] + _BOTTOM + (ROW_GAP // 2 if lanes else 0),
    )


def _rows_of(machine: Machine) -> list[list[str]]:
    """Return the states by how many steps lead to them; a row has not more than fit beside each other."""
    targets: dict[str, list[str]] = {name: [] for name in machine.states}
    for way in ways_of(machine):
        targets[way.source].append(way.target)
    level, placed = [machine.start_at], {machine.start_at}
    rows: list[list[str]] = []
    while level:
        rows += [level[begin : begin + MOST_IN_A_ROW] for begin in range(0, len(level), MOST_IN_A_ROW)]
        following: list[str] = []
        for target in [target for name in level for target in targets[name]]:
            if target not in placed:
                placed.add(target)
                following.append(target)
        level = following
    return rows


def _laned(machine: Machine, boxes: Mapping[str, Box], side: int) -> tuple[tuple[tuple[Way, int | None], ...], int]:
    """Return each way with where its lane is, if it needs one, and how many lanes there are."""
    found: list[tuple[Way, int | None]] = []
    lanes = 0
    for way in ways_of(machine):
        if boxes[way.target].row == boxes[way.source].row + 1:
            found.append((way, None))
        else:
            found.append((way, side + LANE * (lanes % _MOST_LANES)))
            lanes += 1
    return tuple(found), lanes


def _lines_of(name: str) -> tuple[str, ...]:
    text = one_line(name)
    is_wide = any(east_asian_width(sign) in "WF" for sign in text)
    return tuple(textwrap.wrap(text, _SIGNS_IN_A_LINE // (2 if is_wide else 1))) or ("",)


def _height_of_text(lines: tuple[str, ...]) -> int:
    """Return the height of a state's name, its type, and what has happened to it."""
    return PADDING + LINE * (len(lines) + 2)
