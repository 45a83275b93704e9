"""What both directions of the wire know of types: tokens, sizes, the units of dates. [MS-TDS] 2.2.5.4."""

import datetime

COLLATION = bytes.fromhex("0904d00034")  # SQL_Latin1_General_CP1_CI_AS
CODE_PAGE = "cp1252"
TICKS_PER_DAY = 864_000_000_000
DAYS_TO_1900 = datetime.date(1900, 1, 1).toordinal() - 1
PLP_NULL, PLP_UNKNOWN = 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFE
LONG_SIZE = 0xFFFF  # of a (max) type where a size stands, and of NULL where a length stands

# Types of fixed length: the token of the form without a length byte, which NOT NULL columns have, and the value's form.
FIXED_TOKENS = {
    "tinyint": (0x30, "B"),
    "bit": (0x32, "B"),
    "smallint": (0x34, "h"),
    "int": (0x38, "i"),
    "bigint": (0x7F, "q"),
    "real": (0x3B, "f"),
    "float": (0x3E, "d"),
    "smallmoney": (0x7A, "i"),
    "money": (0x3C, "iI"),
    "smalldatetime": (0x3A, "HH"),
    "datetime": (0x3D, "iI"),
}


def ticks_per_unit(scale: int | None) -> int:
    """Return how many ticks of 100 ns the last digit of a fraction stands for."""
    return int(10 ** (7 - (7 if scale is None else scale)))
