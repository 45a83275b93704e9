"""Who may enter: a login's password, its user in the database, and that user's right to connect.

docs: MSSQLSERVER_18456, MSSQLSERVER_4060, 18470.
"""

from mssql_standin.faults import Faults
from mssql_standin.results import Message
from mssql_standin.security.principals import is_password
from mssql_standin.security.rights import Rights
from mssql_standin.store.catalog import Catalog

CANNOT_OPEN = 4060


class LoginRefusedError(Exception):
    """The login failed; the messages say why, the last one is 18456 or its like."""

    def __init__(self, *messages: Message) -> None:
        """Keep what the client is told."""
        super().__init__(messages[-1].text)
        self.messages = messages


def enter(catalog: Catalog, name: str, password: str) -> int | None:
    """Return the user as whom a login enters, None for members of sysadmin. Raises LoginRefusedError."""
    login = catalog.security.login(name)
    if login is None or not login.password or not is_password(login.password, password):
        raise LoginRefusedError(login_failed(name))
    if login.disabled:
        raise LoginRefusedError(Message(18470, f"Login failed for user '{name}'. Reason: The account is disabled.", 14))
    if login.sysadmin:
        return None
    user = catalog.security.user_of(login)
    if user is None or not Rights(catalog, user.principal_id).on_database("CONNECT"):
        raise LoginRefusedError(*cannot_open(catalog.database, name))
    return user.principal_id


def check_login(faults: Faults, database: str, name: str, program: str) -> None:
    """Raise LoginRefusedError, or ConnectionLostError, if an error on demand strikes this login."""
    fault = faults.strike("login", "", name, program)
    if fault is None:
        return
    error = fault.error(database, 0)
    if error.message is None:
        raise error
    more = (login_failed(name),) if fault.number == CANNOT_OPEN else ()
    raise LoginRefusedError(error.message, *more)


def login_failed(name: str) -> Message:
    """Return error 18456."""
    return Message(18456, f"Login failed for user '{name}'.", 14)


def cannot_open(database: str, name: str) -> tuple[Message, Message]:
    """Return the errors of a login that has no place in the database it asks for."""
    text = f'Cannot open database "{database}" requested by the login. The login failed.'
    return Message(CANNOT_OPEN, text, 11), login_failed(name)
