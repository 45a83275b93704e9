"""Microsoft's JDBC driver."""

import hashlib
from pathlib import Path

import pytest

from mssql_standin_tests.clients.conftest import Play
from mssql_standin_tests.clients.toolchains import fetch, need, work_copy

ARTIFACT = "com.microsoft.sqlserver:mssql-jdbc:13.6.0.jre11"
DIGEST = "4c566e4022c4dcf1489aeb639fe49a0f6ffae3d796fdc2f56b5b8882d4c3bf5a"


@pytest.mark.timeout(900)
def test_mssql_jdbc(play: Play, cache: Path) -> None:
    java, _, maven = (need(program, "mssql-jdbc") for program in ("java", "javac", "mvn"))
    folder = work_copy("jdbc", cache)
    (folder / "artifact").write_text(ARTIFACT)
    copy = [maven, "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}", "-DoutputDirectory=lib"]
    fetch("mssql-jdbc", folder, ["artifact"], copy)
    jar = folder / "lib" / "mssql-jdbc-13.6.0.jre11.jar"
    assert hashlib.sha256(jar.read_bytes()).hexdigest() == DIGEST

    assert play([java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", str(jar), "Client.java"], folder) == {
        "inserted": "1",
        "generated key": "1",
        "values": "20005/12.3456/2026-01-02 03:04:05.1234567/100000/00112233-4455-6677-8899-AABBCCDDEEFF/"
        "2026-01-02 03:04:05.0000000 +02:00/1",
        "batch": "50",
        "rows after rollbacks": "51",
        "too slow": "SQLTimeoutException",
        "a key twice": "2627 23000",
        "return value": "0",
        "tables": "Copied Kept",
        "primary key": "Id",
        "indexes": "0/null 1/Id",
        "schema": "dbo true",
        "columns": "40000 by name",
        "imported keys": "40000 by name",
        "exported keys": "40000 by name",
        "few rows": "40000 by name",
        "parameters": "int decimal",
        "bulk": "51",
    }
