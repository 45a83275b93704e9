"""A function of the app as its worker describes it to the host, as a value."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

RETURN_VALUE = "$return"


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding of a function; `properties` are those of its JSON besides type, name and direction."""

    type: str
    name: str
    direction: str
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_trigger(self) -> bool:
        """Whether it starts the function."""
        return self.type.lower().endswith("trigger")


@dataclass(frozen=True, slots=True)
class LoadedFunction:
    """A function of the app, with everything the host has to know to call it."""

    name: str
    bindings: tuple[Binding, ...]
    config: Mapping[str, Any]
    script_file: str
    has_retry_policy: bool = False

    @property
    def trigger(self) -> Binding:
        """The binding that starts it."""
        return next(binding for binding in self.bindings if binding.is_trigger)

    @property
    def inputs(self) -> tuple[Binding, ...]:
        """Its input bindings besides the trigger."""
        return tuple(b for b in self.bindings if b.direction == "IN" and not b.is_trigger)

    @property
    def outputs(self) -> tuple[Binding, ...]:
        """Its output bindings, the return value's among them."""
        return tuple(b for b in self.bindings if b.direction == "OUT")

    @property
    def return_binding(self) -> Binding | None:
        """The output binding of its return value."""
        return next((b for b in self.outputs if b.name == RETURN_VALUE), None)

    @property
    def full_name(self) -> str:
        """Its name in the host's log lines."""
        return f"Functions.{self.name}"

    @property
    def function_id(self) -> str:
        """The id that the worker gives it."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.name))

    def to_object(self) -> dict[str, Any]:
        """Return it as JSON can have it."""
        return asdict(self)


def function_of_object(found: Mapping[str, Any]) -> LoadedFunction:
    """Return the function that `to_object` made this of."""
    return LoadedFunction(**{**found, "bindings": tuple(Binding(**binding) for binding in found["bindings"])})
