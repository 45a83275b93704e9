"""Every error the relay raises on purpose.

RelayError
├── ConfigError      relays.toml or a setting is wrong; says key, problem and remedy, all mistakes at once
│   └── SchemaError  the relay's own tables are of another release
├── PayloadError     the trigger handed over something that is no list of changes, or keys that cannot be found
├── InputError       a request to the app's own routes cannot be used; says what to send, all mistakes at once
├── AnothersHub      the task hub is another app's, and nothing may be started there
├── DatabaseError    SQL Server could not be reached or refused a statement
└── EndpointDown     nothing of a batch got through; the trigger's own attempts do the rest
"""

from collections.abc import Sequence


class RelayError(Exception):
    """Base of every error that the relay raises on purpose."""


class ConfigError(RelayError):
    """The configuration cannot be used. `problems` holds one sentence per mistake."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the problems and join them into one readable message."""
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__(f"The configuration has {count}:\n{lines}")


class SchemaError(ConfigError):
    """The relay's own tables have a version that this release does not work on."""


class InputError(RelayError):
    """A request cannot be used. `problems` holds one sentence per mistake; `status` is what HTTP calls them."""

    def __init__(self, problems: Sequence[str], *, status: int = 400) -> None:
        """Keep the problems and join them."""
        self.problems = tuple(problems)
        self.status = status
        super().__init__(" ".join(self.problems))


class PayloadError(RelayError):
    """The SQL trigger's payload is not a JSON array of changes, or names keys that cannot be found."""


class DatabaseError(RelayError):
    """SQL Server could not be reached or refused a statement. `number` is its error number, if it sent one."""

    def __init__(self, message: str, number: int | None = None) -> None:
        """Keep the server's error number beside the message."""
        super().__init__(message)
        self.number = number

    @property
    def nobody_answers(self) -> bool:
        """Tell whether the server said nothing at all: then nobody need ask it anything else."""
        return self.number is None


class AnothersHub(RelayError):
    """The task hub is another app's; the message says whose, and what to do."""


class EndpointDown(RelayError):
    """Not one change of the batch was delivered or rejected; raising makes the trigger try again."""
