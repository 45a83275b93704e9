"""Short questions to tools of others: what they answer, or in one line why they do not."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool printed; `trouble` is empty if it worked, else the first line of what it complained of."""

    output: str
    trouble: str = ""


def ask(command: Sequence[str], *, patience_seconds: float, environment: Mapping[str, str] | None = None) -> Answer:
    """Run a tool to its end; one that takes longer is killed, with all that it has started."""
    try:
        asked = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return Answer("", f"it cannot be started: {error.strerror}")
    try:
        output, errors = asked.communicate(timeout=patience_seconds)
    except BaseException as error:
        with suppress(ProcessLookupError):
            os.killpg(asked.pid, signal.SIGKILL)
        asked.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            return Answer("", f"`{_shown(command)}` did not answer within {patience_seconds:g} s")
        raise
    if asked.returncode == 0:
        return Answer(output.strip())
    complaint = next((line.strip() for line in [*errors.splitlines(), *output.splitlines()] if line.strip()), "")
    return Answer(output.strip(), complaint or f"`{_shown(command)}` ended with exit status {asked.returncode}")


def _shown(command: Sequence[str]) -> str:
    return " ".join([Path(command[0]).name, *command[1:]])
