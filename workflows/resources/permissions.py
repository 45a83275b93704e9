"""Which resources a definition may use: [[definition]] of workflows.toml."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workflows.resources.names import Resource


class Approval(StrEnum):
    """Whether somebody has to approve a version of a definition before it can be started."""

    NEEDED = "needed"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRules:
    """What one table says of the definitions that its name, or pattern, fits."""

    name: str  # one that ends with * is a pattern
    allow: Sequence[str] = ()
    approval: Approval = Approval.NONE

    def fits(self, definition: str) -> bool:
        """Tell whether it is about a definition."""
        return _fits(self.name, definition)

    def allows(self, resource: Resource) -> bool:
        """Tell whether a resource may be used; of one whose name the arguments say, whether it may be with any name."""
        text = str(resource)
        return any(
            _fits(entry, text) or text.startswith(f"{entry}/") or (not resource.name and entry.startswith(f"{text}/"))
            for entry in self.allow
        )


def rules_of(definition: str, tables: Sequence[DefinitionRules]) -> DefinitionRules | None:
    """Return what is said of a definition: under its own name, else under the longest pattern that fits; None: nothing."""
    fitting = [table for table in tables if table.fits(definition)]
    return max(fitting, key=lambda table: (table.name == definition, len(table.name)), default=None)


def is_allowed(definition: str, resource: Resource, tables: Sequence[DefinitionRules]) -> bool:
    """Tell whether a definition may use a resource: without any table all that there is, with some only what they say."""
    if not tables:
        return True
    rules = rules_of(definition, tables)
    return rules is not None and rules.allows(resource)


def _fits(pattern: str, text: str) -> bool:
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern
