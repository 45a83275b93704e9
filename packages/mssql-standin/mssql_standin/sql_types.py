"""T-SQL types as values, and the Python representation of a value of each type.

| T-SQL type                              | Python value (NULL is always None)                       |
| --------------------------------------- | -------------------------------------------------------- |
| bit, tinyint, smallint, int, bigint     | int (bit: 0 or 1)                                        |
| decimal, numeric, money, smallmoney     | decimal.Decimal, quantized to the type's scale           |
| float, real                             | float                                                    |
| char, varchar, nchar, nvarchar          | str; sent to clients as values/code_units keeps it       |
| binary, varbinary, rowversion           | bytes                                                    |
| uniqueidentifier                        | uuid.UUID                                                |
| date                                    | datetime.date                                            |
| time                                    | Time: 100 ns ticks since midnight                        |
| datetime, smalldatetime, datetime2      | DateTime: 100 ns ticks since 0001-01-01T00:00:00         |
| datetimeoffset                          | DateTimeOffset: UTC ticks of 100 ns, offset in minutes   |

Python's datetime stops at microseconds; SQL Server's 100 ns must survive exactly, hence ticks.
"""

from dataclasses import dataclass

MAX = -1  # the length of (n)varchar(max) and varbinary(max)


@dataclass(frozen=True, slots=True)
class SqlType:
    """A T-SQL type. `length` counts characters for char types, bytes for binary ones; MAX for (max)."""

    name: str  # lower case; "numeric" is normalised to "decimal"
    length: int | None = None
    precision: int | None = None
    scale: int | None = None  # decimal: digits after the point; time/datetime2/datetimeoffset: 0-7


@dataclass(frozen=True, slots=True, order=True)
class Time:
    """A time of day in 100 ns ticks since midnight."""

    ticks: int


@dataclass(frozen=True, slots=True, order=True)
class DateTime:
    """A date and time without zone in 100 ns ticks since 0001-01-01."""

    ticks: int


@dataclass(frozen=True, slots=True)
class DateTimeOffset:
    """An instant in 100 ns ticks since 0001-01-01 UTC, with the offset it was written in."""

    utc_ticks: int
    offset_minutes: int
