import pytest

from relay.config.file import parse_configuration
from relay.config.values import ChannelKind
from relay.errors import ConfigError

RELAY = '[[relay]]\nname = "orders"\ntable = "dbo.Orders"\nendpoint = "http://h/orders"\n'
SETTINGS = {"HOOK": "https://hook.example/?code=Secret-1", "KEY": "Secret-2"}


def problems_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_configuration(RELAY + text, SETTINGS)
    return str(caught.value)


def test_channels_of_every_kind_are_read() -> None:
    text = """
[[channel]]
name = "teams"
kind = "webhook"
url = "%HOOK%"
relays = ["orders"]
[[channel]]
name = "mail"
kind = "email"
url = "https://api.sendgrid.com/v3/mail/send"
headers = { Authorization = "Bearer %KEY%" }
to = ["ops@example.com"]
from = "relay@example.com"
[[channel]]
name = "log"
kind = "log"
[[channel]]
name = "workflow"
kind = "teams"
url = "%HOOK%"
proxy = "http://proxy:3128"
allow_hosts = ["hook.example"]
"""
    channels = parse_configuration(RELAY + text, SETTINGS).channels

    assert [channel.kind for channel in channels] == [
        ChannelKind.WEBHOOK,
        ChannelKind.EMAIL,
        ChannelKind.LOG,
        ChannelKind.TEAMS,
    ]
    assert channels[0].concerns("orders")
    assert not channels[0].concerns("other")
    assert channels[1].headers == {"Authorization": "Bearer Secret-2"}
    assert (channels[3].proxy, channels[3].allow_hosts) == ("http://proxy:3128", ("hook.example",))
    assert "Secret" not in repr(channels)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('name = "c"', "kind: it is missing; take one of webhook, email, log"),
        ('name = "c"\nkind = "fax"', "'fax' is not known"),
        ('name = "c"\nkind = "webhook"', "url: it is missing"),
        ('name = "c"\nkind = "webhook"\nurl = "ftp://x"', "gives no http or https URL with a host"),
        ('name = "c"\nkind = "teams"', "url: it is missing"),
        ('name = "c"\nkind = "log"\nproxy = "http://p:1"', "'proxy' is no key of a channel"),
        ('name = "c"\nkind = "webhook"\nurl = "http://%s.test"' % ("a" * 64), "longer than 63 characters"),
        ('name = "c"\nkind = "webhook"\nurl = "%NONE%"', "the app setting NONE is missing"),
        ('name = "c"\nkind = "email"\nurl = "http://h"\nfrom = "a@b"', "to: it is missing"),
        ('name = "c"\nkind = "email"\nurl = "http://h"\nto = ["nobody"]\nfrom = "a@b"', "'nobody' is no e-mail address"),
        ('name = "c"\nkind = "email"\nurl = "http://h"\nto = ["a@b"]', "from: it is missing"),
        ('name = "c"\nkind = "log"\nurl = "http://h"', "'url' is no key of a channel"),
        ('name = "c"\nkind = "log"\nrelays = ["nope"]', "there is no relay 'nope'"),
        ('name = "c"\nkind = "log"\n[[channel]]\nname = "c"\nkind = "log"', "2 channels have this name"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_remedy(table: str, says: str) -> None:
    assert says in problems_of(f"[[channel]]\n{table}\n")


@pytest.mark.parametrize(
    ("recovery", "says"),
    [
        ("5", "it must look like"),
        ("{ coefficient = 0.5 }", "recovery.coefficient: Decimal('0.5') must be a number from 1 to 10"),
        ("{ notify_after_rounds = 1.5 }", "must be a whole number"),
        ("{ windows = 1 }", "recovery.windows: there is no such key"),
    ],
)
def test_a_mistake_in_the_recovery_is_named(recovery: str, says: str) -> None:
    assert says in problems_of(f"recovery = {recovery}\n")


def test_the_recovery_of_a_relay_is_read() -> None:
    text = "recovery = { first_interval_seconds = 5, window_hours = 24, notify_after_rounds = 3 }\n"

    policy = parse_configuration(RELAY + text, SETTINGS).relays[0].recovery

    assert (policy.backoff.first_interval_seconds, policy.window_seconds, policy.notify_after_rounds) == (5, 86_400, 3)
