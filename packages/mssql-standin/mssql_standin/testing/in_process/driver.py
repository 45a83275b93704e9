"""The in-process client's module: it stands where a program has `import pyodbc`."""

import re
from types import ModuleType
from weakref import WeakValueDictionary

from mssql_standin.admission import Administrator, Asking, admit
from mssql_standin.faults import ConnectionLostError
from mssql_standin.security.entering import LoginRefusedError
from mssql_standin.session import Database
from mssql_standin.testing.in_process import errors
from mssql_standin.testing.in_process.connection import Connection, RequestHook, no_hook
from mssql_standin.testing.in_process.cursor import Cursor, Row

_PAIR = re.compile(r"\s*([^=;]+?)\s*=\s*(?:\{((?:[^}]|\}\})*)\}|([^;]*?))\s*(?:;|$)")
_SHORT = {"user id": "uid", "password": "pwd", "initial catalog": "database", "application name": "app"}
_CONNECTING = "SQLDriverConnect"


class Driver:
    """One client program of a database: connections that live in this process.

    It has what a program takes of the module pyodbc: connect, drivers, pooling, the classes of errors. With `classes=pyodbc` the
    errors are pyodbc's own, so that `except pyodbc.Error` elsewhere in the program holds. `hook` encloses every request.
    """

    apilevel, threadsafety, paramstyle = "2.0", 1, "qmark"

    def __init__(
        self,
        database: Database,
        password: str,
        user: str = "sa",
        *,
        classes: ModuleType = errors,
        hook: RequestHook = no_hook,
    ) -> None:
        """Let clients in as a stand-in does that was started with this login."""
        self.Connection, self.Cursor, self.Row = Connection, Cursor, Row
        self.pooling = False  # nothing is pooled, whatever it says
        self._hook = hook
        self._database = database
        self._administrator = Administrator(user, password)
        self._connections: WeakValueDictionary[int, Connection] = WeakValueDictionary()  # by session
        self._classes = classes
        for name in ("Error", "InterfaceError", "DatabaseError", "DataError", "OperationalError", "IntegrityError",
                     "InternalError", "ProgrammingError", "NotSupportedError"):  # fmt: skip
            setattr(self, name, getattr(classes, name))

    @staticmethod
    def drivers() -> list[str]:
        """Return the names of the ODBC drivers."""
        return ["ODBC Driver 18 for SQL Server"]

    def connect(self, connection_string: str, *, autocommit: bool = False, timeout: int = 0) -> Connection:
        """Connect as an ODBC connection string says; of it UID, PWD, Database, APP and WSID count. Raises the classes' errors."""
        del timeout  # nobody has to wait to be let in
        asked = _pairs(connection_string)
        asking = Asking(
            asked.get("uid", ""), asked.get("pwd", ""), asked.get("database", ""), asked.get("app", "Python")
        )
        self._database.close_forgotten()
        try:
            user = admit(self._database, self._administrator, asking)
        except LoginRefusedError as refused:
            raise errors.of_message(self._classes, refused.messages[0], _CONNECTING) from None
        except ConnectionLostError:
            raise errors.of_driver(self._classes, "08S01", errors.RESET_BY_PEER, _CONNECTING) from None
        session = self._database.connect(asking.user, asked.get("wsid", "in process"), asking.program, user)
        connection = Connection(session, self._database, self._classes, self._hook, autocommit=autocommit)
        self._connections[session.session_id] = connection
        return connection

    def drop_all(self) -> None:
        """Cut every connection, as when the program that holds them dies."""
        for _, connection in sorted(self._connections.items()):
            connection.drop()


def _pairs(text: str) -> dict[str, str]:
    found = {}
    for name, braced, plain in _PAIR.findall(text):
        key = name.lower()
        found[_SHORT.get(key, key)] = braced.replace("}}", "}") or plain
    return found
