"""Why a definition may not name a resource, and what to do about it."""

from collections.abc import Collection, Mapping, Sequence

from workflows.resources.names import Kind, Resource, UnknownResource, parse_resource
from workflows.resources.permissions import DefinitionRules, is_allowed, rules_of

MOST_NAMED = 10
_WHERE = {  # file, table, and what of it is meant
    Kind.HTTP: ("workflows.toml", "connection", ""),
    Kind.SQL: ("workflows.toml", "statement", ""),
    Kind.MAIL: ("workflows.toml", "mail_account", ""),
    Kind.DELIVER: ("relays.toml", "relay", " that goes to an HTTP API"),
    Kind.APPROVE: ("relays.toml", "channel", " that people read"),
}
Refusal = tuple[str, str]  # problem, remedy


def refusal(
    definition: str, text: str, known: Mapping[Kind, Collection[str]], tables: Sequence[DefinitionRules]
) -> Refusal | None:
    """Return why a definition may not name a resource, None if it may. `known`: what there is; of other kinds it is seen when it runs."""
    try:
        resource = parse_resource(text)
    except UnknownResource as error:
        problem, _, remedy = str(error).partition("; ")
        return problem, remedy or "write it that way"
    if resource.name and resource.name not in known.get(resource.kind, (resource.name,)):
        return _not_there(resource, known[resource.kind])
    return None if is_allowed(definition, resource, tables) else _not_allowed(definition, resource, tables)


def _not_there(resource: Resource, names: Collection[str]) -> Refusal:
    file, table, which = _WHERE[resource.kind]
    problem = f"{file} has no [[{table}]] {resource.name!r}{which}"
    if not names:
        return problem, "write that one; there is none"
    return problem, f"name one that there is ({_listed(sorted(names))}), or write that one"


def _not_allowed(definition: str, resource: Resource, tables: Sequence[DefinitionRules]) -> Refusal:
    rules = rules_of(definition, tables)
    if rules is None:
        return (
            f"workflows.toml allows {definition!r} nothing: no [[definition]] fits it, and there are some",
            f'write [[definition]] with name = "{definition}" and allow = ["{resource}"]',
        )
    instead = f", or name one of {_listed(rules.allow)}" if rules.allow else "; it allows nothing"
    return (
        f"{resource} is not in allow of [[definition]] {rules.name!r} in workflows.toml",
        f"write it there{instead}",
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join([*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])])
