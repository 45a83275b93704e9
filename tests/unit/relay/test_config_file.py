"""relays.toml: what it may say, and that each mistake is named with its key and the remedy, all together."""

from decimal import Decimal

import pytest

from relay.changes.change import Operation
from relay.changes.conditions import Condition
from relay.config.file import parse_configuration
from relay.config.values import REJECTING_STATUSES, Mask, Mode, OnNewer
from relay.errors import ConfigError

SETTINGS = {"API_URL": "https://api.example", "API_KEY": "s3cret"}
LEAST = '[[relay]]\nname = "orders"\ntable = "dbo.Orders"\nendpoint = "%API_URL%/orders"\n'


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_configuration(text, SETTINGS)
    return list(caught.value.problems)


def test_a_relay_needs_only_name_table_and_endpoint() -> None:
    [relay] = parse_configuration(LEAST, SETTINGS).relays

    assert relay.name == "orders"
    assert str(relay.table) == "[dbo].[Orders]"
    assert relay.endpoint == "https://api.example/orders"
    assert relay.mode is Mode.EACH


def test_every_key_of_a_relay_is_read() -> None:
    text = (
        LEAST
        + """
        watch = ["Status"]
        ignore_contexts = ["0xCAFE00", "shop"]
        send = ["OrderId", "Status", "Card"]
        rename = { OrderId = "order_id" }
        mask = { Card = "last4" }
        condition = [{ column = "Country", in = ["SE", "NO"] }, { column = "Total", at_least = 10.50 }]
        mode = "batch"
        max_concurrency = 3
        connect_timeout_seconds = 1.5
        read_timeout_seconds = 9
        batch_deadline_seconds = 60
        headers = { X-Api-Key = "%API_KEY%" }
        epoch = 2
        rejecting_statuses = [422]
        """
    )

    [relay] = parse_configuration(text, SETTINGS).relays

    assert relay.watch == ("Status",)
    assert relay.ignore_contexts == (b"\xca\xfe\x00", b"shop")
    assert relay.send == ("OrderId", "Status", "Card")
    assert relay.rename == {"OrderId": "order_id"}
    assert relay.mask == {"Card": Mask.LAST4}
    assert relay.condition == (
        Condition("Country", "in", ("SE", "NO")),
        Condition("Total", "at_least", Decimal("10.50")),
    )
    assert (relay.mode, relay.max_concurrency, relay.epoch) == (Mode.BATCH, 3, 2)
    assert (relay.connect_timeout_seconds, relay.read_timeout_seconds, relay.batch_deadline_seconds) == (1.5, 9, 60)
    assert relay.headers == {"X-Api-Key": "s3cret"}
    assert relay.rejecting_statuses == frozenset({422})


