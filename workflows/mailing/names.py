"""The durable names of a mailing, and the names by which its mails are known outside."""

import hmac
from hashlib import sha256

# Called by name across rooms; the names are part of running instances' history, so they stay.
MAILING = "mailing"
TAKE = "mailing_take"
SEND = "mail_send"


def mailing_instance(app: str, mailing: str) -> str:
    """Return the id of the orchestration that works at a mailing: one at a time."""
    return f"mailing-{app}-{mailing}"


def mail_name(secret: str, app: str, mailing: str, key: str) -> str:
    """Return what the provider knows a mail by: the same for every try, and nothing that says whose it is."""
    return _digest(secret, "mail", app, mailing, key)


def unsubscribe_token(secret: str, mail: str) -> str:
    """Return what stands in a mail's link for who wants no more."""
    return f"{mail}.{_digest(secret, 'unsubscribe', mail)}"


def mail_of_token(secret: str, token: str) -> str | None:
    """Return the mail's name that a token was made of with this secret, None if it was not."""
    mail = token.partition(".")[0]
    return mail if hmac.compare_digest(token.encode(), unsubscribe_token(secret, mail).encode()) else None


def _digest(secret: str, *parts: str) -> str:
    return hmac.digest(secret.encode(), "\0".join(parts).encode(), sha256).hex()[:32]
