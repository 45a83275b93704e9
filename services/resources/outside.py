"""Everything that resources have outside, handed to whatever kind is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from relay.config.values import Settings
from relay.ports import Channels, Clock, Endpoint, Tables
from services.mail_outside import MailOutside
from workflows.config.file import Workflows
from workflows.resources.ports import Apis, Statements
from workflows.resources.values import TaskBody


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceOutside:
    """An app's resources, and their seams."""

    settings: Settings
    workflows: Workflows
    tables: Tables
    apis: Apis
    statements: Statements
    endpoint: Callable[[str], Endpoint]  # of a relay that there is
    mail: MailOutside
    channels: Channels
    clock: Clock
    activities: Mapping[str, TaskBody] = field(default_factory=dict)
