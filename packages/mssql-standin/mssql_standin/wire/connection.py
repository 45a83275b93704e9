"""One client: handshake, then request after request until it leaves."""

import hmac
import queue
import socket
import sqlite3
import ssl
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

from mssql_standin.request_hook import RequestHook
from mssql_standin.results import (
    Done,
    Event,
    Message,
    OutputValue,
    Parameter,
    ResultSet,
    ReturnStatus,
    SqlError,
    TransactionChange,
)
from mssql_standin.session import Database, Session
from mssql_standin.sql_types import SqlType
from mssql_standin.wire import metadata_procedures, packets, prelogin, tokens
from mssql_standin.wire.login import Login, parse_login
from mssql_standin.wire.packets import ProtocolError, ReplyWriter, Transport
from mssql_standin.wire.prepared import PreparedStatements, declared
from mssql_standin.wire.reading import Reader
from mssql_standin.wire.rpc import Call, parse_calls, plain_name
from mssql_standin.wire.tls import PlainTransport, TlsTransport

_HANDSHAKE_SECONDS = 30
_BEGIN, _COMMIT, _ROLLBACK = 5, 7, 8


@dataclass(frozen=True, slots=True)
class Access:
    """Who may enter."""

    user: str
    password: str = field(repr=False)
    certificate: ssl.SSLContext = field(repr=False)


class NoRoomError(Exception):
    """A client was refused because no more files can be opened for its session."""


class _Refused(Exception):
    """The login failed; the messages say why."""

    def __init__(self, *messages: Message) -> None:
        super().__init__(messages[-1].text)
        self.messages = messages


def serve(connection: socket.socket, database: Database, access: Access, request_hook: RequestHook) -> None:
    """Serve one client until it leaves; whatever it sends, this returns and the socket is closed."""
    with connection:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(_HANDSHAKE_SECONDS)
            transport = _greet(PlainTransport(connection), access)
            entered = _enter(transport, database, access)
            if entered is not None:
                connection.settimeout(None)
                session, packet_bytes, process_id = entered
                guard = partial(request_hook, process_id)
                _Requests(transport, session, packet_bytes, guard).serve(lambda: _shut(connection))
        except (OSError, ProtocolError) as error:
            if isinstance(error, ProtocolError):
                sys.stderr.write(f"mssql_standin: connection closed: {error}\n")


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already


def _greet(plain: PlainTransport, access: Access) -> Transport:
    hello = packets.receive_message(plain, packets.MAX_GREETING_BYTES)
    if hello.type == packets.LOGIN7:
        reply = ReplyWriter(plain, packets.DEFAULT_PACKET_BYTES, 0)
        reply.write(
            tokens.refusal_before_7_2(
                "This is not supported by the stand-in: TDS before 7.2, whose login has no PRELOGIN."
            )
        )
        reply.finish()
        raise ProtocolError("the first message was LOGIN7; TDS before 7.2 is not supported")
    if hello.type != packets.PRELOGIN:
        raise ProtocolError("the first message must be PRELOGIN; Encrypt=strict (TDS 8) is not supported")
    content, tls = prelogin.answer(prelogin.parse_encryption(hello.body))
    reply = ReplyWriter(plain, packets.DEFAULT_PACKET_BYTES, 0)
    reply.write(content)
    reply.finish()
    return TlsTransport(plain, access.certificate) if tls else plain


def _enter(transport: Transport, database: Database, access: Access) -> tuple[Session, int, int] | None:
    message = packets.receive_message(transport, packets.MAX_GREETING_BYTES)
    if message.type != packets.LOGIN7:
        raise ProtocolError("LOGIN7 was expected after PRELOGIN")
    login = parse_login(message.body)
    packet_bytes = _packet_bytes(login.packet_bytes)
    reply = ReplyWriter(transport, packets.DEFAULT_PACKET_BYTES, 0)
    try:
        _check(login, database, access)
    except _Refused as refused:
        _refuse(reply, *refused.messages)
        return None
    try:
        session = database.connect(login.user, login.host, login.program)
    except sqlite3.OperationalError as error:  # it cannot open the file once more
        text = "Could not connect because the maximum number of user connections has already been reached."
        _refuse(reply, Message(17809, text, severity=20))
        raise NoRoomError from error
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
    return session, packet_bytes, login.process_id


def _refuse(reply: ReplyWriter, *messages: Message) -> None:
    for told in messages:
        reply.write(tokens.message(told))
    reply.write(tokens.done(tokens.DONE, tokens.ERROR))
    reply.finish()


def _packet_bytes(wanted: int) -> int:
    return min(max(wanted, 512), packets.MAX_PACKET_BYTES) if wanted else packets.DEFAULT_PACKET_BYTES


def _check(login: Login, database: Database, access: Access) -> None:
    right_user = login.user.casefold() == access.user.casefold()
    if not hmac.compare_digest(login.password.encode(), access.password.encode()) or not right_user:
        raise _Refused(Message(18456, f"Login failed for user '{login.user}'.", severity=14))
    if login.database and login.database.casefold() != database.name.casefold():
        text = f'Cannot open database "{login.database}" requested by the login. The login failed.'
        raise _Refused(
            Message(4060, text, severity=11), Message(18456, f"Login failed for user '{login.user}'.", severity=14)
        )


