"""The library's converters: from what the host sends to a function's arguments, and from its return value back."""

from typing import Any

from azure.functions import meta

from functions_standin.functions import Binding
from functions_standin.invocation import Datum
from functions_standin.worker.loading import AppFunction


def argument(binding: Binding, datum: Datum) -> Any:
    """Return the argument that a binding makes of a datum; without a converter it is the bare value."""
    converter = meta.get_binding_registry().get(binding.type)
    if converter is None:
        return datum.value
    return converter.decode(_library_datum(datum), trigger_metadata={} if binding.is_trigger else None)


def returned(function: AppFunction, value: Any) -> Datum | None:
    """Return what the host gets of a return value; raise if the function's binding cannot take it."""
    registry = meta.get_binding_registry()
    binding = function.description.return_binding
    name = function.description.name
    if binding is None:
        trigger = function.description.trigger
        converter = registry.get(trigger.type)
        if converter is None:
            return None  # the worker's generic binding takes anything
        if not converter.has_implicit_output():
            if value is not None:
                raise RuntimeError(f"function {name!r} without a $return binding returned a non-None value")
            return None
        return _encoded(converter, trigger.type, value)
    return _encoded(registry.get(binding.type), binding.type, value)


def _encoded(converter: Any, binding_type: str, value: Any) -> Datum:
    try:
        return _plain(converter.encode(value, expected_type=None))
    except NotImplementedError:
        raise TypeError(
            f'unable to encode outgoing TypedData: unsupported type "{binding_type}" for Python type '
            f'"{type(value).__name__}"'
        ) from None


def _library_datum(datum: Datum) -> meta.Datum:
    if datum.type != "http":
        return meta.Datum(datum.value, datum.type)

    def texts(name: str) -> dict[str, meta.Datum]:
        return {key: meta.Datum(text, "string") for key, text in datum.value[name].items()}

    return meta.Datum(
        {
            "method": meta.Datum(datum.value["method"], "string"),
            "url": meta.Datum(datum.value["url"], "string"),
            "headers": texts("headers"),
            "query": texts("query"),
            "params": texts("params"),
            "body": meta.Datum(datum.value["body"], "bytes"),
        },
        "http",
    )


def _plain(datum: meta.Datum) -> Datum:
    if datum.type != "http":
        return Datum(datum.type, datum.value)
    value = datum.value
    return Datum(
        "http",
        {
            "status_code": value["status_code"].value,
            "headers": {name: header.value for name, header in value["headers"].items()},
            "cookies": [each.OutputString() for cookies in value["cookies"] or () for each in cookies.values()],
            "body": value["body"].value,
        },
    )
