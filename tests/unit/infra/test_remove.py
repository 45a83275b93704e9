"""infra/remove.sh: it deletes the resource group, and only if somebody means it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.infra.workshop import Workshop

LOOKS = ["group exists", "resource list"]
DELETES = ["group", "delete", "--name", "shop", "--yes"]


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def two_words(calls: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(call[:2]) for call in calls]


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "shop2\n"])
def test_without_the_groups_name_nothing_is_deleted(workshop: Workshop, typed: str) -> None:
    done = workshop.run("remove.sh", "--resource-group", "shop", typed=typed)

    assert (done.returncode, "nothing was deleted" in done.stderr) == (2, True)
    assert two_words(workshop.calls()) == LOOKS


def test_it_shows_what_goes_and_deletes_once_the_groups_name_is_typed(workshop: Workshop) -> None:
    done = workshop.run("remove.sh", "--resource-group", "shop", typed="shop\n")
    calls = workshop.calls()

    assert done.returncode == 0, done.stderr
    assert two_words(calls[:-1]) == LOOKS
    assert calls[-1] == DELETES


def test_yes_answers_the_question(workshop: Workshop) -> None:
    done = workshop.run("remove.sh", "--resource-group", "shop", "--yes")

    assert "type the name" not in done.stdout
    assert workshop.calls()[-1] == DELETES


def test_a_group_that_is_gone_already_is_no_failure(workshop: Workshop) -> None:
    done = workshop.run("remove.sh", "--resource-group", "shop", "--yes", AZ_GROUP_EXISTS="false")

    assert (done.returncode, "nothing is to do" in done.stdout) == (0, True)
    assert two_words(workshop.calls()) == LOOKS[:1]


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        ((), "name the group"),
        (("--resource-group",), "needs a value"),
        (("--resource-group", "--yes"), "needs a value"),
        (("--group", "shop"), "usage:"),
    ],
)
def test_a_wrong_argument_is_one_sentence_with_its_remedy(
    workshop: Workshop, arguments: Sequence[str], remedy: str
) -> None:
    done = workshop.run("remove.sh", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert remedy in done.stderr
    assert workshop.calls() == []


def test_without_a_login_nothing_is_deleted(workshop: Workshop) -> None:
    done = workshop.run("remove.sh", "--resource-group", "shop", "--yes", AZ_FAILING="group exists")

    assert (done.returncode, "run az login" in done.stderr) == (2, True)
    assert two_words(workshop.calls()) == LOOKS[:1]
