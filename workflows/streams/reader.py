"""[[aggregate]] of workflows.toml with kind = "events": windows and measures of posted events, and where their results go."""

from relay.config.values import RESULTS
from workflows.aggregates.results_reader import Kind, ResultsReader
from workflows.streams.values import MOST_SPANS, Function, Measure, Stream, Windows

_SHAPE = '{ orders = "count", total = "sum:amount", best = "top:amount:3" }'
_OF_ROWS = ("table", "condition", "moves")
_BOUNDS = {Function.DISTINCT: (1000, 10_000), Function.TOP: (10, 100)}  # default and most


class StreamReader(ResultsReader):
    """Reads one [[aggregate]] table whose kind is events."""

    def stream(self) -> Stream | None:
        """Return the stream, or None if it has problems."""
        self.choice("kind", Kind, None)
        for key in _OF_ROWS:
            if key in self.rest:
                self.problem(
                    key, f'it is of an aggregate over rows, and this one has kind = "{Kind.EVENTS}"; leave it out'
                )
                del self.rest[key]
        self.check_results()
        group_by, measures = self.texts("group_by", 'it must be a list of names, such as ["country"]'), self._measures()
        if len(set(group_by)) < len(group_by):
            self.problem("group_by", "a name stands twice")
        window = self.choice("window", Windows, None) or Windows.TUMBLING
        late_endpoint = self.url("late_endpoint", "it must be a URL") if "late_endpoint" in self.rest else ""
        numbers = self.numbers(Stream)
        self.rest["table"] = str(RESULTS)
        results = self.relay()
        if results is None:
            return None
        stream = Stream(
            name=results.name,
            group_by=group_by,
            measures=measures,
            results=results,
            window=window,
            late_endpoint=late_endpoint,
            **numbers,
        )
        self._check_hop(stream)
        return None if self.problems else stream

    def _check_hop(self, stream: Stream) -> None:
        hop = stream.hop_seconds
        if stream.window is not Windows.HOPPING:
            if hop:
                self.problem("hop_seconds", f"it has no effect on {stream.window.value} windows; leave it out")
        elif not 0 < hop <= stream.window_seconds or stream.size_ms > MOST_SPANS * stream.hop_ms:
            self.problem(
                "hop_seconds",
                f"{hop:g} must be more than 0, at most window_seconds, and at least a {MOST_SPANS}th of it",
            )

    def _measures(self) -> dict[str, Measure]:
        found = {}
        for name, text in self.mapping("measures", _SHAPE).items():
            measure = _measure(text)
            if measure is None:
                functions = ", ".join(member.value for member in Function)
                self.problem(
                    f"measures.{name}",
                    f"{text!r} is no measure; write count, or one of {functions} with a name of the events' data: sum:amount; "
                    "after distinct (at most 10000) and top (at most 100) how many: top:amount:3",
                )
            else:
                found[name] = measure
        if not found and not any(": measures" in problem for problem in self.problems):
            self.problem("measures", f"it is missing; it must look like {_SHAPE}")
        return found


def _measure(text: str) -> Measure | None:
    """Return what a text such as top:amount:3 says, None if it says nothing."""
    function, *rest = text.split(":")
    if function not in set(Function) or len(rest) > 2 or not all(rest):
        return None
    known = Function(function)
    if not rest:
        return Measure(known) if known is Function.COUNT else None
    if known not in _BOUNDS:
        return Measure(known, rest[0]) if len(rest) == 1 else None
    default, most = _BOUNDS[known]
    bound = rest[1] if len(rest) > 1 else str(default)
    if not (bound.isascii() and bound.isdigit() and len(bound) <= len(str(most)) and 1 <= int(bound) <= most):
        return None
    return Measure(known, rest[0], int(bound))
