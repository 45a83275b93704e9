"""The built-in activity behind call_http. docs: "HTTP features in Durable Functions", section on consuming HTTP APIs."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from functions_standin.durable.json_text import to_json
from functions_standin.durable.user_code import ActivityFailed

SendRequest = Callable[[Mapping[str, Any]], Awaitable[str]]
_TIMEOUT_SECONDS = 100


def described(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input of the activity for a request as the SDK gives it."""
    return {
        "$type": "Microsoft.Azure.WebJobs.Extensions.DurableTask.DurableHttpRequest, "
        "Microsoft.Azure.WebJobs.Extensions.DurableTask",
        "method": request["method"],
        "uri": request["uri"],
        "headers": request.get("headers") or {},
        "content": request.get("content"),
        "tokenSource": request.get("tokenSource"),
        "asynchronousPatternEnabled": False,
        "retryOptions": None,
        "timeout": None,
    }


async def send_request(request: Mapping[str, Any]) -> str:
    """Send a request; return the JSON text of the answer."""
    if request.get("tokenSource"):
        raise ActivityFailed("call_http with a token source is not supported by this stand-in", None)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)) as session,
            session.request(
                request["method"], request["uri"], data=request.get("content"), headers=request.get("headers") or {}
            ) as answer,
        ):
            content = await answer.text()
            names = [name for name in dict.fromkeys(answer.headers) if not name.lower().startswith("content-")]
            headers = {name: answer.headers.getall(name) for name in names}
            return to_json(
                {
                    "statusCode": answer.status,
                    "headers": {name: each[0] if len(each) == 1 else each for name, each in headers.items()},
                    "content": content,
                }
            )
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ActivityFailed(
            f"HTTP request to {request['uri']} failed: {error or type(error).__name__}", None
        ) from error
