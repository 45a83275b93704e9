"""Names in a task hub: of the hub itself, of its tables, queues and containers, and of keys and partitions.

docs: "Task hubs in Durable Functions", "Azure Storage provider".
"""

import re
from dataclasses import dataclass

from functions_standin.errors import SettingsError

_HUB = re.compile(r"[A-Za-z][A-Za-z0-9]{2,49}")
_ESCAPES = {"^": "^^", "/": "^0", "\\": "^1", "#": "^2", "?": "^3"}
_UNESCAPED = {escaped: plain for plain, escaped in _ESCAPES.items()}


@dataclass(frozen=True, slots=True)
class HubNames:
    """The names of everything that belongs to a hub."""

    hub: str
    partition_count: int

    @property
    def instances(self) -> str:
        """The table of instances."""
        return f"{self.hub}Instances"

    @property
    def history(self) -> str:
        """The table of histories."""
        return f"{self.hub}History"

    @property
    def partitions(self) -> str:
        """The table of partition leases."""
        return f"{self.hub}Partitions"

    @property
    def control_queues(self) -> tuple[str, ...]:
        """The control queues, one per partition."""
        return tuple(f"{self.hub.lower()}-control-{number:02}" for number in range(self.partition_count))

    @property
    def work_items(self) -> str:
        """The queue of activities to run."""
        return f"{self.hub.lower()}-workitems"

    @property
    def large_messages(self) -> str:
        """The container of what is too large for queues and tables."""
        return f"{self.hub.lower()}-largemessages"

    def control_queue_of(self, instance_id: str) -> str:
        """Return the control queue of an instance."""
        return self.control_queues[partition_of(instance_id, self.partition_count)]


def check_hub_name(name: str) -> str:
    """Return the name; raise SettingsError if it cannot be that of a task hub."""
    if not _HUB.fullmatch(name):
        raise SettingsError(
            f"task hub name '{name}': it must have 3 to 45 letters and digits and begin with a letter "
            "(host.json, extensions.durableTask.hubName)"
        )
    return name


def default_hub_name(site_name: str | None) -> str:
    """Return the name of a hub that host.json does not name."""
    if not site_name:
        return "TestHubName"
    name = re.sub(r"[^A-Za-z0-9]", "", site_name)[:45]
    if name[:1].isdigit():
        name = f"t{name}"[:45]
    return f"{name}Hub" if len(name) < 3 else name


def partition_of(instance_id: str, partition_count: int) -> int:
    """Return the number of an instance's partition (FNV-1a, 32 bits)."""
    number = 2166136261
    for byte in instance_id.encode():
        number = ((number ^ byte) * 16777619) & 0xFFFFFFFF
    return number % partition_count


def escape_key(text: str) -> str:
    """Return an instance id as a key of a table."""
    return "".join(_escaped(character) for character in text)


def unescape_key(key: str) -> str:
    """Return the instance id of a key."""
    return re.sub(r"\^(.)", lambda found: _UNESCAPED.get(found[0]) or chr(ord(found[1]) - 0xC0), key)


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0x1F or 0x7F <= code <= 0x9F:
        return "^" + chr(code + 0xC0)
    return _ESCAPES.get(character, character)
