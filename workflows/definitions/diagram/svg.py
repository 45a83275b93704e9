"""A definition as an SVG: a box for each state, coloured by what has happened to it. No text of a definition is markup in it."""

from collections.abc import Iterator
from html import escape

from asl.definition import Machine
from workflows.definitions.diagram.layout import LINE, PADDING, ROW_GAP, Box, Picture, picture_of
from workflows.definitions.diagram.parts import Happened, Ran, Way, ends_machine, kind_of, one_line

_NOTHING = Ran()
_HEAD = """\
<style>
text { font: 13px sans-serif; fill: #1f2328; text-anchor: middle; }
.kind { font-size: 11px; fill: #59636e; }
.state { fill: #ffffff; stroke: #59636e; stroke-width: 1.5; }
.machine { fill: #f6f8fa; stroke: #d1d9e0; }
.succeeded { fill: #e3f4e6; stroke: #2f7d43; }
.failed { fill: #fbe4e4; stroke: #b3261e; }
.running { fill: #e3eefb; stroke: #1f5fa8; }
.caught { fill: #fdf1d8; stroke: #9a6700; }
.way { fill: none; stroke: #59636e; stroke-width: 1.2; marker-end: url(#arrow); }
.error { stroke-dasharray: 5 4; stroke: #9a6700; }
.end { fill: #1f2328; }
</style>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
"""


def svg(machine: Machine, title: str, ran: Ran = _NOTHING) -> str:
    """Return the picture of a definition, the same each time."""
    picture = picture_of(machine)
    name = _text(title)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{picture.width}" height="{picture.height}" '
        f'viewBox="0 0 {picture.width} {picture.height}" role="img" aria-label="{name}">\n<title>{name}</title>\n'
    )
    return opening + _HEAD + "".join(f"{line}\n" for line in _drawn(picture, 0, 0, ran)) + "</svg>\n"


def _drawn(picture: Picture, left: int, top: int, ran: Ran) -> Iterator[str]:
    """Yield the ways, then the boxes: a box hides what is behind it."""
    yield f'<g transform="translate({left} {top})">'
    first = picture.boxes[picture.start_at]
    yield f'<circle class="end" cx="{first.middle}" cy="10" r="5"/>'
    yield f'<path class="way" d="M{first.middle} 15 V{first.y}"/>'
    for number, (way, lane) in enumerate(picture.ways):
        yield _path(picture, way, lane, number)
    for box in picture.boxes.values():
        yield from _boxed(box, ran)
    yield "</g>"


def _path(picture: Picture, way: Way, lane: int | None, number: int) -> str:
    """Return a way: to the next row at once, else beside the rows. It keeps to the gaps between them, each at a height of its own."""
    source, target = picture.boxes[way.source], picture.boxes[way.target]
    below, above = picture.rows[source.row][1], picture.rows[target.row][0]
    aside = 10 + number % 5 * 4
    if lane is None:
        bend = (below + above) // 2
        line = f"M{source.middle} {source.bottom} V{below} C{source.middle} {bend} {target.middle} {bend} {target.middle} {above}"
    else:
        line = f"M{source.middle} {source.bottom} V{below + aside} H{lane} V{above - aside} H{target.middle} V{above}"
    when = f"<title>{_text(way.when)}</title>" if way.when else ""
    return f'<path class="way{" error" if way.is_caught else ""}" d="{line}">{when}</path>'


def _boxed(box: Box, ran: Ran) -> Iterator[str]:
    name, said = box.state.name, ran.said_of(box.state.name)
    happened = f" {Happened(ran.states[name])}" if name in ran.states else ""
    tip = ": ".join(filter(None, (one_line(name), said)))
    yield f'<rect class="state{happened}" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="6"><title>{_text(tip)}</title></rect>'
    texts = [(line, "") for line in box.lines] + [(kind_of(box.state), "kind"), (said, "kind")]
    for number, (text, kind) in enumerate(texts, start=1):
        if text:
            of_kind = f' class="{kind}"' if kind else ""
            yield f'<text{of_kind} x="{box.middle}" y="{box.y + LINE * number + 2}">{_text(text)}</text>'
    left = box.x + PADDING
    for inner in box.inner:
        yield f'<rect class="machine" x="{left}" y="{box.inner_top}" width="{inner.width}" height="{inner.height}" rx="4"/>'
        yield from _drawn(inner, left, box.inner_top, ran)
        left += inner.width + PADDING
    if ends_machine(box.state):
        yield f'<circle class="end" cx="{box.x + PADDING}" cy="{box.bottom + ROW_GAP // 8}" r="4"><title>end</title></circle>'


def _text(text: str) -> str:
    return escape(one_line(text))
