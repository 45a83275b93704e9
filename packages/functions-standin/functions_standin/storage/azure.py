"""An account of Azure Storage or of its emulator, over HTTP."""

from functions_standin.storage.account import parse_connection_string
from functions_standin.storage.blobs import AzureContainer
from functions_standin.storage.http import StorageHttp
from functions_standin.storage.queues import AzureQueue
from functions_standin.storage.tables import AzureTable


class AzureStorage:
    """An open account; make it where an event loop runs, `close` it there. Raises SettingsError for a wrong connection string."""

    def __init__(self, connection_string: str) -> None:
        self._http = StorageHttp(parse_connection_string(connection_string))

    def table(self, name: str) -> AzureTable:
        """Return the table of a name."""
        return AzureTable(self._http, name)

    def queue(self, name: str) -> AzureQueue:
        """Return the queue of a name."""
        return AzureQueue(self._http, name)

    def container(self, name: str) -> AzureContainer:
        """Return the container of a name."""
        return AzureContainer(self._http, name)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()
