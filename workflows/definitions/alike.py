"""Names of states that SQL Server takes for the same: what a task has come to stands there under its state's name."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from asl.checks.walking import machines_in
from asl.reader.mistakes import Mistake, below


def alike_names(content: dict[str, Any]) -> Iterator[Mistake]:
    """Find them; most databases tell neither capitals from small letters, nor wide signs from narrow ones, nor blanks at the end."""
    seen: dict[str, str] = {}
    for found in machines_in(content):
        for name in found.states:
            other = seen.setdefault(unicodedata.normalize("NFKC", name).casefold().rstrip(), name)
            if other != name:
                yield Mistake(
                    below(found.pointer, "States", name),
                    f"the name differs from {other} by capitals, width or blanks at its end only",
                    "SQL Server takes the two for one; choose another name",
                )
