"""What the tasks of random machines do: a function of their arguments and of how often they were tried, and of nothing else."""

from typing import Any

ECHO = "relay:activity/echo"
FAILS = "relay:activity/fails"
BUSY = "Shop.Busy"
CLOSED = "Shop.Closed"
BAD = "Item.Bad"  # an item, or a branch


class Refused(Exception):
    """The task fails, with an error of the definition's."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause


def answer(resource: str, arguments: Any, attempt: int) -> Any:
    """What a task yields at an attempt, the first is 0. Refused if it fails.

    echo gives its arguments back. fails does so with `value` in them, after it has failed `times` times with `error`.
    """
    if resource == ECHO:
        return arguments
    if attempt < arguments["times"]:
        raise Refused(arguments["error"], f"attempt {attempt} of {arguments['times']} that fail")
    return arguments["value"]
