from pathlib import Path

import pytest

from adapters.environment import read_workflows
from relay.errors import ConfigError
from workflows.config.file import Workflows, parse_workflows
from workflows.mailing.account import SENDGRID_URL, AccountKind

SETTINGS = {"KEY": "Secret-2", "MAIL_SECRET": "sixteen-characters", "SHORT": "secret"}
SENDGRID = """
[[mail_account]]
name = "sendgrid"
kind = "sendgrid"
headers = { Authorization = "Bearer %KEY%" }
secret = "%MAIL_SECRET%"
"""
HTTP = """
[[mail_account]]
name = "resend"
kind = "http"
url = "https://api.example/emails"
secret = "%MAIL_SECRET%"
body = { to = ["{{to}}"], subject = "{{subject}}", text = "{{text}}", tags = [{ name = "mail", value = "{{mail}}" }] }
idempotency_header = "Idempotency-Key"
look_up_url = "https://api.example/emails?tag={{mail}}"
event_name = "type"
event_mail = "data.tags.mail"
rate_per_second = 2.5
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_workflows(text, SETTINGS)
    return list(caught.value.problems)


def test_accounts_of_both_kinds_are_read() -> None:
    sendgrid, other = parse_workflows(SENDGRID + HTTP, SETTINGS).mail_accounts

    assert (sendgrid.kind, sendgrid.url, sendgrid.knows_repeats) == (AccountKind.SENDGRID, SENDGRID_URL, False)
    assert sendgrid.headers == {"Authorization": "Bearer Secret-2"}
    assert (other.kind, other.rate_per_second, other.knows_repeats) == (AccountKind.HTTP, 2.5, True)
    assert (other.event_name, other.event_mail) == ("type", "data.tags.mail")
    assert "Secret-2" not in repr(sendgrid)
    assert SETTINGS["MAIL_SECRET"] not in repr(sendgrid)


def test_an_account_is_found_by_its_name() -> None:
    workflows = parse_workflows(SENDGRID, SETTINGS)

    assert workflows.mail_account("sendgrid") == workflows.mail_accounts[0]
    assert workflows.mail_account("other") is None


@pytest.mark.parametrize("text", ["", "\ufeff# nothing yet"])
def test_nothing_need_be_configured(text: str) -> None:
    assert parse_workflows(text, {}) == Workflows()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[mail_account", "workflows.toml is no TOML"),
        ("[[mailaccount]]", "workflows.toml: 'mailaccount' is no key of this file; it has [[mail_account]]"),
        ("mail_account = 1", "mail_account: write each one as [[mail_account]]"),
        (SENDGRID * 2, "mail_account 'sendgrid': 2 mail_accounts have this name"),
        (SENDGRID.replace('"sendgrid"\nheaders', '"smtp"\nheaders'), "kind: 'smtp' is not known; take one of sendgrid, http"),
        (SENDGRID.replace('"sendgrid"\nheaders', '["sendgrid"]\nheaders'), "kind: ['sendgrid'] is not known"),
        (HTTP.replace("https://api.example/emails", "", 1), "url: it is missing"),
        (SENDGRID.replace("%MAIL_SECRET%", "%SHORT%"), "secret: it must be a text of at least 16 characters"),
        (SENDGRID.replace("%MAIL_SECRET%", "%NONE%"), "secret: the app setting NONE is missing or empty"),
        (SENDGRID + "rate_per_second = 0", "rate_per_second: 0 must be a number from 0.01 to 1000"),
        (SENDGRID + 'body = { to = "{{to}}" }', "'body' is no key of a mail_account; the keys are listed in workflows.toml's own"),
        (HTTP.replace("{{to}}", "{{address}}"), "body: {{address}} is nothing that a mail has"),
        (HTTP.replace("{{to}}", "me@example.com"), "body: it has no {{to}}"),
        (HTTP.replace("url = \"https://api.example/emails\"\n", "", 1), "url: it is missing"),
        (HTTP.replace("?tag={{mail}}", ""), "look_up_url: it has no {{mail}}"),
        (HTTP.replace("data.tags.mail", "data..mail"), "event_mail: it must name a member of an event"),
        (HTTP.replace("Idempotency-Key", "no header"), "idempotency_header: it must be a header's name"),
        (HTTP.replace("{{mail}}\" }]", "x\" }]") + "idempotent_body = true", "idempotent_body: the body has no {{mail}}"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_remedy(text: str, says: str) -> None:
    assert any(says in problem for problem in problems_of(text))


def test_all_mistakes_are_told_at_once_and_none_holds_a_secret() -> None:
    found = problems_of(SENDGRID.replace("%MAIL_SECRET%", "%SHORT%") + HTTP + "timeout_seconds = 0")

    assert [problem.partition(": ")[0] for problem in found] == ["mail_account 'sendgrid'", "mail_account 'resend'"]
    assert "secret'" not in str(found).replace("secret:", "")


def test_a_file_that_is_not_there_configures_nothing_unless_a_setting_names_it(tmp_path: Path) -> None:
    assert read_workflows({"SqlConnectionString": ""}) == Workflows(), "the project's own example says nothing"

    with pytest.raises(ConfigError, match=r"WORKFLOWS_FILE: gone\.toml cannot be read"):
        read_workflows({"WORKFLOWS_FILE": str(tmp_path / "gone.toml")})


def test_the_file_that_a_setting_names_is_read(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(SENDGRID, encoding="utf-8-sig")

    found = read_workflows({"WORKFLOWS_FILE": str(tmp_path / "other.toml"), **SETTINGS})

    assert found.mail_accounts[0].name == "sendgrid"
