"""Why an operation of a client is refused, and what the answer says of it.

Refusal
├── NotFound           there is no such instance (404, no body)
├── Gone               the instance has ended (410, no body)
├── Told               a sentence, in a member Message or as the whole body
└── Explained          a sentence and the .NET exception behind it
    ├── InvalidArgument    what the client says cannot be (400)
    └── InvalidOperation   the instance is not in the state for it (500)
"""

from typing import Any

from functions_standin.durable.net_exceptions import STACK

ARGUMENT = "System.ArgumentException"


class Refusal(Exception):
    """An operation is refused with an HTTP status; without a body there is nothing but that."""

    status = 500
    body: Any = None


class NotFound(Refusal):
    """There is no such instance."""

    status = 404


class Gone(Refusal):
    """The instance has ended."""

    status = 410


class Told(Refusal):
    """The answer is one sentence."""

    def __init__(self, status: int, text: str, *, is_bare: bool = False) -> None:
        super().__init__(text)
        self.status = status
        self.body = text if is_bare else {"Message": text}


class Explained(Refusal):
    """The answer names a .NET exception."""

    def __init__(self, status: int, message: str, detail: str, type_name: str) -> None:
        super().__init__(detail)
        self.status = status
        self.body = {
            "Message": message,
            "ExceptionMessage": detail,
            "ExceptionType": type_name,
            "StackTrace": STACK,
        }


class InvalidArgument(Explained):
    """What the client says cannot be."""

    def __init__(
        self,
        detail: str,
        message: str = "One or more of the arguments submitted is incorrect",
        type_name: str = ARGUMENT,
    ) -> None:
        super().__init__(400, message, detail, type_name)


class InvalidOperation(Explained):
    """The instance is not in the state for it, or the host is not."""

    def __init__(self, detail: str, type_name: str = "System.InvalidOperationException") -> None:
        super().__init__(500, "Something went wrong while processing your request", detail, type_name)
