# ruff: noqa: A002, ARG002 - the names and parameters are those of the base
"""jsonata-python with bounds: everything it does is paid for, and where its work is not bounded by what is paid, done here."""

from collections.abc import Mapping
from typing import Any

from jsonata.functions import Functions
from jsonata.jexception import JException
from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

from asl.jsonata import operators, transforming
from asl.jsonata.bounds import PARAMETERS, Budget
from asl.jsonata.conversion import json_text, taken_in
from asl.jsonata.frames import Frame
from asl.jsonata.functions import FUNCTIONS
from asl.jsonata.native import Partial
from asl.jsonata.parsing import Parsed
from asl.jsonata.values import QueryError, Sources

CHARACTERS_PER_NODE_STEP = 16  # of a value whose every part is looked at one by one
COPIES_PER_STEP = 4000  # of references, which is what a group does again with each of its elements


class Engine(Jsonata):
    """One evaluation. Made without the constructor of its base, which would read the text anew each time."""

    def __init__(self, parsed: Parsed, sources: Sources, budget: Budget) -> None:
        self.parser = parsed.parser
        self.ast = parsed.tree
        self.sources = sources
        self.budget = budget
        self.environment = Frame(None)
        self.environment.bindings = FUNCTIONS
        self.input = None

    def run(self, variables: Mapping[str, Any]) -> Any:
        """What the expression yields, as the engine has it."""
        frame = Frame(self.environment)
        for name, value in variables.items():
            frame.bind(name, taken_in(value))
        Jsonata.CURRENT.jsonata = self  # where the engine's own functions look for it
        try:
            return self.eval(self.ast, None, frame)
        finally:
            del Jsonata.CURRENT.jsonata

    def eval(self, expr: Any, input: Any, environment: Any) -> Any:
        """What a part of the expression yields. The engine comes through here with each."""
        self.budget.enter()
        result = self._eval(expr, input, environment)
        self.budget.leave()
        self.budget.take(result)
        return result

    def get_per_thread_instance(self) -> "Engine":
        """The engine itself: nobody else uses it."""
        return self

    def create_frame(self, enclosing_environment: Any = None) -> Frame:
        """A place within another."""
        return Frame(enclosing_environment)

    def evaluate_name(self, expr: Any, input: Any, environment: Any) -> Any:
        """A field."""
        return operators.field_of(input, str(expr.value))

    def evaluate_wildcard(self, expr: Any, input: Any) -> Any:
        """All fields."""
        return operators.all_fields_of(input)

    def evaluate_descendants(self, expr: Any, input: Any) -> Any:
        """All that a value holds."""
        self.budget.charge(self.budget.weigh(input).characters // CHARACTERS_PER_NODE_STEP)
        return super().evaluate_descendants(expr, input)

    def evaluate_binary(self, expr: Any, input: Any, environment: Any) -> Any:
        """An operator between two parts. Of "and" and "or" the base would hide why the right one failed."""
        operator = str(expr.value)
        if operator not in {"and", "or"}:
            return super().evaluate_binary(expr, input, environment)
        left = self.boolize(self.eval(expr.lhs, input, environment))
        if left == (operator == "or"):
            return left
        return self.boolize(self.eval(expr.rhs, input, environment))

    def evaluate_unary(self, expr: Any, input: Any, environment: Any) -> Any:
        """A sign, an object, or an array, for which the base copies what it has with each element."""
        if str(expr.value) != "[":
            return super().evaluate_unary(expr, input, environment)
        result = Utils.JList()
        for item in expr.expressions:
            value = self.eval(item, input, environment)
            if isinstance(value, list) and str(item.value) != "[":
                result.extend(value)
            elif value is not None:
                result.append(value)
        result.cons = bool(expr.consarray)
        return result

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: str) -> Any:
        """+ - * / %"""
        return operators.arithmetic(op, lhs, rhs)

    def evaluate_equality_expression(self, lhs: Any, rhs: Any, op: str) -> Any:
        """= and !="""
        self.budget.charge(
            min(self.budget.weigh(lhs).characters, self.budget.weigh(rhs).characters) // CHARACTERS_PER_NODE_STEP
        )
        return super().evaluate_equality_expression(lhs, rhs, op)

    def evaluate_includes_expression(self, lhs: Any, rhs: Any) -> bool:
        """In."""
        if lhs is None or rhs is None:
            return False
        self.budget.charge(self.budget.weigh(rhs).characters // CHARACTERS_PER_NODE_STEP)
        return any(Utils.is_deep_equal(lhs, held) for held in (rhs if isinstance(rhs, list) else [rhs]))

    def evaluate_string_concat(self, lhs: Any, rhs: Any) -> str:
        """&"""
        return self.text_of(lhs) + self.text_of(rhs)

    def evaluate_range_expression(self, lhs: Any, rhs: Any) -> Any:
        """From .. to."""
        first, last = operators.ends_of_range(lhs, rhs)
        if first is None or last is None or first > last:
            return None
        self.budget.foresee(elements=last - first + 1)
        return Utils.create_sequence_from_iter(range(first, last + 1))

    def evaluate_group_expression(self, expr: Any, input: Any, environment: Any) -> Any:
        """An object, of one value or of groups."""
        if isinstance(input, list):
            held = sum(len(item) if isinstance(item, list) else 1 for item in input)
            self.budget.charge(len(input) * held // COPIES_PER_STEP)
            if not input:
                input = Utils.create_sequence()  # noqa: A001 - the base writes into it
        return super().evaluate_group_expression(expr, input, environment)

    def evaluate_transform_expression(self, expr: Any, input: Any, environment: Any) -> Any:
        """A function that changes a copy."""
        return transforming.transformer(expr, environment)

    def apply_inner(self, proc: Any, args: Any, input: Any, environment: Any) -> Any:
        """What a function yields. The base prints what is none."""
        if not self.is_function_like(proc):
            raise JException("T1006", -1)
        return super().apply_inner(proc, args, input, environment)

    def validate_arguments(self, signature: Any, args: Any, context: Any) -> Any:
        """The arguments as the function wants them."""
        if Functions.is_lambda(signature) and signature.signature is not None and len(args) > PARAMETERS:
            raise QueryError(
                f"a function whose parameters' types are written down takes {PARAMETERS} arguments at most"
            )
        return super().validate_arguments(signature, args, context)

    def partial_apply_native_function(self, native: Any, args: Any) -> Any:
        """A function of ours with some of its arguments given."""
        return Partial(self, native, args)

    def call(self, function: Any, *arguments: Any) -> Any:
        """What a function of the expression yields, for those of ours that take one."""
        return Functions.func_apply(function, list(arguments))

    def text_of(self, value: Any, indent: int | None = None) -> str:
        """A value as $string writes it, nothing for nothing."""
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        self.budget.charge_whole(value)
        return json_text(value, indent)
