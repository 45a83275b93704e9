"""Change tracking contexts: the marks by which a writer tells its own changes from everybody else's."""

import re

LONGEST_BYTES = 128  # change tracking's own limit
_HEXADECIMAL = re.compile(r"0[xX](?:[0-9a-fA-F]{2})+")


def parse_context(text: str) -> bytes:
    """Return the bytes of `0x53484F50`, or of plain ASCII text as a varchar holds it; raise ValueError for anything else."""
    if text[:2].lower() == "0x":
        if not _HEXADECIMAL.fullmatch(text):
            raise ValueError(f"{text!r} must be 0x and pairs of hexadecimal digits")
        context = bytes.fromhex(text[2:])
    elif text and text.isascii() and text.isprintable():
        context = text.encode("ascii")
    else:
        raise ValueError(f"{text!r} must be plain ASCII text; write other bytes in hexadecimal, such as 0x53484F50")
    if len(context) > LONGEST_BYTES:
        raise ValueError(f"{text!r} has {len(context)} bytes; change tracking keeps at most {LONGEST_BYTES}")
    return context


def hexadecimal(context: bytes) -> str:
    """Return a context as SQL Server shows it."""
    return "0x" + context.hex().upper()
