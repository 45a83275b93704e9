"""Writes to the demo API with the token of a lock, for a test."""

import json
import urllib.error
import urllib.request

import azure.durable_functions as df

import wiring

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity="guarded_write")
def guarded_write(request: dict) -> int:
    """{"lock": name, "client": name, "token": number, "part": number} -> the API's status."""
    number = f"{request['client']}-{request['token']}-{request['part']}"
    body = {
        "id": number, "relay": "guarded", "operation": "insert", "version": 1, "key": {"Id": number}, "data": {"client": request["client"]},
    }  # fmt: skip
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": f'"{number}"',
        "X-Fencing-Token": str(request["token"]),
    }
    url = f"{wiring.app_settings()['API_URL']}/{request['lock']}"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=30
        ) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
