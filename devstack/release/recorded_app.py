"""Copied beside a release's function_app.py: the same app, with every request of an orchestrator or entity and its answer
written down.

Run as a program it prints the app's durable functions.
"""

import importlib
import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df
import azure.functions as func

RECORD_TO = "RECORD_TO"  # the setting that names the file, one JSON object a line
_TRIGGERS = {"orchestrationTrigger": "orchestration", "activityTrigger": "activity", "entityTrigger": "entityName"}
_lock = threading.Lock()


def _write(context: Any, answer: str) -> None:
    request = getattr(context, "body", context)
    line = json.dumps({"request": json.loads(request), "answer": json.loads(answer)})
    with _lock, open(os.environ[RECORD_TO], "a", encoding="utf-8") as file:  # noqa: PTH123 - it is copied into an app
        file.write(line + "\n")


def _orchestrator(body: Callable[..., Any], create: Any = df.Orchestrator.create) -> Callable[[Any], str]:
    handle = create(body)

    def recorded(context: func.OrchestrationContext) -> str:
        handle.__dict__.update(recorded.__dict__)
        answer: str = handle(context)
        _write(context, answer)
        return answer

    recorded.__dict__.update(handle.__dict__)
    return recorded


def _entity(body: Callable[..., Any], create: Any = df.Entity.create) -> Callable[[Any], str]:
    handle = create(body)

    def recorded(context) -> str:  # type: ignore[no-untyped-def] # the worker would check an annotation
        answer: str = handle(context)
        _write(context, answer)
        return answer

    recorded.__dict__.update(handle.__dict__)
    return recorded


if os.environ.get(RECORD_TO):
    df.Orchestrator.create = staticmethod(_orchestrator)
    df.Entity.create = staticmethod(_entity)

app = importlib.import_module("function_app").app


def _durable_functions() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {kind: [] for kind in _TRIGGERS}
    for function in app.get_functions():
        for binding in json.loads(function.get_function_json())["bindings"]:
            if binding["type"] in found:
                found[binding["type"]].append(binding.get(_TRIGGERS[binding["type"]]) or function.get_function_name())
    return {kind: sorted(names) for kind, names in found.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_durable_functions()))
