"""Which fields a state may have, by its type and query language."""

from asl.expressions import Language

_ALL = frozenset({"Type", "Comment", "QueryLanguage"})
_GOES_ON = frozenset({"Next", "End"})
_FAILS = frozenset({"Retry", "Catch"})
_IN_AND_OUT = frozenset({"InputPath", "OutputPath"})
_RESULT = frozenset({"ResultSelector", "ResultPath"})
_LIMITS = ("MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage")
_MAP = frozenset(
    {*_LIMITS, "ItemProcessor", "Iterator", "ItemSelector", "ItemBatcher", "ItemReader", "ResultWriter", "Label"}
)
_TASK = frozenset({"Resource", "TimeoutSeconds", "HeartbeatSeconds"})

_JSONPATH = {
    "Pass": _GOES_ON | _IN_AND_OUT | {"Parameters", "Result", "ResultPath", "Assign"},
    "Task": _GOES_ON
    | _FAILS
    | _IN_AND_OUT
    | _RESULT
    | _TASK
    | {"Parameters", "TimeoutSecondsPath", "HeartbeatSecondsPath", "Assign"},
    "Choice": _IN_AND_OUT | {"Choices", "Default", "Assign"},
    "Wait": _GOES_ON | _IN_AND_OUT | {"Seconds", "SecondsPath", "Timestamp", "TimestampPath", "Assign"},
    "Succeed": _IN_AND_OUT,
    "Fail": frozenset({"Error", "ErrorPath", "Cause", "CausePath"}),
    "Parallel": _GOES_ON | _FAILS | _IN_AND_OUT | _RESULT | {"Parameters", "Branches", "Assign"},
    "Map": _GOES_ON
    | _FAILS
    | _IN_AND_OUT
    | _RESULT
    | _MAP
    | {"Parameters", "ItemsPath", "Assign", *(f"{name}Path" for name in _LIMITS)},
}
_JSONATA = {
    "Pass": _GOES_ON | {"Output", "Assign"},
    "Task": _GOES_ON | _FAILS | _TASK | {"Arguments", "Output", "Assign"},
    "Choice": frozenset({"Choices", "Default", "Output", "Assign"}),
    "Wait": _GOES_ON | {"Seconds", "Timestamp", "Output", "Assign"},
    "Succeed": frozenset({"Output"}),
    "Fail": frozenset({"Error", "Cause"}),
    "Parallel": _GOES_ON | _FAILS | {"Branches", "Arguments", "Output", "Assign"},
    "Map": _GOES_ON | _FAILS | _MAP | {"Items", "Output", "Assign"},
}
ALLOWED = {
    Language.JSONPATH: {kind: _ALL | names for kind, names in _JSONPATH.items()},
    Language.JSONATA: {kind: _ALL | names for kind, names in _JSONATA.items()},
}
TYPES = tuple(_JSONPATH)
GOING_ON = frozenset(kind for kind, names in _JSONPATH.items() if names >= _GOES_ON)
