"""One client: handshake, then request after request until it leaves."""

import queue
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial

from mssql_standin.faults import ConnectionLostError
from mssql_standin.parser.cursor import unsupported
from mssql_standin.request_hook import RequestHook
from mssql_standin.results import Done, Event, OutputValue, Parameter, SqlError
from mssql_standin.session import Database, Session
from mssql_standin.sql_types import SqlType
from mssql_standin.wire import metadata_procedures, packets, tokens
from mssql_standin.wire.bulk_load import parse_bulk_load
from mssql_standin.wire.handshake import Access, enter, greet
from mssql_standin.wire.packets import ProtocolError, ReplyWriter, Transport
from mssql_standin.wire.prepared import PreparedStatements, declared
from mssql_standin.wire.reading import Reader
from mssql_standin.wire.reply import Reply, internal_error
from mssql_standin.wire.rpc import Call, parse_calls, plain_name
from mssql_standin.wire.tls import PlainTransport
from mssql_standin.wire.transaction_requests import perform_transaction_request

_HANDSHAKE_SECONDS = 30


def serve(connection: socket.socket, database: Database, access: Access, request_hook: RequestHook) -> None:
    """Serve one client until it leaves; whatever it sends, this returns and the socket is closed."""
    with connection:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(_HANDSHAKE_SECONDS)
            transport = greet(PlainTransport(connection), access)
            entered = enter(transport, database, access)
            if entered is not None:
                connection.settimeout(None)
                guard = partial(request_hook, entered.process_id)
                _Requests(transport, entered.session, entered.packet_bytes, guard).serve(lambda: _shut(connection))
        except (OSError, ProtocolError, ConnectionLostError) as error:
            if isinstance(error, ProtocolError):
                sys.stderr.write(f"mssql_standin: connection closed: {error}\n")


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already


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
        self._has_left = self._is_lost = False
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
                if self._is_lost:
                    return
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

    def _answer(self, message: packets.Message) -> Reply | None:
        if message.type == packets.ATTENTION and self._attentions_answered == self._attentions_received:
            return None  # its request has ended with the acknowledgement
        reply = Reply(ReplyWriter(self._transport, self._packet_bytes, self._session.session_id))
        if reset := message.status & (packets.RESET_CONNECTION | packets.RESET_KEEPING_TRANSACTION):
            self._session.reset(keep_transaction=reset == packets.RESET_KEEPING_TRANSACTION)
            self._prepared.clear()
            reply.raw(tokens.environment_reset())
        try:
            self._perform(message, reply)
        except ConnectionLostError as lost:
            self._is_lost = True
            if lost.message is None:
                return None
            reply.batch([lost.message, Done(None)], lambda: False)
            return reply
        if self._attentions_answered < self._attentions_received:
            self._attentions_answered = self._attentions_received
            reply.finish()  # the acknowledgement is a message of its own: the JDBC driver waits for one after the reply
            reply = Reply(ReplyWriter(self._transport, self._packet_bytes, self._session.session_id))
            reply.acknowledge_attention()
        return reply

    def _perform(self, message: packets.Message, reply: Reply) -> None:
        if message.type == packets.SQL_BATCH:
            self._batch(message.body, reply)
        elif message.type == packets.RPC:
            self._calls(message.body, reply)
        elif message.type == packets.TRANSACTION_REQUEST:
            self._transaction(message.body, reply)
        elif message.type == packets.BULK_LOAD:
            self._load(message.body, reply)
        elif message.type != packets.ATTENTION:
            refused = unsupported(f"a request of type {message.type}")
            reply.batch([refused.message, Done(None)], self._cancelled)

    def _cancelled(self) -> bool:
        return self._attentions_answered < self._attentions_received

    def _batch(self, body: bytes, reply: Reply) -> None:
        reader = Reader(body)
        reader.skip_all_headers()
        sql = reader.utf16(reader.left // 2)
        reply.batch(self._guarded(lambda: self._session.batch(sql)), self._cancelled)

    def _calls(self, body: bytes, reply: Reply) -> None:
        try:
            calls = parse_calls(body)
        except SqlError as error:
            reply.batch([error.message, Done(None)], self._cancelled)
            return
        for call in calls:
            events = self._guarded(partial(self._call, call))
            reply.procedure(events, self._cancelled, call.output_places)
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
        yield OutputValue(parameters[0].name, SqlType("int"), self._prepared.add(statement))
        yield from self._session.batch(text, statement.bind(parameters[3:]))

    def _transaction(self, body: bytes, reply: Reply) -> None:
        reply.batch(self._guarded(lambda: perform_transaction_request(body, self._session)), self._cancelled)

    def _load(self, body: bytes, reply: Reply) -> None:
        reply.batch(self._guarded(lambda: self._session.load(*parse_bulk_load(body))), self._cancelled)

    def _guarded(self, work: Callable[[], Iterable[Event]]) -> Iterator[Event]:
        """Yield the engine's events; whatever goes wrong in it becomes an error that the client sees."""
        try:
            yield from work()
        except SqlError as error:
            yield error.message
            yield Done(None)
        except (OSError, ProtocolError, ConnectionLostError):
            raise
        except Exception as error:  # noqa: BLE001
            yield internal_error(error)
            yield Done(None)
