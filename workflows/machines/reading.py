"""A stored definition as a machine, read once in a process."""

from functools import lru_cache

from asl.definition import Machine
from asl.reader.machines import read_text

_KEPT = 64


@lru_cache(maxsize=_KEPT)
def machine_of(text: str) -> Machine:
    """Return the machine that a definition's text says. DefinitionError tells what is wrong with it."""
    return read_text(text)
