"""The messages of PRINT, RAISERROR and THROW, and the delay of WAITFOR."""

from typing import Any

from mssql_standin.results import Message, SqlError
from mssql_standin.values.code_units import cut
from mssql_standin.values.date_text import parse_moment
from mssql_standin.values.temporal import SECOND
from mssql_standin.values.text import format_message


def printed(text: str | None) -> str:
    """Return what PRINT shows: at most 4000 characters, a blank for NULL."""
    return cut(text, 4000) if text else " "


def raised(text: Any, severity: int | None, state: int | None, arguments: list[Any], line: int) -> Message:
    """Return RAISERROR's message. Raises SqlError if it cannot be made."""
    if isinstance(text, int):
        raise SqlError(18054, f"Error {text}, severity {severity}, state {state} was raised, but no message with that error number was found "
                              "in sys.messages.")  # fmt: skip
    if severity is not None and severity > 18:
        raise SqlError(2754, "Error severity levels greater than 18 can only be specified by members of the sysadmin role, using the WITH LOG "
                             "option.")  # fmt: skip
    filled = format_message(str(text or ""), arguments)
    return Message(50000, filled, max(severity or 0, 0), min(max(state or 0, 0), 255), line)


def thrown(number: int, text: str | None, state: int, line: int) -> Message:
    """Return THROW's message. Raises SqlError 35100."""
    if not 50000 <= number <= 2**31 - 1:
        raise SqlError(35100, f"Error number {number} in the THROW statement is outside the valid range. Specify an error number in the valid "
                              "range of 50000 to 2147483647.")  # fmt: skip
    return Message(number, cut(text, 2048) if text else "", 16, min(max(state, 0), 255), line)


def delay_seconds(text: str | None) -> float:
    """Return the seconds of WAITFOR DELAY 'hh:mm:ss.mmm'. Raises SqlError 148."""
    moment = parse_moment(text or "x")
    if moment is None:
        raise SqlError(148, f"Incorrect time syntax in time string '{text}' used with WAITFOR.", 15)
    return moment.ticks / SECOND


def transaction_count_mismatch(before: int, after: int) -> SqlError:
    """Return error 266."""
    return SqlError(
        266,
        "Transaction count after EXECUTE indicates a mismatching number of BEGIN and COMMIT statements. Previous count = "
        f"{before}, current count = {after}.",
        state=2,
    )
