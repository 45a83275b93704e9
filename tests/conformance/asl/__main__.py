"""Asks our engine of the Amazon States Language what Step Functions was asked, and tells where it answers otherwise."""

import argparse
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.asl.agreeing import causes_agree, is_right
from tests.conformance.asl.case import Answered, Case, answer, cases_in

EXCEPTIONS = Path(__file__).parent / "exceptions.toml"
SHOWN_CHARACTERS = 400


@dataclass(slots=True)
class Feature:
    """How the cases of one feature went."""

    asked: int = 0
    right: int = 0
    in_order: list[bool] = field(default_factory=list)
    word_for_word: list[bool] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; exit status 0 if all is as recorded but for named exceptions, 1 if not, 2 if nothing could be asked."""
    parser = argparse.ArgumentParser(prog="./dev conform asl", description=__doc__)
    parser.add_argument(
        "--vectors", metavar="FILE", type=Path, required=True, help="recorded cases, a list of objects in JSON"
    )
    told = parser.parse_args(arguments)
    try:
        cases = list(cases_in(told.vectors.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"conform: {told.vectors} holds no recorded cases: {error}\n")
        return 2
    return report(cases)


def report(cases: Sequence[Case]) -> int:
    """Ask all cases, print the table and what differs."""
    excepted = {
        one["test"]: one["reason"] for one in tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))["exception"]
    }
    features: dict[str, Feature] = {}
    wrong: list[str] = []
    named: list[str] = []
    for case in cases:
        answered = answer(case)
        feature = features.setdefault(case.feature, Feature())
        right = is_right(case, answered)
        feature.asked += 1
        feature.right += right
        if case.states:
            feature.in_order.append(answered.states == case.states)
        if right and case.cause is not None:
            feature.word_for_word.append(causes_agree(case.cause, getattr(answered.outcome, "cause", None)))
        reason = excepted.get(case.name) or excepted.get(case.name.partition("[")[0])
        if reason is not None:
            named.append(f"{case.name} {'is right all the same' if right else reason}")
        elif not right:
            wrong.append(described(case, answered))
    sys.stdout.write("\n".join((*table(features), "", *(f"exception: {one}" for one in named), *wrong)) + "\n")
    return int(bool(wrong))


def table(features: dict[str, Feature]) -> list[str]:
    """The figures of all features and their sum, in Markdown."""
    lines = [
        "| feature | right | of | states in recorded order | causes word for word |",
        "| --- | --- | --- | --- | --- |",
    ]
    whole = Feature()
    for name, one in (*sorted(features.items()), ("all", whole)):
        lines.append(f"| {name} | {one.right} | {one.asked} | {_share(one.in_order)} | {_share(one.word_for_word)} |")
        whole.asked += one.asked
        whole.right += one.right
        whole.in_order.extend(one.in_order)
        whole.word_for_word.extend(one.word_for_word)
    return lines


def _share(answers: Sequence[bool]) -> str:
    return f"{sum(answers)} of {len(answers)}" if answers else "-"


def described(case: Case, answered: Answered) -> str:
    """What was recorded of a case and what came of it here."""
    recorded = case.output if case.outcome == "Succeeded" else (case.error, case.cause)
    ours = answered.refused or answered.outcome
    return f"wrong: {case.test}\n  recorded: {case.outcome} {recorded!s:.{SHOWN_CHARACTERS}}\n  here: {ours!s:.{SHOWN_CHARACTERS}}"


if __name__ == "__main__":
    sys.exit(main())
