"""What people are asked: a message with the link of a page on which they answer."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

MOST_CHOICES = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, in words."""

    title: str
    message: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of an execution. Whoever has its link can answer."""

    definition: str
    execution: str
    asked: Asked
    token: str = field(repr=False)
    public_url: str

    @property
    def title(self) -> str:
        """Return it in one line."""
        return self.asked.title

    @property
    def page_url(self) -> str:
        """Return where a person answers: a page, for whatever looks at links follows them too, and must not decide by it."""
        return f"{self.public_url}/approvals/{quote(self.token, safe='')}"

    @property
    def answer_url(self) -> str:
        """Return where a program posts {"output": …}."""
        return f"{self.public_url}/tasks/{quote(self.token, safe='')}/success"

    @property
    def text(self) -> str:
        """Return what a person reads."""
        answers = f"{' or '.join(self.asked.choices)}: {self.page_url}"
        asked_by = f"Asked by execution {self.execution} of workflow {self.definition}."
        return "\n\n".join(filter(None, (self.asked.message, answers, asked_by)))

    def to_dict(self) -> dict[str, Any]:
        """Return it as a program reads it."""
        return {
            "definition": self.definition,
            "execution": self.execution,
            "subject": self.asked.title,
            "message": self.asked.message,
            "choices": list(self.asked.choices),
            "page_url": self.page_url,
            "answer_url": self.answer_url,
        }
