"""What a Map state does."""

from collections.abc import Callable

from asl.definition import Batcher, Machine, Map
from asl.expressions import Language, Query, Template
from asl.reader.fields import Fields
from asl.reader.templates import path_of, template_of, value_of

_MODES = ("INLINE", "DISTRIBUTED")
_PROCESSOR = frozenset({"Mode", "ExecutionType"})
_OUTSIDE = {
    "ItemReader": frozenset({"Resource", "ReaderConfig", "Parameters", "Arguments"}),
    "ResultWriter": frozenset({"Resource", "WriterConfig", "Parameters", "Arguments"}),
}
LONGEST_LABEL = 40
MOST_READ = 100_000_000


def map_of(fields: Fields, language: Language, machine_of: Callable[[Fields], Machine]) -> Map:
    """What a Map state does; `machine_of` reads the processor of its items."""
    fields.check_one_of("ItemProcessor", "Iterator")
    fields.check_one_of("ItemSelector", "Parameters")
    processor = fields.object("ItemProcessor") or fields.object("Iterator")
    if processor is None:
        fields.missing("ItemProcessor", "write the states that each item goes through")
        processor = Fields({}, fields.pointer, fields.mistakes)
    selector = "ItemSelector" if fields.has("ItemSelector") else "Parameters"
    label = fields.text("Label")
    if label and len(label) > LONGEST_LABEL:
        fields.wrong("Label", f"the label has {len(label)} characters", f"write at most {LONGEST_LABEL}")
    return Map(
        processor=machine_of(processor),
        is_distributed=_mode_of(processor) == "DISTRIBUTED",
        items=_items_of(fields, language),
        selector=template_of(fields, selector, language),
        batcher=_batcher_of(fields, language),
        max_concurrency=amount(fields, "MaxConcurrency", language, 0),
        tolerated_count=amount(fields, "ToleratedFailureCount", language, 0),
        tolerated_percentage=amount(fields, "ToleratedFailurePercentage", language, 0, 100, is_whole=False),
        reader_resource=_outside(fields, "ItemReader", language),
        reader_arguments=_told(fields, language),
        reader_most=_most(fields, language),
        writer_resource=_outside(fields, "ResultWriter", language),
        label=label,
    )


def amount(
    fields: Fields, name: str, language: Language, least: float, most: float = 99_999_999, *, is_whole: bool = True
) -> Template | None:
    """A number that stands there, or is computed: by JSONata, or by the path in the field of that name with Path."""
    fields.check_one_of(name, f"{name}Path")
    if language is Language.JSONPATH and fields.has(f"{name}Path"):
        return path_of(fields, f"{name}Path")
    if language is Language.JSONATA and isinstance(value := value_of(fields, name, language), Query):
        return value
    fields.number(name, None, least, most, is_whole=is_whole)
    return value_of(fields, name, language)


def _items_of(fields: Fields, language: Language) -> Template | None:
    if language is Language.JSONPATH:
        return path_of(fields, "ItemsPath")
    if fields.has("Items") and not isinstance(fields.value["Items"], str | list):
        fields.wrong("Items", "an array is needed", "write an array, or {% … %} that yields one")
    return template_of(fields, "Items", language)


def _mode_of(processor: Fields) -> str:
    config = processor.object("ProcessorConfig")
    if config is None:
        return "INLINE"
    config.check_only(_PROCESSOR, "ProcessorConfig")
    mode = config.text("Mode", "INLINE") or "INLINE"
    if mode not in _MODES:
        config.wrong("Mode", f"{mode!r} is no mode", f"write one of {', '.join(_MODES)}")
    if config.text("ExecutionType", "STANDARD") not in ("STANDARD", "EXPRESS"):
        config.wrong("ExecutionType", "this is no type of execution", "write STANDARD")
    return mode


def _batcher_of(fields: Fields, language: Language) -> Batcher | None:
    batcher = fields.object("ItemBatcher")
    if batcher is None:
        return None
    names = ("MaxItemsPerBatch", "MaxInputBytesPerBatch")
    paths = {f"{name}Path" for name in names} if language is Language.JSONPATH else set()
    batcher.check_only({"BatchInput", *names, *paths}, "ItemBatcher")
    read = Batcher(
        input=template_of(batcher, "BatchInput", language),
        max_items=amount(batcher, names[0], language, 1),
        max_bytes=amount(batcher, names[1], language, 1, 262_144),
    )
    if read.max_items is None and read.max_bytes is None:
        batcher.missing("MaxItemsPerBatch", "say how many items, or how many bytes, make a batch")
    return read


def _outside(fields: Fields, name: str, language: Language) -> str | None:
    """The resource of a reader of items or writer of results."""
    outside = fields.object(name)
    if outside is None:
        return None
    other = "Arguments" if language is Language.JSONPATH else "Parameters"
    outside.check_only(_OUTSIDE[name] - {other}, name)
    config = outside.object("ReaderConfig")
    if config is not None:
        config.check_one_of("MaxItems", "MaxItemsPath")
    return outside.needed_text("Resource", "name the resource")


def _told(fields: Fields, language: Language) -> Template | None:
    """What the reader of items is told."""
    reader = fields.object("ItemReader")
    name = "Parameters" if language is Language.JSONPATH else "Arguments"
    return None if reader is None else template_of(reader, name, language)


def _most(fields: Fields, language: Language) -> Template | None:
    """How many items are taken of those that are read: 0 for all."""
    reader = fields.object("ItemReader")
    config = None if reader is None else reader.object("ReaderConfig")
    return None if config is None else amount(config, "MaxItems", language, 0, MOST_READ)
