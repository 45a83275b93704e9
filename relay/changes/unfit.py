"""Changes that cannot be sent, now or ever: each fails with its own reason, and harms no other."""

HIDDEN = (
    "change tracking has the row, and the login of SqlConnectionString sees none: row-level security? Let the login see every row, "
    "then replay"
)
LOCKED = "another transaction keeps its row locked"
_CUT_KEY = (
    "the key, with its escapes, is longer than the 700 characters that the failure ledger holds, so that nobody could try it again; "
    "shorten the key"
)


def is_whole(key_text: str) -> bool:
    """Tell whether a key can be read from its text: one that is too long for the ledger is cut there, and ends in a digest."""
    return key_text.endswith("]")


def unfit_key(key_text: str) -> str:
    """Return why a key cannot be sent; empty if it can."""
    return "" if is_whole(key_text) else _CUT_KEY
