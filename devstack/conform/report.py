"""The table of differences, as Markdown, to be read here or sent."""

from collections.abc import Sequence

from devstack.conform.suite import Answers, Difference

_LONGEST_ANSWER = 400
_NOTHING = "No difference."


def table(title: str, about: Sequence[str], answers: Answers) -> str:
    """Return a section: what was asked, how many questions, and a row for each difference."""
    lines = [f"## {title}", "", *(f"- {line}" for line in about)]
    lines.append(f"- {answers.asked} questions asked, {len(answers.differences)} answered otherwise")
    if answers.known:
        lines += ["- answered otherwise, and rightly so:", *(f"  - {_in_a_line(each)}" for each in answers.known)]
    if answers.left_out:
        lines += ["- left out:", *(f"  - {_in_a_line(each)}" for each in answers.left_out)]
    lines.append("")
    if not answers.differences:
        return "\n".join([*lines, _NOTHING, ""])
    lines += ["| of | question | answer |", "| --- | --- | --- |"]
    return "\n".join([*lines, *map(_row, answers.differences), ""])


def _row(difference: Difference) -> str:
    return f"| {difference.room} | {_cell(difference.question)} | {_cell(difference.answer)} |"


def _cell(text: str) -> str:
    return _in_a_line(text).replace("|", "\\|")


def _in_a_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_ANSWER else line[:_LONGEST_ANSWER] + " …"
