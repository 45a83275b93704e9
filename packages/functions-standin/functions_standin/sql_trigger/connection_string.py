"""From the ADO.NET (SqlClient) connection string that the trigger takes to the ODBC one that pyodbc takes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from functions_standin.errors import FunctionInError

_BOOLEANS = {"true": "yes", "yes": "yes", "false": "no", "no": "no"}
_ENCRYPTION = {**_BOOLEANS, "mandatory": "yes", "optional": "no"}
_AUTHENTICATION = {
    "sqlpassword": "SqlPassword",
    "activedirectorypassword": "ActiveDirectoryPassword",
    "activedirectoryintegrated": "ActiveDirectoryIntegrated",
    "activedirectoryinteractive": "ActiveDirectoryInteractive",
    "activedirectoryserviceprincipal": "ActiveDirectoryServicePrincipal",
    "activedirectorymanagedidentity": "ActiveDirectoryMsi",
    "activedirectorymsi": "ActiveDirectoryMsi",
    "activedirectorydefault": "ActiveDirectoryMsi",
}
_ANY: dict[str, str] = {}
# SqlClient keyword without blanks, in lower case -> ODBC keyword, and its values if they are a closed list
_ODBC: dict[str, tuple[str, dict[str, str]]] = {
    "server": ("Server", _ANY),
    "datasource": ("Server", _ANY),
    "addr": ("Server", _ANY),
    "address": ("Server", _ANY),
    "networkaddress": ("Server", _ANY),
    "database": ("Database", _ANY),
    "initialcatalog": ("Database", _ANY),
    "userid": ("UID", _ANY),
    "uid": ("UID", _ANY),
    "user": ("UID", _ANY),
    "password": ("PWD", _ANY),
    "pwd": ("PWD", _ANY),
    "integratedsecurity": ("Trusted_Connection", {**_BOOLEANS, "sspi": "yes"}),
    "trusted_connection": ("Trusted_Connection", _BOOLEANS),
    "encrypt": ("Encrypt", {**_ENCRYPTION, "strict": "strict"}),
    "trustservercertificate": ("TrustServerCertificate", _BOOLEANS),
    "hostnameincertificate": ("HostnameInCertificate", _ANY),
    "servercertificate": ("ServerCertificate", _ANY),
    "authentication": ("Authentication", _AUTHENTICATION),
    "applicationname": ("APP", _ANY),
    "app": ("APP", _ANY),
    "workstationid": ("WSID", _ANY),
    "wsid": ("WSID", _ANY),
    "applicationintent": ("ApplicationIntent", {"readwrite": "ReadWrite", "readonly": "ReadOnly"}),
    "multisubnetfailover": ("MultiSubnetFailover", _BOOLEANS),
    "connectretrycount": ("ConnectRetryCount", _ANY),
    "connectretryinterval": ("ConnectRetryInterval", _ANY),
}
_LOGIN_TIMEOUT = frozenset({"connecttimeout", "connectiontimeout", "timeout"})
_COMMAND_TIMEOUT = "commandtimeout"
_POOL_SIZE = "maxpoolsize"
_POOLING = "pooling"
# Of no effect on single connections: they steer SqlClient's pool and protocol options.
_NO_EFFECT = frozenset({
    "connectionlifetime", "connectionreset", "enlist", "loadbalancetimeout", "minpoolsize",
    "multipleactiveresultsets", "packetsize", "persistsecurityinfo", "poolblockingperiod",
    "typesystemversion",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class OdbcConnectionString:
    """What pyodbc needs to connect. `text` holds the password and stays out of every repr."""

    text: str = field(repr=False)
    password: str = field(default="", repr=False)
    login_timeout_seconds: int = 15
    command_timeout_seconds: int = 30
    max_pool_size: int | None = (
        100  # of all connections with this text that are open at a time; None: no pool, no limit
    )

    def without_password(self, text: str) -> str:
        """Return the text with the password taken out, should a driver's message hold it."""
        return text.replace(self.password, "***") if self.password else text


def to_odbc(ado_net: str, driver: str) -> OdbcConnectionString:
    """Convert an ADO.NET connection string for an ODBC driver; raise FunctionInError naming what it cannot convert."""
    odbc = {"Driver": driver}
    seconds: dict[str, int] = {}
    max_pool_size: int | None = 100
    is_pooled = True
    for keyword, value in read_pairs(ado_net):
        name = keyword.replace(" ", "").lower()
        if name in _NO_EFFECT:
            continue
        if name in _LOGIN_TIMEOUT or name == _COMMAND_TIMEOUT:
            if not value.isdigit():
                raise FunctionInError(f"connection string: '{keyword}' must be a whole number of seconds")
            seconds["command_timeout_seconds" if name == _COMMAND_TIMEOUT else "login_timeout_seconds"] = int(value)
            continue
        if name == _POOL_SIZE:
            if not value.isdigit() or int(value) < 1:
                raise FunctionInError(f"connection string: '{keyword}' must be a whole number of at least 1")
            max_pool_size = int(value)
            continue
        if name == _POOLING:
            is_pooled = value.strip().lower() in {"true", "yes"}
            continue
        if name not in _ODBC:
            raise FunctionInError(f"connection string: keyword not supported: '{keyword}'")
        odbc_name, values = _ODBC[name]
        if values and value.replace(" ", "").lower() not in values:
            raise FunctionInError(
                f"connection string: '{keyword}' has a value that is not supported; take one of {', '.join(values)}"
            )
        odbc[odbc_name] = values[value.replace(" ", "").lower()] if values else value
    if not odbc.get("Server"):
        raise FunctionInError("connection string: it names no server; add Server=tcp:HOST,PORT")
    text = ";".join(f"{name}={_quoted(value)}" for name, value in odbc.items())
    return OdbcConnectionString(
        text, odbc.get("PWD", ""), **seconds, max_pool_size=max_pool_size if is_pooled else None
    )


def read_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield keyword and value by SqlClient's rules: `'` or `"` around a value, doubled inside; `==` in a keyword."""
    position = 0
    while True:
        while position < len(text) and (text[position] == ";" or text[position].isspace()):
            position += 1
        if position == len(text):
            return
        keyword, position = _keyword(text, position)
        value, position = _value(text, position, keyword)
        yield keyword, value


def _keyword(text: str, position: int) -> tuple[str, int]:
    keyword = ""
    while position < len(text):
        if text[position] == "=":
            if text[position + 1 : position + 2] != "=":
                break
            position += 1
        elif text[position] == ";":
            break
        keyword += text[position]
        position += 1
    if not keyword.strip() or text[position : position + 1] != "=":
        raise FunctionInError("connection string: a keyword lacks its '='; write Keyword=Value;Keyword=Value")
    return keyword.strip(), position + 1


def _value(text: str, position: int, keyword: str) -> tuple[str, int]:
    while position < len(text) and text[position].isspace():
        position += 1
    quote = text[position : position + 1]
    if quote not in {"'", '"'}:
        end = text.find(";", position)
        end = len(text) if end < 0 else end
        return text[position:end].strip(), end
    value = ""
    position += 1
    while position < len(text):
        if text[position] == quote:
            if text[position + 1 : position + 2] != quote:
                break
            position += 1
        value += text[position]
        position += 1
    else:
        raise FunctionInError(f"connection string: the value of '{keyword}' lacks its closing quote")
    end = text.find(";", position)
    end = len(text) if end < 0 else end
    if text[position + 1 : end].strip():
        raise FunctionInError(f"connection string: something stands behind the quoted value of '{keyword}'")
    return value, end


def _quoted(value: str) -> str:
    return "{" + value.replace("}", "}}") + "}"
