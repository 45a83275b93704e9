"""What people are asked: a message with the links under which they answer."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

MOST_CHOICES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of an execution. Whoever has the links can answer."""

    definition: str
    execution: str
    title: str
    message: str
    choices: tuple[str, ...]
    token: str = field(repr=False)
    public_url: str

    @property
    def answer_url(self) -> str:
        """Return where a program posts {"output": …}."""
        return f"{self.public_url}/tasks/{quote(self.token, safe='')}/success"

    @property
    def links(self) -> list[dict[str, str]]:
        """Return each choice with its link."""
        return [
            {"choice": choice, "url": f"{self.answer_url}?choice={quote(choice, safe='')}"} for choice in self.choices
        ]

    @property
    def text(self) -> str:
        """Return what a person reads."""
        lines = [f"{link['choice']}: {link['url']}" for link in self.links]
        asked_by = f"Asked by execution {self.execution} of workflow {self.definition}."
        return "\n\n".join(filter(None, (self.message, "\n".join(lines), asked_by)))

    def to_dict(self) -> dict[str, Any]:
        """Return it as a program reads it."""
        return {
            "definition": self.definition,
            "execution": self.execution,
            "subject": self.title,
            "message": self.message,
            "choices": self.links,
            "answer_url": self.answer_url,
        }
