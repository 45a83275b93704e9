"""Files with a secret in them: nobody else may read them."""

import os
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Write a file that only this user can read, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
        written.write(text)
    draft.replace(file)
