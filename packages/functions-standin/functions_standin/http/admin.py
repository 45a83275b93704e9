"""The host's own routes: home page, /admin/host/..., /admin/functions/...

Every caller counts as administrator, as under Core Tools. docs: "Manually run a non HTTP-triggered function".
"""

import json
import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from aiohttp import web

from functions_standin.errors import FunctionInError
from functions_standin.extension import Extension, HostServices
from functions_standin.functions import LoadedFunction
from functions_standin.functions_in_charge import HTTP_TRIGGER, FunctionsInCharge
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
        self._started = services.ports.outside.monotonic_seconds()

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
        return web.Response(body=_HOME_PAGE.encode(), headers={"Content-Type": "text/html"})

    async def _ping(self, _request: web.Request) -> web.Response:
        return web.Response(headers={"Cache-Control": "no-store,no-cache", "Pragma": "no-cache"})

    async def _status(self, _request: web.Request) -> web.Response:
        status = {
            "id": self._services.host_id,
            "state": "Running",
            "version": VERSION,
            "versionDetails": f"{VERSION} {NAME}",
            "platformVersion": "",
            "instanceId": "",
            "computerName": "",
            "processUptime": round((self._services.ports.outside.monotonic_seconds() - self._started) * 1000),
            "functionAppContentEditingState": "Unknown",
        }
        if self._errors:
            status["errors"] = [f"The '{name}' function is in error: {error}" for name, error in self._errors.items()]
        return _json(status)

    async def _list(self, request: web.Request) -> web.Response:
        return _json([self._description(function, request) for function in self._functions.values()])

    async def _one(self, request: web.Request) -> web.Response:
        function = self._named(request)
        return _not_found() if function is None else _json(self._description(function, request))

    async def _function_status(self, request: web.Request) -> web.Response:
        function = self._named(request)
        if function is None:
            return _not_found()
        error = self._errors.get(function.name)
        return _json({"errors": [error]} if error else {})

    async def _run(self, request: web.Request) -> web.Response:
        function = self._named(request)
        if function is None:
            return _not_found()
        try:
            body = json.loads(await request.read())
            text = body["input"] if isinstance(body, dict) else None
        except (ValueError, KeyError):
            text = None
        if not isinstance(text, str):
            return web.Response(status=400, text='The body must be JSON like {"input": "<text>"}.')
        trigger = function.trigger
        if trigger.type == HTTP_TRIGGER and function.name not in self._errors:
            # Accepted there too, and then nothing can be made of it.
            self._services.console.log(
                f"Function.{function.name}",
                logging.ERROR,
                f"Exception while executing function: {function.full_name}. An HttpRequest is required",
            )
            return web.Response(status=202)
        extension = self._extensions.get(trigger.type)
        if extension is None or function.name in self._errors:
            reason = self._errors.get(function.name) or f"this stand-in cannot run a {trigger.type} by hand"
            return web.Response(status=501, text=f"Function '{function.name}': {reason}")
        try:
            argument = extension.manual_argument(function, text)
        except FunctionInError as error:
            return web.Response(status=501, text=f"Function '{function.name}': {error}")
        self._services.invoker.start(
            Call(function, {trigger.name: argument}, MANUAL_REASON, invocation_id=self._services.invoker.new_id())
        )
        return web.Response(status=202)

    async def _unsupported(self, request: web.Request) -> web.Response:
        return web.Response(status=501, text=f"{request.method} {request.path} is not supported by the {NAME}.")

    def _named(self, request: web.Request) -> LoadedFunction | None:
        return self._functions.get(request.match_info["name"].lower())

    def _description(self, function: LoadedFunction, request: web.Request) -> dict[str, Any]:
        base = f"{request.scheme}://{request.host}"
        is_http = function.trigger.type == HTTP_TRIGGER
        prefix = self._services.host_json.route_prefix
        return {
            "name": function.name,
            "script_root_path_href": None,
            "script_href": f"{base}/admin/vfs{self._services.root}/{function.script_file}",
            "config_href": None,
            "test_data_href": f"{base}/admin/vfs/tmp/FunctionsData/{function.name}.dat",
            "href": f"{base}/admin/functions/{function.name}",
            "invoke_url_template": "/".join(p for p in (base, prefix, route_text(function)) if p) if is_http else None,
            "language": "python",
            "config": {
                "name": function.name,
                **function.config,
                "language": "python",
                "functionDirectory": str(self._services.root),
            },
            "files": None,
            "test_data": "",
            "isDisabled": is_disabled(function.name, self._services.environment),
            "isDirect": False,
            "isProxy": False,
        }


def _json(content: object) -> web.Response:
    return web.json_response(content, dumps=partial(json.dumps, separators=(",", ":"), ensure_ascii=False))


def _not_found() -> web.Response:
    return web.Response(status=404)
