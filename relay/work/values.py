"""A piece of work, as the watchdog sees it: which instance does it, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ACTIVITY_SECONDS = 300.0  # host.json: functionTimeout; so long work that is due may be under way without a sign of life


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What stands in SQL Server to be done, and the instance that does it."""

    orchestration: str
    instance_id: str
    request: Mapping[str, Any]  # the instance's input if it is started
    relay: str  # whom people are told of
    mark: str  # another one: the work has come further
    wanted: bool = True  # an instance is started if there is none
    quiet_seconds: float = 0.0  # for how long it is late and has given no sign of life
    can_be_woken: bool = True
    people_wait: bool = False  # for what a sleeping instance would do at once
    tells_if_suspended: bool = False
    tells_if_stuck: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts:
    """How often an instance was started anew without its work having come further; times are ISO 8601 in UTC."""

    count: int = 0
    since: str = ""
    seconds_ago: float = 0.0
    error: str = ""
