"""relay:approve: asks people over a channel; who answers ends the state under its token."""

from collections.abc import Mapping
from typing import Any

from relay.config.values import Channel, ChannelKind
from relay.delivery.outcomes import Delivered
from relay.notification.bodies import body_for
from relay.shown import shown
from services.resources.named import named, object_of, text_of
from services.resources.outside import ResourceOutside
from workflows.resources.names import Resource
from workflows.resources.question import MOST_CHOICES, Asked, Question
from workflows.resources.values import Performed, Task, TaskFailed, bad_arguments

NOTICE_FAILED = "relay.NoticeFailed"
_CHOICES = ("approve", "reject")
_MOST_SUBJECT, _MOST_TEXT, _MOST_CHOICE = 200, 10_000, 100


def perform(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    """Ask; the output is what somebody answers later."""
    arguments = object_of(task, ("channel", "subject", "text", "choices"))
    name = named(resource, arguments.get("channel"), "channel", task, outside).name
    channel = _channel(name, outside)
    if task.token is None:
        raise bad_arguments("Resource", f"nobody could answer; write {resource}.waitForTaskToken")
    question = Question(
        definition=task.definition,
        execution=task.execution,
        asked=asked_in(arguments),
        token=task.token,
        public_url=outside.settings.public_url,
    )
    # Another attempt has another token, so that a channel that knows repeats has to show it too.
    outcome = outside.channels.send(channel, body_for(channel, question), f"{task.idempotency_key}-{task.attempt}")
    if not isinstance(outcome, Delivered):
        raise TaskFailed(NOTICE_FAILED, f"channel {name!r}: {outcome.reason}")
    return Performed()


def asked_in(arguments: Mapping[str, Any]) -> Asked:
    """Return what the arguments of a task ask. Raises TaskFailed."""
    return Asked(
        title=_line(text_of(arguments, "subject", most=_MOST_SUBJECT)),
        message=text_of(arguments, "text", most=_MOST_TEXT, default=""),
        choices=_choices(arguments),
    )


def _channel(name: str, outside: ResourceOutside) -> Channel:
    channel = next((each for each in outside.settings.channels if each.name == name), None)
    if channel is None:
        raise bad_arguments("channel", f"relays.toml has no channel {name!r}")
    if channel.kind is ChannelKind.LOG:
        raise bad_arguments(
            "channel", f"{name!r} is the log, where whoever reads it could answer; take another channel"
        )
    return channel


def _line(text: str) -> str:
    return " ".join(text.split())


def _choices(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    told = arguments.get("choices", list(_CHOICES))
    usable = isinstance(told, list) and 1 <= len(told) <= MOST_CHOICES and len(set(map(str, told))) == len(told)
    if not usable or not all(
        isinstance(each, str) and each.strip() == each and each.isprintable() and 0 < len(each) <= _MOST_CHOICE
        for each in told
    ):
        raise bad_arguments(
            "choices", f"{shown(told)} must be a list of 1 to {MOST_CHOICES} different texts on one line"
        )
    return tuple(told)
