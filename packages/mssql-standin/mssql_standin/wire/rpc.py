"""RPC requests, read into calls. [MS-TDS] 2.2.6.6."""

from collections.abc import Sequence
from dataclasses import dataclass

from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import Parameter, SqlError
from mssql_standin.wire.incoming import read_typed_value
from mssql_standin.wire.packets import ProtocolError
from mssql_standin.wire.reading import Reader

_WELL_KNOWN = {
    1: "sp_cursor", 2: "sp_cursoropen", 3: "sp_cursorprepare", 4: "sp_cursorexecute", 5: "sp_cursorprepexec",
    6: "sp_cursorunprepare", 7: "sp_cursorfetch", 8: "sp_cursoroption", 9: "sp_cursorclose", 10: "sp_executesql",
    11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 14: "sp_prepexecrpc", 15: "sp_unprepare",
}  # fmt: skip
_CURSORS = frozenset(name for name in _WELL_KNOWN.values() if name.startswith("sp_cursor"))
_MAX_PARAMETERS = 2100  # sp_executesql's own two and the like among them
_SEPARATORS = frozenset({0x80, 0xFF, 0xFE})
_BY_REFERENCE, _DEFAULT_VALUE = 0x01, 0x02


@dataclass(frozen=True, slots=True)
class Call:
    """One stored procedure with its parameters, in order; unnamed ones have the name ""."""

    procedure: str  # lower case, without the schema sys
    parameters: Sequence[Parameter]

    @property
    def output_places(self) -> Sequence[int]:
        """The places of the parameters whose values go back; those that prepare give their handle back in the first."""
        places = [place for place, parameter in enumerate(self.parameters) if parameter.output]
        handle = [0] if self.procedure in {"sp_prepare", "sp_prepexec"} else []
        if self.procedure == "sp_prepexecrpc":
            places = [place for place in places if place]
        return handle + [place for place in places if place or not handle]


def parse_calls(body: bytes) -> Sequence[Call]:
    """Return the calls of one RPC message. Raises SqlError 8003, or 40000 for what the stand-in has not."""
    reader = Reader(body)
    reader.skip_all_headers()
    calls = []
    while reader.left:
        calls.append(_parse_call(reader))
    return calls


def _parse_call(reader: Reader) -> Call:
    length = reader.unpack("H")
    if length == 0xFFFF:
        number = reader.unpack("H")
        if number not in _WELL_KNOWN:
            raise ProtocolError(f"there is no well-known procedure {number}")
        name = _WELL_KNOWN[number]
    else:
        name = reader.utf16(length)
    reader.unpack("H")  # option flags: with recompile, no metadata, reuse metadata; none changes an answer's meaning
    parameters = []
    while reader.left:
        separator = reader.byte()
        if separator in _SEPARATORS:
            break
        parameter = reader.utf16(separator)
        flags = reader.byte()
        kind, value = read_typed_value(reader)
        if flags & _DEFAULT_VALUE:
            value = None
        parameters.append(Parameter(parameter, kind, value, output=bool(flags & _BY_REFERENCE)))
    if len(parameters) > _MAX_PARAMETERS:
        raise SqlError(8003, "The incoming request has too many parameters. The server supports a maximum of 2100 parameters. Reduce the "
                             "number of parameters and resend the request.")  # fmt: skip
    if name in _CURSORS:
        raise unsupported(f"a server cursor ({name})")
    return Call(plain_name(name), parameters)


def plain_name(name: str) -> str:
    """Return a procedure's name in lower case, without quotes and without the schemas that every database has."""
    plain = name.replace("[", "").replace("]", "").lower().removeprefix("master.")
    return plain.removeprefix("sys.").removeprefix("dbo.").removeprefix(".").removesuffix(";1")
