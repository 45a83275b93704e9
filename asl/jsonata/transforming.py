"""The transform | where | change, delete |: an object's copy with changes."""

from typing import Any

from jsonata.jexception import JException

from asl.jsonata.conversion import copy_of
from asl.jsonata.native import Native


def transformer(expression: Any, environment: Any) -> Native:
    """The function that a transform is.

    All changes are evaluated before the first is made, and each is a copy: so nothing that was weighed changes, and nothing comes
    to hold itself.
    """

    def transform(engine: Any, value: Any) -> Any:
        if value is None:
            return None
        engine.budget.charge_whole(value)
        result = copy_of(value)
        found = engine.eval(expression.pattern, result, environment)
        matches = found if isinstance(found, list) else [found]
        changes = [_change(engine, expression, match, environment) for match in matches if isinstance(match, dict)]
        for match, update, deleted in changes:
            match.update(update)
            for key in deleted:
                match.pop(key, None)
        engine.budget.forget(result)
        return result

    return Native("transform", "<(oa):o>", transform)


def _change(
    engine: Any, expression: Any, match: Any, environment: Any
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    update = engine.eval(expression.update, match, environment)
    if update is not None and not isinstance(update, dict):
        raise JException("T2011", expression.update.position, update)
    deleted = None if expression.delete is None else engine.eval(expression.delete, match, environment)
    keys = [] if deleted is None else deleted if isinstance(deleted, list) else [deleted]
    if not all(isinstance(key, str) for key in keys):
        raise JException("T2012", expression.delete.position, deleted)
    engine.budget.charge_whole(update)
    return match, copy_of(update or {}), keys
