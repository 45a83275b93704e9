"""What a host stands on: clock and chance, storage, database, network. Each has a real one and one for simulations."""

from collections.abc import Callable
from dataclasses import dataclass, field

from functions_standin.durable.http_activity import SendRequest, send_request
from functions_standin.durable.rpc import RpcServer, SocketRpcServer
from functions_standin.outside import News, Outside
from functions_standin.sql_trigger.connection import ODBC
from functions_standin.sql_trigger.database import Database
from functions_standin.storage.azure import AzureStorage
from functions_standin.storage.port import Storage
from functions_standin.system import SYSTEM


@dataclass(frozen=True, slots=True)
class Ports:
    """The real ones by default. `database_changes` tells of changes in the database, and is due when a lease runs out, if it knows of that. `open_storage` takes a connection string and raises SettingsError for what is none.

    `send_request` is the built-in activity behind call_http, `open_rpc` the server for the app's durable clients.
    """

    outside: Outside = SYSTEM
    database: Database = ODBC
    database_changes: News = field(default_factory=News)
    open_storage: Callable[[str], Storage] = AzureStorage
    open_rpc: Callable[[], RpcServer] = SocketRpcServer
    send_request: SendRequest = send_request


REAL = Ports()