@pytest.mark.parametrize(
    ("lines", "key", "remedy"),
    [
        pytest.param("wach = ['Status']", "'wach'", "no key of a relay", id="unknown key"),
        pytest.param("watch = 'Status'", "watch", "list of column names", id="watch no list"),
        pytest.param("ignore_contexts = 'shop'", "ignore_contexts", "list of contexts", id="contexts no list"),
        pytest.param("ignore_contexts = ['0xABC']", "ignore_contexts", "pairs of hexadecimal digits", id="half a byte"),
        pytest.param("ignore_contexts = ['0x']", "ignore_contexts", "pairs of hexadecimal digits", id="no byte"),
        pytest.param("ignore_contexts = ['café']", "ignore_contexts", "plain ASCII", id="context not ASCII"),
        pytest.param(f"ignore_contexts = ['{'x' * 129}']", "ignore_contexts", "at most 128", id="context too long"),
        pytest.param("ignore_contexts = ['0x73686F70', 'shop']", "ignore_contexts", "named twice", id="context twice"),
        pytest.param("send = ['A', 'a']", "send", "named twice", id="column twice"),
        pytest.param("mask = { Card = 'hide' }", "mask.Card", "redact, last4, sha256", id="unknown mask"),
        pytest.param("mode = 'bulk'", "mode", "each, batch", id="unknown mode"),
        pytest.param("max_concurrency = 0", "max_concurrency", "from 1 to 64", id="number too small"),
        pytest.param("max_concurrency = 2.5", "max_concurrency", "whole number", id="no whole number"),
        pytest.param("max_concurrency = true", "max_concurrency", "whole number", id="bool is no number"),
        pytest.param("batch_deadline_seconds = 500", "batch_deadline_seconds", "to 140", id="deadline above the leases"),
        pytest.param("epoch = -1", "epoch", "from 0", id="negative epoch"),
        pytest.param("headers = { X-Key = '%NO_SUCH%' }", "headers.X-Key", "NO_SUCH is missing", id="missing setting"),
        pytest.param("headers = { Host = 'x' }", "headers.Host", "leave it out", id="own header"),
        pytest.param("headers = { 'X Y' = 'x' }", "headers.X Y", "no HTTP header name", id="no header name"),
        pytest.param('headers = { X = "a\\nb" }', "headers.X", "one line", id="header injection"),
        pytest.param("condition = [{ column = 'A', like = 'x' }]", "condition.A.like", "take one of", id="unknown test"),
        pytest.param("condition = [{ column = 'A' }]", "condition", "must look like", id="test without operator"),
        pytest.param("condition = [{ column = 'A', in = 'x' }]", "condition.A.in", "a list", id="in without list"),
        pytest.param("condition = [{ column = 'A', equals = nan }]", "condition.A.equals", "NaN must be", id="no number"),
        pytest.param("condition = [{ column = 'A', at_most = inf }]", "condition.A.at_most", "Infinity must be", id="no end"),
        pytest.param("condition = [{ column = 'A', in = [1, [2]] }]", "condition.A.in", "a list of values", id="list in list"),
        pytest.param("rename = { A = 'x', B = 'x' }", "rename", "same name", id="renamed alike"),
        pytest.param("send = ['A']\nrename = { B = 'x' }", "rename.B", "not in send", id="renamed but not sent"),
        pytest.param("send = ['A', 'B']\nrename = { A = 'B' }", "rename.A", "already the name", id="renamed over another"),
        pytest.param("rejecting_statuses = [200]", "rejecting_statuses", "400 to 599", id="success cannot reject"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_key_and_the_remedy(lines: str, key: str, remedy: str) -> None:
    [problem] = problems_of(LEAST + lines)

    assert "relay 'orders'" in problem
    assert key in problem
    assert remedy in problem


def test_what_an_answer_means_is_said_for_all_operations_or_for_each() -> None:
    text = LEAST + "rejecting_statuses = { delete = [404], update = [] }\ndelivered_statuses = [409, 410]\n"

    [relay] = parse_configuration(text, SETTINGS).relays

    assert relay.rejecting_statuses == {
        Operation.INSERT: REJECTING_STATUSES,
        Operation.UPDATE: frozenset(),
        Operation.DELETE: {404},
    }
    assert relay.delivered_statuses == frozenset({409, 410})


def test_without_a_word_only_2xx_is_a_delivery() -> None:
    [relay] = parse_configuration(LEAST, SETTINGS).relays

    assert (relay.rejecting_statuses, relay.delivered_statuses) == (REJECTING_STATUSES, frozenset())


@pytest.mark.parametrize(
    ("lines", "key", "remedy"),
    [
        pytest.param("delivered_statuses = [302]", "delivered_statuses", "400 to 599", id="a redirect is no delivery"),
        pytest.param("delivered_statuses = { upsert = [409] }", "delivered_statuses", "insert, update", id="no operation"),
        pytest.param("delivered_statuses = { delete = 404 }", "delivered_statuses", "list of HTTP", id="no list"),
        pytest.param("delivered_statuses = {}", "delivered_statuses", "list of HTTP", id="nothing"),
        pytest.param("delivered_statuses = { delete = [400] }", "delivered_statuses", "[400] of delete", id="both"),
        pytest.param("mask = { Card = 'hmac' }", "mask_key", "is missing", id="hmac without a key"),
        pytest.param("mask_key = '0123456789abcdef'", "mask_key", "no effect", id="a key for nothing"),
        pytest.param("mask = { Card = 'hmac' }\nmask_key = 'short'", "mask_key", "16 characters", id="a short key"),
        pytest.param("mask = { Card = 'hmac' }\nmask_key = 5", "mask_key", "a text", id="no text"),
        pytest.param("mask = { Card = 'hmac' }\nmask_key = ''", "mask_key", "is missing", id="an empty key"),
        pytest.param("mask_key = '%NO_SUCH%'", "mask_key", "NO_SUCH is missing", id="a key that is not set"),
        pytest.param("proxy = 'https://p:1'", "proxy", "an http URL", id="TLS to the proxy"),
        pytest.param("proxy = 'http://p:1/x'", "proxy", "without a path", id="a proxy with a path"),
        pytest.param("proxy = 'p:3128'", "proxy", "http or https URL", id="no URL"),
        pytest.param("proxy = 3128", "proxy", "http://proxy.example:3128", id="a number"),
        pytest.param("allow_hosts = '169.254.1.1'", "allow_hosts", "a list", id="hosts that are no list"),
    ],
)  # fmt: skip
def test_a_mistake_about_http_is_named_with_its_key_and_the_remedy(lines: str, key: str, remedy: str) -> None:
    [problem] = problems_of(LEAST + lines)

    assert "relay 'orders'" in problem
    assert key in problem
    assert remedy in problem


def test_proxy_key_and_hosts_are_read_and_no_secret_is_shown() -> None:
    lines = """
        mask = { Card = "hmac" }
        mask_key = "%MASK_KEY%"
        proxy = "http://user:Secret-3@proxy:3128"
        allow_hosts = ["169.254.10.1", "meant.example"]
    """

    [relay] = parse_configuration(LEAST + lines, {**SETTINGS, "MASK_KEY": "Secret-4-0123456789"}).relays

    assert relay.mask_key == "Secret-4-0123456789"
    assert relay.proxy == "http://user:Secret-3@proxy:3128"
    assert relay.allow_hosts == ("169.254.10.1", "meant.example")
    assert "Secret" not in repr(relay)


def test_a_mark_before_the_text_does_no_harm() -> None:
    assert parse_configuration("\ufeff" + LEAST, SETTINGS) == parse_configuration(LEAST, SETTINGS)


@pytest.mark.parametrize(
    "endpoint", ["https://h/caf%C3%A9", "https://bücher.example/x", "http://" + "a" * 63 + ".test./", "http://[::1]:80/", "http://a_b/"]
)  # fmt: skip
def test_an_endpoint_is_taken_as_it_is_written(endpoint: str) -> None:
    [relay] = parse_configuration(LEAST.replace("%API_URL%/orders", endpoint), SETTINGS).relays

    assert relay.endpoint == endpoint


@pytest.mark.parametrize(
    ("endpoint", "remedy"),
    [
        ("http://" + "a" * 64 + ".test/x", "longer than 63 characters"),
        ("http://a..test/", "is empty"),
        ("http://" + ".".join(["a" * 60] * 5), "longer than 253 characters"),
        ("http://ho st/", "no host's name"),
        ("ftp://api.example", "http or https"),
        ("api.example/orders", "http or https"),
        ("https://", "http or https"),
        ("https://host:99999", "http or https"),
        ("%NOWHERE%/x", "NOWHERE is missing"),
    ],
)
def test_an_endpoint_must_be_an_http_url(endpoint: str, remedy: str) -> None:
    text = LEAST.replace("%API_URL%/orders", endpoint)

    [problem] = problems_of(text)

    assert "endpoint" in problem
    assert remedy in problem


@pytest.mark.parametrize(
    ("endpoint", "settings", "url"),
    [
        ("https://h/caf%C3%A9", {}, "https://h/caf%C3%A9"),
        ("https://h/caf%C3%A9%PATH%", {"PATH": "/x"}, "https://h/caf%C3%A9/x"),
        ("https://h/%AB%PATH%", {"PATH": "x"}, "https://h/%ABx"),
        ("https://h/%AB%PATH%", {"AB": "y"}, "https://h/yPATH%"),
        ("https://h/%41%PATH%", {"PATH": "%AB%"}, "https://h/%41%AB%"),
        ("https://h/?full=100%", {}, "https://h/?full=100%"),
    ],
)
def test_percent_encoding_is_no_setting_unless_there_is_one(endpoint: str, settings: dict[str, str], url: str) -> None:
    [relay] = parse_configuration(LEAST.replace("%API_URL%/orders", endpoint), settings).relays

    assert relay.endpoint == url


def test_a_secret_that_could_not_be_read_is_no_address() -> None:
    with pytest.raises(
        ConfigError, match=r"relay 'orders': endpoint: the app setting API_URL: it is a Key Vault reference"
    ):
        parse_configuration(LEAST, {"API_URL": " @Microsoft.KeyVault(VaultName=v;SecretName=s)"})


def test_all_mistakes_of_the_file_are_reported_together() -> None:
    text = (
        'colour = 1\n[[relay]]\nname = "a"\ntable = "x y"\nendpoint = "ftp://x"\nmode = "no"\n[[relay]]\nname = "a"\n'
    )

    problems = problems_of(text)

    assert len(problems) == 7
    assert any("'colour'" in p for p in problems)
    assert any("2 relays have this name" in p for p in problems)


@pytest.mark.parametrize("text", ["", "relay = 3", "[relay]\nname = 'x'"])
def test_a_file_without_relays_says_how_to_write_one(text: str) -> None:
    assert any("[[relay]]" in problem for problem in problems_of(text))


def test_broken_toml_says_where() -> None:
    [problem] = problems_of("[[relay]\n")

    assert "line 1" in problem


def test_secrets_stay_out_of_errors_and_reprs() -> None:
    text = LEAST.replace("%API_URL%/orders", "gopher://x/?code=%API_KEY%") + "headers = { X = '%API_KEY%' }\nmode = 'x'"

    shown = str(problems_of(text))
    relays = parse_configuration(
        LEAST.replace("/orders", "/?code=%API_KEY%") + "headers = { X = '%API_KEY%' }", SETTINGS
    ).relays

    assert "s3cret" not in shown
    assert "s3cret" not in repr(relays)


@pytest.mark.parametrize("name", ["state", "replay_action"])
def test_a_relay_cannot_be_called_as_a_function_of_the_app_is(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"'{name}': name: .*relay_{name}.*take another"):
        parse_configuration(LEAST.replace('"orders"', f'"{name}"'), {"API_URL": "http://h"})


STARTS = '[[relay]]\nname = "orders"\ntable = "dbo.Orders"\nendpoint = "workflow:order"\n'


def test_the_changes_of_a_relay_may_start_a_workflow() -> None:
    [relay] = parse_configuration(STARTS + 'on_newer = "replace"\n', SETTINGS, ["order"]).relays

    assert (relay.workflow, relay.on_newer) == ("order", OnNewer.REPLACE)
    assert parse_configuration(STARTS, SETTINGS, ["order"]).relays[0].on_newer is OnNewer.QUEUE
    assert parse_configuration(LEAST, SETTINGS).relays[0].workflow == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (STARTS, "relay 'orders': endpoint: there is no workflow 'order'; there is mail, ship"),
        (STARTS.replace('order"', 'No such!"'), "names no workflow"),
        (STARTS + 'headers = { A = "b" }\n', "relay 'orders': headers: it has no effect"),
        (STARTS + 'mode = "batch"\n', "relay 'orders': mode: it has no effect"),
        (STARTS.replace("workflow:order", ""), "relay 'orders': endpoint: it is missing"),
        (STARTS + 'on_newer = ["queue"]\n', "on_newer: ['queue'] is not known; take one of queue, replace, ignore"),
        (STARTS + 'on_newer = "later"\n', "on_newer: 'later' is not known; take one of queue, replace, ignore"),
        (LEAST + 'on_newer = "queue"\n', "relay 'orders': on_newer: it has no effect"),
    ],
)
def test_what_does_not_fit_a_workflow_is_named(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_configuration(text, SETTINGS, ["mail", "ship"])

    assert any(told in problem for problem in caught.value.problems), caught.value.problems


def test_without_any_workflow_it_is_said_where_one_is_written() -> None:
    assert "workflows/__init__.py" in problems_of(STARTS)[0]
