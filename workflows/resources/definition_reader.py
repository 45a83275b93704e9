"""[[definition]] of workflows.toml: what definitions may use, and whether somebody has to approve them."""

import re

from relay.config.toml_reader import TableReader
from workflows.resources.names import SUFFIX, Kind, UnknownResource, parse_resource
from workflows.resources.permissions import Approval, DefinitionRules

_PATTERN = re.compile(r"[A-Za-z0-9_.-]{1,100}\*?|\*")
_ENTRY = re.compile(r"relay:[A-Za-z0-9_./-]*\*")


class DefinitionReader(TableReader):
    """Reads one [[definition]] table."""

    file = "workflows.toml"

    def rules(self) -> DefinitionRules | None:
        """Return what it says, or None if it has problems."""
        rules = DefinitionRules(
            name=self._pattern(),
            allow=self._allow(),
            approval=self.choice("approval", Approval, Approval.NONE) or Approval.NONE,
        )
        self.check_rest()
        return None if self.problems else rules

    def _pattern(self) -> str:
        value = self.rest.pop("name", None)
        if not isinstance(value, str) or not _PATTERN.fullmatch(value):
            self.problem(
                "name",
                'it must be a definition\'s name, or a pattern that ends with *: "shop_*", or "*" for all others',
            )
            return ""
        return value

    def _allow(self) -> tuple[str, ...]:
        if self.rest.get("allow") == []:
            del self.rest["allow"]  # nothing at all may be meant
        found = self.texts("allow", 'it must be a list of resources, such as ["relay:http/shop", "relay:sql/*"]')
        for entry in found:
            if entry != "*" and not _ENTRY.fullmatch(entry) and (wrong := _problem_of(entry)):
                self.problem("allow", wrong)
        return found


def _problem_of(entry: str) -> str | None:
    """Return what is wrong with an entry; kinds that need a name, or a suffix, may stand here without."""
    if entry in {f"relay:{kind}" for kind in Kind}:
        return None
    suffix = SUFFIX if entry.startswith(f"relay:{Kind.APPROVE}/") else ""
    try:
        resource = parse_resource(entry + suffix)
    except UnknownResource as error:
        return str(error)
    if str(resource) != entry:
        return f"{entry!r} is another name for a resource; write {str(resource)!r}"
    return None
