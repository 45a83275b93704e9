"""The built-in activity behind call_http. docs: "HTTP features in Durable Functions", section on consuming HTTP APIs."""

import json
from typing import Any

import aiohttp

from functions_standin.durable.json_text import to_json
from functions_standin.durable.user_code import ActivityFailed

_TIMEOUT_SECONDS = 100


async def send_request(text: str) -> str:
    """Send the request that the JSON text describes; return the JSON text of the answer."""
    request: dict[str, Any] = json.loads(text)
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
