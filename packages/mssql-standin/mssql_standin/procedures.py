"""The system procedures that the engine has.

docs: sp_getapplock, sp_releaseapplock, sp_executesql, sys.sp_flush_CT_internal_table_on_demand.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mssql_standin import not_supported
from mssql_standin.catalog_functions import split_name
from mssql_standin.catalog_procedures.loading import CatalogProcedure, catalog_procedures
from mssql_standin.parser import syntax
from mssql_standin.parser.types import parse_parameters
from mssql_standin.results import Event, Message, SqlError
from mssql_standin.running import Running
from mssql_standin.sql_types import SqlType
from mssql_standin.store.locks import MODES, Outcome
from mssql_standin.table_indexes import describe_indexes
from mssql_standin.values.conversion import conversion
from mssql_standin.values.type_rules import INT, NTEXT
from mssql_standin.wire.metadata_procedures import datatype_info, described_parameters, table_collations

Run = Generator[Event, None, int]  # yields events, returns the status
# Runs text with these parameters and their stored values, as EXECUTE does; the values are those of its end then.
Nested = Callable[[str, dict[str, SqlType], dict[str, Any]], Iterator[Event]]
_RENAMED = {"OBJECT", "COLUMN"}
_LONG_NAME, _SHORT_NAME = SqlType("nvarchar", 255), SqlType("nvarchar", 32)


@dataclass(slots=True)
class Argument:
    """One argument of a call: name (empty if positional), type, stored value."""

    name: str
    type: SqlType
    value: Any
    default: bool = False
    output: bool = False


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure: its parameters (name, type, required) and what it does with their stored values."""

    name: str
    parameters: tuple[tuple[str, SqlType, bool], ...]
    run: Callable[[Running, dict[str, Any]], Run]


def call(session: Running, nested: Nested, name: str, arguments: list[Argument]) -> Run:
    """Call a procedure by its name, with or without sys., dbo. or a database. Raises SqlError 2812 and others."""
    short = _short(name)
    if short == "sp_executesql":
        return (yield from _execute_sql(nested, arguments))
    if text := catalog_procedures().get(short):
        yield from nested(text.text, text.types, {**dict.fromkeys(text.types), **_bound(text, arguments)})
        return 0
    procedure = ENGINE_PROCEDURES.get(short)
    if procedure is None:
        if error := refusal(name, ()):
            raise error
        raise SqlError(2812, f"Could not find stored procedure '{name}'.", 16, 62)
    return (yield from procedure.run(session, _bound(procedure, arguments)))


def refusal(name: str, arguments: Sequence[syntax.Expression | None]) -> SqlError | None:
    """Return the error for a call that is outside the subset, as far as can be told before anything runs."""
    short = _short(name)
    is_here = short in ENGINE_PROCEDURES or short in catalog_procedures() or short == "sp_executesql"
    if not is_here and short in not_supported.PROCEDURES:
        return not_supported.unsupported(f"the procedure {short}")
    kind = arguments[2] if short == "sp_rename" and len(arguments) > 2 else None
    if isinstance(kind, syntax.Literal) and str(kind.value).upper() not in _RENAMED:
        return _rename_refusal(str(kind.value))
    return None


def _short(name: str) -> str:
    return name.lower().split(".")[-1].strip("[]")


def _rename_refusal(kind: str) -> SqlError:
    return not_supported.unsupported(f"sp_rename of a {kind}; only tables and columns are renamed")


