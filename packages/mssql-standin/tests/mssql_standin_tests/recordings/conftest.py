"""All conversations with one stand-in for each version of the client, in their order; what both tests ask of answers."""

from collections.abc import Iterator

import pytest

from mssql_standin.server import running_server
from mssql_standin.session import Database
from mssql_standin_tests.recordings.conversations import CLIENTS, Exchange, conversations, play

PASSWORD = "Local-Only-1"  # with which the clients logged in
AFTERWARDS = {
    "rpc_variant_refused": ["SELECT 6 AS x"],
    "rpc_tvp_refused": ["SELECT 6 AS x"],
    "tx_snapshot": ["SELECT id FROM dbo.RecTx"],
}  # asked after a conversation that ended too early

RECORDED_DATABASE = "".join(("Rel", "ayDemo"))  # as the recorded client asks for; no word of this package


@pytest.fixture(scope="package", params=CLIENTS)
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, list[Exchange]]]:
    """Everything that one version of the client said, and what it was answered."""
    folder = tmp_path_factory.mktemp("recordings")
    database = Database.open(folder / "test.sqlite3", RECORDED_DATABASE)
    with running_server(database, "sa", PASSWORD, folder) as (_, port):
        yield {
            name: play(conversation, port, AFTERWARDS.get(name, ()))
            for name, conversation in conversations(request.param).items()
        }
    database.close()
