"""Who is let in, over whatever way they come."""

import hmac
from dataclasses import dataclass, field

from mssql_standin.security.entering import LoginRefusedError, cannot_open, check_login, login_failed
from mssql_standin.session import Database


@dataclass(frozen=True, slots=True)
class Administrator:
    """The login of whoever started the stand-in."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asking:
    """What a client says at its login; an empty database is the one that there is."""

    user: str
    password: str = field(repr=False)
    database: str
    program: str


def admit(database: Database, administrator: Administrator, asking: Asking) -> int | None:
    """Return the user as whom a client enters, None for members of sysadmin.

    Raises LoginRefusedError, or ConnectionLostError if an error on demand cuts the connection.
    """
    if database.faults is not None:
        check_login(database.faults, database.name, asking.user, asking.program)
    user = None
    if asking.user.casefold() != administrator.user.casefold():
        user = database.enter(asking.user, asking.password)
    elif not hmac.compare_digest(asking.password.encode(), administrator.password.encode()):
        raise LoginRefusedError(login_failed(asking.user))
    if asking.database and asking.database.casefold() != database.name.casefold():
        raise LoginRefusedError(*cannot_open(asking.database, asking.user))
    return user