def _bound(procedure: Procedure | CatalogProcedure, arguments: list[Argument]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    known = {name.lower(): (name, sql_type) for name, sql_type, _ in procedure.parameters}
    if len(arguments) > len(known):
        raise SqlError(8144, f"Procedure or function {procedure.name} has too many arguments specified.", state=2)
    for place, argument in enumerate(arguments):
        name = argument.name.lower() or procedure.parameters[place][0].lower()
        if name not in known:
            raise SqlError(8145, f"{argument.name} is not a parameter for procedure {procedure.name}.")
        if name in values:
            raise SqlError(8143, f"Parameter '{argument.name}' was supplied multiple times.")
        if argument.default:
            continue
        convert = conversion(argument.type, known[name][1])
        values[name] = convert(argument.value) if convert and argument.value is not None else argument.value
    for name, _, required in procedure.parameters:
        if required and name.lower() not in values:
            raise SqlError(
                201,
                f"Procedure or function '{procedure.name}' expects parameter '{name}', which was not supplied.",
                state=4,
            )
    return values


# --- application locks -------------------------------------------------------------------------------------------


def _resource(values: dict[str, Any]) -> tuple[str, str, str]:
    return ("application", str(values.get("@dbprincipal") or "public").lower(), str(values["@resource"]))


def _owner(values: dict[str, Any]) -> str | None:
    owner = str(values.get("@lockowner") or "Transaction").capitalize()
    return owner if owner in {"Transaction", "Session"} else None


def _get_lock(session: Running, values: dict[str, Any]) -> Run:
    yield from ()
    mode = next((known for known in MODES if known.lower() == str(values["@lockmode"]).lower()), None)
    owner = _owner(values)
    timeout = values.get("@locktimeout")
    timeout = session.transaction.requests.timeout_ms if timeout is None else timeout
    without_transaction = owner == "Transaction" and not session.transaction.count
    if mode is None or owner is None or values["@resource"] is None or timeout < -1 or without_transaction:
        return -999
    outcome = session.store.locks.acquire(
        session.session_id,
        _resource(values),
        mode,
        owner,
        timeout,
        session.cancellation,
        session.transaction.requests.worth(),
    )
    if outcome is Outcome.CANCELLED:
        session.check_cancelled()
    return outcome.value


def _release_lock(session: Running, values: dict[str, Any]) -> Run:
    resource, owner = _resource(values), _owner(values)
    if owner is not None and session.store.locks.release(session.session_id, resource, owner):
        return 0
    yield Message(
        1223,
        f"Cannot release the application lock (Database Principal: '{resource[1]}', Resource: '{resource[2]}') because it is not "
        "currently held.",
    )
    return -999


# --- text --------------------------------------------------------------------------------------------------------


def _execute_sql(nested: Nested, arguments: list[Argument]) -> Run:
    if not arguments:
        raise SqlError(
            201, "Procedure or function 'sp_executesql' expects parameter '@stmt', which was not supplied.", state=4
        )
    text = arguments[0].value
    declared = parse_parameters(str(arguments[1].value or "")) if len(arguments) > 1 else {}
    values: dict[str, Any] = {}
    targets: dict[str, Argument] = {}
    names = list(declared)
    for place, argument in enumerate(arguments[2:]):
        name = argument.name.lower() or (names[place] if place < len(names) else "")
        if name not in declared:
            raise SqlError(8144, "Procedure or function  has too many arguments specified.", state=2)
        convert = conversion(argument.type, declared[name])
        values[name] = convert(argument.value) if convert and argument.value is not None else argument.value
        targets[name] = argument
    missing = next((name for name in declared if name not in values), None)
    if missing is not None:
        raise SqlError(8178, f"The parameterized query '({arguments[1].value}){text}' expects the parameter '{missing}', which was not "
                             "supplied.")  # fmt: skip
    yield from nested(str(text or ""), declared, values)
    for name, argument in targets.items():
        argument.type, argument.value = declared[name], values[name]
    return 0


def parameter_type(procedure: str, name: str | None, place: int) -> SqlType | None:
    """Return the type of a procedure's parameter, None if unknown."""
    found = ENGINE_PROCEDURES.get(procedure.lower()) or catalog_procedures().get(procedure.lower())
    if found is None:
        return None
    if name is None:
        return found.parameters[place][1] if place < len(found.parameters) else None
    return next((sql_type for known, sql_type, _ in found.parameters if known.lower() == name), None)


# --- the rest ----------------------------------------------------------------------------------------------------


def _flush_change_tracking(session: Running, values: dict[str, Any]) -> Run:
    yield from ()
    name = values.get("@tabletoclean")
    if name is not None and session.object_id(name, "U") is None:
        raise SqlError(22102, f"Invalid table name '{name}'.")
    session.clean_up_on_demand()
    return 0


def _rename(session: Running, values: dict[str, Any]) -> Run:
    kind = str(values.get("@objtype") or "OBJECT")
    if kind.upper() not in _RENAMED:
        raise _rename_refusal(kind)
    old, new = str(values["@objname"]), str(values["@newname"])
    if not new:
        raise SqlError(15234, "Parameter @newname cannot be empty.")
    rename = session.rename_column if kind.upper() == "COLUMN" else session.rename_table
    rename(split_name(old) or (old,), new)
    yield Message(
        15477, "Caution: Changing any part of an object name could break scripts and stored procedures.", 0, 1
    )
    return 0


def _help_index(session: Running, values: dict[str, Any]) -> Run:
    name = str(values["@objname"])
    number = session.object_id(name, "U")
    table = session.transaction.catalog.tables.get(number) if number is not None else None
    if table is None:
        database = session.transaction.catalog.database
        raise SqlError(
            15009, f"The object '{name}' does not exist in database '{database}' or is invalid for this operation."
        )
    yield from describe_indexes(table, name)
    return 0


def _datatype_info(_: Running, values: dict[str, Any]) -> Run:
    yield from datatype_info(int(values.get("@data_type") or 0))
    return 0


def _describe_parameters(session: Running, values: dict[str, Any]) -> Run:
    yield from described_parameters(session.describe_parameters(str(values["@tsql"]), str(values.get("@params") or "")))
    return 0


def _table_collations(session: Running, values: dict[str, Any]) -> Run:
    name = str(values["@object"]).lstrip(".")
    number = session.object_id(name, "U")
    table = None if number is None else session.transaction.catalog.tables.get(number)
    table = table or session.local_tables.temporary.get((split_name(name) or (name,))[-1].lower())
    yield from table_collations([(c.column_id, c.name, c.collation) for c in table.columns] if table else [])
    return 0


ENGINE_PROCEDURES = {
    procedure.name.lower(): procedure
    for procedure in (
        Procedure(
            "sp_getapplock",
            (("@Resource", _LONG_NAME, True), ("@LockMode", _SHORT_NAME, True), ("@LockOwner", _SHORT_NAME, False),
             ("@LockTimeout", INT, False), ("@DbPrincipal", _LONG_NAME, False)),
            _get_lock,
        ),
        Procedure(
            "sp_releaseapplock",
            (("@Resource", _LONG_NAME, True), ("@LockOwner", _SHORT_NAME, False), ("@DbPrincipal", _LONG_NAME, False)),
            _release_lock,
        ),
        Procedure("sp_flush_CT_internal_table_on_demand", (("@TableToClean", NTEXT, False),), _flush_change_tracking),
        Procedure("sp_rename", (("@objname", NTEXT, True), ("@newname", _LONG_NAME, True), ("@objtype", _SHORT_NAME, False)), _rename),
        Procedure("sp_helpindex", (("@objname", NTEXT, True),), _help_index),
        Procedure("sp_tablecollations", (("@object", NTEXT, True),), _table_collations),
        Procedure("sp_tablecollations_90", (("@object", NTEXT, True),), _table_collations),
        Procedure("sp_tablecollations_100", (("@object", NTEXT, True),), _table_collations),
        Procedure("sp_describe_undeclared_parameters", (("@tsql", NTEXT, True), ("@params", NTEXT, False)), _describe_parameters),
        Procedure("sp_datatype_info", (("@data_type", INT, False), ("@ODBCVer", INT, False)), _datatype_info),
        Procedure("sp_datatype_info_100", (("@data_type", INT, False), ("@ODBCVer", INT, False)), _datatype_info),
    )
}  # fmt: skip
