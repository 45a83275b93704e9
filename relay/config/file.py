"""relays.toml -> relays and channels; every mistake of the file is reported together, each with its key and the remedy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relay.config.channel_reader import ChannelReader
from relay.config.document import document_of, repeated_names, tables_of
from relay.config.relay_reader import RelayReader
from relay.config.values import Channel, Relay
from relay.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that a relays file says."""

    relays: Sequence[Relay]
    channels: Sequence[Channel] = ()


def parse_configuration(text: str, settings: Mapping[str, str], workflows: Collection[str] = ()) -> Configuration:
    """Return what a relays.toml text says; `%NAME%` in URLs and headers comes from `settings`, and the workflows that may be started are these.

    Raises ConfigError with every mistake at once.
    """
    document = document_of(text, "relays.toml")
    problems = [
        f"relays.toml: {key!r} is no key of this file; a relay is written as [[relay]], a channel as [[channel]]"
        for key in document
        if key not in {"relay", "channel"}
    ]
    relay_tables = tables_of(document, "relay")
    if not relay_tables:
        problems.append("relays.toml: there is no relay; write one as [[relay]] with name, table and endpoint")
        raise ConfigError(problems)
    channel_tables = tables_of(document, "channel")
    if channel_tables is None:
        problems.append("relays.toml: channel: write each one as [[channel]] with name and kind")
    relay_readers = [RelayReader(table, "relay", n, settings) for n, table in enumerate(relay_tables, start=1)]
    channel_readers = [
        ChannelReader(table, "channel", n, settings) for n, table in enumerate(channel_tables or (), start=1)
    ]
    relays = [reader.relay() for reader in relay_readers]
    channels = [reader.channel() for reader in channel_readers]
    for reader in (*relay_readers, *channel_readers):
        problems += reader.problems
    problems += repeated_names(relay_readers) + repeated_names(channel_readers)
    problems += _unknown_relays(channels, {table.get("name") for table in relay_tables})
    problems += _unknown_workflows(relays, workflows)
    if problems:
        raise ConfigError(problems)
    return Configuration(tuple(r for r in relays if r is not None), tuple(c for c in channels if c is not None))


def _unknown_relays(channels: Sequence[Channel | None], known: set[Any]) -> list[str]:
    return [
        f"channel {channel.name!r}: relays: there is no relay {relay!r}"
        for channel in channels
        if channel is not None
        for relay in channel.relays
        if relay not in known
    ]


def _unknown_workflows(relays: Sequence[Relay | None], known: Collection[str]) -> list[str]:
    there_is = (
        f"there is {', '.join(sorted(known))}"
        if known
        else "write one, and its name into workflows/__init__.py; docs/workflows.md shows how"
    )
    return [
        f"relay {relay.name!r}: endpoint: there is no workflow {relay.workflow!r}; {there_is}"
        for relay in relays
        if relay is not None and relay.workflow and not relay.definition and relay.workflow not in known
    ]
