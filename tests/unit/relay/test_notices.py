import json
from typing import Any

from relay.config.values import Channel, ChannelKind
from relay.notification.bodies import body_for
from relay.notification.notice import Notice
from relay.notification.words import Occasion

URL = "http://x/?secret"


def notice(**differences: Any) -> Notice:
    told: dict[str, Any] = {
        "occasion": Occasion.LONG_OUTAGE, "app": "shop", "relay": "orders", "since": "2026-01-02T03:04:05Z",
        "rounds": 10, "changes": 42, "status": 503, "last_error": "the endpoint answered 503",
        "act_url": "https://shop/api/relays/orders",
    }  # fmt: skip
    return Notice(**{**told, **differences})


def test_it_says_which_relay_since_when_how_many_why_and_where_to_act() -> None:
    text = f"{notice().title} {notice().text}"

    for part in ("orders", "2026-01-02T03:04:05Z", "42 changes", "503", "https://shop/api/relays/orders"):
        assert part in text


def test_every_occasion_has_its_words() -> None:
    titles = {notice(occasion=occasion).title for occasion in Occasion}

    assert len(titles) == len(Occasion)


def test_a_webhook_gets_text_and_every_fact_by_name() -> None:
    body = body_for(Channel(name="c", url=URL, kind=ChannelKind.WEBHOOK), notice())

    assert body["text"].startswith("orders: nothing gets through")
    assert (body["relay"], body["changes"], body["occasion"]) == ("orders", 42, "long_outage")
    assert "secret" not in json.dumps(body)


def test_a_workflow_of_teams_gets_an_adaptive_card() -> None:
    body = body_for(Channel(name="c", url=URL, kind=ChannelKind.TEAMS), notice())

    [attachment] = body["attachments"]
    title, text = attachment["content"]["body"]
    assert body["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["type"] == "AdaptiveCard"
    assert (title["text"], text["text"]) == (notice().title, notice().text)
    assert title["wrap"]
    assert text["wrap"]
    assert "secret" not in json.dumps(body)


def test_a_mail_has_the_form_of_sendgrid() -> None:
    channel = Channel(
        name="c", url=URL, kind=ChannelKind.EMAIL, to=("a@example.com", "b@example.com"), sender="r@example.com"
    )

    body = body_for(channel, notice())

    assert body["personalizations"] == [{"to": [{"email": "a@example.com"}, {"email": "b@example.com"}]}]
    assert body["from"] == {"email": "r@example.com"}
    assert body["subject"] == notice().title


def test_it_crosses_the_durable_boundary_as_plain_json() -> None:
    assert Notice.from_dict(json.loads(json.dumps(notice().to_dict()))) == notice()
