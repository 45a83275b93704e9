"""Asks the parts of the stack over HTTP. They listen on loopback, where no proxy of the environment leads."""

import urllib.request
from http.client import HTTPResponse
from typing import cast

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(request: str | urllib.request.Request, *, timeout_seconds: float) -> HTTPResponse:
    """Return the answer to a request or a URL; raises as urllib.request.urlopen does."""
    return cast(HTTPResponse, _direct.open(request, timeout=timeout_seconds))
