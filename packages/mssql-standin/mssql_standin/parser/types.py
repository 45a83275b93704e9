"""The grammar of data types."""

from mssql_standin.parser.cursor import Cursor
from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType

_PLAIN = {
    "bit", "tinyint", "smallint", "int", "bigint", "money", "smallmoney", "real", "uniqueidentifier", "date", "datetime",
    "smalldatetime",
}  # fmt: skip
_SYNONYMS = {"integer": "int", "dec": "decimal", "numeric": "decimal", "character": "char", "sysname": "nvarchar"}
_SIZED = {"char": 8000, "varchar": 8000, "nchar": 4000, "nvarchar": 4000, "binary": 8000, "varbinary": 8000}
_VARYING = {"char": "varchar", "nchar": "nvarchar", "binary": "varbinary"}
_MAY_BE_MAX = {"varchar", "nvarchar", "varbinary"}
_FRACTIONAL = {"time", "datetime2", "datetimeoffset"}
_LARGE = {"text": "varchar(max)", "ntext": "nvarchar(max)", "image": "varbinary(max)"}
_REFUSED = {
    "xml",
    "sql_variant",
    "geography",
    "geometry",
    "hierarchyid",
    "rowversion",
    "timestamp",
    "cursor",
    "json",
    "vector",
}


class TypeParser(Cursor):
    """Adds data types to the cursor."""

    def data_type(self, default_length: int = 1) -> SqlType:
        """Consume a data type; a length left out is `default_length` (30 in CAST). Raises SqlError 2715 and others."""
        line = self.token.line
        if self.accept("DOUBLE"):
            self.expect("PRECISION")
            return SqlType("float")
        national = self.accept("NATIONAL")
        if national and not self.at_any("CHAR", "CHARACTER", "TEXT"):
            raise self.error()
        name = self.identifier().lower()
        if name == "sys" and self.accept_op("."):
            name = self.identifier().lower()
        if name == "sysname":
            return SqlType("nvarchar", 128)
        name = ("n" if national else "") + _SYNONYMS.get(name, name)
        if name in _VARYING and self.accept("VARYING"):
            name = _VARYING[name]
        if name in _REFUSED:
            raise self.unsupported(f"data type {name}")
        if name in _LARGE:
            raise self.unsupported(f"the deprecated data type {name}; use {_LARGE[name]}")
        if name in _PLAIN:
            return SqlType(name)
        if name in _SIZED:
            return self._sized(name, default_length)
        if name == "decimal":
            return self._decimal(line)
        if name == "float":
            bits = self._size() or 53
            if not 1 <= bits <= 53:
                raise SqlError(
                    2717, f"The size ({bits}) given to the type 'float' exceeds the maximum allowed (53).", 15
                )
            return SqlType("real" if bits <= 24 else "float")
        if name in _FRACTIONAL:
            scale = self._size()
            if scale is not None and scale > 7:
                raise SqlError(1002, f"Line {line}: Specified scale {scale} is invalid.", 15, line=line)
            return SqlType(name, scale=7 if scale is None else scale)
        raise SqlError(2715, f"Column, parameter, or variable: Cannot find data type {name}.", line=line)

    def _sized(self, name: str, default_length: int) -> SqlType:
        if not self.accept_op("("):
            return SqlType(name, default_length)
        if self.accept("MAX"):
            if name not in _MAY_BE_MAX:
                raise self.error()
            self.expect_op(")")
            return SqlType(name, MAX)
        line, length = self.token.line, self.integer()
        self.expect_op(")")
        if length < 1:
            raise SqlError(1001, f"Line {line}: Length or precision specification {length} is invalid.", 15, line=line)
        if length > _SIZED[name]:
            raise SqlError(
                131,
                f"The size ({length}) given to the type '{name}' exceeds the maximum allowed for any data type ({_SIZED[name]}).",
                15,
                line=line,
            )
        return SqlType(name, length)

    def _decimal(self, line: int) -> SqlType:
        precision, scale = 18, 0
        if self.accept_op("("):
            precision = self.integer()
            if self.accept_op(","):
                scale = self.integer()
            self.expect_op(")")
        if not 1 <= precision <= 38:
            raise SqlError(2750, f"Column or parameter: Specified column precision {precision} is greater than the maximum "
                                 "precision of 38.", line=line)  # fmt: skip
        if scale > precision:
            raise SqlError(
                183, f"The scale ({scale}) for column must be within the range 0 to {precision}.", 15, line=line
            )
        return SqlType("decimal", precision=precision, scale=scale)

    def _size(self) -> int | None:
        if not self.accept_op("("):
            return None
        size = self.integer()
        self.expect_op(")")
        return size


def parse_parameters(text: str) -> dict[str, SqlType]:
    """Return the parameters of a declaration such as '@a int, @b nvarchar(10) OUTPUT' by lower-case name."""
    parser = TypeParser(text)
    declared: dict[str, SqlType] = {}
    while parser.token.kind != "end":
        token = parser.advance()
        if token.kind != "variable":
            raise SqlError(102, f"Incorrect syntax near '{token.text}'.", 15)
        parser.accept("AS")
        declared[token.text.lower()] = parser.data_type()
        if parser.accept_op("="):
            raise SqlError(40000, "This is not supported by the stand-in: a default value of a parameter.")
        if not parser.accept("OUTPUT"):
            parser.accept("OUT")
        if parser.token.kind != "end":
            parser.expect_op(",")
    return declared
