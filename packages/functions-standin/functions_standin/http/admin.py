"""The host's own routes: home page, /admin/host/..., /admin/functions/...

Every caller counts as administrator, as under Core Tools. docs: "Manually run a non HTTP-triggered function".
"""

import json
import os
import platform
import time
import uuid
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from functions_standin.errors import FunctionInError
from functions_standin.extension import Extension, HostServices
from functions_standin.functions import LoadedFunction
from functions_standin.functions_in_charge import FunctionsInCharge
from functions_standin.http.routing import route_text
from functions_standin.invoker import MANUAL_REASON, Call
from functions_standin.settings import is_disabled, is_true
from functions_standin.version import NAME, VERSION

_HOME_PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{NAME}</title></head>
<body><h1>Your Functions app is up and running</h1>
<p>It is served by the {NAME}, a local stand-in for the Azure Functions host.
See <a href="/admin/functions">its functions</a> and <a href="/admin/host/status">the host's status</a>.</p>
</body></html>
"""


class Admin:
    """Answers the administrative requests; what a manual run starts with, the trigger's extension says."""

    def __init__(self, services: HostServices, in_charge: FunctionsInCharge, extensions: Iterable[Extension]) -> None:
        self._services = services
        self._functions = {name.lower(): function for name, function in in_charge.functions.items()}
        self._errors = in_charge.errors
        self._extensions = {trigger_type: each for each in extensions for trigger_type in each.trigger_types}
        self._instance_id = str(uuid.uuid4())
        self._started = time.monotonic()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/", self._home),
            web.get("/admin/host/status", self._status),
            web.route("GET", "/admin/host/ping", self._ping),
            web.route("POST", "/admin/host/ping", self._ping),
            web.get("/admin/functions", self._list),
            web.get("/admin/functions/{name}", self._one),
            web.get("/admin/functions/{name}/status", self._function_status),
            web.post("/admin/functions/{name}", self._run),
            web.route("*", "/admin/{rest:.*}", self._unsupported),
        ]

    async def _home(self, _request: web.Request) -> web.Response:
        if is_true(self._services.environment.get("AzureWebJobsDisableHomepage")):
            return web.Response(status=204)
        return web.Response(text=_HOME_PAGE, content_type="text/html")

    async def _ping(self, _request: web.Request) -> web.Response:
        return web.Response()

    async def _status(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "id": self._services.host_id,
                "state": "Running",
                "version": VERSION,
                "versionDetails": f"{VERSION} {NAME}",
                "instanceId": self._instance_id,
                "computerName": platform.node(),
                "processUptime": round((time.monotonic() - self._started) * 1000),
                "functionAppContentEditingState": "NotAllowed",
                "errors": [f"The '{name}' function is in error: {error}" for name, error in self._errors.items()],
            }
        )

    async def _list(self, _request: web.Request) -> web.Response:
        return web.json_response([self._description(function) for function in self._functions.values()])

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(self._description(self._named(request)))

    async def _function_status(self, request: web.Request) -> web.Response:
        error = self._errors.get(self._named(request).name)
        return web.json_response({"errors": [error]} if error else {})

    async def _run(self, request: web.Request) -> web.Response:
        function = self._named(request)
        try:
            body = json.loads(await request.read())
            text = body["input"] if isinstance(body, dict) else None
        except (ValueError, KeyError):
            text = None
        if not isinstance(text, str):
            return web.Response(status=400, text='The body must be JSON like {"input": "<text>"}.')
        trigger = function.trigger
        extension = self._extensions.get(trigger.type)
        if extension is None or function.name in self._errors:
            reason = self._errors.get(function.name) or f"this stand-in cannot run a {trigger.type} by hand"
            return web.Response(status=501, text=f"Function '{function.name}': {reason}")
        try:
            argument = extension.manual_argument(function, text)
        except FunctionInError as error:
            return web.Response(status=501, text=f"Function '{function.name}': {error}")
        self._services.invoker.start(Call(function, {trigger.name: argument}, MANUAL_REASON))
        return web.Response(status=202)

    async def _unsupported(self, request: web.Request) -> web.Response:
        return web.Response(status=501, text=f"{request.method} {request.path} is not supported by the {NAME}.")

    def _named(self, request: web.Request) -> LoadedFunction:
        try:
            return self._functions[request.match_info["name"].lower()]
        except KeyError:
            raise web.HTTPNotFound(text="") from None

    def _description(self, function: LoadedFunction) -> dict[str, Any]:
        base = self._services.base_url
        script = os.path.join(function.name, function.script_file)  # noqa: PTH118 - part of a URL
        is_http = function.trigger.type == "httpTrigger"
        prefix = self._services.host_json.route_prefix
        return {
            "name": function.name,
            "script_root_path_href": f"{base}/admin/vfs/{function.name}/",
            "script_href": f"{base}/admin/vfs/{script}",
            "config_href": f"{base}/admin/vfs/{function.name}/function.json",
            "test_data_href": None,
            "href": f"{base}/admin/functions/{function.name}",
            "invoke_url_template": "/".join(p for p in (base, prefix, route_text(function)) if p) if is_http else None,
            "language": "python",
            "config": {"name": function.name, **function.config, "functionDirectory": str(self._services.root)},
            "files": None,
            "test_data": None,
            "isDisabled": is_disabled(function.name, self._services.environment),
            "isDirect": False,
            "isProxy": False,
        }
