"""Errors as pyodbc over Microsoft's ODBC driver raises them: classes, states and texts.

The states are those that ODBC Driver 18 gave for each number from 1 to 50,000, asked one by one.
"""

from types import ModuleType

from mssql_standin.results import Message

_NUMBERS: dict[str, tuple[int, ...]] = {
    "01000": (919, 3606, 3607, 3622, 5701, 5703),
    "01001": (16934,),
    "01003": (8153,),
    "07008": (120, 121),
    "08004": (911, 916, 2740, 4017, 4019, 17809, 18450, 18458),
    "21000": (512,),
    "21S01": (109, 110, 213),
    "21S02": (4409, 4501, 4502),
    "22001": (8152,),
    "22003": (168, 220, 232, 234, 236, 237, 238, 244, 246, 248, 535, 1007, 8115),
    "22007": (210, 211, 241, 242, 295, 296, 517),
    "22012": (8134,),
    "22018": (206, 235, 245, 256, 409, 518, 529),
    "22019": (1010,),
    "22025": (310,),
    "23000": (233, 272, 273, 515, 544, 547, 1505, 1508, 2601, 2615, 2627, 3605, 8101),
    "24000": (16930, 16931),
    "25000": (266, 628, 3902, 3903, 3906, 3908, 6401),
    "28000": (4002, 18452, 18456, 18459, 18463, 18464, 18465, 18466, 18467, 18468, 18487, 18488),
    "34000": (16916,),
    "40001": (1205, 1211, 7112),
    "42S01": (2714,),
    "42S02": (208, 267, 1906, 2501, 2706, 3701, 4401, 4701, 4902),
    "42S11": (1913,),
    "42S12": (3718,),
    "42S21": (2705, 2727, 4506),
    "42S22": (207, 1911, 4924),
    "44000": (550,),
    "HY109": (16902,),
}
ErrorClasses = ModuleType  # with the classes of PEP 249: this one, or pyodbc
_STATES = {number: state for state, numbers in _NUMBERS.items() for number in numbers}
_OTHER, _OTHER_AND_SEVERE, _SEVERE = "42000", "HY000", 19
_CLASSES = {
    **dict.fromkeys(("01002", "08001", "08003", "08004", "08007", "08S01", "HYT00", "HYT01"), "OperationalError"),
    **dict.fromkeys(("0A000",), "NotSupportedError"),
    **dict.fromkeys(("28000",), "InterfaceError"),
    **dict.fromkeys(("40002",), "IntegrityError"),
    **dict.fromkeys(("22",), "DataError"),
    **dict.fromkeys(("23",), "IntegrityError"),
    **dict.fromkeys(("24", "25", "42"), "ProgrammingError"),
}
_DRIVER = "[Microsoft][ODBC Driver 18 for SQL Server]"
SERVER = f"{_DRIVER}[SQL Server]"
LINK_FAILED = "Communication link failure (0)"
RESET_BY_PEER = "TCP Provider: Error code 0x2746 (10054)"


class Error(Exception):
    """Any error of a database; its arguments are a state of five characters and a text."""


class InterfaceError(Error):
    """A login was refused."""


class DatabaseError(Error):
    """Base of the more particular ones."""


class DataError(DatabaseError):
    """A value was not as it should be."""


class OperationalError(DatabaseError):
    """The connection is lost, or time has run out."""


class IntegrityError(DatabaseError):
    """A constraint was violated."""


class InternalError(DatabaseError):
    """Never raised; it is part of the interface."""


class ProgrammingError(DatabaseError):
    """The statement was wrong."""


class NotSupportedError(DatabaseError):
    """Something is not supported."""


def of_message(classes: ErrorClasses, message: Message, function: str) -> Exception:
    """Return the error for one that the server told; `function` is that of ODBC which met it."""
    state = _STATES.get(message.number, _OTHER_AND_SEVERE if message.severity >= _SEVERE else _OTHER)
    return of_state(classes, state, f"{SERVER}{message.text} ({message.number})", function)


def of_driver(classes: ErrorClasses, state: str, text: str, function: str) -> Exception:
    """Return an error of the driver's own."""
    return of_state(classes, state, _DRIVER + text, function)


def of_state(classes: ErrorClasses, state: str, text: str, function: str) -> Exception:
    """Return the error of a state, in the class that pyodbc has for it."""
    name = _CLASSES.get(state) or _CLASSES.get(state[:2], "Error")
    found: type[Exception] = getattr(classes, name)
    return found(state, f"[{state}] {text} ({function})")
