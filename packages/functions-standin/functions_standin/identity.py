"""Who the host is: its id, and whether it is a deployment slot beside production.

docs: "Host ID considerations" of the storage documentation; read in azure-functions-host, HostIdGenerator.
"""

import platform
from collections.abc import Mapping
from pathlib import Path

_LONGEST = 32
_PRODUCTION = "production"


def host_id(root: Path, environment: Mapping[str, str]) -> str:
    """Return the host id: a setting, on App Service the app's and the slot's name, else made from machine and folder.

    Names are cut at 32 characters, so that two apps with long names may have one id and share locks and timers.
    """
    if given := environment.get("AzureFunctionsWebHost__hostid"):
        return given.lower()
    if environment.get("WEBSITE_INSTANCE_ID") and (site := environment.get("WEBSITE_SITE_NAME")):
        slot = slot_name(environment)
        name = f"{site}-{slot}" if slot else site
    else:
        machine = "".join(character for character in platform.node().partition(".")[0] if character.isalnum())
        name = f"{machine}-{abs(stable_hash(str(root)))}"
    return name.lower()[:_LONGEST].rstrip("-")


def slot_name(environment: Mapping[str, str]) -> str | None:
    """Return the name of the deployment slot, None in production."""
    slot = environment.get("WEBSITE_SLOT_NAME")
    return None if not slot or slot.lower() == _PRODUCTION else slot


def stable_hash(text: str) -> int:
    """Return the host's own hash of a text, a signed number of 32 bits: from 23 on, times 31 plus each UTF-16 unit."""
    number = 23
    raw = text.encode("utf-16-le", "surrogatepass")
    for low, high in zip(raw[::2], raw[1::2], strict=True):
        number = (number * 31 + low + (high << 8)) & 0xFFFFFFFF
    return number - (1 << 32) if number >= 1 << 31 else number
