"""Answers of the app's HTTP routes: JSON, and problems as RFC 9457 describes them."""

import json
from typing import Any

import azure.functions as func


def answer(body: Any, status: int = 200) -> func.HttpResponse:
    """Return JSON."""
    return func.HttpResponse(json.dumps(body, indent=2) + "\n", status_code=status, mimetype="application/json")


def problem(status: int, title: str, detail: str, **more: Any) -> func.HttpResponse:
    """Return what is wrong and what to do about it, and more members if there are any."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return func.HttpResponse(json.dumps(body) + "\n", status_code=status, mimetype="application/problem+json")


def no_such_relay(name: str, known: list[str]) -> func.HttpResponse:
    """Return the problem of a name that is not in relays.toml."""
    return problem(404, "No such relay", f"There is no relay {name!r}; relays.toml has {', '.join(known)}.")
