"""mssql over tedious, and knex, TypeORM and Sequelize over that."""

from pathlib import Path

from mssql_standin_tests.clients.conftest import Play
from mssql_standin_tests.clients.toolchains import fetch, need, work_copy


def test_mssql_and_its_tools(asked_for: None, play: Play, cache: Path) -> None:
    node, npm = need("node", "mssql (tedious)"), need("npm", "mssql (tedious)")
    folder = work_copy("node", cache)
    fetch("mssql (tedious)", folder, ["package-lock.json"], [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"])

    assert play([node, "client.js"], folder) == {
        "bulk": 2,
        "values": ["caf\u00e9", "1970-01-01T00:00:00.000Z", "ab", 12.34],
        "output": 2,
        "rows after a rollback": 2,
        "cancelled": "ECANCEL",
        "a key twice": 2627,
        "keys": 1,
        "knex": [["id", "mail"], 3],
        "typeorm": 2,
        "sequelize": [1, ["id", "name", "share", "createdAt", "updatedAt"], 2],
    }
