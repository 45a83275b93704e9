"""Why an operation of a client is refused.

Refusal
├── InvalidArgument    what the client says cannot be (400)
├── NotFound           there is no such instance (404)
├── Gone               the instance has ended (410)
└── InvalidOperation   the instance is not in the state for it (500)
"""


class Refusal(Exception):
    """An operation is refused; `type_name` is the .NET exception that the extension would name."""

    status = 500
    type_name = "System.InvalidOperationException"


class InvalidArgument(Refusal):
    """What the client says cannot be."""

    status = 400
    type_name = "System.ArgumentException"


class NotFound(Refusal):
    """There is no such instance."""

    status = 404


class Gone(Refusal):
    """The instance has ended."""

    status = 410


class InvalidOperation(Refusal):
    """The instance is not in the state for it."""
