"""What the items of a Map state are given."""

from dataclasses import dataclass, replace
from typing import Any

from asl.definition import Batcher, Map, State
from asl.expressions import Language, Query
from asl.failures import ITEM_READER, QUERY, StateFailure, runtime
from asl.paths.values import Path
from asl.running.amounts import count, whole
from asl.running.evaluating import Scope, at_path, evaluate, shown, wrong_type
from asl.values import MAXIMUM_BYTES, JsonValue, json_text

MOST_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class Item:
    """What the processor is given for one item, and the item itself."""

    index: int
    input: JsonValue
    value: JsonValue


def items_of(state: State, work: Map, scope: Scope, read: list[Any] | None = None) -> list[Item]:
    """The items, those that were `read` or those of its input, each as ItemSelector makes it, in batches if the state says so."""
    values = _values_of(state, work, scope) if read is None else read
    if len(values) > MOST_ITEMS:
        raise runtime(f"A Map state may have {MOST_ITEMS} items, and this one has {len(values)}")
    items = [_selected(work, Item(index, value, value), scope) for index, value in enumerate(values)]
    return items if work.batcher is None else _batches(work.batcher, [item.input for item in items], scope)


def most_of(work: Map, scope: Scope) -> int | None:
    """How many items are taken of those that are read; None, which 0 says too, for all."""
    most = whole(work.reader_most, scope, "MaxItems")
    if most is not None and most < 0:
        raise StateFailure(ITEM_READER, "field MaxItems must be positive", names_state=True)
    return most or None


def written_down(items: list[Item]) -> JsonValue:
    """Items as plain JSON. What the processor is given is often the item itself, and then stands there once."""
    if all(item.input is item.value for item in items):
        return {"inputs": [item.input for item in items]}
    return {"inputs": [item.input for item in items], "values": [item.value for item in items]}


def read_again(written: Any) -> list[Item]:
    """The items that plain JSON says."""
    inputs = written["inputs"]
    pairs = zip(inputs, written.get("values", inputs), strict=True)
    return [Item(index, given, value) for index, (given, value) in enumerate(pairs)]


def _values_of(state: State, work: Map, scope: Scope) -> list[Any]:
    if isinstance(work.items, Path):
        values = at_path(work.items, scope)
    elif work.items is None:
        values = scope.input
    else:
        values = evaluate(work.items, scope, "Items")
    if isinstance(values, list):
        return values
    if isinstance(work.items, Query):
        raise wrong_type(work.items.text, "Items", "array", values)
    if state.language is Language.JSONATA:
        raise StateFailure(QUERY, f"Map state input must be an array but was: {shown(values)}")
    text = work.items.text if isinstance(work.items, Path) else "$"
    raise runtime(f'Reference path "{text}" must point to array.')


def _selected(work: Map, item: Item, scope: Scope) -> Item:
    if work.selector is None:
        return item
    context = {**scope.context, "Map": {"Item": {"Index": item.index, "Value": item.value}}}
    within = replace(scope, context=context, states={**scope.states, "context": context})
    return replace(item, input=evaluate(work.selector, within, "ItemSelector"))


def _batches(batcher: Batcher, inputs: list[JsonValue], scope: Scope) -> list[Item]:
    most = count(batcher.max_items, scope, "MaxItemsPerBatch") or len(inputs)
    most_bytes = count(batcher.max_bytes, scope, "MaxInputBytesPerBatch") or MAXIMUM_BYTES
    around = {} if batcher.input is None else {"BatchInput": evaluate(batcher.input, scope, "BatchInput")}
    empty = len(json_text({**around, "Items": []}).encode(errors="surrogatepass"))
    batches: list[list[JsonValue]] = []
    size = 0
    for value in inputs:
        size += 1 + len(json_text(value).encode(errors="surrogatepass"))
        if not batches or len(batches[-1]) >= most or size - 1 > most_bytes:
            batches.append([])
            size = empty + 1 + len(json_text(value).encode(errors="surrogatepass"))
        batches[-1].append(value)
    made = [{**around, "Items": batch} for batch in batches]
    return [Item(index, batch, batch) for index, batch in enumerate(made)]
