"""Transaction manager requests: what a client asks of its transaction without a statement. [MS-TDS] 2.2.6.9."""

from collections.abc import Iterable

from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import Event, NewTransaction
from mssql_standin.session import Session
from mssql_standin.wire.packets import ProtocolError
from mssql_standin.wire.reading import Reader

_BEGIN, _COMMIT, _ROLLBACK, _SAVE = 5, 7, 8, 9
_DISTRIBUTED = {
    0: "the address of a transaction coordinator",
    1: "a distributed transaction",
    6: "a promoted transaction",
}
_BEGIN_AGAIN = 0x01


def perform_transaction_request(body: bytes, session: Session) -> Iterable[Event]:
    """Do what a request asks. Raises SqlError: 40000 for what only a transaction coordinator could do, and the session's own."""
    reader = Reader(body)
    reader.skip_all_headers()
    kind = reader.unpack("H")
    if kind in _DISTRIBUTED:
        raise unsupported(_DISTRIBUTED[kind])
    if kind == _BEGIN:
        return session.begin(_new_transaction(reader))
    if kind not in {_COMMIT, _ROLLBACK, _SAVE}:
        raise unsupported(f"the transaction manager request {kind}")
    name = _name(reader)
    if kind == _SAVE:
        return session.save(name)
    following = _new_transaction(reader) if reader.left and reader.byte() & _BEGIN_AGAIN else None
    if kind == _COMMIT:
        return session.commit(following)
    return session.rollback(name, following)


def _new_transaction(reader: Reader) -> NewTransaction:
    isolation = reader.byte() if reader.left else 0
    return NewTransaction(isolation, _name(reader) if reader.left else "")


def _name(reader: Reader) -> str:
    """Consume a B_VARBYTE of UTF-16: its length counts bytes."""
    length = reader.byte()
    if length % 2:
        raise ProtocolError("half a character in a transaction's name")
    return reader.utf16(length // 2)
