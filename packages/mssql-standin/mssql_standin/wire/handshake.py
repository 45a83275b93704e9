"""The handshake: PRELOGIN, TLS, LOGIN7, and who is let in. [MS-TDS] 3.2.5."""

import sqlite3
import ssl
from dataclasses import dataclass, field, replace

from mssql_standin.admission import Administrator, Asking, admit
from mssql_standin.results import Message
from mssql_standin.security.entering import LoginRefusedError
from mssql_standin.session import Database, Session
from mssql_standin.wire import packets, prelogin, tokens
from mssql_standin.wire.login import parse_login
from mssql_standin.wire.packets import ProtocolError, ReplyWriter, Transport
from mssql_standin.wire.tls import PlainTransport, TlsTransport

_LOGIN_LINE = 65536  # where SQL Server says that errors of a login are


@dataclass(frozen=True, slots=True)
class Access:
    """Who may enter."""

    user: str
    password: str = field(repr=False)
    certificate: ssl.SSLContext = field(repr=False)


class NoRoomError(Exception):
    """A client was refused because no more files can be opened for its session."""


def greet(plain: PlainTransport, access: Access) -> Transport:
    """Answer PRELOGIN; return the transport for all that follows. Raises ProtocolError."""
    hello = packets.receive_message(plain, packets.MAX_GREETING_BYTES)
    if hello.type == packets.LOGIN7:
        reply = ReplyWriter(plain, packets.DEFAULT_PACKET_BYTES, 0)
        told = "This is not supported by the stand-in: TDS before 7.2, whose login has no PRELOGIN."
        reply.write(tokens.refusal_before_7_2(told))
        reply.finish()
        raise ProtocolError("the first message was LOGIN7; TDS before 7.2 is not supported")
    if hello.type != packets.PRELOGIN:
        raise ProtocolError("the first message must be PRELOGIN; Encrypt=strict (TDS 8) is not supported")
    content, tls = prelogin.answer(prelogin.parse_encryption(hello.body))
    reply = ReplyWriter(plain, packets.DEFAULT_PACKET_BYTES, 0)
    reply.write(content)
    reply.finish()
    return TlsTransport(plain, access.certificate) if tls else plain


@dataclass(frozen=True, slots=True)
class Entered:
    """A client that has logged in."""

    session: Session
    packet_bytes: int  # as negotiated
    process_id: int  # the client's own


def enter(transport: Transport, database: Database, access: Access) -> Entered | None:
    """Answer LOGIN7; return None if the client was refused. Raises ProtocolError."""
    message = packets.receive_message(transport, packets.MAX_GREETING_BYTES)
    if message.type != packets.LOGIN7:
        raise ProtocolError("LOGIN7 was expected after PRELOGIN")
    login = parse_login(message.body)
    packet_bytes = _packet_bytes(login.packet_bytes)
    try:
        asking = Asking(login.user, login.password, login.database, login.program)
        user = admit(database, Administrator(access.user, access.password), asking)
    except LoginRefusedError as refused:
        _refuse(transport, *(replace(told, line=_LOGIN_LINE) for told in refused.messages))
        return None
    try:
        session = database.connect(login.user, login.host, login.program, user)
    except sqlite3.OperationalError as error:  # it cannot open the file once more
        text = "Could not connect because the maximum number of user connections has already been reached."
        _refuse(transport, Message(17809, text, severity=20, line=_LOGIN_LINE))
        raise NoRoomError from error
    reply = ReplyWriter(transport, packets.DEFAULT_PACKET_BYTES, session.session_id)
    name = database.name
    changed = Message(5701, f"Changed database context to '{name}'.", severity=0, state=2)
    language = Message(5703, "Changed language setting to us_english.", severity=0)
    reply.write(tokens.environment_text(1, name, "master") + tokens.message(changed))
    reply.write(tokens.environment_collation())
    reply.write(tokens.environment_text(2, "us_english") + tokens.message(language))
    reply.write(tokens.login_acknowledged("Microsoft SQL Server"))
    reply.write(tokens.environment_text(4, str(packet_bytes), str(packets.DEFAULT_PACKET_BYTES)))
    reply.write(tokens.done(tokens.DONE, 0))
    reply.finish()
    return Entered(session, packet_bytes, login.process_id)


def _refuse(transport: Transport, *messages: Message) -> None:
    reply = ReplyWriter(transport, packets.DEFAULT_PACKET_BYTES, 0)
    for told in messages:
        reply.write(tokens.message(told))
    reply.write(tokens.done(tokens.DONE, tokens.ERROR))
    reply.finish()


def _packet_bytes(wanted: int) -> int:
    return min(max(wanted, 512), packets.MAX_PACKET_BYTES) if wanted else packets.DEFAULT_PACKET_BYTES
