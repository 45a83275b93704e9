"""Answers of the app's HTTP routes: JSON, and problems as RFC 9457 describes them."""

import json
import logging
from collections.abc import Awaitable, Mapping
from typing import Any

import azure.functions as func

from relay.errors import AnothersHub, ConfigError, DatabaseError, InputError, SchemaError

_log = logging.getLogger(__name__)


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    """Return JSON."""
    content = json.dumps(body, indent=2) + "\n"
    return func.HttpResponse(content, status_code=status, mimetype="application/json", headers=dict(headers or {}))


def problem(status: int, title: str, detail: str, **more: Any) -> func.HttpResponse:
    """Return what is wrong and what to do about it, and more members if there are any."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return func.HttpResponse(json.dumps(body) + "\n", status_code=status, mimetype="application/problem+json")


def too_many(title: str, detail: str, retry_after_seconds: int) -> func.HttpResponse:
    """Return the problem of one request too many, and when to try again."""
    refused = problem(429, title, detail)
    refused.headers["Retry-After"] = str(retry_after_seconds)
    return refused


def no_such_relay(name: str, known: list[str]) -> func.HttpResponse:
    """Return the problem of a name that is not in relays.toml."""
    return problem(404, "No such relay", f"There is no relay {name!r}; relays.toml has {', '.join(known)}.")


async def answered(work: Awaitable[func.HttpResponse]) -> func.HttpResponse:
    """Do the work of a request; an error becomes a problem that says what to do."""
    try:
        return await work
    except InputError as error:
        return problem(error.status, "The request cannot be used", str(error))
    except SchemaError as error:
        return problem(503, "The relay's own tables are of another release", str(error))
    except ConfigError as error:
        return problem(409, "The relay does not fit its table", str(error))
    except AnothersHub as error:
        return problem(409, "The task hub is another app's", str(error))
    except DatabaseError as error:
        return problem(503, "The database does not answer", str(error))
    except Exception:  # noqa: BLE001 - what the SDK raises has no type of its own, and its text may hold addresses with keys
        _log.exception("A request failed")
        return problem(
            500,
            "The request failed",
            "Mostly the app's storage account (AzureWebJobsStorage) does not answer; the app's log has the reason. What was "
            "ordered may have been written down already: ask how things are before you order it again.",
        )
