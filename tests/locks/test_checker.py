"""The checker finds what locks must not do, and lets pass what they may."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.locks import checker
from tests.locks.checker import Event, violations


def history(text: str) -> Iterator[Event]:
    """Read lines such as `3 anna holds 7`: moment, client, what, token."""
    for line in text.strip().splitlines():
        at, client, kind, *token = line.split()
        patience = 5.0 if kind == "unheard" else 10.0
        yield Event(
            at=float(at),
            client=client,
            kind=kind,
            lock="ledger",
            token=int(token[0]) if token else 0,
            patience=patience,
        )


GOOD = """
1 anna asks
1 anna holds 1
2 ben asks
2 ben waits
3 carl asks
3 carl waits
8 ben waits
8 carl waits
9 anna writes 1
10 anna gives_up
12 ben asks
12 ben holds 2
13 ben writes 2
13 carl waits
14 ben gives_up
15 carl asks
15 carl holds 3
16 carl writes 3
17 carl dies
"""


def test_a_history_that_may_be_has_nothing_wrong() -> None:
    assert violations(list(history(GOOD))) == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("15 carl holds 3", "15 carl holds 2", "token 2 was given to ben and to carl"),
        ("12 ben holds 2", "12 ben holds 1", "token 1 was given to anna and to ben"),
        ("13 ben writes 2", "13 ben writes 2\n13 anna writes 1", "anna wrote under 1 after ben under 2"),
        ("13 ben writes 2", "13 ben writes 2\n13 carl writes 2", "ben and carl both wrote under 2"),
        ("12 ben holds 2", "12 carl holds 2\n12 carl gives_up", "carl, who asked at 3, overtook ben, who waited since 2"),
        ("15 carl holds 3", "15 carl waits", "carl waited since 3, and never got it"),
    ],
)  # fmt: skip
def test_what_must_not_be_is_found(before: str, after: str, says: str) -> None:
    text = (
        GOOD.replace(before, after)
        if "never got it" not in says
        else GOOD.partition("16 carl")[0].replace(before, after)
    )
    assert text != GOOD

    assert any(says in found for found in violations(list(history(text))))


def test_who_was_not_heard_once_and_soon_again_has_kept_his_place() -> None:
    text = "1 ben asks\n1 ben waits\n2 ben asks\n2 ben unheard\n3 carl asks\n3 carl waits\n4 ben asks\n4 ben waits\n5 carl asks\n5 carl holds 2\n8 ben asks\n9 ben holds 3"

    [found] = violations(list(history(text)))

    assert "carl, who asked at 3, overtook ben, who waited since 1" in found


def test_a_token_that_is_lower_than_one_given_before_it_was_asked_for_is_found() -> None:
    text = "1 anna asks\n1 anna holds 5\n2 anna gives_up\n3 ben asks\n3 ben holds 4"

    [found] = violations(list(history(text)))

    assert "ben got 4, and 5 had been given before he asked" in found


@pytest.mark.parametrize(
    "text",
    [
        "1 ben asks\n1 ben waits\n2 carl asks\n2 carl waits\n13 carl asks\n13 carl holds 2\n14 ben asks\n15 ben holds 3",
        "1 ben asks\n6 ben waits\n7 carl asks\n7 carl waits\n10 ben asks\n13 ben waits\n13 carl asks\n13 carl holds 2\n15 ben asks\n15 ben holds 3",
        "1 ben asks\n1 ben waits\n2 carl asks\n2 carl waits\n3 ben dies\n5 carl asks\n5 carl holds 2",
        "1 ben asks\n1 ben waits\n2 carl asks\n2 carl waits\n3 ben gives_up\n5 carl asks\n5 carl holds 2",
        "1 anna asks\n1 anna holds 1\n2 anna asks\n2 anna holds 1\n3 anna writes 1",
        "1 ben asks\n1 ben waits\n2 ben asks\n3 carl asks\n3 carl holds 2\n4 ben holds 1",
        "1 ben asks\n1 ben waits\n2 ben asks\n2 ben unheard\n3 carl asks\n3 carl waits\n9 ben asks\n9 ben waits\n12 carl asks\n12 carl holds 2\n14 ben asks\n15 ben holds 3",
    ],
    ids=[
        "the earlier one was silent",
        "the server may have seen him too late",
        "he died",
        "he gave up",
        "the same one asked again",
        "he was first and heard of it later",
        "he was given it unheard, and lost it",
    ],
)
def test_what_may_be_is_let_pass(text: str) -> None:
    assert violations(list(history(text))) == []


def test_it_shares_no_code_with_the_app() -> None:
    tree = ast.parse(Path(checker.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}

    assert modules <= {"collections", "collections.abc", "dataclasses", "itertools"}
