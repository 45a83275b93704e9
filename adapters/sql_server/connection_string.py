"""The SQL trigger's ADO.NET connection string, turned into the ODBC form that pyodbc needs."""

import difflib
import importlib.resources
import platform
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from relay.errors import ConfigError

_SETTING = "SqlConnectionString"
_PAIR = re.compile(
    r"""[;\s]*(?P<keyword>[^=;\"']+?)\s*=\s*"""
    r"""(?:'(?P<single>(?:[^']|'')*)'|"(?P<double>(?:[^"]|"")*)"|(?P<plain>[^;'"][^;]*)?)\s*(?:;|$)"""
)
_YES_NO = {"true": "yes", "yes": "yes", "false": "no", "no": "no"}
_ENCRYPT = {**_YES_NO, "mandatory": "yes", "optional": "no", "strict": "strict"}
_AUTHENTICATION = {
    "sqlpassword": "SqlPassword",
    "activedirectorydefault": "ActiveDirectoryMsi",
    "activedirectorymanagedidentity": "ActiveDirectoryMsi",
    "activedirectorymsi": "ActiveDirectoryMsi",
    "activedirectoryserviceprincipal": "ActiveDirectoryServicePrincipal",
    "activedirectorypassword": "ActiveDirectoryPassword",
    "activedirectoryintegrated": "ActiveDirectoryIntegrated",
    "activedirectoryinteractive": "ActiveDirectoryInteractive",
}
# ADO.NET keyword without blanks, in lower case -> (ODBC keyword, allowed values; None: any text)
_KEYWORDS: dict[str, tuple[str, dict[str, str] | None]] = {
    **dict.fromkeys(("server", "datasource", "addr", "address", "networkaddress"), ("Server", None)),
    **dict.fromkeys(("database", "initialcatalog"), ("Database", None)),
    **dict.fromkeys(("userid", "uid", "user"), ("UID", None)),
    **dict.fromkeys(("password", "pwd"), ("PWD", None)),
    **dict.fromkeys(("integratedsecurity", "trusted_connection"), ("Trusted_Connection", {**_YES_NO, "sspi": "yes"})),
    "encrypt": ("Encrypt", _ENCRYPT),
    "trustservercertificate": ("TrustServerCertificate", _YES_NO),
    "hostnameincertificate": ("HostnameInCertificate", None),
    "servercertificate": ("ServerCertificate", None),
    "authentication": ("Authentication", _AUTHENTICATION),
    **dict.fromkeys(("applicationname", "app"), ("APP", None)),
    **dict.fromkeys(("workstationid", "wsid"), ("WSID", None)),
    "applicationintent": ("ApplicationIntent", {"readwrite": "ReadWrite", "readonly": "ReadOnly"}),
    "multisubnetfailover": ("MultiSubnetFailover", _YES_NO),
    "connectretrycount": ("ConnectRetryCount", None),
    "connectretryinterval": ("ConnectRetryInterval", None),
    "failoverpartner": ("Failover_Partner", None),
    "ipaddresspreference": (
        "IpAddressPreference",
        {"ipv4first": "IPv4First", "ipv6first": "IPv6First", "useplatformdefault": "UsePlatformDefault"},
    ),
    "columnencryptionsetting": ("ColumnEncryption", {"enabled": "Enabled", "disabled": "Disabled"}),
}
_TIMEOUTS = {
    **dict.fromkeys(("connecttimeout", "connectiontimeout", "timeout"), "login_timeout_seconds"),
    "commandtimeout": "command_timeout_seconds",
}
# They steer .NET's own connection pool, its protocol options and enclaves, and mean nothing to an ODBC connection of the app's.
_WITHOUT_MEANING = frozenset(
    {
        "pooling", "minpoolsize", "maxpoolsize", "connectionlifetime", "loadbalancetimeout", "connectionreset", "enlist",
        "multipleactiveresultsets", "persistsecurityinfo", "packetsize", "poolblockingperiod", "typesystemversion",
        "attestationprotocol", "enclaveattestationurl",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OdbcConnection:
    """What pyodbc needs to connect. `text` holds the password and stays out of every repr."""

    text: str = field(repr=False)
    login_timeout_seconds: int = 15
    command_timeout_seconds: int = 30


def to_odbc(ado_net: str, driver: str) -> OdbcConnection:
    """Translate an ADO.NET connection string; raise ConfigError naming every keyword that cannot be."""
    problems: list[str] = []
    odbc = {"Driver": driver}
    timeouts: dict[str, int] = {}
    for number, (keyword, value) in enumerate(pairs(ado_net), start=1):
        known = keyword.replace(" ", "").lower()
        if known in _WITHOUT_MEANING:
            continue
        if not value and (known in _KEYWORDS or known in _TIMEOUTS):
            odbc.pop(
                _KEYWORDS.get(known, ("", None))[0], None
            )  # as .NET has it: the default again, whatever stood before
            timeouts.pop(_TIMEOUTS.get(known, ""), None)
            continue
        if known in _TIMEOUTS:
            if value.isdigit():
                timeouts[_TIMEOUTS[known]] = int(value)
            else:
                problems.append(f"{_SETTING}: {keyword} must be a whole number of seconds")
        elif known in _KEYWORDS:
            name, allowed = _KEYWORDS[known]
            if allowed is None:
                odbc[name] = value
            elif (translated := allowed.get(value.replace(" ", "").lower())) is not None:
                odbc[name] = translated
            else:
                taken = ", ".join(dict.fromkeys(allowed.values()))
                problems.append(f"{_SETTING}: {keyword} has a value that cannot be used; take one of {taken}")
        else:
            problems.append(f"{_SETTING}: {_unknown(keyword, number)}")
    problems += [f"{_SETTING}: {key} is missing; add it" for key in ("Server", "Database") if not odbc.get(key)]
    if not problems and not {"UID", "Authentication", "Trusted_Connection"} & odbc.keys():
        problems.append(
            f"{_SETTING}: it says not who logs in; add User ID and Password, or Authentication with Active Directory Managed Identity"
        )
    if problems:
        raise ConfigError(problems)
    return OdbcConnection(";".join(f"{key}={_quoted(value)}" for key, value in odbc.items()), **timeouts)


def _unknown(keyword: str, number: int) -> str:
    """Return what is wrong with a keyword that nobody knows. It may be a piece of a password that holds a semicolon: only what is
    nearly a keyword is shown."""
    near = difflib.get_close_matches(
        keyword.replace(" ", "").lower(), [*_KEYWORDS, *_TIMEOUTS, *_WITHOUT_MEANING], 1, 0.75
    )
    if near:
        return f"{keyword!r} is no keyword that the relay knows; remove it or correct its spelling"
    return f"keyword number {number} is none that the relay knows; remove it, or write the value before it in quotes if that holds a semicolon"


def find_driver(installed: Sequence[str]) -> str:
    """Return the ODBC driver to use: 18, else 17, of those installed, else the file inside the wheel mssql-python-odbc."""
    for version in (18, 17):
        name = f"ODBC Driver {version} for SQL Server"
        if name in installed:
            return name
    return _driver_of_wheel() or _no_driver()


def _driver_of_wheel() -> str | None:
    try:
        libraries = Path(str(importlib.resources.files("mssql_python_odbc"))) / "libs"
    except ModuleNotFoundError:
        return None
    system = platform.freedesktop_os_release() if platform.system() == "Linux" else {}
    family = f"{system.get('ID', '')} {system.get('ID_LIKE', '')}"
    flavour = "rhel" if "rhel" in family or "fedora" in family else "suse" if "suse" in family else "debian_ubuntu"
    files = libraries.glob(f"linux/{flavour}/{platform.machine()}/lib/libmsodbcsql-18*.so*")
    return next((str(file) for file in sorted(files, reverse=True)), None)


def _no_driver() -> str:
    raise ConfigError(
        ["There is no ODBC driver for SQL Server; install msodbcsql18, or the Python package mssql-python-odbc"]
    )


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield keyword and value; a value may be quoted with ' or ", doubled inside."""
    position = 0
    while match := _PAIR.match(text, position):
        position = match.end()
        quoted = match["single"], match["double"]
        if quoted[0] is not None:
            value = quoted[0].replace("''", "'")
        elif quoted[1] is not None:
            value = quoted[1].replace('""', '"')
        else:
            value = (match["plain"] or "").strip()
        yield match["keyword"].strip(), value
    if text[position:].strip(" ;\t\r\n"):
        raise ConfigError(
            [
                f"{_SETTING}: it cannot be read after keyword number {text.count('=', 0, position)}; "
                "write pairs of keyword and value with ; between them, and quote a value that holds ; or quotes"
            ]
        )


def _quoted(value: str) -> str:
    return "{" + value.replace("}", "}}") + "}"
