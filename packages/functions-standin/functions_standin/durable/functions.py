"""The durable functions of an app by kind, found whatever the case of the name."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from functions_standin.functions import LoadedFunction

SDK = "azure-functions-durable"
BUILT_IN_HTTP = "BuiltIn::HttpActivity"


@dataclass(slots=True)
class FunctionsByName:
    """Functions of one kind."""

    _by_name: dict[str, LoadedFunction] = field(default_factory=dict)

    def add(self, name: str, function: LoadedFunction) -> None:
        """Take a function under its durable name."""
        self._by_name[name.lower()] = function

    def find(self, name: str) -> LoadedFunction | None:
        """Return the function of the name, or None."""
        return self._by_name.get(name.lower())

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._by_name

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._by_name))


@dataclass(frozen=True, slots=True)
class DurableFunctions:
    """All durable functions of the app."""

    orchestrators: FunctionsByName = field(default_factory=FunctionsByName)
    activities: FunctionsByName = field(default_factory=FunctionsByName)
    entities: FunctionsByName = field(default_factory=FunctionsByName)


def unknown_function(name: str, kind: str, known: FunctionsByName) -> str:
    """Say that the app has no such function; `kind` is such as "an orchestrator"."""
    names = ", ".join(f"'{each}'" for each in known)
    return (
        f"The function '{name}' doesn't exist, is disabled, or is not {kind} function. Additional info: The following "
        f"are the known {kind.split()[1]} functions: {names}."
    )


def sdk_problem(version: str) -> str | None:
    """Return why durable functions of this version of the SDK cannot be run, or None if they can."""
    if version.partition(".")[0] in {"0", "1"}:
        return None
    return (
        f"{SDK} {version} speaks gRPC with its host; this stand-in has the protocol of 1.x only: pip install '{SDK}<2'"
    )
