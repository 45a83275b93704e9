"""The death of a host, and the moments at which it may come."""

from dataclasses import dataclass


class HostDied(BaseException):
    """Unwinds the code of a host that is no more: nothing it does any more reaches the world."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that a host is about to do or has just done.

    `kind` is `storage there` (the request is sent), `storage back` (it has been carried out, the answer is on its way), `sql before`,
    `sql after`, `call begun` or `call ended`; `what` names the request, the statement's first line or the function.
    """

    host: str
    seconds: float
    kind: str
    what: str

    def __str__(self) -> str:
        """A line for a log."""
        return f"{self.seconds:.6f} {self.host} {self.kind}: {self.what}"
