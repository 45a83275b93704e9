"""Posts mails to their providers, and asks whether they have one."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from adapters.http.answer import text_of
from adapters.http.client import Client, Patience
from adapters.http.deadline import Deadline
from adapters.http.dial import Dial, dial
from adapters.http.exchange import Answer as HttpAnswer
from adapters.http.secrets import blanked, secrets_of
from adapters.http.target import Target
from adapters.http.trouble import Trouble, reason
from relay import exact_json
from relay.ports import Clock
from workflows.mailing.account import MailAccount
from workflows.mailing.answers import Answer, Answered, Silent

T_ = TypeVar("T_")


class HttpMail:
    """Satisfies workflows.mailing.ports.MailApi.

    Every mail has a connection of its own: one that was kept, and that the provider has just closed, would leave it in doubt.
    """

    def __init__(self, clock: Clock, connect: Dial = dial) -> None:
        """Open nothing yet."""
        self._clock = clock
        self._connect = connect

    def post(self, account: MailAccount, body: Mapping[str, Any], mail: str) -> Answer:
        """Post a mail."""
        header = account.idempotency_header
        lines = f"{header}: {mail}\r\n".encode("ascii") if header else b""
        try:
            answer = self._ask("POST", account.url, account, lines, exact_json.dumps(dict(body)).encode())
        except Exception as error:  # noqa: BLE001 - what a provider does must not end whoever sends
            # Of an error that nobody has foreseen nobody knows when it came.
            sent = error.sent if isinstance(error, Trouble) else not isinstance(error, _NotBegun)
            return Silent(sent, reason(error))
        text = text_of(answer.body, answer.encoding)
        secrets = {*secrets_of(account.url, account.headers), account.secret}
        return Answered(answer.status, answer.headers, blanked(text, secrets))

    def has(self, account: MailAccount, mail: str) -> bool | None:
        """Ask; a 404, or an answer in which the mail's name does not stand, says no."""
        if not account.look_up_url:
            return None
        try:
            answer = self._ask("GET", account.look_up_url.replace("{{mail}}", mail), account, b"", b"")
        except Exception:  # noqa: BLE001 - then it is asked later
            return None
        if answer.status == 404:
            return False
        return mail in text_of(answer.body, answer.encoding) if 200 <= answer.status <= 299 else None

    def _ask(self, method: str, url: str, account: MailAccount, lines: bytes, body: bytes) -> HttpAnswer:
        deadline = Deadline.after(self._clock, account.timeout_seconds)
        client = _begun(lambda: self._client(method, url, account))
        try:
            return client.send(lines, body, deadline)
        finally:
            client.close()

    def _client(self, method: str, url: str, account: MailAccount) -> Client:
        target = Target.of(url, account.proxy, account.allow_hosts)
        patience = Patience(account.timeout_seconds, account.timeout_seconds)
        return Client(target, account.headers, patience, self._clock, self._connect, method)


class _NotBegun(Exception):
    """The request could not even be made."""


def _begun(work: Callable[[], T_]) -> T_:
    try:
        return work()
    except Exception as error:
        raise _NotBegun from error
