"""What the routes of executions are asked with: nothing that means nothing is passed over."""

import asyncio
import json
from typing import Any, cast

import azure.functions as func
import pytest

from relay.errors import InputError
from services.app_outside import AppOutside
from triggers.http.executions import show_history, show_list, show_one


class App:
    """An app in which nothing has happened."""

    async def ask(self, statement: str, **_: Any) -> Any:
        return [[]] * (3 if statement == "execution/one" else 1)


def asked(work: Any, **params: str) -> Any:
    http = func.HttpRequest(
        "GET", "https://shop/api/executions", params=params, route_params={"id": "order-7"}, body=b""
    )
    return asyncio.run(work(http, cast(AppOutside, App())))


@pytest.mark.parametrize(
    ("work", "params", "says"),
    [
        (show_history, {"before": "7"}, "'before' is no parameter here; take after."),
        (show_history, {"After": "7"}, "'After' is no parameter here; take after."),
        (
            show_list,
            {"limit": "7"},
            "'limit' is no parameter here; take after, parent, relay, state, status, workflow.",
        ),
        (
            show_list,
            {"state": "ready", "status": "stuck"},
            "status: it is another word for state; leave one of them out.",
        ),
        (show_one, {"after": "7"}, "'after' is no parameter here; none is."),
    ],
)
def test_a_parameter_that_means_nothing_is_refused(work: Any, params: dict[str, str], says: str) -> None:
    with pytest.raises(InputError) as refused:
        asked(work, **params)

    assert refused.value.problems == (says,)


def test_a_function_key_is_no_parameter_of_theirs() -> None:
    assert json.loads(asked(show_history, after="7", code="key").get_body()) == {"events": [], "next": None}
    assert json.loads(asked(show_list, status="stuck", code="key").get_body()) == {"executions": [], "next": None}
    assert asked(show_one, code="key").status_code == 404
