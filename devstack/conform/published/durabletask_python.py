"""The end-to-end suite of microsoft/durabletask-python for apps in the style of version 1.

It is written for version 2 of the SDK, whose compatible names differ from those of 1.7. In the copy that runs, those names are
replaced, and `func` is this project's host. What 1.7 does otherwise than 2.x remains, and is known.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from devstack.command.processes import Stack
from devstack.conform.suite import Answers, ask

FOLDER = "tests/azure-functions-durable/e2e"
_APP = "apps/v1_style"
_REPLACED = {  # what of the suite: its words, and those of version 1.7
    f"{_APP}/client_routes.py": {
        "DurableFunctionsClient": "DurableOrchestrationClient",
        'req.route_params["op"], input=': 'req.route_params["op"], operation_input=',
        "create_http_management_payload(req, instance_id)": "create_http_management_payload(instance_id)",
        'new_id = await client.restart(req.route_params["id"])': 'new_id = (await client.restart(req.route_params["id"]))["id"]',
    },
    f"{_APP}/orchestrators.py": {"event_task.get_result()": "event_task.result"},
    f"{_APP}/http_orchestrators.py": {"response.status_code": 'response["statusCode"]', "response.content": 'response["content"]'},
    "_markers.py": {"pytest.mark.skip(": "pytest.mark.skipif(False, "},  # what Microsoft leaves out, since Azurite may lose it
}  # fmt: skip
KNOWN = {  # question: what its answer says, and why that is right
    "suspend and resume": ("{'approved': 'true'}", "the SDK gives an event's JSON text"),
    "external event and custom status": ("{'approved': 'true'}", "the SDK gives an event's JSON text"),
    "task any event wins": ("hello", "the SDK gives an event's JSON text"),
    "create http management payload": (
        "localhost",
        "1.7 keeps localhost in one set of links and has the request's host in the other",
    ),
    "histories not implemented fails": ("assert 'Completed' == 'Failed'", "1.7 has histories"),
    "entity destruct on exit": (
        "'exists': True",
        "set_result after destruct_on_exit makes the entity exist again in 1.7",
    ),
}
_FUNC = '#!/bin/sh\nexec "{python}" -m functions_standin --app . --port "$3"\n'


def ask_suite(checkout: Path, folder: Path, options: Sequence[str]) -> tuple[Answers, int]:
    """Run the suite's tests of the style of version 1 against this project's host, over a storage of their own."""
    copy = folder / "suite" / "e2e"
    shutil.copytree(checkout / FOLDER, copy)
    with Stack(folder / "stack") as stack:
        stack.start("azurite")
        port = stack.ports("azurite")[0]
        replaced = {**_REPLACED, "_harness.py": {"AZURITE_BLOB_PORT = 10000": f"AZURITE_BLOB_PORT = {port}"}}
        for file, words in replaced.items():
            _replace(copy / file, words)
        (copy / _APP / ".venv").symlink_to(Path(sys.prefix))
        func = folder / "bin" / "func"
        func.parent.mkdir()
        func.write_text(_FUNC.format(python=sys.executable), encoding="utf-8")
        func.chmod(0o755)
        os.environ["PATH"] = os.pathsep.join([str(func.parent), os.environ.get("PATH", os.defpath)])
        os.environ["AzureWebJobsStorage"] = stack.storage_connection_string  # noqa: SIM112 - that is its name
        os.environ["FUNCTIONS_WORKER_RUNTIME"] = "python"
        settings = [
            "-c",
            os.devnull,
            "--rootdir",
            str(copy.parent),
            "-p",
            "no:cacheprovider",
            "--timeout",
            "300",
            "--disable-warnings",
        ]
        answers, status = ask(copy, [*settings, "-k", " and ".join(["v1", *options[1:]])])
    answers.expect(KNOWN)
    return answers, status


def _replace(file: Path, words: dict[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in words.items():
        if old not in text:
            raise SystemExit(f"conform: {file.name} of the suite has changed: it has no {old!r}")
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
