"""One ADO.NET connection string serves the SQL trigger and, translated, the app's own ODBC connection."""

import pytest

from adapters.sql_server.connection_string import find_driver, to_odbc
from relay.errors import ConfigError

DRIVER = "ODBC Driver 18 for SQL Server"
LOGIN = "User ID=u;Password=p"


def odbc(text: str) -> str:
    return to_odbc(text, DRIVER).text


def problem_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        odbc(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("ado_net", "expected"),
    [
        pytest.param("Server=h;Database=d;" + LOGIN, "Server={h};Database={d};UID={u};PWD={p}", id="least"),
        pytest.param(
            "Data Source=tcp:h,1433;Initial Catalog=d;UID=u;PWD=p;",
            "Server={tcp:h,1433};Database={d};UID={u};PWD={p}",
            id="synonyms and port",
        ),
        pytest.param(
            r"server = h\SQLEXPRESS ; database = d ;" + LOGIN,
            r"Server={h\SQLEXPRESS};Database={d};UID={u};PWD={p}",
            id="instance, blanks, case",
        ),
        pytest.param(
            "Server=h;Database=d;User ID=u;Password='a;b''c}d'",
            "Server={h};Database={d};UID={u};PWD={a;b'c}}d}",
            id="single quotes and a brace",
        ),
        pytest.param(
            'Server=h;Database=d;User ID=u;Password="a=b""c";',
            'Server={h};Database={d};UID={u};PWD={a=b"c}',
            id="double quotes",
        ),
        pytest.param(
            f"Server=h;Database=d;{LOGIN};Encrypt=True;TrustServerCertificate=true",
            "Server={h};Database={d};UID={u};PWD={p};Encrypt={yes};TrustServerCertificate={yes}",
            id="encryption",
        ),
        pytest.param(
            f"Server=h;Database=d;{LOGIN};Encrypt=Strict;Trust Server Certificate=False",
            "Server={h};Database={d};UID={u};PWD={p};Encrypt={strict};TrustServerCertificate={no}",
            id="strict encryption",
        ),
        pytest.param(
            "Server=h;Database=d;Authentication=Active Directory Managed Identity;User Id=client-id",
            "Server={h};Database={d};Authentication={ActiveDirectoryMsi};UID={client-id}",
            id="user-assigned managed identity",
        ),
        pytest.param(
            "Server=h;Database=d;Authentication='Active Directory Default'",
            "Server={h};Database={d};Authentication={ActiveDirectoryMsi}",
            id="system-assigned identity",
        ),
        pytest.param(
            f"Server=h;Database=d;{LOGIN};Application Name=;Encrypt=;",
            "Server={h};Database={d};UID={u};PWD={p}",
            id="empty values are left to their defaults",
        ),
        pytest.param(
            "Server=h;Database=d;User ID=u;Encrypt=yes;Encrypt= ;Password=",
            "Server={h};Database={d};UID={u}",
            id="an empty value takes an earlier one back",
        ),
        pytest.param(
            "Server=h;Database=d;Integrated Security=SSPI",
            "Server={h};Database={d};Trusted_Connection={yes}",
            id="integrated security",
        ),
        pytest.param(
            f"Server=h;Database=d;{LOGIN};Pooling=true;Max Pool Size=7;MultipleActiveResultSets=False",
            "Server={h};Database={d};UID={u};PWD={p}",
            id="what only .NET's pool means",
        ),
        pytest.param(
            f"Server=h;Database=d;{LOGIN};Application Name=;Connect Timeout=;Encrypt=",
            "Server={h};Database={d};UID={u};PWD={p}",
            id="an empty value is the default",
        ),
        pytest.param(
            f"Server=h;Database=d;{LOGIN};Failover Partner=g;IP Address Preference=IPv6First;Column Encryption Setting=Enabled;"
            "Attestation Protocol=None;Enclave Attestation Url=https://a",
            "Server={h};Database={d};UID={u};PWD={p};Failover_Partner={g};IpAddressPreference={IPv6First};ColumnEncryption={Enabled}",
            id="what else the trigger's client takes",
        ),
    ],
)
def test_the_odbc_form_is_derived(ado_net: str, expected: str) -> None:
    assert odbc(ado_net) == f"Driver={{{DRIVER}}};{expected}"


def test_an_empty_timeout_is_the_default() -> None:
    found = to_odbc(f"Server=h;Database=d;{LOGIN};Command Timeout=90;Connect Timeout=;Command Timeout=", DRIVER)

    assert (found.login_timeout_seconds, found.command_timeout_seconds) == (15, 30)


def test_timeouts_become_seconds() -> None:
    connection = to_odbc(f"Server=h;Database=d;{LOGIN};Connection Timeout=7;Command Timeout=90", DRIVER)

    assert (connection.login_timeout_seconds, connection.command_timeout_seconds) == (7, 90)


@pytest.mark.parametrize(
    ("ado_net", "says"),
    [
        ("Server=h;Database=d;Pasword=geheim;User ID=u", "'Pasword' is no keyword"),
        ("Database=d;" + LOGIN, "Server is missing"),
        ("Server=h;" + LOGIN, "Database is missing"),
        ("Server=h;Database=d", "who logs in"),
        ("Server=;Database=d;" + LOGIN, "Server is missing"),
        ("Server=h;Database=d;User ID=;Password=geheim", "who logs in"),
        (
            f"Server=h;Database=d;{LOGIN};Encrypt=maybe",
            "Encrypt has a value that cannot be used; take one of yes, no, strict",
        ),
        (f"Server=h;Database=d;{LOGIN};Connect Timeout=soon", "whole number of seconds"),
        ("Server=h;Database=d;User ID=u;Password='geheim", "quote a value"),
        ("just some text", "quote a value"),
        ("Server=h;Database=d;User ID=u;Password=a;geheim=b", "keyword number 5 is none"),
    ],
)
def test_what_cannot_be_used_is_named_without_the_password(ado_net: str, says: str) -> None:
    message = problem_of(ado_net)

    assert "SqlConnectionString" in message
    assert says in message
    assert "geheim" not in message


def test_all_problems_are_named_together() -> None:
    assert "2 problems" in problem_of("Server=h;Database=d;Colour=red;Encrypt=maybe;" + LOGIN)


def test_the_password_stays_out_of_the_repr() -> None:
    assert "geheim" not in repr(to_odbc("Server=h;Database=d;User ID=u;Password=geheim", DRIVER))


def test_the_newest_installed_driver_is_taken() -> None:
    assert find_driver(["ODBC Driver 17 for SQL Server", DRIVER]) == DRIVER
    assert find_driver(["FreeTDS", "ODBC Driver 17 for SQL Server"]) == "ODBC Driver 17 for SQL Server"


def test_without_an_installed_driver_the_wheels_file_is_taken() -> None:
    assert "libmsodbcsql-18" in find_driver(["FreeTDS"])
