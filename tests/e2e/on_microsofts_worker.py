"""Runs an app's functions through Microsoft's own worker library (azure-functions-runtime, for Python 3.13 and later), without a host.

Run by the Python of an environment that has the library and what the app needs: it reads JSON from standard input,
`{"app": folder, "calls": [[function, {parameter: [kind, value]}], ...]}`, where kind is "string", "json" or "http", and writes
`{"functions": {name: [binding, ...]}, "answers": [...]}`. Nothing of the project is imported. The classes of the host's protocol are
imitated as far as the library looks at them; their names are its own.
"""

import asyncio
import json
import os
import sys
import uuid
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as worker  # type: ignore[import-not-found]
from azure_functions_runtime.utils import threadpool  # type: ignore[import-not-found]


class Message(SimpleNamespace):
    """Any message of the protocol: what it is made with can be read."""

    Success, Failure = "Success", "Failure"
    undefined, out, inout = -1, 1, 2

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - its name
        """Return the name of the one field that is set."""
        return next(iter(vars(self)), None)


class Protocol:
    """Every class of it is the same one."""

    def __getattr__(self, _name: str) -> type[Message]:
        return Message


def parameter(name: str, kind: str, value: Any) -> Any:
    """Return a parameter of a call, as the host sends it."""
    if kind == "http":
        value = Message(
            method=value["method"], url=value["url"], headers=value.get("headers", {}), params=value.get("params", {}),
            query=value.get("query", {}), body=Message(bytes=value.get("body", "").encode()),
        )  # fmt: skip
    found = SimpleNamespace(name=name, data=Message(**{kind: value}))
    found.WhichOneof = lambda _group: "data"
    return found


async def main() -> None:
    """Index, call, tell."""
    asked = json.load(sys.stdin)
    sys.path.append(asked["app"])
    os.chdir(asked["app"])
    threadpool.start_threadpool_executor()
    properties = {"host": "127.0.0.1", "protos": Protocol()}
    begun = await worker.worker_init_request(
        SimpleNamespace(
            properties=properties,
            request=SimpleNamespace(
                worker_init_request=SimpleNamespace(capabilities={}, function_app_directory=asked["app"])
            ),
        )
    )
    if begun.result.status != Message.Success:
        raise SystemExit(f"the library refuses the app: {begun.result.exception}")
    indexed = (await worker.functions_metadata_request(None)).function_metadata_results
    ids = {function.name: function.function_id for function in indexed}
    answers = []
    for function, parameters in asked["calls"]:
        call = SimpleNamespace(
            invocation_id=str(uuid.uuid4()),
            function_id=ids[function],
            input_data=[parameter(name, *data) for name, data in parameters.items()],
            trigger_metadata={},
            trace_context=SimpleNamespace(trace_parent="", trace_state="", attributes={}),
            retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
        )
        ended = await worker.invocation_request(SimpleNamespace(request=SimpleNamespace(invocation_request=call)))
        answers.append(told(ended))
    print(
        json.dumps(
            {"functions": {f.name: sorted(b.type for b in f.bindings.values()) for f in indexed}, "answers": answers}
        )
    )


def told(ended: Any) -> dict[str, Any]:
    """Return what came of a call."""
    if ended.result.status != Message.Success:
        return {"error": ended.result.exception.message}
    value = ended.return_value
    if value is None:
        return {}
    kind = value.WhichOneof("data")
    if kind == "http":
        return {"status": value.http.status_code, "body": value.http.body.bytes.decode()}
    return {kind: getattr(value, kind)}


if __name__ == "__main__":
    asyncio.run(main())
