"""Where the parts of a stack listen, and the settings that say so."""

import secrets
from collections.abc import Mapping

from devstack.command.ports import HOST, free_port

# docs: "Use the Azurite emulator for local Azure Storage development", well-known storage account and key
STORAGE_ACCOUNT = "devstoreaccount1"
STORAGE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class Addresses:
    """The ports of a stack's parts, free ones where none are fixed, and the login of its SQL Server."""

    def __init__(
        self, ports: Mapping[str, tuple[int, ...]] | None, database: str, user: str, password: str | None
    ) -> None:
        """Fix ports by part (azurite: blob, queue, table); without a password the login gets one of chance."""
        self._ports = dict(ports or {})
        self._database, self._user, self._password = database, user, password or f"Local-1-{secrets.token_hex(8)}"

    @property
    def sql_connection_string(self) -> str:
        """The ADO.NET connection string (setting SqlConnectionString) of this stack's SQL Server."""
        return (
            f"Server=tcp:{HOST},{self.ports('sql_server')[0]};Database={self._database};User ID={self._user};"
            f"Password={self._password};Encrypt=True;TrustServerCertificate=True"
        )

    @property
    def storage_connection_string(self) -> str:
        """The connection string (setting AzureWebJobsStorage) of this stack's Azurite."""
        services = zip(("Blob", "Queue", "Table"), self.ports("azurite"), strict=True)
        endpoints = [f"{service}Endpoint=http://{HOST}:{port}/{STORAGE_ACCOUNT}" for service, port in services]
        account = ["DefaultEndpointsProtocol=http", f"AccountName={STORAGE_ACCOUNT}", f"AccountKey={STORAGE_KEY}"]
        return ";".join([*account, *endpoints])

    @property
    def api_url(self) -> str:
        """Where the demo API listens (setting API_URL)."""
        return f"http://{HOST}:{self.ports('demo_api')[0]}"

    @property
    def host_url(self) -> str:
        """Where the Functions host named functions_host listens."""
        return self.url("functions_host")

    def url(self, name: str) -> str:
        """Where the Functions host or demo API of this name listens."""
        return f"http://{HOST}:{self.ports(name)[0]}"

    def ports(self, name: str) -> tuple[int, ...]:
        """Return the ports of a part, the same for as long as this stack exists."""
        count = 3 if name == "azurite" else 1
        return self._ports.setdefault(name, tuple(free_port() for _ in range(count)))
