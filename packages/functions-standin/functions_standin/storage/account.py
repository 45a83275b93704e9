"""A storage account: what its connection string says, and how requests to it are signed.

docs: "Configure Azure Storage connection strings", "Authorize with Shared Key".
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

from functions_standin.errors import SettingsError
from functions_standin.system import SYSTEM

_EMULATOR_NAME = "devstoreaccount1"
_EMULATOR_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_EMULATOR_PORTS = {"blob": 10000, "queue": 10001, "table": 10002}


@dataclass(frozen=True, slots=True)
class Account:
    """A storage account; addresses have no slash at their end."""

    name: str
    key: bytes = field(repr=False)
    blob_url: str
    queue_url: str
    table_url: str

    def table_headers(self, url: str) -> dict[str, str]:
        """Return the headers that sign a request to the table service (Shared Key Lite)."""
        date = _date()
        parts = urlsplit(url)
        comp = next((value for value in parts.query.split("&") if value.startswith("comp=")), "")
        text = f"{date}\n/{self.name}{parts.path}{f'?{comp}' if comp else ''}"
        return {"x-ms-date": date, "Authorization": f"SharedKeyLite {self.name}:{self._signature(text)}"}

    def headers(
        self, method: str, url: str, content_type: str, length: int, ms_headers: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the headers, `ms_headers` among them, that sign a request to the blob or queue service (Shared Key)."""
        all_headers = {**ms_headers, "x-ms-date": _date()}
        lines = "".join(f"{name.lower()}:{all_headers[name]}\n" for name in sorted(all_headers, key=str.lower))
        parts = urlsplit(url)
        query = sorted(parse_qsl(parts.query, keep_blank_values=True))
        resource = f"/{self.name}{parts.path}" + "".join(f"\n{name.lower()}:{value}" for name, value in query)
        # After the verb: encoding, language, length, MD5, type, date, four conditions and the range.
        text = f"{method}\n\n\n{length or ''}\n\n{content_type}\n\n\n\n\n\n\n{lines}{resource}"
        return {**all_headers, "Authorization": f"SharedKey {self.name}:{self._signature(text)}"}

    def _signature(self, text: str) -> str:
        return base64.b64encode(hmac.new(self.key, text.encode(), hashlib.sha256).digest()).decode()


def parse_connection_string(text: str) -> Account:
    """Return the account of a connection string; raise SettingsError if it does not name one with its key."""
    parts = {
        name.strip().lower(): value.strip() for name, _, value in (part.partition("=") for part in text.split(";"))
    }
    if parts.get("usedevelopmentstorage", "").lower() == "true":
        urls = {service: f"http://127.0.0.1:{port}/{_EMULATOR_NAME}" for service, port in _EMULATOR_PORTS.items()}
        return _account(_EMULATOR_NAME, _EMULATOR_KEY, urls)
    try:
        name, key = parts["accountname"], parts["accountkey"]
    except KeyError as missing:
        raise SettingsError(
            f"the storage connection string has no {missing}; the stand-in takes UseDevelopmentStorage=true or one "
            "with AccountName and AccountKey"
        ) from None
    protocol, suffix = (
        parts.get("defaultendpointsprotocol", "https"),
        parts.get("endpointsuffix", "core.windows.net"),
    )
    urls = {
        service: parts.get(f"{service}endpoint") or f"{protocol}://{name}.{service}.{suffix}"
        for service in _EMULATOR_PORTS
    }
    return _account(name, key, urls)


def _account(name: str, key: str, urls: Mapping[str, str]) -> Account:
    try:
        decoded = base64.b64decode(key, validate=True)
    except ValueError:
        raise SettingsError("the AccountKey of the storage connection string is not Base64") from None
    stripped = {service: url.rstrip("/") for service, url in urls.items()}
    return Account(name, decoded, stripped["blob"], stripped["queue"], stripped["table"])


def _date() -> str:
    return format_datetime(SYSTEM.now(), usegmt=True)
