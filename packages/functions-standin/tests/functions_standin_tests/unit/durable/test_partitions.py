from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from functions_standin.durable.dispatch.partitions import Lease, plan

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def leases(*owners: str) -> list[Lease]:
    """Leases as `owner`, `owner>next`, `-` for nobody; an owner in capitals has let its lease expire."""
    made = []
    for number, text in enumerate(owners):
        owner, _, following = text.partition(">")
        expires = NOW + timedelta(seconds=-1 if owner.isupper() else 30)
        made.append(Lease(str(number), None if owner == "-" else owner.lower(), following or None, expires, "etag"))
    return made


@pytest.mark.parametrize(
    ("owners", "renew", "claim", "give_up", "ask_for"),
    [
        pytest.param(["-", "-", "-", "-"], "", "0123", "", "", id="alone, it takes all"),
        pytest.param(["a", "a", "a", "a"], "0123", "", "", "", id="alone, it keeps all"),
        pytest.param(["B", "B", "a", "a"], "23", "01", "", "", id="it takes those of a dead host"),
        pytest.param(["b", "b", "b", "b"], "", "", "", "0", id="it asks a richer host for one"),
        pytest.param(["b>a", "b", "b", "b"], "", "", "", "1", id="and for one more"),
        pytest.param(["b>a", "b>a", "b", "b"], "", "", "", "", id="but not beyond its share"),
        pytest.param(["a>b", "a", "a", "a"], "123", "", "0", "", id="it gives up what another asks for"),
        pytest.param(["->a", "b", "b", "b"], "", "0", "", "", id="it takes what was given up for it"),
        pytest.param(["->c", "b", "b", "a"], "3", "", "", "", id="not what was given up for another"),
        pytest.param(["a", "a", "b", "b"], "01", "", "", "", id="a fair share stays"),
    ],
)
def test_a_host_decides_on_partitions(
    owners: Sequence[str], renew: str, claim: str, give_up: str, ask_for: str
) -> None:
    found = plan(leases(*owners), "a", NOW)

    decided = [
        "".join(lease.queue for lease in each) for each in (found.renew, found.claim, found.give_up, found.ask_for)
    ]
    assert decided == [renew, claim, give_up, ask_for]
