"""How a state fails: the names that the language gives to errors, and which of them a retrier or catcher answers to."""

import re
from collections.abc import Sequence

ALL = "States.ALL"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
RUNTIME = "States.Runtime"
DATA_LIMIT = "States.DataLimitExceeded"
NO_CHOICE = "States.NoChoiceMatched"
INTRINSIC = "States.IntrinsicFailure"
RESULT_PATH = "States.ResultPathMatchFailure"
QUERY = "States.QueryEvaluationError"
THRESHOLD = "States.ExceedToleratedFailureThreshold"
ITEM_READER = "States.ItemReaderFailed"
RESULT_WRITER = "States.ResultWriterFailed"

RESERVED = frozenset(
    {
        *(ALL, TASK_FAILED, TIMEOUT, HEARTBEAT_TIMEOUT, RUNTIME, DATA_LIMIT, NO_CHOICE, INTRINSIC, RESULT_PATH, QUERY),
        *(THRESHOLD, ITEM_READER, RESULT_WRITER, "States.BranchFailed", "States.ParameterPathFailure"),
        *("States.Permissions", "States.Http.Socket"),
    }
)
HTTP_STATUS = re.compile(r"States\.Http\.StatusCode\.[1-5]\d\d")  # of an answer that a request did not want


def is_of_the_language(name: str) -> bool:
    """Tell whether a name that begins with States. is one of the language's own."""
    return name in RESERVED or HTTP_STATUS.fullmatch(name) is not None


class StateFailure(Exception):
    """A state cannot go on. Retriers and catchers are asked by its error, and by the other name if it has one.

    `names_state` says that the cause tells which state, `of_resource` that it was what a resource did or yielded.
    """

    def __init__(
        self,
        error: str | None,
        cause: str | None,
        *,
        names_state: bool = False,
        other_name: str | None = None,
        of_resource: bool = False,
    ) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause
        self.names_state = names_state
        self.other_name = other_name
        self.of_resource = of_resource


def runtime(cause: str) -> StateFailure:
    """The failure of what the definition asks for and the data does not allow."""
    return StateFailure(RUNTIME, cause)


def answers_to(names: Sequence[str], failure: StateFailure) -> bool:
    """Tell whether an ErrorEquals names a failure.

    What went wrong in the definition itself, nobody retries or catches. To a value that grew too large in the execution no
    wildcard answers, but to a resource that yields too much one does.
    """
    error = failure.error
    if error == RUNTIME:
        return False
    if error in names or failure.other_name in names:
        return True
    wildcard = ALL in names or (TASK_FAILED in names and error != TIMEOUT)
    return wildcard and (failure.of_resource or error != DATA_LIMIT)
