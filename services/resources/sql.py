"""relay:sql/NAME: a statement of workflows.toml."""

from services.resources.named import object_of, permit
from services.resources.outside import ResourceOutside
from workflows.resources.names import Resource
from workflows.resources.values import Performed, Task, bad_arguments


def perform(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    """Run it; the result of one that writes is stored with what it writes."""
    permit(resource, task, outside)
    object_of(task)
    statement = outside.workflows.statement(resource.name)
    if statement is None:
        raise bad_arguments("Resource", f"workflows.toml has no [[statement]] {resource.name!r}")
    if statement.writes:
        return Performed(output={"rows": list(outside.statements.write(statement, task))}, stored=True)
    return Performed(output={"rows": list(outside.statements.read(statement, task))})
