"""Every az command that scripts, documents and workflows hold, found as a shell would find it."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.command.errors import CommandError

_PLACES = ("infra/*.sh", "docs/*.md", "README.md", ".github/workflows/*.yml")
_CODE = re.compile(r"^ *```(?P<language>\w*)\n(?P<block>.*?)^ *```|`(?P<inline>[^`]+)`", re.DOTALL | re.MULTILINE)
_SHELLS = frozenset({"", "sh", "bash", "console"})
_YAML_KEY = re.compile(r"^\s*(?:- )?\w+: ")
_ENDS = frozenset("();<>|&")  # of a command, in a shell


@dataclass(frozen=True, slots=True)
class AzLine:
    """One az command: the file that holds it, and its words behind `az`. Variables stand for themselves."""

    place: str
    words: Sequence[str]

    def __str__(self) -> str:
        """Return it as a person would look for it."""
        return f"{self.place}: az {' '.join(self.words)}"


def az_lines(root: Path) -> Sequence[AzLine]:
    """Return every az command of the project; raise CommandError for a line that no shell could read."""
    paths = [path for pattern in _PLACES for path in sorted(root.glob(pattern))]
    return [
        AzLine(str(path.relative_to(root)), words)
        for path in paths
        for words in commands(shell_of(path.suffix, path.read_text(encoding="utf-8")))
    ]


def shell_of(suffix: str, text: str) -> str:
    """Return the lines of a file that are, or may be, those of a shell."""
    match suffix:
        case ".md":
            return "\n".join(_code(text))
        case ".yml":
            return "\n".join(_YAML_KEY.sub("", line) for line in text.splitlines())
        case _:
            return text


def _code(text: str) -> Iterator[str]:
    """Yield the blocks of a document that are for a shell, and what stands in a line and begins with az."""
    for found in _CODE.finditer(text):
        inline = found["inline"]
        if inline is None and found["language"] in _SHELLS:
            yield found["block"]
        elif inline is not None and inline.startswith("az "):
            yield " ".join(inline.split())


def commands(shell: str) -> Iterator[Sequence[str]]:
    """Yield the words behind each `az` that is a command, also behind `run`, in `$( )` or after `||`."""
    for line in shell.replace("\\\n", " ").splitlines():
        if not re.search(r"\baz\b", line):
            continue
        words = _words(line)
        for place, word in enumerate(words):
            if word == "az" and (found := _until_it_ends(words[place + 1 :])):
                yield found


def _words(line: str) -> Sequence[str]:
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.wordchars += "$@,:{}[]%"
    try:
        return list(reader)
    except ValueError as error:
        raise CommandError(
            f"a line with az in it cannot be read ({error}); keep its quotes on one line: {line.strip()}"
        ) from error


def _until_it_ends(words: Sequence[str]) -> Sequence[str]:
    return words[: next((place for place, word in enumerate(words) if word and set(word) <= _ENDS), len(words))]
