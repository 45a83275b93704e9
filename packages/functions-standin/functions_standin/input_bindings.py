"""The arguments of a function besides its trigger's: who supplies which type of input binding."""

from collections.abc import Callable

from functions_standin.errors import NotRunYet
from functions_standin.functions import Binding, LoadedFunction
from functions_standin.invocation import Datum

Supplier = Callable[[LoadedFunction, Binding, str], str]


class InputBindings:
    """Binding types and their suppliers, which make a text of function, binding and invocation id."""

    def __init__(self) -> None:
        self._suppliers: dict[str, Supplier] = {}

    def register(self, binding_type: str, supplier: Supplier) -> None:
        """Let the supplier make the arguments of the type."""
        self._suppliers[binding_type] = supplier

    def supplies(self, binding_type: str) -> bool:
        """Tell whether somebody makes the arguments of the type."""
        return binding_type in self._suppliers

    def arguments(self, function: LoadedFunction, invocation_id: str) -> dict[str, Datum]:
        """Return the function's arguments by name; raise NotRunYet for a type that nobody supplies."""
        arguments = {}
        for binding in function.inputs:
            if binding.type not in self._suppliers:
                raise NotRunYet(
                    f"the function has an input binding of type {binding.type} ('{binding.name}'), "
                    "which this stand-in does not run yet"
                )
            text = self._suppliers[binding.type](function, binding, invocation_id)
            arguments[binding.name] = Datum("string", text)
        return arguments