class _Requests:
    """The requests of a client that has logged in.

    A thread of its own receives, because an attention must be noticed while a statement runs.
    """

    def __init__(
        self,
        transport: Transport,
        session: Session,
        packet_bytes: int,
        guard: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._guard = guard
        self._transport = transport
        self._session = session
        self._packet_bytes = packet_bytes
        self._prepared = PreparedStatements()
        self._inbox: queue.Queue[packets.Message | Exception] = queue.Queue(maxsize=16)
        self._attentions_received = 0
        self._attentions_answered = 0
        self._has_left = False
        session.is_abandoned = lambda: self._has_left or self._cancelled()

    def serve(self, shut: Callable[[], None]) -> None:
        """Answer requests until the client leaves; `shut` wakes the receiving thread."""
        receiver = threading.Thread(target=self._receive, daemon=True)
        receiver.start()
        try:
            while isinstance(message := self._inbox.get(), packets.Message):
                with self._guard():
                    reply = self._answer(message)
                if reply is not None:
                    reply.finish()
            if isinstance(message, ProtocolError):
                raise message
        finally:
            shut()
            self._session.close()

    def _receive(self) -> None:
        try:
            while True:
                message = packets.receive_message(self._transport)
                if message.type == packets.ATTENTION:
                    self._attentions_received += 1
                    self._session.cancel()
                self._inbox.put(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the serving thread must hear of it
            self._has_left = True
            self._session.cancel()
            self._inbox.put(error)

    def _answer(self, message: packets.Message) -> "_Reply | None":
        if message.type == packets.ATTENTION and self._attentions_answered == self._attentions_received:
            return None  # its request has ended with the acknowledgement
        reply = _Reply(ReplyWriter(self._transport, self._packet_bytes, self._session.session_id))
        if message.status & (packets.RESET_CONNECTION | packets.RESET_KEEPING_TRANSACTION):
            self._session.reset()
            self._prepared.clear()
            reply.raw(tokens.environment_reset())
        if message.type == packets.SQL_BATCH:
            self._batch(message.body, reply)
        elif message.type == packets.RPC:
            self._calls(message.body, reply)
        elif message.type == packets.TRANSACTION_REQUEST:
            self._transaction(message.body, reply)
        elif message.type != packets.ATTENTION:
            raise ProtocolError(f"requests of type {message.type} are not supported by the stand-in")
        if self._attentions_answered < self._attentions_received:
            self._attentions_answered = self._attentions_received
            reply.acknowledge_attention()
        return reply

    def _cancelled(self) -> bool:
        return self._attentions_answered < self._attentions_received

    def _batch(self, body: bytes, reply: "_Reply") -> None:
        reader = Reader(body)
        reader.skip_all_headers()
        sql = reader.utf16(reader.left // 2)
        reply.batch(self._guarded(lambda: self._session.batch(sql)), self._cancelled)

    def _calls(self, body: bytes, reply: "_Reply") -> None:
        for call in parse_calls(body):
            reply.procedure(self._guarded(partial(self._call, call)), self._cancelled)
            if self._cancelled():
                return

    def _call(self, call: Call) -> Iterable[Event]:
        values = [parameter.value for parameter in call.parameters]
        match call.procedure, values:
            case "sp_executesql", [str(text), *rest]:
                declaration = rest[0] if rest and isinstance(rest[0], str) else None
                return self._session.batch(text, declared(text, declaration).bind(call.parameters[2:]))
            case "sp_prepare", [_, declaration, str(text), *_]:
                return self._prepare(text, declaration, call.parameters[0])
            case "sp_prepexec", [old, declaration, str(text), *_]:
                return self._prepare_and_execute(old, text, declaration, call.parameters)
            case "sp_prepexecrpc", [_, str(name), *_]:
                return self._call(Call(plain_name(name), call.parameters[2:]))
            case "sp_execute", [handle, *_]:
                statement = self._prepared.get(handle)
                return self._session.batch(statement.text, statement.bind(call.parameters[1:]))
            case "sp_unprepare", [handle, *_]:
                self._prepared.remove(handle)
                return ()
            case "sp_describe_undeclared_parameters", [str(text), *rest]:
                declaration = str(rest[0]) if rest and rest[0] is not None else ""
                return metadata_procedures.described_parameters(self._session.describe_parameters(text, declaration))
            case "sp_datatype_info_100" | "sp_datatype_info", _:
                return metadata_procedures.datatype_info(values[0] if values and isinstance(values[0], int) else 0)
        return self._session.call(call.procedure, call.parameters)

    def _prepare(self, text: str, declaration: object, handle: Parameter) -> Iterator[Event]:
        number = self._prepared.add(declared(text, declaration if isinstance(declaration, str) else None))
        yield OutputValue(handle.name, SqlType("int"), number)

    def _prepare_and_execute(
        self, old: object, text: str, declaration: object, parameters: Sequence[Parameter]
    ) -> Iterator[Event]:
        self._prepared.remove(old)
        statement = declared(text, declaration if isinstance(declaration, str) else None)
        yield from self._session.batch(text, statement.bind(parameters[3:]))
        yield OutputValue(parameters[0].name, SqlType("int"), self._prepared.add(statement))

    def _transaction(self, body: bytes, reply: "_Reply") -> None:
        reader = Reader(body)
        reader.skip_all_headers()
        kind = reader.unpack("H")
        if kind == _BEGIN:
            isolation = reader.byte()
            reply.batch(self._guarded(lambda: self._session.begin(isolation)), self._cancelled)
        elif kind in {_COMMIT, _ROLLBACK}:
            reader.take(reader.byte())  # the name, counted in bytes
            again = bool(reader.byte() & 1) if reader.left else False
            end = self._session.commit if kind == _COMMIT else self._session.rollback
            reply.batch(self._guarded(lambda: end(again)), self._cancelled)
        else:
            raise ProtocolError(f"transaction-manager request {kind} is not supported by the stand-in")

    def _guarded(self, work: Callable[[], Iterable[Event]]) -> Iterator[Event]:
        """Yield the engine's events; whatever goes wrong in it becomes an error that the client sees."""
        try:
            yield from work()
        except SqlError as error:
            yield error.message
            yield Done(None)
        except (OSError, ProtocolError):
            raise
        except Exception as error:  # noqa: BLE001
            traceback.print_exc()
            yield Message(50000, f"Internal error of the stand-in: {type(error).__name__}: {error}", severity=16)
            yield Done(None)


class _Reply:
    """One reply, token by token. A DONE is held back until it is known whether more follows."""

    def __init__(self, writer: ReplyWriter) -> None:
        self._writer = writer
        self._held: tuple[int, int, int | None] | None = None  # token, status, row count
        self._failed = False

    def raw(self, content: bytes) -> None:
        self._release(more=True)
        self._writer.write(content)

    def batch(self, events: Iterable[Event], cancelled: Callable[[], bool]) -> None:
        """Write the events of a batch, each statement ended by DONE."""
        wrote_done = False
        for event in _until(events, cancelled):
            if isinstance(event, Done):
                self._hold(tokens.DONE, event.row_count)
                wrote_done = True
            elif not isinstance(event, ReturnStatus | OutputValue):
                self._event(event)
                wrote_done = False
        if not wrote_done:
            self._hold(tokens.DONE, None)

    def procedure(self, events: Iterable[Event], cancelled: Callable[[], bool]) -> None:
        """Write the events of an RPC: DONEINPROC for each statement, then status, output values and DONEPROC."""
        status, outputs, failed = 0, [], False
        for event in _until(events, cancelled):
            match event:
                case Done():
                    self.raw(self._done(tokens.DONEINPROC, tokens.MORE, event.row_count))
                case ReturnStatus():
                    status = event.value
                case OutputValue():
                    outputs.append(event)
                case _:
                    failed = failed or (isinstance(event, Message) and event.severity > 10)
                    self._event(event)
        self.raw(tokens.return_status(status))
        for ordinal, output in enumerate(outputs):
            self.raw(tokens.return_value(ordinal, output.name, output.type, output.value))
        self._failed = self._failed or failed
        self._hold(tokens.DONEPROC, None)

    def _event(self, event: Event) -> None:
        match event:
            case ResultSet():
                self.raw(tokens.column_metadata(event.columns))
                for values in event.rows:
                    self._writer.write(tokens.row(event.columns, values))
            case Message():
                self._failed = self._failed or event.severity > 10
                self.raw(tokens.message(event))
            case TransactionChange():
                self.raw(tokens.environment_transaction(event.kind, event.descriptor))

    def acknowledge_attention(self) -> None:
        self._release(more=True)
        self._held = (tokens.DONE, tokens.ATTENTION_ACKNOWLEDGED, None)

    def finish(self) -> None:
        if self._held is None:
            self._hold(tokens.DONE, None)
        self._release(more=False)
        self._writer.finish()

    def _hold(self, token: int, row_count: int | None) -> None:
        self._release(more=True)
        self._held = (token, tokens.ERROR if self._failed else 0, row_count)
        self._failed = False

    def _done(self, token: int, status: int, row_count: int | None) -> bytes:
        status |= tokens.ERROR if self._failed else 0
        self._failed = False
        return tokens.done(token, status, row_count)

    def _release(self, *, more: bool) -> None:
        if self._held is not None:
            token, status, row_count = self._held
            self._held = None
            self._writer.write(tokens.done(token, status | (tokens.MORE if more else 0), row_count))


def _until(events: Iterable[Event], cancelled: Callable[[], bool]) -> Iterator[Event]:
    """Yield events, and the rows in them, until the client asks to stop."""
    iterator = iter(events)
    try:
        for event in iterator:
            if cancelled():
                return
            if isinstance(event, ResultSet):
                rows = event.rows
                yield ResultSet(event.columns, (row for row in rows if not cancelled()))
            else:
                yield event
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            close()
