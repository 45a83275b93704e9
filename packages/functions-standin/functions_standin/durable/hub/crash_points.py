"""The places between two writes at which the process can be made to crash, to see whether nothing gets lost.

With the setting FUNCTIONS_STANDIN_CRASH_AT="<point>[:<n>]" the host kills itself when it passes the point for the n-th time.
"""

import os
import signal
from collections.abc import Callable, Mapping
from enum import StrEnum

from functions_standin.errors import SettingsError

SETTING = "FUNCTIONS_STANDIN_CRASH_AT"


class Point(StrEnum):
    """Every place, in the order in which a start, an episode and an activity pass them."""

    START_SENT = "start-sent"  # the start message is in the queue, the instance has no row
    START_RECORDED = "start-recorded"
    EPISODE_TAKEN = "episode-taken"  # messages taken, nothing done yet
    EPISODE_RUN = "episode-run"  # the orchestrator has answered, nothing is written
    BLOB_WRITTEN = "blob-written"  # a large message or value is in its blob, nobody points to it
    FIRST_MESSAGE_SENT = "first-message-sent"  # one outgoing message sent, others not
    MESSAGES_SENT = "messages-sent"  # all outgoing messages sent, the history is the old one
    HISTORY_BATCH_WRITTEN = "history-batch-written"  # some of several batches written
    HISTORY_WRITTEN = "history-written"  # history written, the instance's row is the old one
    INSTANCE_WRITTEN = "instance-written"  # all written, the control messages are still there
    FIRST_MESSAGE_DELETED = "first-message-deleted"  # some control messages deleted
    ACTIVITY_TAKEN = "activity-taken"
    ACTIVITY_RUN = "activity-run"  # the activity has run, nobody knows
    ACTIVITY_ANSWERED = "activity-answered"  # its result is sent, its message is still there
    CLIENT_SENT = "client-sent"  # a raised event, termination or signal is in the queue


Hook = Callable[[Point], None]


def ignore(point: Point) -> None:
    """Pass the point."""
    del point


def hook_of(environment: Mapping[str, str]) -> Hook:
    """Return the hook that the setting asks for; raise SettingsError if it names no point."""
    text = environment.get(SETTING)
    if not text:
        return ignore
    name, _, number = text.partition(":")
    if name not in {point.value for point in Point} or not (number or "1").isdigit():
        raise SettingsError(f"{SETTING}={text!r}: write <point>[:<n>] with one of {', '.join(Point)}")
    return _crash_at(Point(name), int(number or "1"))


def _crash_at(fatal: Point, number: int) -> Hook:
    passes = 0

    def hook(point: Point) -> None:
        nonlocal passes
        if point is fatal:
            passes += 1
            if passes == number:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook
