"""Addresses of the management API: those of one instance, and the text that a durableClient binding gets.

docs: "HTTP API reference", "Durable Functions bindings" (client).
"""

from dataclasses import dataclass, replace
from urllib.parse import quote

from functions_standin.durable.json_text import to_json

PUBLIC_PATH = "/runtime/webhooks/durabletask"
RPC_PATH = "/durabletask"
_PLACEHOLDER = "INSTANCEID"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses below a base such as http://localhost:7071/runtime/webhooks/durabletask."""

    base: str
    hub: str
    connection: str
    code: str

    def at(self, origin: str) -> "Links":
        """Return the links that a caller gets: they begin as the address that he has called."""
        return replace(self, base=origin + PUBLIC_PATH)

    @property
    def query(self) -> str:
        """The query that every address carries."""
        return f"taskHub={self.hub}&connection={self.connection}&code={self.code}"

    def instance(self, instance_id: str, operation: str = "", extra: str = "") -> str:
        """Return the address of an instance or of an operation on it."""
        return f"{self.base}/instances/{quote(instance_id, safe='')}{operation}?{extra}{self.query}"

    def management(self, instance_id: str) -> dict[str, str]:
        """Return all addresses of an instance, by the names that clients know."""
        return {
            "id": instance_id,
            "statusQueryGetUri": self.instance(instance_id),
            "sendEventPostUri": self.instance(instance_id, "/raiseEvent/{eventName}"),
            "terminatePostUri": self.instance(instance_id, "/terminate", "reason={text}&"),
            "rewindPostUri": self.instance(instance_id, "/rewind", "reason={text}&"),
            "purgeHistoryDeleteUri": self.instance(instance_id),
            "restartPostUri": self.instance(instance_id, "/restart"),
            "suspendPostUri": self.instance(instance_id, "/suspend", "reason={text}&"),
            "resumePostUri": self.instance(instance_id, "/resume", "reason={text}&"),
        }

    def start_answer(self, instance_id: str) -> dict[str, str]:
        """Return what a start over HTTP answers with."""
        links = self.management(instance_id)
        del links["rewindPostUri"]
        return links

    def binding_text(self, rpc_base_url: str, connection_name: str) -> str:
        """Return the text that the SDK makes its client from."""
        start = f"{self.base}/orchestrators/{{functionName}}[/{{instanceId}}]?code={self.code}"
        return to_json(
            {
                "taskHubName": self.hub,
                "connectionName": connection_name,
                "creationUrls": {
                    "createNewInstancePostUri": start,
                    "createAndWaitOnNewInstancePostUri": (
                        f"{start}&timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}"
                    ),
                },
                "managementUrls": self.management(_PLACEHOLDER),
                "baseUrl": self.base,
                "requiredQueryStringParameters": self.query,
                "rpcBaseUrl": rpc_base_url,
                "httpBaseUrl": None,
            }
        )
