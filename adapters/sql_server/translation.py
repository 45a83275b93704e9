"""pyodbc's errors in the relay's own words, with what to do."""

import re

import pyodbc

from relay.errors import DatabaseError

# The network's own numbers, and those of a login that nobody answers: the server has sent none.
_NOBODY_THERE = frozenset({0, 64, 121, 233, 258, 10053, 10054, 10060, 10061})
_NO_CONNECTION = "08001"  # SQLSTATE: the client could not establish one
_LEAST_OF_THE_SERVERS = 1000  # of those that come instead of a connection: 4060, 18456, 40613 ...
TOOK_TOO_LONG = -2  # the number that .NET's client gives to it; the server sends none
_NUMBER = re.compile(r"\((\d+)\) \(SQL")
_PREFIXES = re.compile(r"(?:\[[^\]]*\])+")


def translate(error: pyodbc.Error) -> DatabaseError:
    """Return the relay's error for pyodbc's; the driver's texts hold no password."""
    text = str(error.args[-1]) if error.args else str(error)
    match = _NUMBER.search(text)
    number = int(match[1]) if match else None
    message = _PREFIXES.sub("", text.split(" (SQL")[0]).strip() or type(error).__name__
    if took_too_long(error):
        number = TOOK_TOO_LONG
    elif number in _NOBODY_THERE or _is_the_drivers(error, number):
        number = None
    remedy = _NO_ANSWER if number is None else _REMEDIES.get(number, "")
    return DatabaseError(f"SQL Server: {message}" + (f" {remedy}" if remedy else ""), number)


def took_too_long(error: pyodbc.Error) -> bool:
    """Tell whether a statement was ended because it took too long; a login that did has the same state."""
    return len(error.args) > 1 and error.args[0] == "HYT00" and "login" not in str(error.args[-1]).lower()


def _is_the_drivers(error: pyodbc.Error, number: int | None) -> bool:
    """Tell whether the driver itself has numbered what kept it from a connection, such as a server that dies in the handshake before a login."""
    return number is not None and number < _LEAST_OF_THE_SERVERS and str(error.args[0]) == _NO_CONNECTION


_NO_ANSWER = "Is the server up, and does SqlConnectionString name it rightly?"
_REMEDIES = {
    TOOK_TOO_LONG: "The statement was ended after the Command Timeout of SqlConnectionString (30 seconds if it names none), and was not "
    "run a second time. See which session holds its locks (sys.dm_exec_requests), or raise Command Timeout.",
    208: "If this is the failure ledger or a leases table: ./dev sql enable creates the ledger, the trigger's first start the leases.",
    229: "Grant the login the permission; docs/operating.md lists what the relay needs.",
    4060: "The database of SqlConnectionString does not exist, or the login may not open it.",
    18456: "User ID or Password of SqlConnectionString is wrong.",
    51001: "Run ./dev sql enable.",
}
