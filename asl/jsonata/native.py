"""Functions that come with the language, as the engine calls them."""

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature, signature
from typing import Any

from jsonata.jsonata import Jsonata
from jsonata.parser import Parser
from jsonata.signature import Signature as Types

from asl.jsonata.numbers import plain


class Native(Jsonata.JFunction):
    """A function of ours: what it takes, as JSONata writes that down, and what it does."""

    def __init__(self, name: str, types: str, implementation: Callable[..., Any]) -> None:
        super().__init__(None, None)
        self.function_name = name
        self.signature = Types(types, name)
        self._implementation = implementation
        parameters = list(signature(implementation).parameters.values())
        self._wants_engine = bool(parameters) and parameters[0].name == "engine"
        self._takes_any = any(parameter.kind is Parameter.VAR_POSITIONAL for parameter in parameters)
        self._parameters = len(parameters) - self._wants_engine

    def call(self, input: Any, args: Sequence[Any]) -> Any:  # noqa: A002, ARG002 - the base's names
        """What it yields. It is paid for here, too: other functions call it without the engine."""
        engine = Jsonata.CURRENT.jsonata
        engine.budget.charge(1)
        given = list(args) if self._takes_any else [*args, *[None] * self._parameters][: self._parameters]
        result = self._implementation(engine, *given) if self._wants_engine else self._implementation(*given)
        if isinstance(result, float):
            result = plain(result)
        engine.budget.take(result)
        return result

    def get_number_of_args(self) -> int:
        """How many arguments it takes."""
        return self._parameters


class Partial(Jsonata.JLambda):
    """A function of ours with some of its arguments given, the others left open with a question mark."""

    def __init__(self, engine: Any, native: Native, arguments: Sequence[Any]) -> None:
        gaps = [index for index, argument in enumerate(arguments) if _is_gap(argument)]

        def call(*given: Any) -> Any:
            filled = [None if _is_gap(argument) else argument for argument in arguments]
            for index, argument in zip(gaps, given, strict=False):
                filled[index] = argument
            return engine.apply(native, filled, None, engine.environment)

        names = [Parameter(f"argument_{index}", Parameter.POSITIONAL_ONLY) for index in gaps]
        call.__signature__ = Signature(names)  # type: ignore[attr-defined] # by which $map and others see how many it takes
        super().__init__(call)


def _is_gap(argument: Any) -> bool:
    return isinstance(argument, Parser.Symbol) and argument.type == "operator" and argument.value == "?"
