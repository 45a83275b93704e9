"""Microsoft's ODBC driver, and connection strings of .NET in its words."""

import importlib.resources
import platform
import re
from pathlib import Path

import pyodbc

pyodbc.pooling = False  # a pooled connection outlives the server that it belongs to

_PAIR = re.compile(r"""\s*([^=;]+?)\s*=\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([^;]*?))\s*(?:;|$)""")
_KEYWORDS = {
    **dict.fromkeys(("server", "datasource", "address"), "Server"),
    **dict.fromkeys(("database", "initialcatalog"), "Database"),
    **dict.fromkeys(("userid", "uid", "user"), "UID"),
    **dict.fromkeys(("password", "pwd"), "PWD"),
    "encrypt": "Encrypt",
    "trustservercertificate": "TrustServerCertificate",
    "authentication": "Authentication",
}
_WORDS = {"true": "yes", "false": "no", "mandatory": "yes", "optional": "no"}


def find_driver() -> str:
    """Return the driver to use: an installed one, else the file inside the wheel mssql-python-odbc."""
    for version in (18, 17):
        if (name := f"ODBC Driver {version} for SQL Server") in pyodbc.drivers():
            return name
    libraries = Path(str(importlib.resources.files("mssql_python_odbc"))) / "libs"
    folder = libraries / "linux" / "debian_ubuntu" / platform.machine() / "lib"
    return str(max(folder.glob("libmsodbcsql-18*.so*")))


def to_odbc(ado_net: str) -> str:
    """Return the connection string in ODBC's words; what only .NET knows is left out."""
    pairs = [f"Driver={{{find_driver()}}}"]
    for keyword, single, double, plain in _PAIR.findall(ado_net):
        name = _KEYWORDS.get(keyword.replace(" ", "").lower())
        value = single.replace("''", "'") or double.replace('""', '"') or plain
        if name in {"Encrypt", "TrustServerCertificate"}:
            value = _WORDS.get(value.lower(), value)
        if name:
            pairs.append(f"{name}={{{value.replace('}', '}}')}}}" if name == "PWD" else f"{name}={value}")
    return ";".join(pairs)
